"""Pages of the documents (材料): the list, one document with its text and drafts, and what a person does there."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.intake.deciding import copied_figure
from kexie.intake.forms import STATES, ListChoice, TakeInForm, read_ids, read_state
from kexie.intake.marking import LEGEND, blocks_of
from kexie.intake.models import Document, Outcome, SheetUpload
from kexie.intake.queries import DraftRow, drafts_of, edition_before, open_checks, read_document
from kexie.intake.services import TakenIn, confirm_documents, take_in
from kexie.intake.sheets.grid import is_spreadsheet
from kexie.intake.sheets.services import bring_in
from kexie.orgs.choosing import organisations_in_sight
from kexie.orgs.models import Organisation
from kexie.reading import ReadingError, Section
from kexie.registers.models import Status
from kexie.registers.permissions import APPROVE, TAKE_IN, may, require

_PAGE = 50
_SHEETS = 20
_OPEN = (Status.DRAFT, Status.SUBMITTED)
_PASTED = "粘贴的文字.txt"
CHECK_WORDS = {
    "number missing": "缺数",
    "digit lost": "缺数",
    "masked number": "缺数",
    "bytes lost": "乱码",
    "two dates": "日期",
    "same event": "同一件事",
}


@require_safe
def list_documents(request: HttpRequest) -> HttpResponse:
    """The documents in sight, newest first, and the place to bring new ones."""
    choice = _list_choice(request)
    documents = _documents(request)
    if choice.organisation is not None:
        documents = documents.filter(organisation__path__startswith=choice.organisation.path)
    documents = _in_state(documents, choice.state)
    page = Paginator(documents, _PAGE).get_page(request.GET.get("page"))
    in_sight = organisations_in_sight(request)
    context = {
        "choice": choice,
        "page": page,
        "rows": list(page.object_list),
        "organisations": [
            {"label": "所有单位", "url": choice.url(organisation=""), "active": choice.organisation is None},
            *(
                {
                    "label": each.short_name,
                    "url": choice.url(organisation=each.code),
                    "active": each == choice.organisation,
                }
                for each in in_sight
            ),
        ],
        "states": [
            {"label": label, "url": choice.url(state=state), "active": state == choice.state}
            for state, label in STATES.items()
        ],
        "units": in_sight,
        "home": request.user.office,  # type: ignore[union-attr]  # logged in: the middleware says so
        "sheets": _sheets(request, choice)[:_SHEETS] if page.number == 1 else [],
        "waiting": _in_state(_documents(request), "open").count(),
        "address": choice.url(),
    }
    return render(request, "intake/list.html", context)


def _sheets(request: HttpRequest, choice: ListChoice) -> QuerySet[SheetUpload]:
    """The spreadsheets that were brought in and are not imported yet, newest first."""
    sheets = (
        SheetUpload.objects.visible_to(request.user).select_related("file", "organisation").filter(imported_at=None)
    )
    if choice.organisation is not None:
        sheets = sheets.filter(organisation__path__startswith=choice.organisation.path)
    return sheets


def _list_choice(request: HttpRequest) -> ListChoice:
    code = request.GET.get("organisation", "")
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), code=code) if code else None
    return ListChoice(organisation, read_state(request.GET))


def _documents(request: HttpRequest) -> QuerySet[Document]:
    """The documents in sight with how many drafts still wait (``open``), and how many there are (``drafts``)."""
    is_open = Q(entries__latest__status__in=_OPEN)
    return (
        Document.objects.visible_to(request.user)
        .select_related("source__file", "organisation")
        .defer("source__text")
        .annotate(drafts=Count("entries", distinct=True), open=Count("entries", filter=is_open, distinct=True))
        .annotate(open_statements=Count("statements", filter=Q(statements__confirmed=False), distinct=True))
        .order_by("-created_at", "-pk")
    )


def _in_state(documents: QuerySet[Document], state: str) -> QuerySet[Document]:
    waiting = Q(open__gt=0) | Q(open_statements__gt=0)
    if state == "open":
        return documents.filter(waiting)
    if state == "done":
        return documents.filter(outcome=Outcome.DRAFTED).exclude(waiting)
    return documents.exclude(outcome=Outcome.DRAFTED) if state == "nothing" else documents


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take one file or a pasted text in. With htmx or the script: the rows; without: back to the list."""
    form = TakeInForm(request.POST, request.FILES, organisations=Organisation.objects.visible_to(request.user))
    name = str(getattr(request.FILES.get("file"), "name", "") or _PASTED)
    taken: TakenIn | None = None
    sheets: list[SheetUpload] = []
    problem = "" if form.is_valid() else form.problem
    if not problem:
        organisation = form.cleaned_data["organisation"]
        require(request.user, TAKE_IN, organisation)
        try:
            content = _content(form)
            if is_spreadsheet(content, name):
                sheets = bring_in(
                    content=content,
                    name=name,
                    organisation=organisation,
                    user=request.user,  # type: ignore[arg-type]  # logged in: the middleware says so
                    period=form.cleaned_data["period"],
                )
            else:
                taken = _take_in(request, form, content, name, organisation)
        except (ReadingError, DomainError) as error:
            problem = str(error)
    if "text/x-kexie-rows" in request.headers.get("Accept", ""):
        context = {"name": name, "taken": taken, "sheets": sheets, "problem": problem}
        return render(request, "intake/uploaded.html", context, status=422 if problem else 200)
    if problem:
        messages.error(request, problem)
        return redirect("intake:list")
    if sheets or taken is None:
        return redirect("intake:sheet", sheets[0].pk)
    if len(taken.documents) == 1:
        return redirect("intake:document", taken.documents[0].pk)
    messages.info(request, f"{name}：{len(taken.documents)}份材料，起草{taken.drafts}条")
    return redirect("intake:list")


def _content(form: TakeInForm) -> bytes:
    file = form.cleaned_data["file"]
    return bytes(file.read()) if file else str(form.cleaned_data["text"]).encode()


def _take_in(request: HttpRequest, form: TakeInForm, content: bytes, name: str, organisation: Organisation) -> TakenIn:
    below = Organisation.objects.visible_to(request.user).below(organisation).exclude(pk=organisation.pk)
    return take_in(
        content=content,
        name=name,
        organisation=organisation,
        actor=request.user.get_username(),
        period=form.cleaned_data["period"],
        among=list(below),
    )


@require_safe
def show_document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: what has to be decided first, its text with what was read in it, the drafts beside."""
    document = _document(request, pk)
    read = read_document(document)
    rows = drafts_of(document)
    numbers = {row.start: row.number for row in rows if row.end}
    pending = [row for row in rows if row.is_pending]
    checks = open_checks(document)
    beside = list(_siblings(request, document).values_list("pk", flat=True))
    place = beside.index(document.pk)
    context = {
        "document": document,
        "blocks": [
            (block, _section(block.number, read.sections, pending))
            for block in blocks_of(read, document.source.text, numbers)
        ],
        "contents": [
            (
                number,
                _heading(document.source.text, section),
                sum(section.start <= row.start < section.end for row in rows),
            )
            for number, section in enumerate(read.sections)
            if section.level == 1
        ],
        "legend": LEGEND,
        "rows": rows,
        "pending": pending,
        "confirmed": sum(not row.is_pending and not row.is_rejected for row in rows),
        "numbers": sum(len(row.figures) for row in rows),
        "undated": any(row.is_undated for row in pending),
        "checks": [_check(each, document) for each in checks],
        "may_confirm": may(request.user, APPROVE, document.organisation),
        "units": organisations_in_sight(request),
        "before": edition_before(document),
        "place": place + 1,
        "count": len(beside),
        "previous": beside[place - 1] if place else None,
        "next": beside[place + 1] if place + 1 < len(beside) else None,
    }
    return render(request, "intake/document.html", context)


def _document(request: HttpRequest, pk: int) -> Document:
    visible = Document.objects.visible_to(request.user).select_related("source__file", "organisation")
    return get_object_or_404(visible, pk=pk)


def _siblings(request: HttpRequest, document: Document) -> QuerySet[Document]:
    return Document.objects.visible_to(request.user).filter(source=document.source_id).order_by("start", "pk")


def _heading(text: str, section: Section) -> str:
    return text[section.start : section.end].strip().split("\n", 1)[0]


def _section(number: int | None, sections: list[Section], pending: list[DraftRow]) -> dict[str, Any] | None:
    """What stands beside a heading: how many drafts of its section wait."""
    if number is None:
        return None
    section = sections[number]
    waiting = [row for row in pending if section.start <= row.start < section.end]
    return {"id": number, "start": section.start, "end": section.end, "waiting": len(waiting)}


def _check(check: dict[str, Any], document: Document) -> dict[str, Any]:
    """A check as the page shows it: its word, what it says, the words around each of its places."""
    text = document.source.text
    places = [_around(text, start, end) for start, end in check["spans"][:2]]
    figure = copied_figure(document, check)
    return {
        "kind": check["kind"],
        "start": check["spans"][0][0],
        "word": CHECK_WORDS.get(check["kind"], "对不上"),
        "message": check["message"],
        "places": places if figure or len(places) == 1 else [],
        "proposal": check["proposal"] if figure else None,
        "is_missing": CHECK_WORDS.get(check["kind"]) == "缺数",
    }


def _around(text: str, start: int, end: int, width: int = 18) -> dict[str, str]:
    return {
        "before": text[max(start - width, 0) : start].split("\n")[-1],
        "words": text[start:end],
        "after": text[end : end + width].split("\n")[0],
    }


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_many(request: HttpRequest) -> HttpResponse:
    """All documents that wait: first what confirming them would do, then (POST) do it."""
    ready: list[Any] = []
    held: list[Any] = []
    for document in _in_state(_documents(request), "open").order_by("organisation__path", "pk"):
        if not may(request.user, APPROVE, document.organisation):
            continue
        (held if open_checks(document) else ready).append(document)
    if request.method == "POST":
        return _confirm_many(request, {document.pk: document for document in ready})
    context = {
        "ready": ready,
        "held": [(document, len(open_checks(document))) for document in held],
        "entries": sum(document.open for document in ready),
        "statements": sum(document.open_statements for document in ready),
    }
    return render(request, "intake/confirm.html", context)


def _confirm_many(request: HttpRequest, ready: dict[int, Document]) -> HttpResponse:
    period = request.POST.get("period", "").strip()
    try:
        chosen = [ready[pk] for pk in read_ids(request, "document") if pk in ready]
        given = Period.parse(period) if period else None
        done = confirm_documents(
            documents=chosen,
            actor=request.user.get_username(),
            user=request.user,  # type: ignore[arg-type]  # logged in: the middleware says so
            period=given,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("intake:confirm")
    left = f"，{done.undated}条没有日期，没有确认" if done.undated else ""
    messages.info(request, f"确认了{len(chosen)}份材料的{done.entries}条记录、{done.statements}个申报总数{left}")
    return redirect("intake:list")


def waiting_documents(request: HttpRequest) -> QuerySet[Document]:
    """Return the documents in sight that have drafts or statements that wait, newest first."""
    return _in_state(_documents(request), "open")


def waiting(request: HttpRequest) -> int:
    """Return how many documents in sight have drafts that wait."""
    return waiting_documents(request).count()
