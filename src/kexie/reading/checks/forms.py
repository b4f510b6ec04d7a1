"""Numbers and dates that cannot be as they are written."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kexie.reading.units import unit_at


@dataclass(frozen=True, slots=True)
class Odd:
    """An impossible form at ``start:end`` of the clean text; ``message`` and ``proposal`` are Chinese."""

    start: int
    end: int
    kind: str
    message: str
    proposal: str | None = None


_DATE = re.compile(r"(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})[日号])?")
_MIXED = re.compile(r"[两二三四五六七八九]\d++|(?<!\d)\d++[两二三四五六七八九]")
_COUNTING = frozenset("一二三四五六七八九十百千万第周期之.0123456789")  # beside one of these it is no mixture
_HEDGES = re.compile(r"(?:大约|约|将近|近)\d(?:[\d.,]*+[万千百亿]?(?:余|多|以上)|[多余]\d*万)")
_IN_NUMBER = frozenset(".0123456789")
_STOP = re.compile(r"\d。\d+(?=[亿万%])")
_YEARS = re.compile(r"(?:19|20)\d\d(?:19|20)\d\d(?=年)")


def odd_forms(text: str) -> list[Odd]:
    """The impossible forms in clean ``text``, in order."""
    return sorted([*_dates(text), *_numbers(text)], key=lambda odd: odd.start)


def _dates(text: str) -> Iterator[Odd]:
    for match in _DATE.finditer(text):
        month, day = int(match["month"]), int(match["day"] or 1)
        if text[match.start() - 1 : match.start()] in _IN_NUMBER and match.start():
            continue
        if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(2000, month)[1]:
            continue
        shorter = match.group()[1:]
        glued = len(match["month"]) == 2 and month > 12 and 1 <= int(match["month"][1]) <= 9
        message = f"“{match.group()}”不是日期" + (f"，可能是“{shorter}”" if glued else "，请核对")
        yield Odd(match.start(), match.end(), "impossible date", message, shorter if glued else None)
    for match in _YEARS.finditer(text):
        written = match.group()
        if text[match.start() - 1 : match.start()].isdigit():
            continue
        proposal = f"{written[:4]}—{written[4:]}"
        message = f"“{written}年”疑为两个年份相连，可能是“{proposal}年”"
        yield Odd(match.start(), match.end(), "impossible date", message, proposal)


def _numbers(text: str) -> Iterator[Odd]:
    for match in _MIXED.finditer(text):
        beside = text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]
        if not _COUNTING.intersection(beside) and unit_at(text, match.end()) is not None:
            message = f"“{match.group()}”中汉字与数字混写，无法确定数值"
            yield Odd(match.start(), match.end(), "impossible number", message)
    for match in _HEDGES.finditer(text):
        message = f"“{match.group()}”有两个表示约数的词，无法确定是多于还是少于"
        yield Odd(match.start(), match.end(), "two hedges", message)
    for match in _STOP.finditer(text):
        start = match.start()
        while start and text[start - 1].isdigit():
            start -= 1
        written = text[start : match.end()]
        proposal = written.replace("。", ".")
        message = f"“{written}”中的句号疑为小数点，可能是“{proposal}”"
        yield Odd(start, match.end(), "impossible number", message, proposal)
