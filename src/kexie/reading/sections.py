"""Headings into sections: 一、（一） 1. 1、(1) ①, 一是, 第一, 4.1."""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from kexie.reading.lines import Line

_CN = "[一二三四五六七八九十]"
# Rank of a style when a document uses several; what a document does not use leaves no gap in its levels.
_STYLES: list[tuple[int, re.Pattern[str]]] = [
    (1, re.compile(rf"第{_CN}{{1,3}}[部章节](?:分)?[:、. ]?")),
    (2, re.compile(rf"{_CN}{{1,3}}(?:、|\.(?!\d))")),
    (3, re.compile(rf"\({_CN}{{1,3}}\)[、.]?|[㈠-㈩]、?")),
    (5, re.compile(r"\d{1,2}\.\d{1,2}(?:\.\d{1,2})?(?![\d%万亿倍])[、. ]?")),
    (4, re.compile(r"\d{1,2}(?:[、)]|\.(?!\d)) ?")),
    (6, re.compile(r"\(\d{1,2}\)[、.]?")),
    (7, re.compile(r"[①-⑳]、?")),
    (8, re.compile(rf"{_CN}{{1,2}}是|第{_CN}{{1,2}}[,、]|其{_CN}[,、]")),
]
_INLINE = re.compile(
    rf"(?:(?<=[。;:!\n])|(?<=[。;:!] ))(?:{_CN}{{1,2}}是|第{_CN}{{1,2}}[,、]|\({_CN}{{1,2}}\)|\(\d{{1,2}}\)|[①-⑳])"
)
_TITLE_END = re.compile(r"[。;!?:\n]| {2,}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in the clean text; ``start:end`` is the section that it governs."""

    number: str
    level: int
    title: str
    start: int
    end: int


def find(text: str, lines: list[Line], end: int) -> list[Heading]:
    """The sections of one document, in order. ``lines`` are its lines, ``end`` is where it ends in ``text``."""
    found: list[tuple[int, int, int]] = []  # start, rank, end of the number
    for line in lines:
        for rank, pattern in _STYLES:
            match = pattern.match(text, line.start, line.end)
            if match:
                found.append((line.start, rank, match.end()))
                break
        for match in _INLINE.finditer(text, line.start + 1, line.end):
            rank = next((r for r, p in _STYLES if p.match(text, match.start(), line.end)), 8)
            found.append((match.start(), rank, match.end()))
    if not found:
        return []
    used = sorted({rank for _, rank, _ in found})
    out = []
    stops = _stops(found, end)
    for (start, rank, after), stop in zip(found, stops, strict=True):
        cut = _TITLE_END.search(text, after, min(stop, after + 60))
        title = text[after : min(cut.start() if cut else stop, after + 60)].strip()
        number = text[start:after].strip(" 、.")
        out.append(Heading(number, used.index(rank) + 1, title, start, stop))
    return out


def _stops(found: list[tuple[int, int, int]], end: int) -> list[int]:
    """Each section ends where the next one of its own or a higher rank begins."""
    stops = [end] * len(found)
    open_: list[int] = []
    for i, (start, rank, _) in enumerate(found):
        while open_ and found[open_[-1]][1] >= rank:
            stops[open_.pop()] = start
        open_.append(i)
    return stops


class Outline:
    """Answers which headings stand above a position."""

    def __init__(self, headings: list[Heading]) -> None:
        self._headings = headings
        self._starts = [h.start for h in headings]
        self._parents: list[int] = []
        open_: list[int] = []
        for i, heading in enumerate(headings):
            while open_ and headings[open_[-1]].level >= heading.level:
                open_.pop()
            self._parents.append(open_[-1] if open_ else -1)
            open_.append(i)

    def above(self, position: int) -> list[Heading]:
        """The headings whose sections hold ``position``, outermost first."""
        at = bisect_left(self._starts, position + 1) - 1
        out: list[Heading] = []
        while at >= 0:
            if self._headings[at].end > position:
                out.append(self._headings[at])
            at = self._parents[at]
        return out[::-1]

    def under(self, test: Callable[[Heading], bool]) -> Callable[[int], bool]:
        """A function that says whether a position lies in a section whose heading passes ``test``."""
        starts: list[int] = []
        ends: list[int] = []
        for heading in self._headings:
            if (not ends or heading.start >= ends[-1]) and test(heading):
                starts.append(heading.start)
                ends.append(heading.end)

        def inside(position: int) -> bool:
            at = bisect_left(starts, position + 1) - 1
            return at >= 0 and position < ends[at]

        return inside
