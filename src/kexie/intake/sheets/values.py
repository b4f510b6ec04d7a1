"""A cell into a value: numbers with their qualifier, days and runs of days. Pure."""

import datetime
import re
from decimal import Decimal
from typing import Any

from kexie.core.errors import DomainError
from kexie.intake.sheets.grid import Cell
from kexie.reading import read_text
from kexie.reading.dates import find_days

_NOTHING = {"", "-", "—", "——", "/", "无", "0场"}
_PLAIN = re.compile(r"[\d,，]*\.?\d+$")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_POINTED = re.compile(r"(?:(\d{4})\s*[./-]\s*)?(\d{1,2})\s*[./-]\s*(\d{1,2})日?$")
_RUN = re.compile(r"\s*(?:至|到|~|～|—|–|--)\s*")
_DAY_ONLY = re.compile(r"(\d{1,2})日?$")


def number_of(cell: Cell, unit: str) -> dict[str, Any] | None:
    """Return a number as a register field takes it (value, qualifier, bounds), None for an empty cell.

    Raises DomainError when the cell is no number.
    """
    if cell is None or (isinstance(cell, str) and cell.strip() in _NOTHING):
        return None
    if isinstance(cell, bool | datetime.date):
        raise DomainError(f"“{cell}”不是数")
    if not isinstance(cell, str):
        return {"value": Decimal(cell)}
    text = cell.strip()
    if _PLAIN.match(text):
        return {"value": Decimal(text.replace(",", "").replace("，", ""))}
    # 500余, 3万多份, 约200人: read like the words of a document, with the unit of the column where it has none.
    for told in (text, f"{text}{unit or '个'}"):
        figures = [figure for document in read_text(told).documents for figure in document.figures]
        if len(figures) == 1 and figures[0].start == 0 and not figures[0].suspect:
            figure = figures[0]
            if figure.end < len(told.rstrip("次份块条幅册件人场期名")):
                continue
            high = figure.high if figure.high is not None else figure.soft_high
            if figure.qualifier == "exact":
                return {"value": figure.value}
            return {
                key: value
                for key, value in (
                    ("value", figure.value),
                    ("qualifier", figure.qualifier),
                    ("low", figure.low),
                    ("high", high),
                )
                if value is not None
            }
    raise DomainError(f"“{text}”不是一个数")


def days_of(cell: Cell, year: int | None) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and last day that a cell tells, None for an empty one; ``year`` is for days without one.

    Raises DomainError when the cell is no day, or has no year and none is known.
    """
    if cell is None:
        return None
    if isinstance(cell, datetime.date):
        return cell, cell
    text = str(cell).strip()
    if not text:
        return None
    if found := _pointed(text, year):
        return found
    told = find_days(text, year)
    rest = list(text)
    for each in told:
        rest[each.start : each.end] = " " * (each.end - each.start)
    # 6月40日 must not pass as the month: no number may be left over.
    if told and not any(mark.isdigit() for mark in rest):
        return told[0].first, told[-1].last
    hint = "" if year or re.search(r"\d{4}", text) else "，也不知道是哪一年"
    raise DomainError(f"“{text}”看不出是哪一天{hint}")


def _pointed(text: str, year: int | None) -> tuple[datetime.date, datetime.date] | None:
    """2024.3.5, 2024-03-05, 3.5, 20240305, and two of them with 至 between."""
    if "." in text:
        text = text.replace("-", "至")  # 2025.3.5-3.8: the hyphen is no part of a day here
    first, *rest = _RUN.split(text, maxsplit=1)
    begin = _day(first, year)
    if begin is None:
        return None
    if not rest:
        return begin, begin
    only = _DAY_ONLY.match(rest[0].strip())
    end = _made(begin.year, begin.month, int(only[1])) if only else _day(rest[0], begin.year)
    return (begin, end) if end and begin <= end else None


def _day(text: str, year: int | None) -> datetime.date | None:
    if run := _EIGHT.match(text.strip()):
        return _made(int(run[1]), int(run[2]), int(run[3]))
    found = _POINTED.match(text.strip())
    if not found:
        return None
    own = int(found[1]) if found[1] else year
    return _made(own, int(found[2]), int(found[3])) if own else None


def _made(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
