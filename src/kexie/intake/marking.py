"""The text of a document as a page shows it: paragraphs, and in them the words that were read as something.

Pure: from a read document and its text to blocks of pieces, in the order of the text; nothing of the text is lost.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kexie.reading import Document
from kexie.reading.dates import find_spans

#: What a mark means to the reader, in the order of the legend.
LEGEND = {
    "figure": "数据",
    "time": "时间",
    "place": "地点",
    "unit": "单位",
    "whole": "申报总数",
    "plan": "打算",
    "doubt": "缺数",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters ``[start, end)`` of the file were read as ``sort``, a key of the legend; ``why`` is the hint."""

    start: int
    end: int
    sort: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a paragraph, plain (``sort`` empty) or marked."""

    text: str
    sort: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph: ``number`` is the place of its heading among the sections (None: no heading), ``drafts`` the
    numbers of the drafts that were made from its sentences."""

    start: int
    pieces: tuple[Piece, ...]
    number: int | None = None
    level: int = 0
    drafts: tuple[int, ...] = field(default=())


def marks_of(document: Document, text: str) -> list[Mark]:
    """Return the marks of a document, in order and without overlap; ``text`` is the whole file's.

    Where two would overlap the more important one stays: what is doubtful, then numbers, then times, places, units.
    """
    found = [
        Mark(start, end, "doubt", check.message)
        for check in document.checks
        for start, end in check.spans
        if document.start <= start < end <= document.end and check.kind in _DOUBTFUL
    ]
    for figure in document.figures:
        if figure.suspect:
            found.append(Mark(figure.start, figure.end, "doubt", "这个数可能缺字"))
        elif figure.status != "actual":
            found.append(Mark(figure.start, figure.end, "plan", "打算或要求，不计数"))
        else:
            found.append(Mark(figure.start, figure.end, "whole" if figure.whole else "figure", figure.counted or ""))
    body = text[document.start : document.end]
    found += [
        Mark(document.start + each.start, document.start + each.end, "time", "") for each in find_spans(body, None)
    ]
    for activity in document.activities:
        found += _named(text, activity.start, activity.end, [activity.place or ""], "place")
        found += _named(text, activity.start, activity.end, activity.organisers, "unit")
    order = {"doubt": 0, "whole": 1, "figure": 1, "plan": 1, "time": 2, "place": 3, "unit": 4}
    chosen: list[Mark] = []
    for mark in sorted(found, key=lambda each: (order[each.sort], each.start, each.end)):
        if not any(other.start < mark.end and mark.start < other.end for other in _near(chosen, mark)):
            chosen.insert(bisect_right([each.start for each in chosen], mark.start), mark)
    return chosen


_LONGEST_HEADING = 40  # characters, its number included
_DOUBTFUL = {"number missing", "digit lost", "masked number"}


def _near(chosen: Sequence[Mark], mark: Mark) -> Sequence[Mark]:
    """The marks that could overlap: the last one before, and those that begin inside."""
    place = bisect_right([each.start for each in chosen], mark.start)
    return chosen[max(place - 1, 0) : place + (mark.end - mark.start)]


def _named(text: str, start: int, end: int, names: Iterable[str], sort: str) -> list[Mark]:
    found = []
    for name in names:
        place = text.find(name, start, end) if name else -1
        if place >= 0:
            found.append(Mark(place, place + len(name), sort, ""))
    return found


def blocks_of(document: Document, text: str, drafts: Mapping[int, int]) -> list[Block]:
    """Return the paragraphs of a document; ``drafts`` gives the number of a draft by the start of its sentence.

    Empty lines leave no block. The words of all blocks together are those of the document.
    """
    marks = marks_of(document, text)
    starts = [mark.start for mark in marks]
    headings = {section.start: (number, section.level) for number, section in enumerate(document.sections)}
    blocks = []
    place = document.start
    for line in text[document.start : document.end].splitlines(keepends=True):
        start, end = place, place + len(line)
        place = end
        if not line.strip():
            continue
        first = start + len(line) - len(line.lstrip())
        number, level = headings.get(first, headings.get(start, (None, 0)))
        if len(line.strip()) > _LONGEST_HEADING:
            number, level = None, 0  # a whole paragraph behind 1、 is read, not scanned
        inside = marks[bisect_right(starts, start - 1) : bisect_right(starts, end - 1)]
        own = tuple(sorted(number for at, number in drafts.items() if start <= at < end))
        blocks.append(Block(first, tuple(_pieces(text, first, start + len(line.rstrip()), inside)), number, level, own))
    return blocks


def _pieces(text: str, start: int, end: int, marks: Iterable[Mark]) -> Iterable[Piece]:
    for mark in marks:
        if mark.start < start or mark.end > end:
            continue  # a mark across two lines is left out rather than torn
        if start < mark.start:
            yield Piece(text[start : mark.start])
        yield Piece(text[mark.start : mark.end], mark.sort, mark.why)
        start = mark.end
    if start < end:
        yield Piece(text[start:end])
