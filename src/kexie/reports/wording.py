"""How a total is put into words, so that the words are true (report-writing rules §5, design "Sums").

Pure: no Django, no catalogue. ``word_total`` prints, ``read_back`` says what a reader may conclude from the print;
the interval that is read back always contains the total. A printed number has at most one marker.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from kexie.reports.model import Measured
from kexie.totals.measures import printed_word

WAN = Decimal(10_000)
YI = Decimal(100_000_000)
MARKERS = ("约", "近", "不超过", "不足", "超过", "余", "多", "以上", "以内", "左右", "—")

_PATTERN = re.compile(
    r"(?P<before>约|近|不超过|不足|超过)?"
    r"(?P<digits>\d+(?:\.\d+)?)(?P<power>[万亿])?"
    r"(?:—(?P<digits2>\d+(?:\.\d+)?)(?P<power2>[万亿])?)?"
    r"(?P<inner>余|多)?"
    r"(?P<unit>(?![十百]|千(?![米克瓦]))[^\d\s]*?)"
    r"(?P<after>以上|以内|左右)?"
)


@dataclass(frozen=True, kw_only=True)
class Style:
    """One way of printing for a whole document (§5.1, §5.3).

    ``round_down``: totals of ``rounded_units`` from 1,000 up are floored to two significant digits (3247 → 3200余);
    otherwise exact totals keep all digits.
    """

    round_down: bool = False
    rounded_units: frozenset[str] = frozenset({"人次", "份"})


PLAIN = Style()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a printed number says: ``value`` as printed, bounds (None: not said), qualifier and unit."""

    value: Decimal
    low: Decimal | None
    high: Decimal | None
    low_exclusive: bool = False
    high_exclusive: bool = False
    qualifier: str = "exact"
    unit: str = ""

    def contains(self, total: Measured) -> bool:
        """Say whether every value that the total may have is allowed by what was printed."""
        if self.low is not None:
            low = Decimal(0) if total.low is None else total.low
            if low < self.low:
                return False
            if low == self.low and self.low_exclusive and not total.low_exclusive:
                return False
        if self.high is not None:
            if total.high is None or total.high > self.high:
                return False
            if total.high == self.high and self.high_exclusive and not total.high_exclusive:
                return False
        return True


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A number in its printed parts; ``text`` joins them. Renderers set the markers smaller than the digits."""

    before: str = ""
    digits: str
    inner: str = ""
    unit: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        return f"{self.before}{self.digits}{self.inner}{self.unit}{self.after}"


def print_total(*, total: Measured, unit: str, style: Style = PLAIN) -> Printed:
    """Return the total in printed parts.

    exact → digits; at_least → 以上, or 余 where the bounds fit its digit; at_most → 不超过; range → low—high;
    about (and whatever lacks the bound that its word needs) → 约. Raises ValueError for a negative value.
    """
    if total.value < 0 or (total.low is not None and total.low < 0):
        raise ValueError("a total of work cannot be negative")
    low = total.low if total.low is not None else total.value
    if total.qualifier == "exact":
        return _print_exact(value=total.value, unit=unit, style=style)
    if total.qualifier == "at_least" and total.low is not None:
        return _print_at_least(total=total, low=low, unit=unit, style=style)
    if total.qualifier == "at_most" and total.high is not None:
        return Printed(before="不超过", digits=_digits(total.high, unit), unit=unit)
    if total.qualifier == "range" and total.high is not None:
        if low == total.high:
            return _print_exact(value=low, unit=unit, style=style)
        return Printed(digits=f"{_digits(low, unit)}—{_digits(total.high, unit)}", unit=unit)
    return Printed(before="约", digits=_digits(total.value, unit), unit=unit)


def word_total(*, total: Measured, unit: str, style: Style = PLAIN) -> str:
    """Return the printed text of a total: at most one marker, digits (with 万 or 亿), unit. See ``print_total``."""
    return print_total(total=total, unit=unit, style=style).text


def all_digits(total: Measured) -> str:
    """Return a total with all its digits and the word that makes them true: 202,112以上. For sources, not for prose."""
    word = printed_word(qualifier=total.qualifier, value=total.value, low=total.low, high=total.high)
    digits = f"{total.value.normalize():,f}"
    return f"{word}{digits}" if word == "约" else f"{digits}{word}"


def split_printed(text: str) -> Printed:
    """Return the parts of a printed number. Raises ValueError when the text is not one, or has two markers."""
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise ValueError(f"not a printed number: {text!r}")
    part = found.groupdict(default="")
    if sum(bool(part[name]) for name in ("before", "inner", "after", "digits2")) > 1:
        raise ValueError(f"two markers on one number: {text!r}")
    digits = part["digits"] + part["power"]
    if part["digits2"]:
        digits += f"—{part['digits2']}{part['power2']}"
    return Printed(before=part["before"], digits=digits, inner=part["inner"], unit=part["unit"], after=part["after"])


def read_back(text: str) -> Reading:
    """Return what a printed number says (§5.6: 3200余 reads as [3200, 3300)).

    约 and 左右 bound nothing, 近 bounds only above. Raises ValueError when the text is not one printed number.
    """
    printed = split_printed(text)
    first, _, second = printed.digits.partition("—")
    value = _value(first)
    if second:
        return _reading("range", value, value, _value(second), unit=printed.unit)
    marker = printed.before or printed.inner or printed.after
    if marker in ("余", "多"):
        top = value + last_step(value)
        return _reading("at_least", value, value, top, unit=printed.unit, high_exclusive=True)
    if marker in ("以上", "超过"):
        return _reading("at_least", value, value, None, unit=printed.unit, low_exclusive=marker == "超过")
    if marker in ("不超过", "以内", "不足"):
        return _reading("at_most", value, Decimal(0), value, unit=printed.unit, high_exclusive=marker == "不足")
    if marker == "近":
        return _reading("about", value, None, value, unit=printed.unit)
    if marker:
        return _reading("about", value, None, None, unit=printed.unit)
    return _reading("exact", value, value, value, unit=printed.unit)


def last_step(value: Decimal) -> Decimal:
    """Return one unit of the last non-zero digit: 3200 → 100, 1500 → 100, 30000 → 10000; 0 → 1."""
    if value == 0:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return Decimal(1).scaleb(exponent)


def _reading(
    qualifier: Literal["exact", "at_least", "at_most", "about", "range"],
    value: Decimal,
    low: Decimal | None,
    high: Decimal | None,
    *,
    unit: str,
    low_exclusive: bool = False,
    high_exclusive: bool = False,
) -> Reading:
    return Reading(
        value=value,
        low=low,
        high=high,
        low_exclusive=low_exclusive,
        high_exclusive=high_exclusive,
        qualifier=qualifier,
        unit=unit,
    )


def _value(digits: str) -> Decimal:
    power = {"万": WAN, "亿": YI}.get(digits[-1])
    return Decimal(digits[:-1]) * power if power else Decimal(digits)


def _plain(value: Decimal) -> str:
    """Return the digits without exponent, grouping or trailing zeros of a fraction."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _short(value: Decimal, unit: str) -> str | None:
    """Return the value in 万 or 亿 where at most two decimals lose nothing (§5.3), else None."""
    if unit == "%":
        return None
    for power, word in ((YI, "亿"), (WAN, "万")):
        if value >= power:
            scaled = value / power
            if scaled == scaled.quantize(Decimal("0.01"), rounding=ROUND_DOWN):
                return _plain(scaled) + word
    return None


def _digits(value: Decimal, unit: str) -> str:
    return _short(value, unit) or _plain(value)


def _floor(value: Decimal, step: Decimal) -> Decimal:
    return (value // step) * step


def _floor_two(value: Decimal) -> Decimal:
    """Return the value floored to two significant digits (3247 → 3200)."""
    return _floor(value, Decimal(1).scaleb(value.adjusted() - 1))


def _is_rounded(value: Decimal, unit: str, style: Style) -> bool:
    return style.round_down and value >= 1000 and unit in style.rounded_units


def _print_exact(*, value: Decimal, unit: str, style: Style) -> Printed:
    if _is_rounded(value, unit, style):
        floor = _floor_two(value)
        return Printed(digits=_digits(floor, unit), inner="" if floor == value else "余", unit=unit)
    return Printed(digits=_digits(value, unit), unit=unit)


def _print_at_least(*, total: Measured, low: Decimal, unit: str, style: Style) -> Printed:
    """Print 以上, or 余 where it fits; from 10,000 what 万 would lose is rounded down to a tenth of 万 (or of 亿)."""
    stated = low
    if _is_rounded(low, unit, style):
        stated = _floor_two(low)
    elif unit != "%" and low >= WAN and _short(low, unit) is None:
        stated = _floor(low, (YI if low >= YI else WAN) / 10)
    digits = _digits(stated, unit)
    if stated == stated.to_integral_value() and stated > 0:
        fits = _reading("at_least", stated, stated, stated + last_step(stated), unit=unit, high_exclusive=True)
        if fits.contains(total):
            return Printed(digits=digits, inner="余", unit=unit)
    return Printed(digits=digits, unit=unit, after="以上")
