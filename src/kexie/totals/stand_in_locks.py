"""Locks and the statements that stand in for missing entries: what is locked neither gains nor loses one.

A statement is seen in the totals of months that cover its own, by its unit and those above on its last day. So a lock
that covers its months, of one of these, forbids to let it stand in, to withdraw it, and whatever would make it rest or
count again: an entry below its unit with its indicator in its months. Such an entry is mostly of the locked totals
itself, and refused by ``locks.refuse_locked``; not so when the unit came below the locked organisation after it.

Whether other entries make the statement rest anyway is not asked: then a lock refuses more than it must.
(A changed tree is refused by ``locks.refuse_tree_change``: the last day of such a statement is a locked one.)
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.orgs.models import ids_of_path
from kexie.orgs.queries import Standings
from kexie.totals.bookings import Booking
from kexie.totals.locks import Locked, words
from kexie.totals.models import Lock, StandIn

_Tells = tuple[int, int, int]  # a unit, an indicator and a month that an entry tells of


def refuse_locked_stand_in(row: StandIn) -> None:
    """Raise DomainError, naming the lock, when one forbids that ``row`` begins or ceases to stand in.

    To be called after writing (see ``locks``).
    """
    if held := _lock_over(row, Standings({row.organisation_id})):
        raise DomainError(f"{words(held)}，申报数代替记录的情况不能改动；确要改，先由有权的人开例外")


def refuse_locked_rest(changes: Sequence[tuple[Booking | None, Booking | None]]) -> None:
    """Raise Locked when one of ``changes`` (how an entry counted, how it counts now) would make a locked one rest or
    count again."""
    changed: dict[_Tells, set[int]] = defaultdict(set)
    for was, now in changes:
        for each in _tells(was) ^ _tells(now):
            changed[each] |= {booking.entry for booking in (was, now) if booking}
    rows: list[StandIn] = []
    for batch in batched(sorted({unit for unit, _, _ in changed})):
        rows += StandIn.objects.filter(organisation__in=batch).order_by("pk")
    standings = Standings({row.organisation_id for row in rows}) if rows else None
    for row in rows:
        entries = {
            entry
            for (unit, indicator, month), own in changed.items()
            if (unit, indicator) == (row.organisation_id, row.indicator_id)
            and row.first_month <= month <= row.last_month
            for entry in own
        }
        if entries and standings and (held := _lock_over(row, standings)):
            raise Locked(held, sorted(entries))


def _tells(booking: Booking | None) -> set[_Tells]:
    """The units above ``booking``, its indicators and its month, for all that makes a statement rest."""
    if booking is None:
        return set()
    indicators = {fact.indicator for fact in booking.facts if not fact.part}
    return {(unit, indicator, booking.month) for unit in booking.path for indicator in indicators}


def _lock_over(row: StandIn, standings: Standings) -> Lock | None:
    """The shut lock, if any, of its unit or one above that covers all its months."""
    place = standings.on(row.organisation_id, row.day)
    above: Iterable[int] = ids_of_path(place[0]) if place else ()
    held = Lock.objects.held().filter(
        organisation__in=above, first_month__lte=row.first_month, last_month__gte=row.last_month
    )
    return held.select_related("organisation").first()
