"""Verbs of the intake: take a file in, confirm what was drafted from it."""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.core.services import audit, audited_together, store_file
from kexie.intake.assigning import unit_named
from kexie.intake.drafting import (
    Draft,
    Drafted,
    Whole,
    best_copies,
    draft,
    is_of_an_association,
    known_period,
)
from kexie.intake.models import Document, Outcome, SourceText
from kexie.orgs.models import Organisation, User
from kexie.reading import Document as ReadDocument
from kexie.reading import Reading, read
from kexie.registers.exchange.told import entry_told
from kexie.registers.models import Entry, Revision, Statement, Status
from kexie.registers.revisions import Checker, EntryTold, store
from kexie.registers.services import approve_all
from kexie.registers.statements import date_statement, state

_SPACE = re.compile(r"\s+")
_PENDING = (Status.DRAFT, Status.SUBMITTED)


@dataclass
class TakenIn:
    """What came of a file: all its documents, and which of them are new."""

    documents: list[Document] = field(default_factory=list)
    new: int = 0
    drafts: int = 0
    statements: int = 0


@dataclass
class Confirmed:
    """What a person confirmed; ``undated`` drafts and statements still wait for a period."""

    entries: int = 0
    statements: int = 0
    undated: int = 0


@transaction.atomic
def take_in(
    *,
    content: bytes,
    name: str,
    organisation: Organisation,
    actor: str,
    period: Period | None = None,
    among: Sequence[Organisation] = (),
) -> TakenIn:
    """Read a file and draft its documents as records of ``organisation``; the same file twice adds nothing.

    A document whose text names one of the units ``among`` is that unit's. ``period`` is for documents that do not say
    theirs. A document of a body outside the association, or one that repeats another, makes no draft and says why.
    Raises ReadingError when the file cannot be read.
    """
    reading = read(content, name)
    file = store_file(content=content, name=name)
    source, _ = SourceText.objects.get_or_create(file=file, defaults={"text": reading.source.text})
    units = {organisation.pk, *(each.pk for each in among)}
    known = {document.index: document for document in source.documents.filter(organisation__in=units)}
    result = TakenIn()
    checker = Checker()
    best = best_copies(reading.documents)
    for read_document in reading.documents:
        document = known.get(read_document.index)
        if document is None:
            better = best[read_document.index]
            unit = unit_named(read_document.organisation, among) or organisation
            document = _take_in_one(reading, read_document, better, source, unit, period, checker)
            result.new += 1
            result.drafts += document.entries.count()
            result.statements += document.statements.count()
        result.documents.append(document)
    if result.new:
        audit(
            actor=actor,
            action="take-in",
            subject=f"file:{file.sha256}",
            organisation=organisation.code,
            documents=result.new,
            drafts=result.drafts,
        )
    return result


def _take_in_one(
    reading: Reading,
    told: ReadDocument,
    best: int,
    source: SourceText,
    organisation: Organisation,
    period: Period | None,
    checker: Checker,
) -> Document:
    text = reading.source.text
    own = known_period(told.period) or period
    digest = hashlib.sha256(_SPACE.sub("", text[told.start : told.end]).encode()).hexdigest()
    drafted = Drafted()
    outcome, reason = _refusal(reading, told, best, organisation, digest)
    if outcome is None:
        drafted = draft(document=told, text=text, period=own)
        outcome = Outcome.DRAFTED if drafted.drafts or drafted.wholes else Outcome.EMPTY
        reason = drafted.left_out
    document = Document.objects.create(
        source=source,
        organisation=organisation,
        index=told.index,
        start=told.start,
        end=told.end,
        title=(told.title or "")[:200],
        kind=told.kind,
        level=told.level,
        period=own.code if own else told.period or "",
        named=(told.organisation or "")[:120],
        content_digest=digest,
        outcome=outcome,
        reason=reason,
        checks=msgspec.to_builtins(told.checks) if outcome == Outcome.DRAFTED else [],
    )
    store_drafts(document, drafted.drafts, checker)
    store_statements(document, drafted.wholes, own, checker)
    return document


def _refusal(
    reading: Reading, told: ReadDocument, best: int, organisation: Organisation, digest: str
) -> tuple[Outcome | None, str]:
    """Why nothing is drafted from this document, or (None, "")."""
    if not is_of_an_association(told, reading.source.text):
        return Outcome.OUTSIDE, f"写的是{told.organisation or '个人或其他单位'}，不是科协或所属单位的工作"
    if told.index != best:
        return Outcome.DUPLICATE, f"与本文件第{best}份大体相同，那份数更全"
    twin = Document.objects.filter(organisation=organisation, content_digest=digest).select_related("source").first()
    if twin:
        return Outcome.DUPLICATE, f"与材料{twin.pk}内容相同"
    return None, ""


def store_drafts(document: Document, drafts: list[Draft], checker: Checker) -> None:
    """Store drafts as entries of the document's unit, and tie them to it."""
    ready = []
    file = {"file": document.source.file_id, "name": document.source.file.name}
    for each in drafts:
        identity = f"{document.source.file_id}:{document.organisation.code}:{each.span[0]}"
        told = EntryTold(
            id=f"doc-{hashlib.sha256(identity.encode()).hexdigest()[:32]}",
            register=each.register,
            organisation=document.organisation.code,
            title=each.title,
            start=each.start,
            end=each.end,
            status=Status.DRAFT,
            work_area=each.work_area,
            figures=list(each.figures),
            sources=[{**file, **source} for source in each.sources],
        )
        ready.append(checker.check(told))
    stored = store(ready=ready, actor=None, replace=False, standings=checker.standings)
    document.entries.add(*stored.entries)


def store_statements(document: Document, wholes: list[Whole], period: Period | None, checker: Checker) -> None:
    """Store statements of the document's unit, not confirmed yet, and tie them to it."""
    for each in wholes:
        statement = state(
            organisation=document.organisation,
            period=period,
            figure=each.figure,
            quote=each.quote,
            sources=[{"file": document.source.file_id, "start": each.span[0], "end": each.span[1]}],
            checker=checker,
            confirmed=False,
        )
        document.statements.add(statement)


@transaction.atomic
@audited_together()
def confirm(
    *,
    document: Document,
    actor: str,
    user: User | None = None,
    period: Period | None = None,
    entries: Collection[int] | None = None,
    statements: Collection[int] | None = None,
) -> Confirmed:
    """Approve drafts of ``document`` that have a date, and its statements; a person does this.

    ``entries`` and ``statements`` are ids; None for both: all. ``period`` dates what has no date: from its first day
    to its last. What has none is left, and counted.
    ``user`` None: a command acts, with the rights of whoever may start it.
    Raises DomainError when the organisation did not exist on the date of one, or when its rule of review wants
    somebody else than ``user``; then nothing is confirmed.
    """
    pending = pending_entries(document)
    whole = entries is None and statements is None
    if not whole:
        pending = pending.filter(pk__in=entries or ())
    if period is not None:
        _date(pending, period)
    dated = list(pending.filter(latest__end__isnull=False).values_list("pk", flat=True))
    open_statements = document.statements.filter(confirmed=False)
    if not whole:
        open_statements = open_statements.filter(pk__in=statements or ())
    # Ids now: a statement that gets a date below must not fall out of its own selection.
    chosen = Statement.objects.filter(pk__in=list(open_statements.values_list("pk", flat=True)))
    undated_statements = chosen.filter(first_month=None)
    if period is not None:
        for statement in undated_statements.select_related("organisation", "indicator"):
            date_statement(statement=statement, period=period)
    result = Confirmed(undated=pending.filter(latest__end=None).count() + undated_statements.count())
    result.entries = (
        approve_all(entries=dated, actor=actor, subject=f"document:{document.pk}", user=user) if dated else 0
    )
    result.statements = chosen.filter(first_month__isnull=False).update(confirmed=True)
    if result.statements:
        audit(
            actor=actor,
            action="confirm-statements",
            subject=f"document:{document.pk}",
            statements=result.statements,
        )
    return result


@transaction.atomic
@audited_together()
def confirm_documents(
    *, documents: Sequence[Document], actor: str, user: User | None = None, period: Period | None = None
) -> Confirmed:
    """Confirm all that waits of each of ``documents``, or nothing of any; see ``confirm``."""
    total = Confirmed()
    for document in documents:
        done = confirm(document=document, actor=actor, user=user, period=period)
        total.entries += done.entries
        total.statements += done.statements
        total.undated += done.undated
    return total


def pending_entries(document: Document) -> QuerySet[Entry]:
    """Return the drafts of ``document`` that nobody has confirmed or rejected yet."""
    return Entry.objects.filter(documents=document, latest__status__in=_PENDING)


def _date(pending: QuerySet[Entry], period: Period) -> None:
    """Give the drafts without a date that of ``period``."""
    revisions = Revision.objects.filter(pk__in=pending.filter(latest__end=None).values("latest"))
    checker = Checker()
    ready = []
    for revision in revisions:
        told = msgspec.structs.replace(entry_told(revision), start=period.start, end=period.end)
        ready.append(checker.check(told))
    store(ready=ready, actor=None, replace=True, standings=checker.standings)


def document_with_id(pk: int) -> Document:
    """Return the document with this id. Raises DomainError when there is none."""
    try:
        return Document.objects.get(pk=pk)
    except Document.DoesNotExist as error:
        raise DomainError(f"没有编号为 {pk} 的材料") from error
