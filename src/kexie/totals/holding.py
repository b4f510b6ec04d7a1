"""From the values that a unit gave of its stocks to what those above it hold, month by month. Pure.

A value stands from the month of its day until the unit gives another one, wherever the unit stands at the ends of the
months. A *span* is a value with one place; its *steps* are what it adds to all above in its first month, and takes
away again in the month after its last. Added up until a month, steps give what is held at the end of it. That a value
grows too old is left to whoever reads: each step knows the day of its value.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kexie.core.periods import month_of
from kexie.orgs.models import END, ids_of_path
from kexie.totals.measures import Measure

FAR = month_of(END)  # the month that never comes

Step = tuple[int, int, int, bool, date]  # ancestor, month, indicator, outside, day of the value
Standing = tuple[date, date, str, int]  # from, until, path, department depth


@dataclass(frozen=True, slots=True)
class Value:
    """What a unit had of a stock on a day, by one entry."""

    indicator: int
    day: date
    entry: int
    measure: Measure


@dataclass(frozen=True, slots=True)
class Span:
    """A value that stands at the ends of the months ``[first, until)`` at one place."""

    indicator: int
    first: int
    until: int
    day: date
    path: str
    department_depth: int
    measure: Measure

    def steps(self) -> Iterator[tuple[Step, Measure]]:
        """What it adds to each ancestor, and takes away again."""
        for depth, ancestor in enumerate(ids_of_path(self.path)):
            outside = depth < self.department_depth
            yield (ancestor, self.first, self.indicator, outside, self.day), self.measure
            if self.until != FAR:
                yield (ancestor, self.until, self.indicator, outside, self.day), -self.measure


def spans(values: Iterable[Value], standings: Sequence[Standing]) -> Iterator[Span]:
    """Yield the spans of one unit's ``values``; of two on one day that of the entry with the higher id stands."""
    ordered = sorted(values, key=lambda value: (value.indicator, value.day, value.entry))
    for value, following in pairwise([*ordered, None]):
        assert value is not None
        replaced = following is not None and following.indicator == value.indicator
        until = month_of(following.day) if replaced and following else FAR
        for since, gone, path, depth in standings:
            first, end = max(month_of(value.day), month_of(since)), min(until, month_of(gone))
            if first < end:
                yield Span(value.indicator, first, end, value.day, path, depth, value.measure)
