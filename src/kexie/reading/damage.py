"""Texts that lost digits or bytes when they were copied, and what their copies in the same file say.

A missing digit is proposed with its source; no figure's value is ever changed.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from kexie.reading import checks
from kexie.reading.clean import Clean, meaning_of_lost_bytes, simplify
from kexie.reading.model import Check, Document, Figure

_HAN = re.compile(r"[\u4e00-\u9fff]")
_DIGITS = re.compile(r"[^\d.]")
_LEFT, _RIGHT = 8, 5  # Chinese characters on both sides by which a place is found in a copy
_MOST_COPIES = 3  # a document is compared with at most so many others
_FEW = 20  # digits: with fewer, a digit that does not occur proves nothing


@dataclass
class Part:
    """A document's clean text with its first position in the view."""

    text: str
    start: int

    @cached_property
    def slots(self) -> list[checks.Slot]:
        return checks.empty_slots(self.text)

    @cached_property
    def han(self) -> list[int]:
        return [m.start() for m in _HAN.finditer(self.text)]

    @cached_property
    def skeleton(self) -> str:
        return "".join(self.text[i] for i in self.han)

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each run of Chinese characters occurs in the skeleton; -1 when more than once."""
        found: dict[str, int] = {}
        skeleton, width = self.skeleton, _LEFT + _RIGHT
        for i in range(len(skeleton) - width + 1):
            key = skeleton[i : i + width]
            found[key] = -1 if key in found else i + _LEFT
        return found

    @cached_property
    def numbers(self) -> list[int]:
        """The places in the skeleton before which digits stand."""
        found = {bisect_left(self.han, m.start()) for m in re.finditer(r"\d+", self.text)}
        return sorted(place for place in found if _LEFT <= place <= len(self.han) - _RIGHT)

    def between(self, place: int) -> tuple[int, int]:
        """What stands before the Chinese character at ``place`` of the skeleton, behind the one before it."""
        return self.han[place - 1] + 1, self.han[place]


def lost_digit(part: Part) -> str | None:
    """The digit that ``part`` has lost: it never occurs among many, and numbers are missing or begin with 0."""
    digits = re.sub(r"\D", "", part.text)
    if len(digits) < _FEW or len(part.slots) < 2:
        return None
    if "1" not in digits:
        return "1"
    absent = [d for d in "23456789" if d not in digits]
    return absent[0] if len(absent) == 1 and len(digits) >= 4 * _FEW else None


def examine(view: Clean, documents: Sequence[Document], parts: Sequence[Part]) -> list[Document]:
    """``documents`` with the damage of each: suspect figures, proposals from copies, and checks."""
    lost = [lost_digit(part) for part in parts]
    clusters: dict[int, list[int]] = {}
    for i, document in enumerate(documents):
        root = document.near_duplicate_of - 1 if document.near_duplicate_of else i
        clusters.setdefault(root, []).append(i)
    for members in clusters.values():
        for i in members:
            for j in [k for k in members if k != i and lost[i] is None][:_MOST_COPIES]:
                lost[i] = lost[i] or _lost_against(parts[i], _differences(parts[i], parts[j], j))
    out = []
    for i, document in enumerate(documents):
        root = document.near_duplicate_of - 1 if document.near_duplicate_of else i
        others = [j for j in clusters[root] if j != i and (lost[j] is None)]
        out.append(_examined(view, document, parts[i], lost[i], [(j, parts[j]) for j in others[:_MOST_COPIES]]))
    return out


@dataclass(frozen=True, slots=True)
class _Difference:
    start: int
    end: int
    own: str
    other: str
    document: int
    other_start: int
    other_end: int


def _lost_against(part: Part, differences: Sequence[_Difference]) -> str | None:
    """The digit whose loss explains nearly all that differs between ``part`` and its copy, and that it has not."""
    digits = set(re.sub(r"\D", "", part.text))
    for digit in "0123456789":
        if digit not in digits:
            explained = sum(d.other.replace(digit, "") == d.own for d in differences)
            if explained >= 3 and explained * 5 >= len(differences) * 4:
                return digit
    return None


def _examined(
    view: Clean, document: Document, part: Part, lost: str | None, others: list[tuple[int, Part]]
) -> Document:
    found: list[Check] = []
    figures = list(document.figures)
    if lost is not None:
        reason = f"本篇可能丢失了数字{lost}"
        figures = [replace(f, suspect=(*f.suspect, reason)) for f in figures]
        spans = tuple(_span(view, part, s.start, s.end) for s in part.slots)
        found.append(Check("digit lost", f"本篇没有一个数字“{lost}”,且有数字残缺,所有数据请对照原件核对", spans))
    differences: dict[int, _Difference] = {}
    for index, other in others:
        for difference in _differences(part, other, index):
            differences.setdefault(difference.start, difference)
    starts = [f.start for f in figures]
    told: set[int] = set()
    for difference in sorted(differences.values(), key=lambda d: d.start):
        found.append(_proposed(view, part, difference, lost, others, figures, starts))
        told.add(difference.start)
    known = sorted(told)
    for slot in part.slots:
        at = bisect_left(known, slot.start)
        if at < len(known) and known[at] <= slot.end:
            continue
        quote = part.text[slot.start : slot.end]
        kind, message = (
            ("number missing", f"“{quote}”处缺少数字")
            if slot.empty
            else ("digit lost", f"“{quote}”以0开头,可能缺少数字")
        )
        found.append(Check(kind, message, (_span(view, part, slot.start, slot.end),)))
    for start, end in checks.masked_numbers(part.text):
        message = f"“{part.text[start:end]}”是遮盖的数字,数值未知"
        found.append(Check("masked number", message, (_span(view, part, start, end),)))
    found += _lost_bytes(view, document)
    if not found and figures == document.figures:
        return document
    return replace(document, figures=figures, checks=[*document.checks, *found])


def _differences(part: Part, other: Part, index: int) -> list[_Difference]:
    """Where a number of ``other`` is another one, or none, in ``part``."""
    found = []
    places, own = other.places, part.places
    for place in other.numbers:
        key = other.skeleton[place - _LEFT : place + _RIGHT]
        here = own.get(key, -1)
        if here < 0 or places.get(key, -1) != place:
            continue
        theirs = other.between(place)
        if theirs[1] - theirs[0] > 24 or theirs[0] == theirs[1]:
            continue
        written = other.text[theirs[0] : theirs[1]]
        digits = _DIGITS.sub("", written).strip(".")
        if not digits or re.search(r"[xX_*]", written):
            continue
        start, end = part.between(here)
        mine = part.text[start:end]
        if _DIGITS.sub("", mine).strip(".") == digits or re.search(r"[xX_*]", mine) or end - start > 24:
            continue
        found.append(_Difference(start, end, _DIGITS.sub("", mine).strip("."), digits, index, theirs[0], theirs[1]))
    return found


def _proposed(
    view: Clean,
    part: Part,
    difference: _Difference,
    lost: str | None,
    others: list[tuple[int, Part]],
    figures: list[Figure],
    starts: list[int],
) -> Check:
    """The check for a difference; the figure that stands there becomes suspect and learns where the copy has it."""
    other = next(p for i, p in others if i == difference.document)
    start, end = _trimmed(part.text, difference.start, difference.end)
    there = _trimmed(other.text, difference.other_start, difference.other_end)
    span, source = _span(view, part, start, end), _span(view, other, *there)
    number = difference.document + 1
    if not difference.own:
        kind, message = "number missing", f"此处缺少数字,文档{number}(同文)作“{difference.other}”"
    elif lost is not None and difference.other.replace(lost, "") == difference.own:
        kind, message = "digit lost", f"“{difference.own}”丢失数字{lost},文档{number}(同文)作“{difference.other}”"
    else:
        kind, message = "copies differ", f"此处作“{difference.own}”,文档{number}(同文)作“{difference.other}”"
    at = max(0, bisect_left(starts, span[0]) - 1)
    while at < len(figures) and figures[at].start < span[1]:
        figure = figures[at]
        if figure.end > span[0]:
            reason = {"digit lost": "与同文相比丢失数字"}.get(kind, "与同文的数字不同")
            figures[at] = replace(
                figure,
                suspect=(*figure.suspect, reason),
                repaired_from={"document": number, "start": source[0], "end": source[1], "why": message},
            )
        at += 1
    return Check(kind, message, (span, source), difference.other)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The digits inside ``text[start:end]``; where there are none, the span with its neighbours."""
    found = re.search(r"\d[\d.,]*", text[start:end])
    if found:
        return start + found.start(), start + found.end()
    return max(0, start - 1), min(len(text), end + 1)


def _span(view: Clean, part: Part, start: int, end: int) -> tuple[int, int]:
    return view.start(part.start + start), view.end(part.start + max(end, start + 1))


_LOST_BYTES = re.compile(
    r"(?<=[\u4e00-\u9fff)])\?(?:[,;?!，；？！](?=[\u4e00-\u9fffA-Z“”])[\u4e00-\u9fff]{0,3}[A-Z]?|[\u4e00-\u9fff]{1,3}[A-Z](?=\())"
)
_PINYIN = re.compile(r"\([a-z]{0,3}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]{0,3}\)")


def _lost_bytes(view: Clean, document: Document) -> list[Check]:
    """Places of a traditional text where half a character was lost and what stood there is not certain."""
    raw = view.original[document.start : document.end]
    if not _PINYIN.search(raw):
        return []
    found = []
    for match in _LOST_BYTES.finditer(raw):
        if view.repaired(document.start + match.start()):
            continue
        span = document.start + match.start(), document.start + match.end()
        meant = simplify(meaning_of_lost_bytes(match.group()))
        possible = re.fullmatch(r"。[\u4e00-\u9fff]{1,3}", meant)
        message = f"“{match.group()}”处有字符损坏,原文不明"
        found.append(Check("bytes lost", message, (span,), meant if possible else None))
    return found
