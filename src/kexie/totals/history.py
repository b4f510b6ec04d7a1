"""What counted when: each change of a posting passes here, is held against the locks, and leaves the past behind.

A current posting carries since when it has counted just like this. What it was before, or that it is gone, is a
``PastPosting``: written once, when it is taken back. So a first posting costs nothing more than before, and what
counted at any moment can be told exactly.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from kexie.core.bulk import insert_rows, update_tuples
from kexie.core.periods import month_of
from kexie.totals.bookings import Booking
from kexie.totals.locks import may_hold, refuse_locked
from kexie.totals.models import Posting
from kexie.totals.stand_in_locks import refuse_locked_rest


class PostedAs(Protocol):
    """What is needed of the row of a posting."""

    @property
    def id(self) -> int: ...
    @property
    def entry(self) -> int: ...
    @property
    def day(self) -> date: ...
    @property
    def month(self) -> int: ...


class _Since(NamedTuple):
    id: int
    since: datetime


class Booked(Protocol):
    """A posting that was just written or just taken back, and how it counts."""

    @property
    def posting(self) -> PostedAs: ...

    def booking(self) -> Booking: ...


def keep(*, before: Sequence[Booked], after: Sequence[Booked], at: datetime) -> None:
    """Keep what ``before`` was, for all that is not the same in ``after``; to be called when both are written.

    What was only booked again, unchanged, keeps the time since when it counts. Raises Locked when a lock forbids one
    of the changes. (Asked after writing, so that on PostgreSQL this transaction is among those that a new lock waits
    for: see ``locks``.)
    """
    postings = [each.posting for each in (*before, *after)]
    months = [month for each in postings for month in (each.month, month_of(each.day))]
    locked = may_hold(min(months)) if months else False
    if not before and not locked:
        return
    was = {each.posting.entry: each.booking() for each in before}
    now = {each.posting.entry: each.booking() for each in after if locked or each.posting.entry in was}
    same = {entry for entry, booking in was.items() if now.get(entry) == booking}
    if locked:
        changes = [(was.get(entry), now.get(entry)) for entry in {**was, **now} if entry not in same]
        refuse_locked(changes)
        refuse_locked_rest(changes)
    insert_rows([booking.past_posting(at) for entry, booking in was.items() if entry not in same])
    again = [each.posting for each in after if each.posting.entry in same]
    update_tuples(Posting, [_Since(posting.id, was[posting.entry].since) for posting in again])
