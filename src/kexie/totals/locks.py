"""Locks: what was handed up does not change, unless somebody opens an exception, with a reason and for a time.

A lock (organisation, months) forbids whatever would alter what the organisation and those below it have counted in
those months: approving, amending, voiding, merging, and booking again under another tree. There is one place to pass:
``history.keep``, which each posting that is written or taken back goes through. What stays as it was *as seen from the
locked organisation* is let through, so an office above may merge what two locked townships told of, and a group may be
booked again when something else of it changes.

A figure reaches the months that it may be counted in: a flow the month that it is booked in; a stock all months at
whose end it may be the last value, under the tree of those days.

Two sessions at once. SQLite's writers stand in one queue, so a lock that is stored is seen by every later approval.
On PostgreSQL an approval may have looked for locks before one was committed, and commit after it. No lock of the
database stands in its way (approvals would pay for that): instead ``lock`` commits, and then waits until all
transactions that were running at that moment have ended. Whoever looks for locks has already written, so is one of
those; whoever looks later sees the lock. When ``lock`` has returned, nothing more changes, and a snapshot may be taken.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.periods import Period, add_months, first_day, last_day, month_of, month_text, months_between
from kexie.core.services import audit
from kexie.orgs.models import Lineage, Organisation, ids_of_path
from kexie.orgs.queries import Standings
from kexie.orgs.tree import TreeError
from kexie.totals.bookings import Booking, FactRow
from kexie.totals.models import Indicator, IndicatorKind, Lock, LockException

_PATIENCE = 30.0  # seconds that a new lock waits for what was running when it was made
_PAUSE = 0.02
_NAMED = 5


class Locked(DomainError):
    """A lock forbids the change. ``entries`` are the ids of those that would have changed; ``why`` says what for."""

    def __init__(self, lock: Lock, entries: Sequence[int]) -> None:
        self.lock, self.entries = lock, tuple(entries)
        super().__init__(self.naming([str(entry) for entry in entries]))

    def naming(self, names: Sequence[str]) -> str:
        """Return the sentence for a person, with the names of the entries."""
        some = "、".join(names[:_NAMED])
        more = f"等 {len(names)} 条" if len(names) > _NAMED else ""
        return f"{words(self.lock)}，记录 {some}{more} 不能改动；确要改，先由有权的人开例外"


def words(lock: Lock) -> str:
    """Return which lock it is, as the beginning of a sentence for a person."""
    return f"{lock.organisation.name}{lock.period_label}已上报锁定（{lock.occasion}）"


# --- verbs ----------------------------------------------------------------------------------------------------------


def lock(*, organisation: Organisation, first_month: int, last_month: int, occasion: str, actor: str) -> Lock:
    """Lock these months of ``organisation`` and all below it; when this returns, nothing there changes any more.

    To be called outside of any transaction. Raises DomainError when the months run backwards or have not begun, when
    no occasion is given, or when they are locked already.
    """
    if first_month > last_month:
        raise DomainError(f"起始月 {month_text(first_month)} 晚于终止月 {month_text(last_month)}")
    if first_month > month_of(timezone.localdate()):
        raise DomainError(f"{month_text(first_month)} 还没有到，不能锁定")
    if not occasion.strip():
        raise DomainError("锁定要写明事由，如“2024年年报”")
    try:
        with transaction.atomic(durable=True):
            row = Lock.objects.create(
                organisation=organisation,
                first_month=first_month,
                last_month=last_month,
                occasion=occasion.strip()[:100],
                made_by=actor,
            )
            audit(actor=actor, action="lock", subject=_subject(row), occasion=row.occasion)
    except IntegrityError as error:
        known = Lock.objects.select_related("organisation").filter(
            organisation=organisation, first_month=first_month, last_month=last_month
        )
        raise DomainError(f"{words(known[0])}，不用再锁" if known else "没有锁上，请再试一次") from error
    wait_for_others()
    return row


@transaction.atomic
def open_exception(*, lock: Lock, reason: str, until: datetime, actor: str) -> LockException:
    """Open ``lock`` until the moment ``until``. Raises DomainError without a reason, for a time that is past, or
    when it is open already."""
    now = timezone.now()
    if not reason.strip():
        raise DomainError("开例外要写明原因")
    if until <= now:
        raise DomainError(f"例外的期限 {timezone.localtime(until):%Y-%m-%d %H:%M} 已经过了")
    # The row of the lock keeps two who open it at once apart.
    Lock.objects.select_for_update().get(pk=lock.pk)
    if known := LockException.objects.open(now).filter(lock=lock).first():
        raise DomainError(f"例外已开着，到 {timezone.localtime(known.until):%Y-%m-%d %H:%M}（{known.reason}）")
    row = LockException.objects.create(
        lock=lock, reason=reason.strip()[:200], opened_by=actor, opened_at=now, until=until
    )
    audit(actor=actor, action="open-lock", subject=_subject(lock), reason=row.reason, until=until)
    return row


def close_exception(*, lock: Lock, actor: str) -> None:
    """Shut ``lock`` again before the time is over. To be called outside of any transaction.

    Raises DomainError when it is not open.
    """
    now = timezone.now()
    with transaction.atomic(durable=True):
        changed = LockException.objects.open(now).filter(lock=lock).update(closed_at=now, closed_by=actor)
        if not changed:
            raise DomainError(f"{lock}没有开着的例外")
        audit(actor=actor, action="close-lock", subject=_subject(lock))
    wait_for_others()


def _subject(lock: Lock) -> str:
    period = Period.of(lock.first_month, lock.last_month)
    months = period.code if period else f"{month_text(lock.first_month)}:{month_text(lock.last_month)}"
    return f"lock:{lock.organisation.code}:{months}"


def wait_for_others() -> None:
    """On PostgreSQL, return when all transactions that are running now have ended; see the module.

    Raises DomainError when one takes too long: the lock holds, and handing up can be tried again.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        running, patience = _running(cursor), time.monotonic() + _PATIENCE
        while running:
            if time.monotonic() > patience:
                raise DomainError("已经锁定，但还有写入没有结束（也许正在导入），请过几分钟再上报")
            time.sleep(_PAUSE)
            running &= _running(cursor)


# Each transaction that has written holds its own id. (A snapshot would not do: it leaves out those that began after
# the last one that has ended.)
_RUNNING = """
    SELECT transactionid::text FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted
      AND datname = current_database() AND pid <> pg_backend_pid()
"""


def _running(cursor: CursorWrapper) -> set[str]:
    """The transactions of other sessions that have written something and are not at their end."""
    cursor.execute(_RUNNING)
    return {row[0] for row in cursor.fetchall()}


# --- what they refuse -----------------------------------------------------------------------------------------------


def may_hold(month: int = 0) -> bool:
    """Whether there is a lock at all that reaches ``month`` or a later one, shut or open. One cheap question.

    What happens in a month is counted in no earlier one, so the work of today need not look at the years before.
    """
    return Lock.objects.filter(last_month__gte=month).order_by().exists()


def refuse_locked(changes: Sequence[tuple[Booking | None, Booking | None]]) -> None:
    """Raise Locked when one of ``changes`` (how an entry counted, how it counts now) alters what is locked."""
    reach = _Reach([booking for pair in changes for booking in pair if booking])
    for held in reach.locks():
        entries = [
            entry
            for was, now in changes
            if reach.seen(was, held) != reach.seen(now, held)
            for entry in {each.entry for each in (was, now) if each}
        ]
        if entries:
            raise Locked(held, sorted(entries))


class _Reach:
    """Who sees these bookings in which months."""

    def __init__(self, bookings: Sequence[Booking]) -> None:
        stocks = Indicator.objects.filter(kind=IndicatorKind.STOCK).values_list("pk", "valid_months")
        self._valid_months = dict(stocks)
        units = {booking.organisation for booking in bookings if self._stock_facts(booking)}
        self._standings = Standings(units)
        self._above = {pk for booking in bookings for pk in booking.path}
        paths = Lineage.objects.filter(organisation__in=units).values_list("path", flat=True) if units else ()
        self._above |= {pk for path in paths for pk in ids_of_path(path)}

    def locks(self) -> Iterable[Lock]:
        """The locks of all who see them in any month."""
        for batch in batched(sorted(self._above)):
            yield from Lock.objects.held().filter(organisation__in=batch).select_related("organisation")

    def seen(self, booking: Booking | None, held: Lock) -> tuple[object, ...]:
        """All of ``booking`` that enters what ``held`` locks."""
        if booking is None:
            return (None, ())
        in_month = held.first_month <= booking.month <= held.last_month
        flows = booking.seen_from(held.organisation_id) if in_month else None
        stocks = [
            (booking.organisation, booking.day, fact)
            for fact in self._stock_facts(booking)
            if self._stands_below(booking, fact, held)
        ]
        return (flows, tuple(stocks))

    def _stock_facts(self, booking: Booking) -> list[FactRow]:
        return [fact for fact in booking.facts if fact.indicator in self._valid_months and not fact.part]

    def _stands_below(self, booking: Booking, fact: FactRow, held: Lock) -> bool:
        """Whether the stock may be the last value of its unit, below the locked one, at the end of a locked month."""
        month = month_of(booking.day)
        first = max(month, held.first_month)
        last = min(add_months(month, self._valid_months[fact.indicator]), held.last_month)
        places = (self._standings.on(booking.organisation, last_day(each)) for each in months_between(first, last))
        return any(place is not None and held.organisation_id in ids_of_path(place[0]) for place in places)


def refuse_tree_change(*, organisations: Iterable[int], before: Standings, after: Standings) -> None:
    """Raise TreeError when one of ``organisations`` stood elsewhere below a locked one, on days that are locked.

    ``before`` is the tree as it was told until now, ``after`` as it is told from now on. An organisation that is told
    for the first time has nothing counted, and is let through.
    """
    held: dict[int, list[Lock]] = {}
    for row in Lock.objects.held().select_related("organisation"):
        held.setdefault(row.organisation_id, []).append(row)
    for unit in organisations if held else ():
        if not before.days(unit):
            continue
        edges = sorted({*before.days(unit), *after.days(unit)})
        for start, until in pairwise(edges):
            was, now = before.on(unit, start), after.on(unit, start)
            if was == now:
                continue
            for above in {pk for place in (was, now) if place for pk in ids_of_path(place[0])} & held.keys():
                for each in held[above]:
                    locked = start <= last_day(each.last_month) and until > first_day(each.first_month)
                    if locked and _below(was, above) != _below(now, above):
                        code = Organisation.objects.get(pk=unit).code
                        raise TreeError(code, f"{words(each)}，组织 {code} 在这段时间的隶属不能改")


def _below(place: tuple[str, int] | None, above: int) -> tuple[list[int], int] | None:
    """Where a unit stands as seen from ``above``: the way down to it, and whether a department lies on it."""
    ids = ids_of_path(place[0]) if place else []
    if place is None or above not in ids:
        return None
    depth = ids.index(above)
    return ids[depth:], max(place[1] - depth, 0)
