"""The arithmetic of approximate numbers: how 34, 5000余 and 约3000 add up. Pure; integers in the smallest unit.

Source of the rules: the design's "Sums". A sum carries value, low, high and how many of its parts were exact,
at least, at most, about or a range, without a high, or with an exclusive bound; a correction subtracts them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal, Protocol, Self

Qualifier = Literal["exact", "at_least", "at_most", "about", "range"]
QUALIFIERS: tuple[Qualifier, ...] = ("exact", "at_least", "at_most", "about", "range")
# What is printed beside a value of which no more than the qualifier is known; ``printed_word`` looks at the bounds.
QUALIFIER_WORDS = {"exact": "", "at_least": "以上", "at_most": "以下", "about": "约", "range": "以上"}
LIMIT = 10**15  # of one figure, in the smallest unit
SUM_LIMIT = 10**17  # of what is booked for an organisation in a month: sums of seventy years still fit 64 bits


class Number(Protocol):
    """What a figure, a fact or a statement has; integers in the smallest unit of its indicator."""

    @property
    def value(self) -> int: ...
    @property
    def qualifier(self) -> str: ...
    @property
    def low(self) -> int | None: ...
    @property
    def high(self) -> int | None: ...
    @property
    def low_exclusive(self) -> bool: ...
    @property
    def high_exclusive(self) -> bool: ...


def columns_of(number: Number, entries: int = 0) -> tuple[int, ...]:
    """Return the fields of the measure of one figure, in their order; a missing low counts as 0."""
    low, high, qualifier = number.low, number.high, number.qualifier
    return (
        number.value,
        low or 0,
        high or 0,
        entries,
        *(1 if name == qualifier else 0 for name in QUALIFIERS),
        0 if high is not None else 1,
        1 if number.low_exclusive and low is not None else 0,
        1 if number.high_exclusive and high is not None else 0,
    )


@dataclass(frozen=True, slots=True)
class Measure:
    """A sum of figures: bounds, and signed counts of its parts. The zero measure is ``Measure()``.

    ``high`` adds the highs of the parts that have one; it is the sum's high only when ``without_high`` is 0.
    ``entries`` counts the entries behind the sum.
    """

    value: int = 0
    low: int = 0
    high: int = 0
    entries: int = 0
    exact: int = 0
    at_least: int = 0
    at_most: int = 0
    about: int = 0
    range: int = 0
    without_high: int = 0
    low_exclusive: int = 0
    high_exclusive: int = 0

    @classmethod
    def of(cls, number: Number) -> Self:
        """Return the measure of one figure; it counts no entry by itself."""
        return cls(*columns_of(number))

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(*(getattr(self, name) + getattr(other, name) for name in MEASURE_FIELDS))

    def __neg__(self) -> "Measure":
        return Measure(*(-getattr(self, name) for name in MEASURE_FIELDS))

    def __sub__(self, other: "Measure") -> "Measure":
        return self + -other

    @property
    def qualifier(self) -> Qualifier:
        """All exact: exact; exact with one other of at_least, at_most, range: that one; anything else: about."""
        others: list[Qualifier] = [name for name in QUALIFIERS[1:] if getattr(self, name)]
        match others:
            case []:
                return "exact"
            case ["at_least" | "at_most" | "range" as only]:
                return only
            case _:
                return "about"

    @property
    def upper(self) -> int | None:
        """The high of the sum, or None when a part has none."""
        return None if self.without_high else self.high


def printed_word(*, qualifier: str, value: Decimal | int, low: Decimal | int | None, high: Decimal | int | None) -> str:
    """Return the word that makes ``value`` true when it is printed in full: 以上, 以下, 约, or none when it is exact.

    [5234, 6234) is 5234以上; a range of which only the high is known is 以下. What is taken away (a negative value) and
    is not exact is 约: the words would be read the other way round.
    """
    if qualifier == "exact":
        return ""
    if qualifier == "about" or value < 0:
        return "约"
    if low is not None and low >= value:
        return "以上"
    return "以下" if high is not None and high <= value else "约"


MEASURE_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Measure))


def total(measures: Iterable[Measure]) -> Measure:
    """Return the sum of ``measures``."""
    result = Measure()
    for measure in measures:
        result += measure
    return result
