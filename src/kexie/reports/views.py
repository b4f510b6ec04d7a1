"""Pages of the reports: the sheet, the panel of a number, the files."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import mark_safe

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.choosing import organisations_in_sight
from kexie.orgs.models import Organisation
from kexie.reports import permissions
from kexie.reports.forms import (
    ADDRESSEES,
    LENGTHS,
    Choice,
    number_url,
    period_options,
    read_choice,
    read_number_query,
)
from kexie.reports.html import render_fragment
from kexie.reports.issuing import differences
from kexie.reports.kinds.words import campaign_names
from kexie.reports.model import Document
from kexie.reports.models import ReportKind
from kexie.reports.queries import explain_number
from kexie.reports.services import CHOICES, FORMS, compose_report, file_stem, render_report

_ENTRIES_SHOWN = 100


def show_report(request: HttpRequest) -> HttpResponse:
    """The summary of an organisation and period, each number a link to its source."""
    today = timezone.localdate()
    choice = read_choice(request, today=today)
    if choice is None:
        return render(request, "reports/page.html", {"nothing": "您的账号还没有归到单位，请找管理员。"})
    document, problem = None, choice.error
    if not problem:
        try:
            document = compose_report(
                organisation=choice.organisation, period=choice.period, kind=choice.kind, as_of=None, **choice.options
            )
        except DomainError as error:
            problem = str(error)
    context = {
        "choice": choice,
        "document": document,
        "problem": problem,
        "organisations": organisations_in_sight(request),
        "years": period_options(year=today.year),
        "kinds": ReportKind.choices,
        "kind_label": ReportKind(choice.kind).label,
        "campaigns": campaign_names(),
        "addressees": _options(choice, "addressee", ADDRESSEES),
        "lengths": _options(choice, "length", LENGTHS),
        "length_label": LENGTHS[choice.length],
        "modes": [
            {"label": "带来源", "url": choice.url(clean=""), "active": not choice.is_clean},
            {"label": "清样", "url": choice.url(clean="1"), "active": choice.is_clean},
        ],
        **(_sheet(document, choice) if document else {}),
        "may_edit": permissions.may(request.user, permissions.EDIT, choice.organisation),
        "differences": differences(document=document, organisation=choice.organisation) if document else [],
    }
    return render(request, "reports/page.html", context, status=400 if choice.error else 200)


def show_number(request: HttpRequest) -> HttpResponse:
    """What stands behind a number: value, formula by units, entries. A panel for htmx, a page for everyone else."""
    query = read_number_query(request.GET)
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), code=query.organisation)
    number, source = explain_number(
        organisation=organisation, query=query, measure=request.GET.get("measure", "total"), user=request.user
    )
    if number is None or source is None:
        raise Http404
    context = {
        "number": number,
        "source": source,
        "entries": source.entries[:_ENTRIES_SHOWN],
        "rest": max(len(source.entries) - _ENTRIES_SHOWN, 0),
        "layout": "ui/panel.html" if getattr(request, "htmx", False) else "ui/panel_page.html",
    }
    return render(request, "reports/number.html", context)


def download(request: HttpRequest, code: str, period: str, kind: str, form: str) -> HttpResponse:
    """The report as a file: docx, html or xlsx (the source table)."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), code=code)
    if form not in FORMS:
        raise Http404
    try:
        document = compose_report(
            organisation=organisation,
            period=Period.parse(period),
            kind=kind,
            as_of=None,
            **{name: request.GET[name] for name in sorted(CHOICES) if name in request.GET},
        )
    except DomainError as error:
        context = {"nothing": str(error)}
        return render(request, "reports/page.html", context, status=400)
    end, content_type = FORMS[form]
    response = HttpResponse(render_report(document=document, user=request.user)[end], content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{_ascii(file_stem(document))}{end}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _ascii(stem: str) -> str:
    return stem.encode("ascii", "replace").decode().replace("?", "_")


def _sheet(document: Document, choice: Choice) -> dict[str, object]:
    fragment = render_fragment(document=document, url=number_url, is_clean=choice.is_clean)
    return {
        "sheet": mark_safe(fragment),  # noqa: S308 (every value is escaped by the renderer)
        "number_count": sum(1 for _ in document.numbers()),
        "query": urlencode(choice.options),
    }


def _options(choice: Choice, name: str, labels: dict[str, str]) -> list[dict[str, object]]:
    chosen = getattr(choice, name)
    return [
        {"label": label, "url": choice.url(**{name: key}), "active": key == chosen} for key, label in labels.items()
    ]
