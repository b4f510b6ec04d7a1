"""Blocking: which pairs of entries are worth comparing. Never all with all.

Two entries are compared when they lie close in time, are of different units, and meet in a place, in the words for a
place, or one names the other's unit as a partner. Within each of these, entries are sorted by day and only neighbours
are looked at.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

from kexie.registers.proposals.told import Told
from kexie.registers.proposals.weights import merging

_LEAST_WORDS = 3  # characters of the words for a place that can tell it from others


def candidates(told: Sequence[Told]) -> set[tuple[int, int]]:
    """Return pairs of positions in ``told``, the smaller one first."""
    ordered = sorted(range(len(told)), key=lambda index: (told[index].start, told[index].entry))
    meeting: defaultdict[Hashable, list[int]] = defaultdict(list)
    own: defaultdict[int, list[int]] = defaultdict(list)
    naming: defaultdict[int, list[int]] = defaultdict(list)
    for index in ordered:
        each = told[index]
        own[each.organisation].append(index)
        for key in _places(each):
            meeting[key].append(index)
        for partner in each.partners:
            naming[partner].append(index)
    found: set[tuple[int, int]] = set()
    for group in meeting.values():
        found.update(_neighbours(told, group))
    for partner, group in naming.items():
        found.update(_between(told, group, own.get(partner, [])))
    return found


def _places(each: Told) -> Iterable[Hashable]:
    yield from each.around
    if len(each.place) >= _LEAST_WORDS and not each.places:
        yield each.place, _upper(each.path)


def _upper(path: str) -> str:
    """The path without its last unit: the words for a place mean the same only under one office."""
    return path.rsplit("/", 2)[0]


def _neighbours(told: Sequence[Told], group: Sequence[int]) -> Iterator[tuple[int, int]]:
    window, crowd = merging().window_days, merging().crowd
    for position, index in enumerate(group):
        one = told[index]
        for other in group[position + 1 : position + 1 + crowd]:
            if told[other].start > one.end + window:
                break
            if told[other].organisation != one.organisation:
                yield (index, other) if index < other else (other, index)


def _between(told: Sequence[Told], naming: Sequence[int], own: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of one of ``naming`` and one of ``own``, both sorted by their first day."""
    if not own:
        return
    window, crowd, longest = merging().window_days, merging().crowd, merging().longest_days
    starts = [told[index].start for index in own]
    for index in naming:
        one = told[index]
        low = bisect_left(starts, one.start - window - longest)
        for other in own[low : low + crowd]:
            if told[other].start > one.end + window:
                break
            if told[other].end + window >= one.start and told[other].organisation != one.organisation:
                yield (index, other) if index < other else (other, index)
