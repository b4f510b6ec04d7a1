"""What stands behind a printed number: its formula and its entries, in words, for panel, file and workbook. Pure."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from kexie.reports.model import Document, Number, Unsourced

QUALIFIER_WORDS = {"exact": "准数", "at_least": "至少", "at_most": "至多", "about": "约数", "range": "区间"}
MEASURE_WORDS = {"total": "汇总", "difference": "比上年同期增加", "rate": "比上年同期增长"}

# Characters that XML 1.0 cannot hold: a pasted title may have them, a Word file may not.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class SourceEntry:
    """One entry behind a number: ``value`` is what it adds, as printed; ``source`` where the words are."""

    id: str
    unit: str
    title: str
    date: datetime.date | None
    value: str
    source: str = ""
    excerpt: str = ""


@dataclass(frozen=True, kw_only=True)
class FormulaTerm:
    """One summand: a unit or kind of units, ``value`` as printed; ``sign`` is ＋ or －."""

    label: str
    value: str
    sign: str = "＋"


@dataclass(frozen=True, kw_only=True)
class NumberSource:
    """All that is known of one number. ``terms`` add up to ``value``, with all digits; the others are words."""

    organisation: str
    period: str
    scope: str
    work_area: str = ""
    value: str = ""
    terms: tuple[FormulaTerm, ...] = ()
    entries: tuple[SourceEntry, ...] = ()

    def formula(self, number: Number) -> str:
        """Return the formula in one line: 本级 612＋乡镇 2,278＝2,890."""
        if not self.terms:
            return ""
        parts = [f"{term.sign}{term.label} {term.value}" for term in self.terms]
        return "".join(parts).removeprefix("＋") + f"＝{self.value or number.text}"


Sources = Mapping[str, NumberSource]


def clean_text(text: str) -> str:
    """Return the text without characters that an XML file cannot hold."""
    return _UNPRINTABLE.sub("", text)


def period_words(first_month: int, last_month: int, until: datetime.date | None = None) -> str:
    """Return months as words: 2024年1月至6月, 2024年1月至6月15日."""
    first, last = divmod(first_month, 100), divmod(last_month, 100)
    if first == last:
        return f"{first[0]}年{first[1]}月" + (f"1日至{until.day}日" if until else "")
    year = "" if first[0] == last[0] else f"{last[0]}年"
    return f"{first[0]}年{first[1]}月至{year}{last[1]}月{f'{until.day}日' if until else ''}"


def date_words(day: datetime.date) -> str:
    """Return a date as official documents write it: 2026年1月5日 (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def unsourced_words(span: Unsourced) -> str:
    """Return who wrote a number without source, why, and what stood there: 罗某改，原为14个；理由：新批一个."""
    who = f"{span.by or '有人'}{'改' if span.was else '加'}"
    before = f"，原为{span.was}" if span.was else ""
    return f"{who}{before}；理由：{span.reason or '没有写'}"


def number_ids(document: Document) -> dict[str, int]:
    """Return a running number (from 1) for each quantity, by key, in the order in which they appear."""
    return {number.key: index for index, number in enumerate(document.distinct_numbers(), start=1)}
