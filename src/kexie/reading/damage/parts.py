"""A document's text and where it says something else than a copy of it."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from kexie.reading import checks

_NUMBER = re.compile(r"\d+")
_DIGITS = re.compile(r"[^\d.]")
_MASK = re.compile(r"[xX_*]+")
_LEFT, _RIGHT = 8, 5  # Chinese characters on both sides by which a place is found in a copy
_WIDEST = 24  # characters: the longest number with what stands around it


@dataclass
class Part:
    """A document's clean text with its first position in the view."""

    text: str
    start: int

    @cached_property
    def slots(self) -> list[checks.Slot]:
        return checks.empty_slots(self.text)

    @cached_property
    def masks(self) -> list[tuple[int, int]]:
        return checks.masked_numbers(self.text)

    @cached_property
    def han(self) -> list[int]:
        """The positions of its Chinese characters."""
        return [at for at, character in enumerate(self.text) if "\u4e00" <= character <= "\u9fff"]

    @cached_property
    def skeleton(self) -> str:
        """Its Chinese characters."""
        return "".join(map(self.text.__getitem__, self.han))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The places in the skeleton before which digits stand, by the characters around them."""
        found = {bisect_left(self.han, m.start()) for m in _NUMBER.finditer(self.text)}
        last = len(self.han) - _RIGHT
        return {self.skeleton[at - _LEFT : at + _RIGHT]: at for at in sorted(found) if _LEFT <= at <= last}

    def places(self, wanted: Collection[str]) -> dict[str, int]:
        """Where each of ``wanted`` occurs in the skeleton; -1 when more than once."""
        found: dict[str, int] = {}
        skeleton, width = self.skeleton, _LEFT + _RIGHT
        for i in range(len(skeleton) - width + 1):
            key = skeleton[i : i + width]
            if key in wanted:
                found[key] = -1 if key in found else i + _LEFT
        return found

    def between(self, place: int) -> tuple[int, int]:
        """What stands before the Chinese character at ``place`` of the skeleton, behind the one before it."""
        return self.han[place - 1] + 1, self.han[place]


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a copy that is another one, masked, or none in a text. ``own`` and ``other`` are the digits;
    ``document`` is the copy's position."""

    start: int
    end: int
    own: str
    other: str
    masked: bool
    document: int
    other_start: int
    other_end: int


def wanted(parts: Iterable[Part]) -> frozenset[str]:
    """The surroundings of all numbers of copies."""
    return frozenset(key for part in parts for key in part.numbers)


def differences(
    part: Part, places: dict[str, int], other: Part, other_places: dict[str, int], document: int
) -> list[Difference]:
    """Where a number of ``other`` is another one, or none, in ``part``. The places are those of the wanted keys."""
    found = []
    for key, place in other.numbers.items():
        here = places.get(key, -1)
        if here < 0 or other_places.get(key) != place:
            continue
        theirs = other.between(place)
        if theirs[1] - theirs[0] > _WIDEST or theirs[0] == theirs[1]:
            continue
        start, end = part.between(here)
        written, mine = other.text[theirs[0] : theirs[1]], part.text[start:end]
        if mine == written or end - start > _WIDEST:
            continue
        digits = _DIGITS.sub("", written).strip(".")
        if not digits or _MASK.search(written):
            continue
        masked = _MASK.search(mine) is not None
        own = _DIGITS.sub("", mine).strip(".")
        if own != digits or masked:
            found.append(Difference(start, end, own, digits, masked, document, *theirs))
    return found
