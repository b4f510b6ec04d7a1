"""What is damaged in each document of a file, and what its copies propose."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from kexie.reading import checks
from kexie.reading.clean import Clean
from kexie.reading.damage.halves import lost_bytes
from kexie.reading.damage.lost import lost_against, lost_digit
from kexie.reading.damage.parts import Difference, Part, differences, wanted
from kexie.reading.model import Check, Document, Figure

_MOST_COPIES = 3  # a document is compared with at most so many others
_WRITTEN = re.compile(r"[\dxX_*][\d.,xX_*]*")


def examine(view: Clean, documents: Sequence[Document], parts: Sequence[Part]) -> list[Document]:
    """``documents`` with the damage of each: suspect figures, proposals from copies, and checks."""
    lost = [lost_digit(part) for part in parts]
    clusters: dict[int, list[int]] = {}
    for i, document in enumerate(documents):
        clusters.setdefault(document.near_duplicate_of - 1 if document.near_duplicate_of else i, []).append(i)
    differing: dict[int, list[Difference]] = {}
    for members in clusters.values():
        if len(members) > 1:
            differing |= _compared(members, parts, lost)
    out = []
    for i, document in enumerate(documents):
        sound = [difference for difference in differing.get(i, []) if lost[difference.document] is None]
        out.append(_examined(view, document, parts, i, lost[i], sound))
    return out


def _compared(members: list[int], parts: Sequence[Part], lost: list[str | None]) -> dict[int, list[Difference]]:
    """How each of the copies ``members`` differs from the first whole ones; what it has lost enters ``lost``."""
    first = [i for i in members if lost[i] is None][: _MOST_COPIES + 1]
    keys = wanted(parts[i] for i in first)
    theirs = {i: parts[i].places(keys) for i in first}
    out: dict[int, list[Difference]] = {}
    found: dict[int, str | None] = {}
    for i in members:
        own = theirs.get(i) or parts[i].places(keys)
        others = [j for j in first if j != i][:_MOST_COPIES]
        each = {j: differences(parts[i], own, parts[j], theirs[j], j) for j in others}
        if lost[i] is None:
            found[i] = next((digit for j in others if (digit := lost_against(parts[i], each[j]))), None)
        out[i] = [difference for j in others for difference in each[j]]
    for i, digit in found.items():
        lost[i] = digit
    return out


def _examined(
    view: Clean,
    document: Document,
    parts: Sequence[Part],
    position: int,
    lost: str | None,
    differing: Sequence[Difference],
) -> Document:
    part = parts[position]
    found: list[Check] = []
    figures = list(document.figures)
    if lost is not None:
        reason = f"本篇可能丢失了数字{lost}"
        figures = [replace(f, suspect=(*f.suspect, reason)) for f in figures]
        spans = tuple(_span(view, part, s.start, s.end) for s in part.slots)
        found.append(Check("digit lost", f"本篇没有一个数字“{lost}”，数字有残缺，所有数据请对照原件核对", spans))
    first: dict[int, Difference] = {}
    for difference in differing:
        first.setdefault(difference.start, difference)
    starts = [f.start for f in figures]
    known = sorted(first)
    for at in known:
        found.append(_proposed(view, part, parts[first[at].document], first[at], lost, figures, starts))
    found += _missing(view, part, known)
    for odd in checks.odd_forms(part.text):
        found.append(Check(odd.kind, odd.message, (_span(view, part, odd.start, odd.end),), odd.proposal))
    found += lost_bytes(view, document)
    if not found:
        return document
    return replace(document, figures=figures, checks=[*document.checks, *found])


def _missing(view: Clean, part: Part, known: list[int]) -> list[Check]:
    """Numbers that are missing or masked, but for those at the positions ``known``, for which a copy has one."""
    found = []
    for slot in part.slots:
        if _holds(known, slot.start, slot.end):
            continue
        quote = part.text[slot.start : slot.end]
        kind, message = (
            ("number missing", f"“{quote}”处缺少数字")
            if slot.empty
            else ("digit lost", f"“{quote}”以0开头，可能缺少数字")
        )
        found.append(Check(kind, message, (_span(view, part, slot.start, slot.end),)))
    for start, end in part.masks:
        if not _holds(known, start, end):
            message = f"“{part.text[start:end]}”是遮盖的数字，数值未知"
            found.append(Check("masked number", message, (_span(view, part, start, end),)))
    return found


def _holds(known: list[int], start: int, end: int) -> bool:
    at = bisect_left(known, start)
    return at < len(known) and known[at] <= end


def _proposed(
    view: Clean,
    part: Part,
    other: Part,
    difference: Difference,
    lost: str | None,
    figures: list[Figure],
    starts: list[int],
) -> Check:
    """The check for a difference; the figure that stands there becomes suspect and learns where the copy has it."""
    start, end = _trimmed(part.text, difference.start, difference.end)
    there = _trimmed(other.text, difference.other_start, difference.other_end)
    span, source = _span(view, part, start, end), _span(view, other, *there)
    number = difference.document + 1
    same = f"文档{number}（同文）作“{difference.other}”"
    if difference.masked:
        kind, message = "masked number", f"“{part.text[start:end]}”是遮盖的数字，{same}"
    elif not difference.own:
        kind, message = "number missing", f"此处缺少数字，{same}"
    elif lost is not None and difference.other.replace(lost, "") == difference.own:
        kind, message = "digit lost", f"“{difference.own}”丢失数字{lost}，{same}"
    else:
        kind, message = "copies differ", f"此处作“{difference.own}”，{same}"
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
    """The digits or their mask inside ``text[start:end]``; where there are none, the span with its neighbours."""
    found = _WRITTEN.search(text, start, end)
    return found.span() if found else (max(0, start - 1), min(len(text), end + 1))


def _span(view: Clean, part: Part, start: int, end: int) -> tuple[int, int]:
    return view.start(part.start + start), view.end(part.start + max(end, start + 1))
