"""Verbs of the registers. Everything that changes a record goes through here, in one transaction, and is audited."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.services import audit
from kexie.orgs.models import Organisation, User
from kexie.registers.definitions import catalogue_registers
from kexie.registers.exchange.told import entry_told
from kexie.registers.merging import check_year_of_member, check_years
from kexie.registers.models import Entry, Register, Revision, Status
from kexie.registers.review import Rule, check_reviewer, check_reviewers, review_rule
from kexie.registers.revisions import Checker, EntryTold, FigureTold, lock_entries, settle, store
from kexie.totals.services import fold

_LONGEST_REASON = 200
# What an amendment may say anew; identity, number and status belong to the verbs.
AMENDABLE = frozenset(EntryTold.__struct_fields__) - {"id", "register", "revision", "status", "void_reason"}


class Conflict(DomainError):
    """Somebody else has changed the record since it was read; ``latest`` is what it says now."""

    def __init__(self, latest: Revision) -> None:
        self.latest = latest
        super().__init__(f"“{latest.title}”在您打开以后有人改过，您的改动没有写进去")


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
def revise(
    *, entry: Entry, changes: Mapping[str, Any], actor: str, user: User | None = None, based_on: str = ""
) -> Revision:
    """Correct the latest revision in place, while it is a draft or was returned; return it.

    ``changes`` are keys of the exchange format with their new values (``AMENDABLE``). ``based_on`` is the digest of
    what was on the screen: Conflict when the record says something else by now. Who wrote it down first stays;
    who corrected it is added. Raises DomainError with the reason; then nothing is changed.
    """
    old = _locked_latest(entry, based_on)
    if old.status not in (Status.DRAFT, Status.RETURNED):
        raise DomainError(f"“{old.title}”现在是{old.get_status_display()}，只有草稿和退回的可以直接改")
    told = _changed(old, changes)
    if not told:
        return old
    check_year_of_member(entry=entry, end=told.end)
    revision = _store(told, user, replace=True)
    Revision.objects.filter(pk=revision.pk).update(
        created_at=old.created_at,
        created_by=old.created_by,
        changed_at=timezone.now(),
        changed_by=user,
        decided_at=old.decided_at,
        decided_by=old.decided_by,
    )
    audit(actor=actor, action="revise", subject=f"entry:{entry.uid}", revision=old.number, changed=_keys(changes))
    revision.refresh_from_db()
    return revision


@transaction.atomic
def amend(
    *, entry: Entry, changes: Mapping[str, Any], actor: str, user: User | None = None, based_on: str = ""
) -> Revision:
    """Write the next revision of an approved entry, as a draft, with ``changes``; return it.

    The approved one counts until the new one is approved. ``changes`` and ``based_on`` as in ``revise``. An entry of a
    merge group stays in the year of its group. Raises DomainError when the latest revision is not approved, nothing
    is changed, or the content is refused; then nothing is stored.
    """
    old = _locked_latest(entry, based_on)
    if old.status != Status.APPROVED:
        raise DomainError(f"“{old.title}”现在是{old.get_status_display()}，已通过的才能更正")
    told = _changed(old, changes)
    if not told:
        raise DomainError(f"“{old.title}”没有改动")
    told.revision, told.status, told.void_reason = old.number + 1, Status.DRAFT.value, ""
    check_year_of_member(entry=entry, end=told.end)
    revision = _store(told, user, replace=False)
    audit(actor=actor, action="amend", subject=f"entry:{entry.uid}", revision=told.revision, changed=_keys(changes))
    return revision


@transaction.atomic
def submit(*, entry: Entry, actor: str, user: User | None = None) -> Revision:
    """Hand the latest revision in for review; where the unit's rule asks for none, it counts at once.

    Raises DomainError unless it is a draft or was returned.
    """
    revision = _latest(entry)
    to = Status.APPROVED if review_rule(revision.organisation) == Rule.NONE else Status.SUBMITTED
    return _move(entry, actor, "submit", user=user, to=to, allowed=(Status.DRAFT, Status.RETURNED))


@transaction.atomic
def approve(*, entry: Entry, actor: str, user: User | None = None) -> Revision:
    """Let the latest revision count, handed in before or not (one person may enter and confirm, by the unit's rule).

    Raises DomainError when it counts already or is void, when it has no day or its unit did not exist on it, or when
    the unit's rule wants somebody else to approve.
    """
    lock_entries([entry.pk])
    latest = _latest(entry)
    check_reviewer(revision=latest, user=user)
    allowed = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
    return _move(entry, actor, "approve", user=user, to=Status.APPROVED, allowed=allowed, of=latest)


@transaction.atomic
def return_entry(*, entry: Entry, reason: str, actor: str, user: User | None = None) -> Revision:
    """Send the latest revision back with a reason, which whoever wrote it sees.

    Raises DomainError without one, or when it is not under review.
    """
    reason = _reason(reason, "退回")
    return _move(entry, actor, "return", user=user, to=Status.RETURNED, allowed=(Status.SUBMITTED,), reason=reason)


@transaction.atomic
def void(*, entry: Entry, reason: str, actor: str, user: User | None = None) -> Revision:
    """Void the revision that counts, with a reason; the entry leaves all totals, and stays readable.

    It also stays in its merge group, of which the others count. Raises DomainError without a reason, or when nothing
    of the entry counts.
    """
    reason = _reason(reason, "作废")
    counting = Entry.objects.select_related("counting").get(pk=entry.pk).counting
    return _move(
        entry, actor, "void", user=user, to=Status.VOID, allowed=(Status.APPROVED,), reason=reason, of=counting
    )


@transaction.atomic
def discard(*, entry: Entry, reason: str, actor: str, user: User | None = None) -> Revision:
    """Void an entry of which nothing has ever counted. Raises DomainError when something has, or without a reason."""
    reason = _reason(reason, "作废")
    if entry.revisions.filter(status=Status.APPROVED).exists():
        raise DomainError("这条记录已计数，要作废请用“作废”")
    allowed = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)
    return _move(entry, actor, "discard", user=user, to=Status.VOID, allowed=allowed, reason=reason)


@transaction.atomic
def restore(*, entry: Entry, actor: str, user: User | None = None) -> Revision:
    """Make what was discarded a draft again. Raises DomainError when the entry has counted before it was void."""
    if entry.revisions.filter(status=Status.APPROVED).exists() or entry.revisions.count() > 1:
        raise DomainError("这条记录计过数，作废后不能撤回；请重新录入")
    return _move(entry, actor, "restore", user=user, to=Status.DRAFT, allowed=(Status.VOID,))


@transaction.atomic
def approve_all(*, entries: Sequence[int], actor: str, subject: str, user: User | None = None) -> int:
    """Approve the latest revisions of these entries at once; return how many. All of them have a day.

    Raises DomainError when one has none or did not stand anywhere on it, or when a unit's rule wants somebody else
    than ``user`` to approve; then none is approved.
    """
    lock_entries(entries)
    pending = Revision.objects.filter(
        pk__in=Entry.objects.filter(pk__in=entries).values("latest"),
        status__in=(Status.DRAFT, Status.SUBMITTED),
        end__isnull=False,
    )
    check_reviewers(revisions=pending, user=user)
    changed = pending.order_by().update(status=Status.APPROVED, decided_at=timezone.now(), decided_by=user, reason="")
    if changed != len(entries):
        raise DomainError("有记录没有日期，或已被处理过，没有确认任何一条")
    check_years(entries=entries)
    settle(entries=entries)
    fold()
    audit(actor=actor, action="approve-all", subject=subject, entries=changed)
    return changed


def _move(
    entry: Entry,
    actor: str,
    action: str,
    *,
    user: User | None,
    to: Status,
    allowed: Sequence[Status],
    reason: str = "",
    of: Revision | None = None,
) -> Revision:
    """Change the status of revision ``of`` (None: the latest) by a conditional UPDATE: of two sessions one fails."""
    lock_entries([entry.pk])
    revision = of or _latest(entry)
    if to == Status.APPROVED:
        if revision.end is None:
            raise DomainError(f"“{revision.title}”没有日期，不能通过")
        check_year_of_member(entry=entry, end=revision.end)
    decided = to in (Status.APPROVED, Status.RETURNED, Status.VOID)
    values = {
        "status": to,
        "reason": reason,
        "decided_at": timezone.now() if decided else None,
        "decided_by": user if decided else None,
    }
    if not Revision.objects.filter(pk=revision.pk, status__in=allowed).update(**values):
        shown = Status(revision.status).label
        raise DomainError(f"“{revision.title}”现在是{shown}，不能{to.label}")
    for name, value in values.items():
        setattr(revision, name, value)
    settle(entries=[entry.pk])
    # The last step: it takes the lock on the chain, which every other session waits for.
    audit(actor=actor, action=action, subject=f"entry:{entry.uid}", revision=revision.number, reason=reason)
    return revision


def _latest(entry: Entry) -> Revision:
    return Revision.objects.filter(entry=entry).order_by("-number")[0]


def _locked_latest(entry: Entry, based_on: str) -> Revision:
    """The latest revision, the entry locked until the end of the transaction. Raises Conflict."""
    lock_entries([entry.pk])
    latest = _latest(entry)
    if based_on and latest.digest != based_on:
        raise Conflict(latest)
    return latest


def _changed(old: Revision, changes: Mapping[str, Any]) -> EntryTold | None:
    """What ``old`` says, with ``changes``; None when they change nothing."""
    if unknown := set(changes) - AMENDABLE:
        raise DomainError(f"不能更正 {'、'.join(sorted(unknown))}")
    before = entry_told(old)
    after = msgspec.structs.replace(before, **changes)
    return None if after == before else after


def _store(told: EntryTold, user: User | None, *, replace: bool) -> Revision:
    checker = Checker()
    store(ready=[checker.check(told)], actor=user, replace=replace, standings=checker.standings)
    return Revision.objects.get(entry__uid=told.id, number=told.revision)


def _keys(changes: Mapping[str, Any]) -> list[str]:
    """Which keys were changed; never the values, which may be personal."""
    return sorted(changes)


def _reason(text: str, verb: str) -> str:
    if not text.strip():
        raise DomainError(f"{verb}要写明原因")
    if len(text.strip()) > _LONGEST_REASON:
        raise DomainError(f"{verb}的原因最多 {_LONGEST_REASON} 个字")
    return text.strip()
