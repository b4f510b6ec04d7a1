"""Days in a text: ``3月20日``, ``2017年5月``, ``9月1日至15日``. Pure; the plain cases, no lunar or relative days."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

_DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d{2})年)?(?P<month>1[0-2]|0?[1-9])月(?:份)?"
    r"(?:(?P<day>[12]\d|3[01]|0?[1-9])[日号])?"
    r"(?:[至到\-—~～](?:(?P<month2>1[0-2]|0?[1-9])月)?(?P<day2>[12]\d|3[01]|0?[1-9])[日号])?"
)


@dataclass(frozen=True, slots=True)
class Days:
    """A run of days, both included, and where in the text it is told."""

    first: date
    last: date
    start: int
    end: int


def names_a_day(text: str) -> bool:
    """Return whether ``text`` tells of a day of a month, whatever its year."""
    return any(match["day"] for match in _DAY.finditer(text))


def find_days(text: str, year: int | None) -> list[Days]:
    """Return the days told in ``text``, in its order; ``year`` is that of the document, None when unknown.

    A month without a day runs from its first to its last; what has no year at all, or is no day of the calendar, is
    left out.
    """
    found = []
    for match in _DAY.finditer(text):
        in_year = int(match["year"]) if match["year"] else year
        if in_year is None:
            continue
        month = int(match["month"])
        last_month = int(match["month2"] or month)
        try:
            first = date(in_year, month, int(match["day"] or 1))
            length = calendar.monthrange(in_year, last_month)[1]
            last = date(in_year, last_month, int(match["day2"] or match["day"] or length))
        except ValueError:
            continue
        if first <= last:
            found.append(Days(first, last, match.start(), match.end()))
    return found
