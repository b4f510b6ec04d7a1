"""What a person does with one document: the verbs of its page, each a POST that comes back to it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.intake.deciding import assign, bring_back, decide, reject, reject_document
from kexie.intake.forms import read_ids
from kexie.intake.models import Document
from kexie.intake.queries import drafts_of, open_checks
from kexie.intake.services import confirm
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry
from kexie.registers.permissions import APPROVE, TAKE_IN, require


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do ``verb`` with a document or some of its drafts, and come back to its page."""
    visible = Document.objects.visible_to(request.user).select_related("source__file", "organisation")
    document = get_object_or_404(visible, pk=pk)
    if verb not in _VERBS:
        raise Http404
    needed, do = _VERBS[verb]
    require(request.user, needed, document.organisation)
    try:
        told = do(request, document)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if told:
            messages.info(request, told)
    back = redirect("intake:document", document.pk)
    draft = request.POST.get("draft", "")
    return HttpResponseRedirect(f"{back.url}#{quote(draft)}") if draft else back


def _confirm(request: HttpRequest, document: Document) -> str:
    """Confirm the drafts that were named, those of a section, or all."""
    period = request.POST.get("period", "").strip()
    chosen: dict[str, Any] = {"period": Period.parse(period) if period else None}
    if "all" not in request.POST:
        chosen |= {"entries": read_ids(request, "entry"), "statements": read_ids(request, "statement")}
        if "from" in request.POST:
            chosen |= _between(request, document)
    elif open_checks(document):
        raise DomainError(f"还有{len(open_checks(document))}处没有定，定了才好确认全文")
    done = confirm(
        document=document,
        actor=request.user.get_username(),
        user=request.user,  # type: ignore[arg-type]  # logged in: the middleware says so
        **chosen,
    )
    left = f"，{done.undated}条没有日期，没有确认" if done.undated and "all" in request.POST else ""
    if not (done.entries or done.statements):
        raise DomainError("没有可确认的：没有日期的先定日期")
    return f"确认了{done.entries + done.statements}条{left}" if done.entries + done.statements > 1 or left else ""


def _between(request: HttpRequest, document: Document) -> dict[str, list[int]]:
    """The pending drafts and statements of characters ``[from, to)``."""
    try:
        first, last = int(request.POST["from"]), int(request.POST["to"])
    except (KeyError, ValueError) as error:
        raise DomainError("没有看懂要确认哪一节，请刷新这一页") from error
    rows = [row for row in drafts_of(document) if row.is_pending and first <= row.start < last]
    return {
        "entries": [row.entry.pk for row in rows if row.entry],
        "statements": [row.statement.pk for row in rows if row.statement],
    }


def _reject(request: HttpRequest, document: Document) -> str:
    actor = request.user.get_username()
    if "all" in request.POST:
        reject_document(document=document, actor=actor)
        return "这份材料不收了，起草的记录都已作废"
    entries, statements = read_ids(request, "entry"), read_ids(request, "statement")
    reject(document=document, actor=actor, entries=entries, statements=statements)
    return ""


def _bring_back(request: HttpRequest, document: Document) -> str:
    for entry in Entry.objects.visible_to(request.user).filter(pk__in=read_ids(request, "entry")):
        bring_back(document=document, entry=entry, actor=request.user.get_username())
    return ""


def _assign(request: HttpRequest, document: Document) -> str:
    visible = Organisation.objects.visible_to(request.user)
    organisation = get_object_or_404(visible, code=request.POST.get("organisation", ""))
    assign(document=document, organisation=organisation, actor=request.user.get_username())
    return f"这份材料归{organisation.short_name}"


def _decide(request: HttpRequest, document: Document) -> str:
    start = request.POST.get("start", "")
    if not start.isdigit():
        raise DomainError("没有看懂要定哪一处，请刷新这一页")
    decide(
        document=document,
        check_kind=request.POST.get("kind", ""),
        start=int(start),
        choice=request.POST.get("choice", ""),
        actor=request.user.get_username(),
        user=request.user,  # type: ignore[arg-type]  # logged in: the middleware says so
    )
    return ""


_Verb = tuple[str, Callable[[HttpRequest, Document], str]]  # what one has to be allowed to, and the act
_VERBS: dict[str, _Verb] = {
    "confirm": (APPROVE, _confirm),
    "reject": (TAKE_IN, _reject),
    "restore": (TAKE_IN, _bring_back),
    "assign": (TAKE_IN, _assign),
    "decide": (TAKE_IN, _decide),
}
