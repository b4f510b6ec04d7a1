"""On which terms something is promised: per what, how firmly, until when, set by whom."""

import calendar
import re

from kexie.reading.targets.lexicon import HAN, lexicon

_LATEST = 200  # characters of a sentence that are looked at before and behind a number
_EACH = re.compile(
    rf"每(?:一)?(?:个|名|位|所|家|支|户|年度)?(?P<noun>[{HAN}]{{2,6}}?)"
    r"(?=至少|要|应|须|联系|不少于|建|有|配|举办|开展|发展|培养|达|完成|各|新增|$)"
)


def per_of(before: str, per: str | None) -> str | None:
    """The base of a rate: a period (week), a person, or the noun behind 每个."""
    if per not in ("each", "person"):
        return per
    found = _EACH.search(before)
    return found["noun"] if found else None if before.endswith("每") else per


def strength_of(words: str) -> str:
    last = None
    for found in lexicon().strength.finditer(words):
        last = found.group()
    return "none" if last is None else "hoped" if last in lexicon().hoped else "firm"


def assigned_by(before: str) -> str | None:
    last = None
    for found in lexicon().assigned.finditer(before):
        last = found.group(1)
    return last


_UNTIL = re.compile(
    r"(?:(?:到|至|截至|于)?(?P<year>20[2-9]\d|20[01]\d)年)?(?:(?P<month>1[0-2]|0?[1-9])月"
    r"(?:份)?(?:(?P<day>[12]\d|3[01]|0?[1-9])[日号])?)?(?P<end>底|末|年底)?(?P<before>以?之?前)?"
)


def due_of(text: str, sentence: int, start: int, end: int, year: str | None) -> str | None:
    """Until when: a date, a year or ``--MM-DD`` named in the sentence, else the year of the plan, else None."""
    before = text[max(sentence, start - _LATEST) : start]
    for pattern, month in lexicon().due:
        if pattern.search(before):
            return f"{year or '-'}-{month:02}-{calendar.monthrange(2023, month)[1]:02}"
    behind = re.split(r"[。;!?\n]", text[end : end + _LATEST])[0]
    last = None
    for part in (before, behind if "时间" in behind or "前" in behind else ""):
        for found in _UNTIL.finditer(part):
            if found["month"] or found["year"]:
                last = found
    if last is not None and (last["month"] or last["year"]):
        in_year = last["year"] or year
        if not last["month"]:
            return str(in_year)
        month = int(last["month"])
        day = int(last["day"] or calendar.monthrange(int(in_year or 2023), month)[1])
        if day > calendar.monthrange(int(in_year or 2024), month)[1]:
            return None
        return f"{in_year or '-'}-{month:02}-{day:02}"
    return year
