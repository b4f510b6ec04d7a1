"""Days in a text: ``3月20日``, ``2017年5月``, ``9月1日至15日``. Pure; the plain cases, no lunar or relative days."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from kexie.reading.units import unit_at

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
_YEAR = r"(?:(?P<{0}>(?:19|20)\d\d|20[xX_*]{{1,3}}|[xX_*]{{2,4}}|20|[今本当去前明来])年)"
_MONTH = rf"(?P<{{0}}>1[0-2]|0?[1-9]|{_CN_MONTH})月(?:份)?"
_DAY_OF = r"(?P<{0}>[12]\d|3[01]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_PART = r"(?P<{0}>上中旬|中下旬|上旬|中旬|下旬|初|底|末)"
_TIME = re.compile(
    r"(?<![\d.])"
    + _YEAR.format("year")
    + rf"?(?:(?P<since>1[0-2]|0?[1-9]|{_CN_MONTH})(?:{_SEP}|、)(?=(?:1[0-2]|0?[1-9]|{_CN_MONTH})月))?"
    + _MONTH.format("month")
    + rf"(?:{_DAY_OF.format('day')}(?:[日号]|(?={_SEP}\d{{1,2}}[日号])))?"
    + _PART.format("part")
    + "?"
    + rf"(?:{_SEP}{_YEAR.format('year2')}?(?:{_MONTH.format('month2')})?"
    + rf"(?:{_DAY_OF.format('day2')}[日号]|{_PART.format('part2')}|(?<=月)|(?<=份)))?"
    + r"(?P<open>起|开始|以来)?"
)
_NUMERIC = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<mark>[./-])(?P<month>1[0-2]|0?[1-9])(?P=mark)(?P<day>3[01]|[12]\d|0?[1-9])(?![\d.])"
)
# A day without its month, where a clause begins: 15日,组织…
_BARE = re.compile(
    r"(?:(?<![^,;、])|(?<=[,;、] ))(?P<day>[12]\d|3[01]|0?[1-9])[日号]"
    rf"(?:{_SEP}(?P<day2>[12]\d|3[01]|0?[1-9])[日号])?(?=[上下]午|[,在组举召开由我县市区镇各])"
)
# A day that has lost its 日: 5月10县科协在…; what follows must be no unit.
_LOST = re.compile(r"(?P<day>[12]\d|3[01]|[1-9])(?=[\u4e00-\u9fff])")
_PERIOD = re.compile(_YEAR.format("year") + r"?(?:(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度)")
_EVERY = re.compile(r"每(?:周|星期|个?月|年)(?:的?(?:星期|周)?[一二三四五六日天]|\d{1,2}[日号])")
_LUNAR = re.compile(r"(?:农历|阴历|夏历)的?$")
_ONES = {c: i for i, c in enumerate("一二三四五六七八九", 1)}
_RELATIVE = {"去": -1, "前": -2, "明": 1, "来": 1}
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


def find_spans(text: str, year: int | None, before: Span | None = None) -> list[Span]:
    """The times told in ``text``, in its order. ``year`` stands in for a masked or missing one; None: unknown.

    ``before`` is the last time told before ``text``: a day without a month (15日) lies in its month. What is no day of
    the calendar is left out.
    """
    found = []
    if "每" in text:
        found = [Span(None, None, m.start(), m.end(), m.group()) for m in _EVERY.finditer(text)]
    for match in _TIME.finditer(text) if "月" in text else ():
        span = _span(match, year)
        if span is not None:
            found.append(span)
    for match in _NUMERIC.finditer(text) if "20" in text or "19" in text else ():
        own, month, day = int(match["year"]), int(match["month"]), int(match["day"])
        if day <= _length(own, month):
            found.append(Span(_iso(own, month, day), _iso(own, month, day), match.start(), match.end()))
    for match in _PERIOD.finditer(text) if "半年" in text or "季度" in text else ():
        found.append(_period(match, year))
    found.sort(key=lambda span: span.start)
    if "日" in text or "号" in text:
        found = _with_bare_days(text, found, before)
    return found


def _period(match: re.Match[str], year: int | None) -> Span:
    if match["half"]:
        first, last = (1, 6) if match["half"] == "上" else (7, 12)
    else:
        quarter = "一二三四".find(match["quarter"]) + 1 or int(match["quarter"])
        first, last = quarter * 3 - 2, quarter * 3
    own = _year_of(match["year"], year)
    return Span(_iso(own, first, 1), _iso(own, last, _length(own, last)), match.start(), match.end(), exact=False)


def _with_bare_days(text: str, found: list[Span], before: Span | None) -> list[Span]:
    """``found`` with the days that name no month; theirs is that of the day told before them."""
    out = list(found)
    for match in _BARE.finditer(text):
        known = next((span for span in reversed(found) if span.end <= match.start() and span.first), before)
        if known is None or known.first is None or not known.exact:
            continue
        year, month = (None if known.first[0] == "-" else int(known.first[:4])), int(known.first[-5:-3])
        day, day2 = int(match["day"]), int(match["day2"] or match["day"])
        if day <= day2 <= _length(year, month):
            out.append(Span(_iso(year, month, day), _iso(year, month, day2), match.start(), match.end()))
    return sorted(out, key=lambda span: span.start)


def _span(match: re.Match[str], year: int | None) -> Span | None:
    text = match.string
    if _LUNAR.search(text, max(0, match.start() - 4), match.start()):
        return None
    own = _year_of(match["year"], year)
    since, start = match["since"], match.start()
    if since and (match["day"] or match["part"] or match["month2"] or _number(since) >= _number(match["month"])):
        since, start = None, match.start("month")  # 7、6月21日: a number of a list
    month = _number(since or match["month"])
    month2 = _number(match["month2"] or match["month"])
    own2 = _year_of(match["year2"], own) if match["year2"] else own
    if match["year2"] is None and own is not None and month2 < month:
        own2 = own + 1
    low, high = _PARTS.get(match["part"] or "", (1, 31))
    ranged = bool(match["month2"] or match["day2"] or match["part2"] or since)
    told, end = match["day"], match.end()
    if told is None and not ranged and not match["part"] and not match["open"] and match.group().endswith("月"):
        lost = _LOST.match(text, match.end())
        if lost and unit_at(text, lost.end()) is None and text[lost.end()] not in _NOT_BEHIND_DAY:
            told, end = lost["day"], lost.end()
    day = _number(told) if told else low
    whole, whole2 = _length(own, month), _length(own2, month2)
    if match["day2"]:
        day2 = _number(match["day2"])
    elif match["part2"]:
        day2 = min(_PARTS[match["part2"]][1], whole2)
    elif ranged:
        day2 = whole2
    else:
        day2 = _number(told) if told else min(high, whole2)
    if day > (29 if own is None and month == 2 else whole) or day2 > (29 if own2 is None and month2 == 2 else whole2):
        return None
    first, last = _iso(own, month, day), _iso(own2, month2, day2)
    if own is not None and own2 is not None and last < first:
        return None
    opened = bool(match["open"]) and not ranged
    return Span(first, None if opened else last, start, end)


_NOT_BEHIND_DAY = "余多几来万千百亿时点分半"


def _year_of(written: str | None, year: int | None) -> int | None:
    if written in _RELATIVE:
        return None if year is None else year + _RELATIVE[written]
    return int(written) if written and written.isdigit() and len(written) == 4 else year


def _number(written: str) -> int:
    """A month or a day: 12, 十二, 二十一, 三十."""
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    return (_ONES.get(tens, 1) * 10 if ten else 0) + _ONES.get(ones, 0)


@lru_cache(maxsize=1024)
def _length(year: int | None, month: int) -> int:
    return calendar.monthrange(year or 2023, month)[1]


def _iso(year: int | None, month: int, day: int) -> str:
    return f"{year or '-'}-{month:02}-{day:02}"
