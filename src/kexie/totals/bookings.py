"""How an entry counts: the one shape in which locks and history compare what was posted with what is posted now.

Facts and skips are rows that JSON keeps as they are, so that a booking goes into ``PastPosting`` and comes back equal.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from kexie.orgs.models import ids_of_path
from kexie.totals.measures import Measure
from kexie.totals.models import Fact, PastPosting, Stamp


class FactRow(NamedTuple):
    """A posted figure; integers in the smallest unit of indicator id ``indicator``. ``part``: it enters no total."""

    indicator: int
    qualifier: str
    value: int
    low: int | None
    high: int | None
    low_exclusive: bool
    high_exclusive: bool
    mode: str
    group: str
    part: bool


class SkipRow(NamedTuple):
    """``ancestor`` does not count ``indicator`` of this booking in its total (``system``: of the 科协系统)."""

    ancestor: int
    indicator: int
    system: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """What an entry added, where, and in ``[since, until)`` (until None: it still does).

    ``path`` are the ids of the organisations that count it, the root first and its own last; the first ``departments``
    of them count it outside their 科协系统.
    """

    entry: int
    revision: int | None
    organisation: int
    day: date
    booked: date
    month: int
    group: int | None
    rank: int
    work_area: str
    path: tuple[int, ...]
    departments: int
    facts: tuple[FactRow, ...]
    skips: frozenset[SkipRow]
    since: datetime = field(compare=False)
    until: datetime | None = field(default=None, compare=False)

    def stands_at(self, at: datetime | None) -> bool:
        """Whether it counted at this moment (None: now)."""
        if at is None:
            return self.until is None
        return self.since <= at and (self.until is None or at < self.until)

    def seen_from(self, organisation: int) -> tuple[Any, ...] | None:
        """All of it that ``organisation`` and those below can see in their totals; None: it is not below.

        What differs further up (who else counts it, what it is skipped for there) makes no difference here.
        """
        if organisation not in self.path:
            return None
        above = self.path.index(organisation)
        below = self.path[above:]
        return (
            (self.revision, self.organisation, self.day, self.month, self.work_area),
            (below, max(self.departments - above, 0)),
            self.facts,
            frozenset(skip for skip in self.skips if skip.ancestor in below),
        )

    def adds(self, organisation: int, scope: str, indicators: Iterable[int]) -> dict[int, Measure]:
        """What it adds to the total of ``organisation`` in this scope, by indicator; only of ``indicators``."""
        if organisation not in self.path or (scope == "own" and organisation != self.organisation):
            return {}
        if scope == "system" and self.path.index(organisation) < self.departments:
            return {}
        wanted = set(indicators)
        if scope != "own":
            wanted -= {
                skip.indicator
                for skip in self.skips
                if skip.ancestor == organisation and skip.system == (scope == "system")
            }
        sums: dict[int, Measure] = {}
        for fact in self.facts:
            if not fact.part and fact.indicator in wanted:
                sums[fact.indicator] = sums.get(fact.indicator, Measure(entries=1)) + Measure.of(fact)
        return sums

    def past_posting(self, until: datetime) -> PastPosting:
        """Return the row that keeps it after it was taken back; if the clock was put back, for no time at all."""
        return PastPosting(
            entry=self.entry,
            revision=self.revision,
            organisation_id=self.organisation,
            day=self.day,
            booked=self.booked,
            month=self.month,
            group=self.group,
            rank=self.rank,
            work_area=self.work_area,
            path="/" + "".join(f"{pk}/" for pk in self.path),
            departments=self.departments,
            facts=[list(fact) for fact in self.facts],
            skips=[list(skip) for skip in sorted(self.skips)],
            since=self.since,
            until=max(until, self.since),
        )


def booking_now(posting: Any, stamps: Iterable[Any], facts: Iterable[Any], skips: Iterable[Any]) -> Booking:
    """Return how ``posting`` counts, from its rows."""
    rows = list(stamps)
    return Booking(
        entry=posting.entry,
        revision=posting.revision,
        organisation=posting.organisation_id,
        day=posting.day,
        booked=posting.booked,
        month=posting.month,
        group=posting.group,
        rank=posting.rank,
        work_area=posting.work_area,
        path=_path(rows),
        departments=sum(stamp.outside for stamp in rows),
        facts=tuple(sorted((_fact_row(fact) for fact in facts), key=repr)),
        skips=frozenset(SkipRow(skip.ancestor_id, skip.indicator_id, skip.system) for skip in skips),
        since=posting.since,
    )


def booking_then(row: PastPosting) -> Booking:
    """Return how an entry counted, as it was kept."""
    return Booking(
        entry=row.entry,
        revision=row.revision,
        organisation=row.organisation_id,
        day=row.day,
        booked=row.booked,
        month=row.month,
        group=row.group,
        rank=row.rank,
        work_area=row.work_area,
        path=tuple(ids_of_path(row.path)),
        departments=row.departments,
        facts=tuple(FactRow(*fact) for fact in row.facts),
        skips=frozenset(SkipRow(*skip) for skip in row.skips),
        since=row.since,
        until=row.until,
    )


def _path(stamps: Iterable[Stamp]) -> tuple[int, ...]:
    """The ancestors from the root down: each stamp names the next one on the way."""
    child_of = {stamp.ancestor_id: stamp.child_id for stamp in stamps}
    above = {child: ancestor for ancestor, child in child_of.items()}
    path: list[int] = []
    step = above.get(None)
    while step is not None:
        path.append(step)
        step = above.get(step)
    return tuple(reversed(path))


def _fact_row(fact: Fact) -> FactRow:
    return FactRow(
        fact.indicator_id,
        fact.qualifier,
        fact.value,
        fact.low,
        fact.high,
        fact.low_exclusive,
        fact.high_exclusive,
        fact.mode,
        fact.group,
        fact.part,
    )
