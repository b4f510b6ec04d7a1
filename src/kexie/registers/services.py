"""Verbs of the registers. Everything that changes a record goes through here, in one transaction, and is audited."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.services import audit
from kexie.orgs.models import Organisation, User
from kexie.registers.definitions import catalogue_registers
from kexie.registers.models import Entry, Register, Revision, Status
from kexie.registers.revisions import Checker, EntryTold, FigureTold, lock_entries, settle, store
from kexie.totals.services import fold


def sync_registers() -> None:
    """Bring the registers of the catalogue into the database; a changed definition is a new version."""
    known = {register.code: register for register in Register.objects.all()}
    for definition in catalogue_registers().values():
        told = json.loads(msgspec.json.encode(definition))  # as it comes back from the database
        register = known.get(definition.code)
        if register is None:
            Register.objects.create(code=definition.code, name=definition.name, order=definition.order, definition=told)
        elif register.definition != told:
            register.name, register.order, register.definition = definition.name, definition.order, told
            register.version += 1
            register.save(update_fields=["name", "order", "definition", "version"])


@transaction.atomic
def record(
    *,
    register: str,
    organisation: Organisation,
    title: str,
    start: date | None,
    end: date | None,
    actor: str,
    user: User | None = None,
    status: str = Status.DRAFT,
    figures: Sequence[FigureTold] | None = None,
    fields: Mapping[str, Any] | None = None,
    sources: Sequence[Mapping[str, Any]] = (),
    uid: str = "",
    **details: Any,
) -> Entry:
    """Write down something that happened, once, and return its entry.

    ``figures`` None: they are derived from ``fields`` by the register's rules. ``details`` are further keys of the
    exchange format (``place``, ``kind``, ``work_area``, …). A ``uid`` that is there already with the same content is
    that entry; modules give their object's identity, so that telling twice is telling once.
    Raises DomainError with the reason; then nothing is stored.
    """
    told = EntryTold(
        id=uid or uuid.uuid4().hex,
        register=register,
        organisation=organisation.code,
        title=title,
        start=start,
        end=end,
        status=status,
        fields=dict(fields or {}),
        figures=None if figures is None else list(figures),
        sources=[dict(source) for source in sources],
        **details,
    )
    checker = Checker()
    stored = store(ready=[checker.check(told)], actor=user, replace=False, standings=checker.standings)
    if stored.added:
        audit(actor=actor, action="record", subject=f"entry:{told.id}", status=status, register=register)
    return Entry.objects.get(uid=told.id)


@transaction.atomic
def submit(*, entry: Entry, actor: str) -> Revision:
    """Hand the latest revision in for review. Raises DomainError unless it is a draft or was returned."""
    return _move(entry, actor, "submit", to=Status.SUBMITTED, allowed=(Status.DRAFT, Status.RETURNED))


@transaction.atomic
def approve(*, entry: Entry, actor: str) -> Revision:
    """Let the latest revision count, handed in before or not (one person may enter and confirm).

    Raises DomainError when it counts already or is void, or when it has no day or its unit did not exist on it.
    """
    allowed = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
    return _move(entry, actor, "approve", to=Status.APPROVED, allowed=allowed)


@transaction.atomic
def return_entry(*, entry: Entry, reason: str, actor: str) -> Revision:
    """Send the latest revision back with a reason. Raises DomainError without one, or when it is not under review."""
    if not reason.strip():
        raise DomainError("退回要写明原因")
    return _move(entry, actor, "return", to=Status.RETURNED, allowed=(Status.SUBMITTED,), reason=reason)


@transaction.atomic
def void(*, entry: Entry, reason: str, actor: str) -> Revision:
    """Void the revision that counts, with a reason; the entry leaves all totals, and stays readable.

    Raises DomainError without a reason, or when nothing of the entry counts.
    """
    if not reason.strip():
        raise DomainError("作废要写明原因")
    counting = Entry.objects.select_related("counting").get(pk=entry.pk).counting
    return _move(entry, actor, "void", to=Status.VOID, allowed=(Status.APPROVED,), reason=reason, of=counting)


@transaction.atomic
def approve_all(*, entries: Sequence[int], actor: str, subject: str) -> int:
    """Approve the latest revisions of these entries at once; return how many. All of them have a day.

    Raises DomainError when one has none or did not stand anywhere on it; then none is approved.
    """
    lock_entries(entries)
    changed = (
        Revision.objects.filter(
            pk__in=Entry.objects.filter(pk__in=entries).values("latest"),
            status__in=(Status.DRAFT, Status.SUBMITTED),
            end__isnull=False,
        )
        .order_by()
        .update(status=Status.APPROVED)
    )
    if changed != len(entries):
        raise DomainError("有记录没有日期，或已被处理过，没有确认任何一条")
    settle(entries=entries)
    fold()
    audit(actor=actor, action="approve-all", subject=subject, entries=changed)
    return changed


def _move(
    entry: Entry,
    actor: str,
    action: str,
    *,
    to: Status,
    allowed: Sequence[Status],
    reason: str = "",
    of: Revision | None = None,
) -> Revision:
    """Change the status of revision ``of`` (None: the latest) by a conditional UPDATE: of two sessions one fails."""
    lock_entries([entry.pk])
    revision = of or Revision.objects.filter(entry=entry).order_by("-number")[0]
    if to == Status.APPROVED and revision.end is None:
        raise DomainError(f"“{revision.title}”没有日期，不能通过")
    values: dict[str, Any] = {"status": to}
    if to == Status.VOID:
        values["void_reason"] = reason[:200]
    changed = Revision.objects.filter(pk=revision.pk, status__in=allowed).update(**values)
    if not changed:
        shown = Status(revision.status).label
        raise DomainError(f"“{revision.title}”现在是{shown}，不能{to.label}")
    for name, value in values.items():
        setattr(revision, name, value)
    settle(entries=[entry.pk])
    # The last step: it takes the lock on the chain, which every other session waits for.
    audit(actor=actor, action=action, subject=f"entry:{entry.uid}", revision=revision.number, reason=reason)
    return revision
