"""Periods: one grammar everywhere: ``2024``, ``2024H1``, ``2024Q1``, ``2024-03``."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kexie.core.errors import DomainError

_GRAMMAR = re.compile(
    r"(?P<year>[12]\d{3})(?:H(?P<half>[12])|Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII
)


def month_of(day: date) -> int:
    """Return the month of ``day`` as an integer: 2024-03-05 is 202403."""
    return day.year * 100 + day.month


def parse_month(text: str) -> int:
    """Return ``"2024-03"`` as 202403. Raises DomainError for anything else."""
    match = _GRAMMAR.fullmatch(text)
    if not match or not match["month"]:
        raise DomainError(f"“{text}”不是月份，请写成 2024-03")
    return int(match["year"]) * 100 + int(match["month"])


def parse_day(text: str) -> date:
    """Return ``"2024-03-05"`` as a day. Raises DomainError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DomainError(f"“{text}”不是日期，请写成 2024-03-05") from error


def month_text(month: int) -> str:
    """Return 202403 as ``"2024-03"``."""
    return f"{month // 100}-{month % 100:02}"


def first_day(month: int) -> date:
    """Return the first day of month 202403."""
    return date(month // 100, month % 100, 1)


def last_day(month: int) -> date:
    """Return the last day of month 202403."""
    return date(month // 100, month % 100, calendar.monthrange(month // 100, month % 100)[1])


def add_months(month: int, count: int) -> int:
    """Return the month ``count`` months after (before, if negative) ``month``: 202312 + 2 is 202402."""
    index = month // 100 * 12 + month % 100 - 1 + count
    return index // 12 * 100 + index % 12 + 1


def months_between(first: int, last: int) -> list[int]:
    """Return all months from ``first`` to ``last``, both included."""
    months = []
    while first <= last:
        months.append(first)
        first = add_months(first, 1)
    return months


@dataclass(frozen=True, order=True)
class Period:
    """A run of whole months that has a code. Ordered by first and last month."""

    first_month: int
    last_month: int

    @classmethod
    def parse(cls, code: str) -> "Period":
        """Return the period with ``code``. Raises DomainError when the code is not in the grammar."""
        match = _GRAMMAR.fullmatch(code.strip())
        if not match:
            raise DomainError(f"“{code}”不是期间，请写成 2024、2024H1、2024Q1 或 2024-03")
        year = int(match["year"]) * 100
        if match["half"]:
            last = int(match["half"]) * 6
            return cls(year + last - 5, year + last)
        if match["quarter"]:
            last = int(match["quarter"]) * 3
            return cls(year + last - 2, year + last)
        if match["month"]:
            return cls(year + int(match["month"]), year + int(match["month"]))
        return cls(year + 1, year + 12)

    @classmethod
    def of(cls, first_month: int, last_month: int) -> "Period | None":
        """Return the period with exactly these months, or None when no code names them."""
        year, first, last = first_month // 100, first_month % 100, last_month % 100
        if last_month // 100 != year:
            return None
        span = last - first + 1
        named = span == 1 or (span in (3, 6, 12) and (first - 1) % span == 0)
        return cls(first_month, last_month) if named else None

    @cached_property
    def _part(self) -> tuple[str, str]:
        """The part of the code after the year, and its Chinese."""
        first, last = self.first_month % 100, self.last_month % 100
        match last - first:
            case 11:
                return "", ""
            case 5:
                return f"H{last // 6}", "上半年" if last == 6 else "下半年"
            case 2:
                return f"Q{last // 3}", f"第{'一二三四'[last // 3 - 1]}季度"
            case _:
                return f"-{first:02}", f"{first}月"

    @property
    def year(self) -> int:
        return self.first_month // 100

    @property
    def code(self) -> str:
        return f"{self.year}{self._part[0]}"

    @property
    def label(self) -> str:
        return f"{self.year}年{self._part[1]}"

    @property
    def start(self) -> date:
        return first_day(self.first_month)

    @property
    def end(self) -> date:
        return last_day(self.last_month)

    def previous_year(self) -> "Period":
        """Return the same period a year before."""
        return Period(self.first_month - 100, self.last_month - 100)

    def __str__(self) -> str:
        return self.code


def periods_of_year(year: int) -> list[Period]:
    """Return all periods of ``year``: the year, its halves, quarters and months."""
    parts = ("", "H1", "H2", "Q1", "Q2", "Q3", "Q4", *(f"-{month:02}" for month in range(1, 13)))
    return [Period.parse(f"{year}{part}") for part in parts]
