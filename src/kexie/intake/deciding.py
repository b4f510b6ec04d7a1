"""Verbs on a document that was taken in: not to accept it or a draft, whose it is, what to do about a check."""

import dataclasses
from collections.abc import Collection
from typing import Any

import msgspec
from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.services import audit, audited_together
from kexie.intake.drafting import draft_one, figure_told, known_period
from kexie.intake.models import Choice, Decision, Document, Outcome
from kexie.intake.queries import DraftRow, drafts_of, read_document, reading_of
from kexie.intake.services import pending_entries, store_drafts
from kexie.orgs.models import Organisation, User
from kexie.reading import Figure
from kexie.registers.exchange.told import entry_told
from kexie.registers.models import Entry, Statement
from kexie.registers.revisions import Checker, store
from kexie.registers.services import discard, restore
from kexie.registers.statements import restate

_REASON = "材料里的这条不收"


@transaction.atomic
@audited_together()
def reject(*, document: Document, actor: str, entries: Collection[int] = (), statements: Collection[int] = ()) -> None:
    """Not to accept these drafts (they are void, and can be brought back) and statements (they are taken off)."""
    for entry in pending_entries(document).filter(pk__in=entries):
        discard(entry=entry, reason=_REASON, actor=actor)
    # A statement has no history of its own: the document keeps its words, and gives it again when it is taken in anew.
    taken_off = document.statements.filter(confirmed=False, pk__in=statements)
    if taken_off:
        audit(actor=actor, action="reject-statements", subject=f"document:{document.pk}", statements=len(taken_off))
        Statement.objects.filter(pk__in=[each.pk for each in taken_off]).delete()


@transaction.atomic
@audited_together()
def reject_document(*, document: Document, actor: str) -> None:
    """Not to accept anything more of ``document``. Raises DomainError when something of it counts already."""
    if document.entries.filter(counting__isnull=False).exists() or document.statements.filter(confirmed=True).exists():
        raise DomainError("这份材料已有记录确认，不能整份不收；请逐条作废")
    reject(
        document=document,
        actor=actor,
        entries=list(pending_entries(document).values_list("pk", flat=True)),
        statements=list(document.statements.values_list("pk", flat=True)),
    )
    document.outcome = Outcome.REJECTED
    document.save(update_fields=["outcome"])
    audit(actor=actor, action="reject-document", subject=f"document:{document.pk}")


@transaction.atomic
def bring_back(*, document: Document, entry: Entry, actor: str) -> None:
    """Make a draft that was not accepted a draft again. Raises DomainError unless it is one of ``document``."""
    if not document.entries.filter(pk=entry.pk).exists():
        raise DomainError("这条记录不是从这份材料起草的")
    restore(entry=entry, actor=actor)
    Document.objects.filter(pk=document.pk, outcome=Outcome.REJECTED).update(outcome=Outcome.DRAFTED)


@transaction.atomic
def assign(*, document: Document, organisation: Organisation, actor: str) -> None:
    """Say that ``document`` is of ``organisation``: its drafts and statements become that unit's.

    Raises DomainError when something of it counts already, when the unit did not exist on the day of a draft, or when
    the same file was taken in for that unit before; then nothing is changed.
    """
    if document.organisation_id == organisation.pk:
        return
    if document.entries.filter(counting__isnull=False).exists() or document.statements.filter(confirmed=True).exists():
        raise DomainError("这份材料已有记录确认，不能再换单位")
    twin = Document.objects.filter(source=document.source_id, organisation=organisation, index=document.index)
    if twin.exists():
        raise DomainError(f"{organisation.name}已有这份材料")
    checker = Checker()
    told = [
        msgspec.structs.replace(entry_told(entry.latest), organisation=organisation.code)
        for entry in pending_entries(document).select_related("latest__organisation", "register")
        if entry.latest
    ]
    store(ready=[checker.check(each) for each in told], actor=None, replace=True, standings=checker.standings)
    for statement in document.statements.all():
        restate(statement=statement, organisation=organisation)
    audit(
        actor=actor,
        action="assign-document",
        subject=f"document:{document.pk}",
        from_organisation=document.organisation.code,
        organisation=organisation.code,
    )
    document.organisation = organisation
    document.save(update_fields=["organisation"])


@transaction.atomic
def decide(
    *, document: Document, check_kind: str, start: int, choice: str, actor: str, user: User | None = None
) -> None:
    """Decide the check of this kind at this place: fill in what is missing, leave it out, or take the text as it is.

    Raises DomainError when there is no such check, it is decided, or there is nothing to fill in.
    """
    check = next((each for each in document.checks if (each["kind"], each["spans"][0][0]) == (check_kind, start)), None)
    if check is None or choice not in Choice.values:
        raise DomainError("这份材料没有这一处要定的")
    if choice == Choice.FILLED:
        _fill(document, check)
    _, created = Decision.objects.get_or_create(
        document=document, check_kind=check_kind, start=start, defaults={"choice": choice, "made_by": user}
    )
    if not created:
        raise DomainError("这一处已经定了")
    audit(actor=actor, action="decide-check", subject=f"document:{document.pk}", check=check_kind, choice=choice)


def _fill(document: Document, check: dict[str, Any]) -> None:
    """Put in the number that the copy has at this place: into the draft of the sentence, or as a draft of its own."""
    figure = copied_figure(document, check)
    if figure is None:
        raise DomainError("没有可以照补的另一份")
    (start, end), source = check["spans"][0], check["spans"][1]
    text = document.source.text
    placed = dataclasses.replace(
        figure, start=start, end=end, quote=text[start:end], part_of=None, activity=None, whole=False, suspect=()
    )
    checker = Checker()
    row = next((row for row in drafts_of(document) if row.start <= start < row.end and row.is_pending), None)
    period = known_period(document.period)
    if row is None or row.entry is None:
        made = draft_one(document=read_document(document), text=text, figure=placed, period=period)
        store_drafts(document, [made], checker)
        return
    store(
        ready=[checker.check(_with_figure(row, placed, document, source))],
        actor=None,
        replace=True,
        standings=checker.standings,
    )


def _with_figure(row: DraftRow, figure: Figure, document: Document, source: list[int]) -> Any:
    assert row.entry is not None and row.entry.latest is not None
    told = entry_told(row.entry.latest)
    figures = [*(told.figures or ()), figure_told(figure)]
    told_from = {
        "field": f"figures.{len(figures) - 1}",
        "file": document.source_id,
        "start": figure.start,
        "end": figure.end,
        "quote": document.source.text[source[0] : source[1]],
        "repaired_from": {"start": source[0], "end": source[1]},
    }
    return msgspec.structs.replace(told, figures=figures, sources=[*told.sources, told_from])


def copied_figure(document: Document, check: dict[str, Any]) -> Figure | None:
    """Return the figure of the copy at the second place of a check, None when there is none that can be counted."""
    if len(check["spans"]) < 2 or not check.get("proposal"):
        return None
    start, end = check["spans"][1]
    for other in reading_of(document.source).documents:
        for figure in other.figures:
            if figure.start < end and start < figure.end and figure.indicator and not figure.suspect:
                return figure
    return None
