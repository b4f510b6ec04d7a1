"""Which number of an edited text is which number of the text before: by line, then by place, then anywhere.

``Old`` is a number of the report before (from a record, or plain), ``Spotted`` one of the new text. Two that stand in
the same words belong together, whatever they say now; words are compared with their digits masked. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from kexie.reports.model import Number, Text, Unsourced
from kexie.reports.spotting import Reading, Spotted, plain_digits, reading_of, says_the_same, spot

_LEFT, _RIGHT = 10, 5  # characters around a number that say which it is
_SAME_LINE = 55.0  # of 100
_EQUAL, _UNIT = 8.0, 3.0
_LEAST = 5.5  # what a pair of different values needs
_LEAST_ELSEWHERE = 3.0  # of words, for a pair in different lines
_DIGITS = re.compile(r"[\d,.]+")


@dataclass(frozen=True, kw_only=True)
class Old:
    """A number of a line before; ``span`` is Text for one that never had a source (a date, a case's own words)."""

    start: int
    end: int
    text: str
    span: Number | Unsourced | Text
    reading: Reading | None


def numbers_before(spans: Sequence[Text | Number | Unsourced]) -> list[Old]:
    """Return the numbers of a line of spans in order: its Number and Unsourced spans and those within its words."""
    text = "".join(span.text for span in spans)
    spotted = spot(text)
    found: list[Old] = []
    taken: list[tuple[int, int]] = []
    place = 0
    for span in spans:
        start, end = place, place + len(span.text)
        place = end
        if isinstance(span, Text):
            continue
        inside = [each for each in spotted if each.start < end and start < each.end]
        # Within the sentence the reader knows more than of the number alone (the measure word of a range).
        reading = inside[0].reading if len(inside) == 1 else reading_of(span.text)
        found.append(Old(start=start, end=end, text=span.text, span=span, reading=reading))
        taken.append((start, end))
    for each in spotted:
        if not any(each.start < end and start < each.end for start, end in taken):
            plain = Text(text=each.text)
            found.append(Old(start=each.start, end=each.end, text=each.text, span=plain, reading=each.reading))
    return sorted(found, key=lambda each: each.start)


def is_equal(old: Old, new: Spotted, line: str) -> bool:
    """Say whether the new number still says what the old one did."""
    if stands_at(old, new, line) is not None:
        return True
    if isinstance(old.span, Number):
        return says_the_same(number=old.span, before=old.reading, now=new.reading)
    return plain_digits(old.text) == plain_digits(new.text) or old.reading == new.reading


def stands_at(old: Old, new: Spotted, line: str) -> tuple[int, int] | None:
    """Return where in ``line`` the very text of ``old`` covers ``new``, if it does."""
    start = line.find(old.text, max(new.start - 4, 0))
    end = start + len(old.text)
    return (start, end) if 0 <= start <= new.start and new.end <= end else None


def pair_in_line(before: str, olds: Sequence[Old], now: str, news: Sequence[Spotted]) -> list[tuple[int, int]]:
    """Return pairs of indices (old, new), in order on both sides, with the highest sum of likeness."""
    rows, columns = len(olds), len(news)
    gain = [[_likeness(before, old, now, new) for new in news] for old in olds]
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], gain[i][j] + best[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < rows and j < columns:
        if gain[i][j] > 0 and best[i][j] == gain[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def pair_elsewhere(olds: Sequence[tuple[str, Old]], news: Sequence[tuple[str, Spotted]]) -> list[tuple[int, int]]:
    """Return pairs of what is left over in all lines: what was moved with the words around it."""
    scored = []
    for i, (before, old) in enumerate(olds):
        for j, (now, new) in enumerate(news):
            likeness = _likeness(before, old, now, new)
            if likeness and _words(before, old, now, new) >= _LEAST_ELSEWHERE:
                scored.append((-likeness, i, j))
    return _greedy(scored)


def pair_lines(before: Sequence[str], now: Sequence[str]) -> list[tuple[int, int]]:
    """Return pairs of indices of lines: equal ones first, then those whose words are alike, wherever they stand."""
    where: dict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(before):
        where[_squeezed(line)].append(place)
    pairs, left = [], []
    for place, line in enumerate(now):
        if same := where.get(_squeezed(line)):
            pairs.append((same.pop(0), place))
        else:
            left.append(place)
    taken = {i for i, _ in pairs}
    free = [place for place in range(len(before)) if place not in taken]
    masked_before, masked_now = [_masked(line) for line in before], [_masked(line) for line in now]
    scored = []
    for i in free:
        for j in left:
            score = fuzz.ratio(masked_before[i], masked_now[j], score_cutoff=_SAME_LINE)
            if score:
                shift = abs(i / max(len(before), 1) - j / max(len(now), 1))
                scored.append((-score + shift, i, j))
    return pairs + _greedy(scored)


def _greedy(scored: list[tuple[float, int, int]]) -> list[tuple[int, int]]:
    pairs, used_old, used_new = [], set(), set()
    for _, i, j in sorted(scored):
        if i not in used_old and j not in used_new:
            used_old.add(i)
            used_new.add(j)
            pairs.append((i, j))
    return pairs


def _likeness(before: str, old: Old, now: str, new: Spotted) -> float:
    """How probable it is that ``new`` is what became of ``old``; 0 when it is not."""
    words = _words(before, old, now, new)
    if is_equal(old, new, now):
        return _EQUAL + words
    if isinstance(old.span, Text) and new.is_figure != _is_figure(old):
        return 0.0
    old_unit = old.reading.unit if old.reading else ""
    score = words + (_UNIT if old_unit == new.reading.unit else 0.0)
    return score if score >= _LEAST else 0.0


def _is_figure(old: Old) -> bool:
    return old.reading is not None and bool(old.reading.unit)


def _words(before: str, old: Old, now: str, new: Spotted) -> float:
    """How alike the words on both sides are, 0 to 6."""
    left = _ratio(
        _masked(before[max(old.start - _LEFT, 0) : old.start]), _masked(now[max(new.start - _LEFT, 0) : new.start])
    )
    right = _ratio(_masked(before[old.end : old.end + _RIGHT]), _masked(now[new.end : new.end + _RIGHT]))
    return 4.0 * left + 2.0 * right


def _ratio(one: str, other: str) -> float:
    return 1.0 if one == other else fuzz.ratio(one, other) / 100


def _masked(text: str) -> str:
    return _DIGITS.sub("0", plain_digits(_squeezed(text)))


def _squeezed(text: str) -> str:
    return "".join(text.split())
