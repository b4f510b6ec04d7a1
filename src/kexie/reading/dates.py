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


# --- spans: every form in which a report tells a time, with years that may be masked or missing -------------------

_SEP = r" ?(?:至|到|-{1,2}|[—–~～]{1,2}) ?"
_CN_MONTH = "十[一二]?|[一二三四五六七八九]"
_YEAR = r"(?:(?P<{0}>(?:19|20)\d\d|20[xX_*]{{1,3}}|[xX_*]{{2,4}}|20|今|本|当)年)"
_MONTH = rf"(?P<{{0}}>1[0-2]|0?[1-9]|{_CN_MONTH})月(?:份)?"
_PART = r"(?P<{0}>上中旬|中下旬|上旬|中旬|下旬|初|底|末)"
_TIME = re.compile(
    r"(?<![\d.])"
    + _YEAR.format("year")
    + "?"
    + _MONTH.format("month")
    + rf"(?:(?P<day>[12]\d|3[01]|0?[1-9])(?:[日号]|(?={_SEP}\d{{1,2}}[日号])))?"
    + _PART.format("part")
    + "?"
    + rf"(?:{_SEP}{_YEAR.format('year2')}?(?:{_MONTH.format('month2')})?"
    + rf"(?:(?P<day2>[12]\d|3[01]|0?[1-9])[日号]|{_PART.format('part2')}|(?<=月)|(?<=份)))?"
    + r"(?P<open>起|开始|以来)?"
)
_PERIOD = re.compile(_YEAR.format("year") + r"?(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度)")
_EVERY = re.compile(r"每(?:周|星期|个?月|年)(?:的?(?:星期|周)?[一二三四五六日天]|\d{1,2}[日号])")
_CN_VALUES = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}
_PARTS = {
    "上旬": (1, 10),
    "初": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "底": (21, 31),
    "末": (21, 31),
    "上中旬": (1, 20),
    "中下旬": (11, 31),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A time told in a text: ISO dates, ``--MM-DD`` when the year is unknown.

    ``last`` is None when the end is open (从5月起). ``every`` holds a recurring day as written (每周五); such a span
    has no dates. ``exact`` is False for half-years and quarters.
    """

    first: str | None
    last: str | None
    start: int
    end: int
    every: str | None = None
    exact: bool = True


def find_spans(text: str, year: int | None) -> list[Span]:
    """The times told in ``text``, in its order. ``year`` stands in for a masked or missing one; None: unknown.

    What is no day of the calendar is left out.
    """
    found = []
    if "每" in text:
        found = [Span(None, None, m.start(), m.end(), m.group()) for m in _EVERY.finditer(text)]
    for match in _TIME.finditer(text) if "月" in text else ():
        span = _span(match, year)
        if span is not None:
            found.append(span)
    for match in _PERIOD.finditer(text) if "半年" in text or "季度" in text else ():
        if match["half"]:
            first, last = (1, 6) if match["half"] == "上" else (7, 12)
        else:
            quarter = _CN_VALUES.get(match["quarter"]) or int(match["quarter"])
            first, last = quarter * 3 - 2, quarter * 3
        own = _year_of(match["year"], year)
        start, end = _iso(own, first, 1), _iso(own, last, _length(own, last))
        found.append(Span(start, end, match.start(), match.end(), exact=False))
    return sorted(found, key=lambda span: span.start)


def _span(match: re.Match[str], year: int | None) -> Span | None:
    own = _year_of(match["year"], year)
    month = _month_of(match["month"])
    month2 = _month_of(match["month2"]) if match["month2"] else month
    own2 = _year_of(match["year2"], own) if match["year2"] else own
    if match["year2"] is None and own is not None and month2 < month:
        own2 = own + 1
    whole, whole2 = _length(own, month), _length(own2, month2)
    low, high = _PARTS.get(match["part"] or "", (1, 31))
    day = int(match["day"] or low)
    ranged = bool(match["month2"] or match["day2"] or match["part2"])
    if match["day2"]:
        day2 = int(match["day2"])
    elif match["part2"]:
        day2 = _PARTS[match["part2"]][1]
    elif ranged:
        day2 = 31
    else:
        day2 = int(match["day"] or high)
    # 31 stands for the month's last day unless it was written.
    if not match["day2"] and (ranged or not match["day"]):
        day2 = min(day2, whole2)
    if day > (29 if own is None and month == 2 else whole) or day2 > (29 if own2 is None and month2 == 2 else whole2):
        return None
    first, last = _iso(own, month, day), _iso(own2, month2, day2)
    if own is not None and own2 is not None and last < first:
        return None
    opened = bool(match["open"]) and not ranged
    return Span(first, None if opened else last, match.start(), match.end())


def _year_of(written: str | None, year: int | None) -> int | None:
    return int(written) if written and written.isdigit() and len(written) == 4 else year


def _month_of(written: str) -> int:
    return int(written) if written.isdigit() else _CN_VALUES[written]


def _length(year: int | None, month: int) -> int:
    return calendar.monthrange(year or 2023, month)[1]


def _iso(year: int | None, month: int, day: int) -> str:
    return f"{year or '-'}-{month:02}-{day:02}"
