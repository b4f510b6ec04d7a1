"""The comparison sentence (report-writing rules §4): with the same period of the year before.

Pure. A rate is given only where last year's base is at least 10 and both periods are equally complete; it is exact
only where both totals are. Within 2 % the two are level. A fall is never printed among results: it comes back as a
note for the writer.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from kexie.reports.model import Measured
from kexie.reports.wording import PLAIN, Reading, Style, word_total

LEVEL = Decimal("0.02")
SMALLEST_BASE = Decimal(10)

Direction = Literal["more", "level", "fewer", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """``direction``; for ``more`` the difference (in the unit) and, where allowed, the rate (in percent)."""

    direction: Direction
    difference: Reading | None = None
    rate: Reading | None = None
    note: str = ""


def compare_totals(
    *,
    current: Measured,
    previous: Measured | None,
    name: str,
    unit: str,
    equally_complete: bool = True,
    style: Style = PLAIN,
) -> Comparison:
    """Compare a total with that of the year before.

    ``more`` is said only when it is certain from the bounds; a difference of inexact totals carries 约. ``unknown``
    (nothing is printed) when there is no base, or the bounds overlap. ``fewer`` always comes with a note.
    """
    if previous is None or previous.value == 0:
        return Comparison(direction="unknown")
    exact = current.qualifier == previous.qualifier == "exact"
    change = current.value - previous.value
    if exact and abs(change) <= LEVEL * previous.value:
        return Comparison(direction="level")
    if _lies_below(current, previous):
        return Comparison(direction="fewer", note=_fall_note(current, previous, name=name, unit=unit, style=style))
    if not _lies_below(previous, current):
        return Comparison(direction="unknown")
    difference = _reading(change, unit=unit, exact=exact)
    if previous.value < SMALLEST_BASE or not equally_complete:
        return Comparison(direction="more", difference=difference)
    step = Decimal("0.1") if exact else Decimal(1)
    rate = (change * 100 / previous.value).quantize(step, rounding=ROUND_HALF_UP)
    return Comparison(direction="more", difference=difference, rate=_reading(rate, unit="%", exact=exact))


def _lies_below(first: Measured, second: Measured) -> bool:
    """Say whether every value of ``first`` is below every value of ``second``."""
    if first.high is None or second.low is None:
        return False
    if first.high == second.low:
        return (first.high_exclusive or second.low_exclusive) and first.value != second.value
    return first.high < second.low


def _reading(value: Decimal, *, unit: str, exact: bool) -> Reading:
    bound = value if exact else None
    return Reading(value=value, low=bound, high=bound, qualifier="exact" if exact else "about", unit=unit)


def _fall_note(current: Measured, previous: Measured, *, name: str, unit: str, style: Style) -> str:
    now = word_total(total=current, unit=unit, style=style)
    before = word_total(total=previous, unit=unit, style=style)
    return f"{name}{now}，少于上年同期的{before}，没有写进成绩；可写入不足。"
