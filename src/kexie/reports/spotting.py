"""Numbers in a line of text that somebody may have written anew: where they stand and what they say.

``kexie.reading`` decides what is a figure (amount and measure word); besides, every run of digits is a token, so that
dates and bare cells of a table can be followed too. Digits in circles and full-width digits are digits. Pure.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from kexie.reading import Figure, figures_of
from kexie.reports.model import Number
from kexie.reports.wording import Reading, last_step, read_back

_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?[万亿]?")
_CIRCLED = re.compile(r"[①-⑳⑴-⒇⒈-⒛❶-❿]")
_GREAT = {"万": 4, "亿": 8}


@dataclass(frozen=True, kw_only=True)
class Spotted:
    """A number at ``start`` to ``end`` of a line. ``is_figure``: it counts something, it is not a date or a label."""

    start: int
    end: int
    text: str
    reading: Reading
    is_figure: bool


def plain_digits(text: str) -> str:
    """Return the text with digits of every kind (full-width, in circles, with brackets) as plain ones."""
    return "".join(_one(text, place) for place in range(len(text)))


def spot(text: str) -> list[Spotted]:
    """Return the numbers of a line in order, none overlapping another; offsets are those of ``text``."""
    parts = [_one(text, place) for place in range(len(text))]
    plain = "".join(parts)
    origin = [place for place, part in enumerate(parts) for _ in part]
    origin.append(len(text))
    found: list[Spotted] = []

    def keep(start: int, end: int, reading: Reading, *, is_figure: bool) -> None:
        first, last = origin[start], origin[end - 1] + 1
        found.append(Spotted(start=first, end=last, text=text[first:last], reading=reading, is_figure=is_figure))

    taken: list[tuple[int, int]] = []
    for figure in figures_of(plain):
        taken.append((figure.start, figure.end))
        keep(figure.start, figure.end, _reading(figure), is_figure=True)
    for match in _DIGITS.finditer(plain):
        if not any(match.start() < end and start < match.end() for start, end in taken):
            keep(match.start(), match.end(), _bare(match[0]), is_figure=False)
    return sorted(found, key=lambda each: each.start)


def reading_of(text: str) -> Reading | None:
    """Return what a printed number says that stands alone (``4.2万人次以上``, ``195``), or None when it is not one."""
    spotted = spot(text)
    if len(spotted) == 1 and (spotted[0].is_figure or spotted[0].text == text):
        return spotted[0].reading
    try:
        return read_back(plain_digits(text).replace(",", ""))
    except ValueError:
        return None


def says_the_same(*, number: Number, before: Reading | None, now: Reading) -> bool:
    """Say whether ``now`` is still true of ``number`` that was printed as ``before``.

    Other words for the same value are (一百二十场 for 120场), and so is a marker that rounds by less than one of its
    last digit (3200余 for 3247). 约 says nothing by itself: it may be off by less than that as well.
    """
    if before is not None and _same(before, now):
        return True
    unit = number.unit if before is None else before.unit or number.unit
    if now.unit and unit and now.unit != unit:
        return False
    if unit != number.unit:  # printed in other units than the total: only equality can be judged
        return False
    if now.qualifier == "exact":
        return now.contains(number)
    if now.qualifier == "about":
        return abs(number.value - now.value) < last_step(now.value)
    low = Decimal(0) if number.low is None else number.low
    return now.contains(number) and (now.low is None or low - now.low < last_step(now.low))


def _same(one: Reading, other: Reading) -> bool:
    if one.unit and other.unit and one.unit != other.unit:
        return False
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("value", "low", "high", "low_exclusive", "high_exclusive", "qualifier")
    )


def _one(text: str, place: int) -> str:
    """A character as digits where it is one. A lone digit in a circle before a number is an enumerator and stays."""
    mark = text[place]
    if mark.isascii():
        return mark
    if not _CIRCLED.match(mark):
        return str(unicodedata.decimal(mark)) if mark.isdecimal() else mark
    before, behind = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if behind.isdecimal() and not _CIRCLED.match(before):
        return mark
    return "".join(each for each in unicodedata.normalize("NFKC", mark) if each.isdigit()) or mark


def _reading(figure: Figure) -> Reading:
    high = figure.high if figure.soft_high is None else figure.soft_high
    value = figure.value if figure.value is not None else figure.low
    return Reading(
        value=Decimal(0) if value is None else value,
        low=figure.low,
        high=high,
        low_exclusive=figure.low_exclusive,
        high_exclusive=figure.soft_high is not None,
        qualifier=figure.qualifier,
        unit=figure.unit,
    )


def _bare(digits: str) -> Reading:
    power = _GREAT.get(digits[-1], 0)
    value = Decimal(digits.rstrip("万亿").replace(",", "")).scaleb(power)
    return Reading(value=value, low=value, high=value)
