"""Verbs of handing up. ``user`` None: a command acts, with the rights of whoever may start it."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from kexie.core.bulk import batched, insert_rows
from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.core.services import audit
from kexie.orgs.models import Organisation, User
from kexie.registers.handup.models import NothingToReport, Snapshot, SnapshotEntry, SnapshotStatement, SnapshotTotal
from kexie.registers.handup.queries import completeness, entries_of, last_snapshot
from kexie.registers.models import Register, Revision, Statement
from kexie.registers.permissions import DECLARE_NOTHING, HAND_UP, OPEN_LOCK, may
from kexie.totals import locks
from kexie.totals.models import Indicator, IndicatorKind, Lock, LockException, Posting
from kexie.totals.queries import SCOPES, Scope, Total, entry_ids, totals


def hand_up(
    *, organisation: Organisation, period: Period, actor: str, occasion: str = "", user: User | None = None
) -> Snapshot:
    """Lock the period and store what the office counts now as the next numbered snapshot.

    To be called outside of any transaction (see ``totals.locks``): the lock holds from its own commit on, also when
    storing the snapshot fails after it, and handing up again goes on from there. An open exception is closed.
    Raises DomainError when the person may not, the period has not begun, or nothing can have changed since the last
    number because no exception was opened.
    """
    _allow(user, HAND_UP, organisation, "上报")
    known = Lock.objects.filter(
        organisation=organisation, first_month=period.first_month, last_month=period.last_month
    ).first()
    last = last_snapshot(organisation, period)
    exception = _exception_since(known, last) if known and last else None
    if last and exception is None:
        raise DomainError(f"{last}已经上报，以后没有开过例外，数不会变，不用再报；要改先开例外")
    if known is None:
        known = locks.lock(
            organisation=organisation,
            first_month=period.first_month,
            last_month=period.last_month,
            occasion=occasion.strip() or f"{period.label}上报",
            actor=actor,
        )
    elif LockException.objects.open().filter(lock=known).exists():
        locks.close_exception(lock=known, actor=actor)
    else:
        locks.wait_for_others()
    try:
        return _store(known, period, occasion, exception, actor)
    except IntegrityError as error:
        raise DomainError(f"{organisation.name}{period.label}刚刚有人上报过，请刷新再看") from error


def _exception_since(lock: Lock, last: Snapshot) -> LockException | None:
    """The exception that was opened, or was still open, after the last snapshot."""
    return lock.exceptions.filter(opened_at__gte=last.made_at).last()


@transaction.atomic
def _store(lock: Lock, period: Period, occasion: str, exception: LockException | None, actor: str) -> Snapshot:
    organisation = lock.organisation
    last = last_snapshot(organisation, period)
    snapshot = Snapshot.objects.create(
        organisation=organisation,
        first_month=period.first_month,
        last_month=period.last_month,
        number=last.number + 1 if last else 1,
        occasion=(occasion.strip() or lock.occasion)[:100],
        made_by=actor,
        made_at=timezone.now(),
        unfinished=period.end >= timezone.localdate(),
        completeness=[
            msgspec.to_builtins(each, str_keys=True) for each in completeness(organisation=organisation, period=period)
        ],
        exception=exception,
    )
    asked: dict[str, Any] = {
        "organisation": organisation,
        "first_month": period.first_month,
        "last_month": period.last_month,
    }
    indicators = {each.code: each for each in Indicator.objects.all()}
    rows: list[SnapshotTotal] = []
    for scope in SCOPES:
        found = totals(**asked, scope=scope)
        rows += [_total(snapshot, scope, indicators[code], total) for code, total in found.items()]
    insert_rows(rows)
    stocks = [code for code, each in indicators.items() if each.kind == IndicatorKind.STOCK]
    entries = entries_of(organisation, period)
    for code in stocks:
        entries |= set(entry_ids(**asked, indicator=code, scope="county"))
    count = 0
    for batch in batched(sorted(entries)):
        revisions = Posting.objects.filter(entry__in=batch).values_list("revision", flat=True)
        counted = [
            SnapshotEntry(
                snapshot=snapshot,
                entry_id=each.entry_id,
                revision=each.pk,
                number=each.number,
                digest=each.digest,
            )
            for each in Revision.objects.filter(pk__in=list(revisions)).order_by("entry_id")
        ]
        insert_rows(counted)
        count += len(counted)
    statements = Statement.objects.filter(
        organisation__in=Organisation.objects.below(organisation),
        first_month=period.first_month,
        last_month=period.last_month,
        confirmed=True,
    )
    insert_rows([SnapshotStatement(snapshot=snapshot, statement=each, digest=each.digest) for each in statements])
    audit(
        actor=actor,
        action="hand-up",
        subject=f"snapshot:{organisation.code}:{period.code}:{snapshot.number}",
        totals=len(rows),
        entries=count,
    )
    return snapshot


def _total(snapshot: Snapshot, scope: Scope, indicator: Indicator, total: Total) -> SnapshotTotal:
    units: Callable[[Decimal], int] = lambda value: int(value.scaleb(indicator.scale))  # noqa: E731
    return SnapshotTotal(
        snapshot=snapshot,
        indicator=indicator,
        scope=scope,
        value=units(total.value),
        low=units(total.low),
        high=None if total.high is None else units(total.high),
        low_exclusive=total.low_exclusive,
        high_exclusive=total.high_exclusive,
        qualifier=total.qualifier,
        entries=total.entries,
        as_of=total.as_of,
    )


def open_exception(
    *,
    organisation: Organisation,
    period: Period,
    reason: str,
    until: datetime,
    actor: str,
    user: User | None = None,
) -> LockException:
    """Open the lock of a period for a time. Raises DomainError when the person may not or there is no lock, and like
    ``totals.locks.open_exception``."""
    _allow(user, OPEN_LOCK, organisation, "开例外")
    return locks.open_exception(lock=lock_of(organisation, period), reason=reason, until=until, actor=actor)


def close_exception(*, organisation: Organisation, period: Period, actor: str, user: User | None = None) -> None:
    """Shut the lock of a period before the time is over. To be called outside of any transaction."""
    _allow(user, OPEN_LOCK, organisation, "关例外")
    locks.close_exception(lock=lock_of(organisation, period), actor=actor)


def lock_of(organisation: Organisation, period: Period) -> Lock:
    """Return the lock of exactly this period. Raises DomainError when there is none."""
    found = Lock.objects.select_related("organisation").filter(
        organisation=organisation, first_month=period.first_month, last_month=period.last_month
    )
    if not found:
        raise DomainError(f"{organisation.name}{period.label}没有上报锁定")
    return found[0]


@transaction.atomic
def declare_nothing(
    *,
    organisation: Organisation,
    period: Period,
    actor: str,
    register: Register | None = None,
    user: User | None = None,
) -> NothingToReport:
    """Say that a unit has nothing to report for a period, in one register or in any; twice is once.

    Raises DomainError when the person may not, the period has not begun, or there are entries that count.
    """
    _allow(user, DECLARE_NOTHING, organisation, "申报无")
    if period.start > timezone.localdate():
        raise DomainError(f"{period.label}还没有到，不能申报无")
    if entries := entries_of(organisation, period, register):
        where = f"台账“{register.name}”" if register else ""
        raise DomainError(f"{organisation.name}{period.label}{where}有 {len(entries)} 条已通过的记录，不能申报无")
    row, created = NothingToReport.objects.get_or_create(
        organisation=organisation,
        register=register,
        first_month=period.first_month,
        last_month=period.last_month,
        defaults={"declared_by": actor},
    )
    if created:
        audit(
            actor=actor,
            action="declare-nothing",
            subject=f"organisation:{organisation.code}",
            period=period.code,
            register=register.code if register else "",
        )
    return row


def _allow(user: User | None, permission: str, organisation: Organisation, verb: str) -> None:
    if user is not None and not may(user, permission, organisation):
        raise DomainError(f"您的角色不能为{organisation.name}{verb}")
