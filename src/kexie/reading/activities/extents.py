"""Which figures belong to which event."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kexie.reading.figures import Match
from kexie.reading.model import Figure

_OCCURRENCES = frozenset(("次", "场", "期", "场次", "期次", "届", "班次", "站次"))


@dataclass(frozen=True, slots=True)
class Extent:
    """Where figures belong to an event. ``own``: in its own sentence, else in those behind it."""

    start: int
    end: int
    activity: str
    own: bool


def with_activity(told: Sequence[tuple[Match, Figure]], extents: list[Extent]) -> list[tuple[Match, Figure]]:
    """``told`` with the id of its event in each figure that stands in the event's own part of the text."""
    extents = sorted(extents, key=lambda extent: (extent.start, extent.end))
    begins = [extent.start for extent in extents]
    out = []
    for match, figure in told:
        at = bisect_right(begins, match.start) - 1
        inside = at >= 0 and match.start < extents[at].end
        # What is said of a whole behind an event's sentence (全县共…) is not of the event.
        if inside and figure.status == "actual" and figure.period is None and (extents[at].own or not figure.whole):
            figure = replace(figure, activity=extents[at].activity)
        out.append((match, figure))
    return out


def occurrences(told: Sequence[tuple[Match, Figure]], starts: list[int], begin: int, end: int) -> int | None:
    """How often an event took place, where its clause at ``begin:end`` counts it (培训班2期).

    ``starts`` are the positions of the figures ``told``.
    """
    at = bisect_right(starts, begin - 1)
    while at < len(told) and starts[at] < end:
        match, figure = told[at]
        often = figure.value
        if match.unit in _OCCURRENCES and figure.kind == "count" and often is not None and not figure.per:
            return int(often) if often and often == often.to_integral_value() else None
        at += 1
    return None
