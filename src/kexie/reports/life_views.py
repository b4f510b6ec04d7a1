"""Pages of a report that is kept: the list, the sheet with its notes, editing, the file that comes back, signing."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kexie.core.errors import DomainError
from kexie.core.models import StoredFile
from kexie.core.services import file_path, store_file
from kexie.orgs.models import Organisation
from kexie.reports import approval, permissions
from kexie.reports.editing import edit_report, pieces_of
from kexie.reports.findings import KINDS
from kexie.reports.forms import number_url, read_texts
from kexie.reports.html import render_fragment
from kexie.reports.issuing import differences, file_scan, issue_report
from kexie.reports.keeping import (
    Checked,
    VersionConflict,
    bring_back,
    check_file,
    latest_version,
    return_report,
    save_report,
    submit_report,
)
from kexie.reports.model import from_json
from kexie.reports.models import Report, ReportKind, ReportVersion
from kexie.reports.notes import notes_of
from kexie.reports.recomputing import changed_since
from kexie.reports.returned_file import LARGEST
from kexie.reports.services import CHOICES, FORMS, compose_report, file_stem, render_report

_PAGE = 50
_SALT = "kexie.reports.returned"
_SOON = 24 * 60 * 60  # seconds in which what was uploaded may be confirmed


@require_safe
def list_reports(request: HttpRequest) -> HttpResponse:
    """The reports in sight, newest first."""
    reports = Report.objects.visible_to(request.user).select_related("organisation", "created_by").with_last_number()
    reports = reports.order_by("-pk")
    page = Paginator(reports, _PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/list.html", {"page": page, "rows": list(page.object_list)})


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the report of the preview as a draft."""
    organisation = get_object_or_404(
        Organisation.objects.visible_to(request.user), code=request.POST.get("organisation", "")
    )
    permissions.require(request.user, permissions.EDIT, organisation)
    options: dict[str, Any] = {name: request.POST[name] for name in sorted(CHOICES) if request.POST.get(name)}
    try:
        document = compose_report(
            organisation=organisation,
            period=request.POST.get("period", ""),
            kind=request.POST.get("kind", ReportKind.SUMMARY),
            **options,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("reports:page")
    report = save_report(
        organisation=organisation, document=document, addressee=options.get("addressee", ""), actor=_user(request)
    )
    return redirect("reports:report", report.pk)


@require_safe
def show_kept(request: HttpRequest, pk: int) -> HttpResponse:
    """A report: its last version or an earlier one, the notes at its side, what is to be done next."""
    report = _report(request, pk)
    version = _version(report, request.GET.get("version"))
    latest = latest_version(report)
    document = from_json(version.content)
    is_clean = request.GET.get("clean") == "1"
    compares = request.GET.get("compare") == "1"
    changed = changed_since(document=document, user=request.user) if compares else []
    notes = notes_of(document, changed)
    fragment = render_fragment(document=document, url=number_url, is_clean=is_clean, marks=notes.marks)
    query = f"?version={version.number}"
    context = {
        "report": report,
        "version": version,
        "is_latest": version.pk == latest.pk,
        "document": document,
        "sheet": mark_safe(fragment),  # noqa: S308 (every value is escaped by the renderer)
        "notes": notes.lines,
        "compares": compares,
        "changed_count": len(changed),
        "differences": differences(document=document, organisation=report.organisation, report=report),
        "versions": report.versions.select_related("created_by").order_by("-number"),
        "steps": approval.steps_of(report),
        "number_count": sum(1 for _ in document.numbers()),
        "modes": [
            {"label": "带来源", "url": query, "active": not is_clean},
            {"label": "清样", "url": f"{query}&clean=1", "active": is_clean},
        ],
        **_rights(request, report),
    }
    return render(request, "reports/report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The paragraphs as texts; what somebody else wrote in the meantime is shown beside them."""
    report = _report(request, pk)
    permissions.require(request.user, permissions.EDIT, report.organisation)
    latest = latest_version(report)
    document = from_json(latest.content)
    pieces = pieces_of(document)
    context: dict[str, Any] = {"report": report, "document": document, "based_on": latest.number, "reason": ""}
    status = 200
    if request.method == "POST":
        texts, based_on, reason = read_texts(request.POST)
        try:
            version = edit_report(report=report, texts=texts, based_on=based_on, reason=reason, actor=_user(request))
        except VersionConflict as conflict:
            # Both are shown: what was sent stays in the fields of the version that it was written on.
            base = get_object_or_404(report.versions, number=based_on)
            theirs = {piece.place: piece.text for piece in pieces}
            pieces = pieces_of(from_json(base.content))
            context["conflict"] = conflict
            context["theirs"] = [
                (piece.text, theirs.get(piece.place, "")) for piece in pieces
                if theirs.get(piece.place, "") != piece.text
            ]  # fmt: skip
            context["based_on"], status = based_on, 409
        except DomainError as error:
            context["problem"], status = str(error), 422
        else:
            return redirect("reports:report", version.report_id)
        context["reason"] = reason
        pieces = [piece.with_text(texts.get(piece.place, piece.text)) for piece in pieces]
    return render(request, "reports/edit.html", {**context, "pieces": pieces}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an edited Word file and show what became of each number; nothing is stored but the file."""
    report = _report(request, pk)
    permissions.require(request.user, permissions.EDIT, report.organisation)
    context: dict[str, Any] = {"report": report}
    if request.method != "POST":
        return render(request, "reports/check.html", context)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise DomainError("请选一个改过的 Word 文件")
        if (file.size or 0) > LARGEST:
            raise DomainError(f"{file.name}：文件太大，最大收{LARGEST // 1024 // 1024}兆")
        content, name = file.read(), str(file.name)
        checked = check_file(report=report, content=content, name=name, actor=_user(request))
    except DomainError as error:
        return render(request, "reports/check.html", {**context, "problem": str(error)}, status=422)
    stored = store_file(content=content, name=name)
    ticket = {"report": report.pk, "file": stored.sha256, "name": name, "based_on": checked.based_on}
    context |= {"ticket": signing.dumps(ticket, salt=_SALT), "name": name, **_checked(checked)}
    return render(request, "reports/check.html", context)


@require_POST
def confirm_returned(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the wording of a file that was checked the next version."""
    report = _report(request, pk)
    permissions.require(request.user, permissions.EDIT, report.organisation)
    try:
        ticket = signing.loads(request.POST.get("ticket", ""), salt=_SALT, max_age=_SOON)
    except signing.BadSignature as error:
        raise Http404 from error
    if ticket["report"] != report.pk:
        raise Http404
    stored = get_object_or_404(StoredFile, sha256=ticket["file"])
    content = file_path(stored.sha256).read_bytes()
    reason = request.POST.get("reason", "")
    try:
        bring_back(
            report=report,
            content=content,
            name=ticket["name"],
            based_on=ticket["based_on"],
            reason=reason,
            actor=_user(request),
        )
    except DomainError as error:
        checked = check_file(report=report, content=content, name=ticket["name"], actor=_user(request))
        ticket["based_on"] = checked.based_on  # a conflict: compared with what the report says now
        context = {
            "report": report,
            "name": ticket["name"],
            "problem": str(error),
            "ticket": signing.dumps(ticket, salt=_SALT),
            **_checked(checked),
        }
        return render(request, "reports/check.html", context, status=422)
    return redirect("reports:report", report.pk)


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Submit, return or issue a report, or file its stamped scan."""
    report = _report(request, pk)
    rights = {
        "submit": permissions.REVIEW,
        "return": permissions.ISSUE,
        "issue": permissions.ISSUE,
        "scan": permissions.EDIT,
    }
    if verb not in rights:
        raise Http404
    permissions.require(request.user, rights[verb], report.organisation)
    user = _user(request)
    try:
        if verb == "submit":
            submit_report(report=report, actor=user)
        elif verb == "return":
            return_report(report=report, actor=user)
        elif verb == "issue":
            number = request.POST.get("version", "")
            issue_report(
                report=report,
                issued_to=request.POST.get("issued_to", ""),
                actor=user,
                version=int(number) if number.isdecimal() else None,
            )
        else:
            file = request.FILES.get("file")
            if file is None:
                raise DomainError("请选盖章的扫描件")
            file_scan(report=report, content=file.read(), name=str(file.name), actor=user)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("reports:report", report.pk)


@require_safe
def show_approval(request: HttpRequest, pk: int) -> HttpResponse:
    """The approval sheet, to print."""
    report = _report(request, pk)
    sheet = approval.approval_document(report, from_json(latest_version(report).content))
    fragment = render_fragment(document=sheet, url=number_url)
    return render(
        request,
        "reports/approval.html",
        {"report": report, "sheet": mark_safe(fragment)},  # noqa: S308 (escaped by the renderer)
    )


@require_safe
def kept_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """A file of a report: docx, html, xlsx (the source table); approval (Word); scan (the stamped one)."""
    report = _report(request, pk)
    if form == "scan":
        if report.scan is None:
            raise Http404
        answer = FileResponse(file_path(report.scan.sha256).open("rb"), as_attachment=True, filename=report.scan.name)
        answer["X-Content-Type-Options"] = "nosniff"
        return answer  # type: ignore[return-value]  # a streaming response is a response to Django
    version = _version(report, request.GET.get("version"))
    document = from_json(version.content)
    stem = f"{file_stem(document)}-{version.number}"
    if form == "approval":
        document, form, stem = approval.approval_document(report, document), "docx", f"{stem}-approval"
    if form not in FORMS:
        raise Http404
    end, content_type = FORMS[form]
    response = HttpResponse(render_report(document=document, user=request.user)[end], content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{stem}{end}") or ""
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _report(request: HttpRequest, pk: int) -> Report:
    reports = Report.objects.visible_to(request.user)
    return get_object_or_404(
        reports.select_related("organisation", "created_by", "reviewed_by", "issued_by", "scan"), pk=pk
    )


def _version(report: Report, asked: str | None) -> ReportVersion:
    if not asked:
        return latest_version(report)
    if not asked.isdecimal() or len(asked) > 6:
        raise Http404
    return get_object_or_404(report.versions.select_related("created_by"), number=int(asked))


def _rights(request: HttpRequest, report: Report) -> dict[str, bool]:
    return {
        f"may_{verb}": permissions.may(request.user, verb, report.organisation)
        for verb in (permissions.EDIT, permissions.REVIEW, permissions.ISSUE)
    }


def _checked(checked: Checked) -> dict[str, Any]:
    groups = [(kind, word, checked.taken.of(kind)) for kind, word in KINDS.items()]
    return {
        "groups": [(kind, word, found) for kind, word, found in groups if kind != "right"],
        "right_count": len(checked.taken.of("right")),
        "needs_reason": checked.taken.needs_reason,
        "comments": checked.comments,
        "based_on": checked.based_on,
        "new_document": checked.taken.document,
    }


def _user(request: HttpRequest) -> Any:
    return request.user  # logged in: the middleware says so
