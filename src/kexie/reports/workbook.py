"""The source table: an .xlsx with each printed number, its formula, and the entries behind it.

Text from data is always written as text: a title that begins with = + - @ is marked as quoted, never as a formula.
"""

import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from kexie.reports.model import Document, Number, Unsourced
from kexie.reports.sources import (
    MEASURE_WORDS,
    QUALIFIER_WORDS,
    NumberSource,
    Sources,
    clean_text,
    number_ids,
    unsourced_words,
)

NUMBERS_SHEET = "数字来源"
ENTRIES_SHEET = "记录"
UNSOURCED = "无来源"

_NUMBER_COLUMNS = (
    ("编号", 6), ("印出", 16), ("指标", 18), ("指标代码", 20), ("类别", 14), ("单位", 8), ("组织", 24), ("期间", 20),
    ("口径", 18), ("工作板块", 18), ("数值", 14), ("下限", 14), ("上限", 14), ("上限含否", 9), ("限定", 8),
    ("存量日期", 12), ("算式", 60), ("记录数", 8),
)  # fmt: skip
_ENTRY_COLUMNS = (
    ("编号", 6), ("印出", 16), ("记录编号", 20), ("单位", 24), ("标题", 48), ("日期", 12), ("数值", 16), ("来源", 40),
    ("原文", 60),
)  # fmt: skip
_LONGEST = 32_767  # characters that a cell of Excel holds


def render_workbook(*, document: Document, sources: Sources) -> bytes:
    """Return the bytes of the workbook; the same document and sources give the same bytes."""
    buffer = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    made = datetime.datetime.combine(document.date, datetime.time())
    book.set_properties({"title": clean_text(document.title), "author": "", "created": made})
    _Writer(book=book, document=document, sources=sources).write()
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, *, book: Any, document: Document, sources: Sources) -> None:
        self.document, self.sources = document, sources
        self.header = book.add_format({"bold": True, "bg_color": "#F8FAF9", "bottom": 1, "text_wrap": True})
        self.quoted = book.add_format({"quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.numbers = book.add_worksheet(NUMBERS_SHEET)
        self.entries = book.add_worksheet(ENTRIES_SHEET)

    def write(self) -> None:
        ids = number_ids(self.document)
        self._head(self.numbers, _NUMBER_COLUMNS)
        self._head(self.entries, _ENTRY_COLUMNS)
        entry_row = 1
        for row, number in enumerate(self.document.distinct_numbers(), start=1):
            source = self.sources.get(number.key)
            first = entry_row if source and source.entries else None
            self._number(row, ids[number.key], number, source, first_entry=first)
            for entry in source.entries if source else ():
                values = (ids[number.key], number.text, entry.id, entry.unit, entry.title, entry.date, entry.value)
                for column, value in enumerate((*values, entry.source, entry.excerpt)):
                    self._cell(self.entries, entry_row, column, value)
                entry_row += 1

        after = len(ids)
        for row, span in enumerate(dict.fromkeys(self.document.unsourced()), start=after + 1):
            self._unsourced(row, span)

    def _unsourced(self, row: int, span: Unsourced) -> None:
        """A number that no record gives, in the columns that it has: who wrote it and why stand for the formula."""
        told = {"编号": row, "印出": span.text, "指标": span.name, "类别": UNSOURCED, "数值": span.value}
        told["算式"] = unsourced_words(span)
        for column, (name, _) in enumerate(_NUMBER_COLUMNS):
            self._cell(self.numbers, row, column, told.get(name))

    def _number(
        self, row: int, place: int, number: Number, source: NumberSource | None, *, first_entry: int | None
    ) -> None:
        closed = "" if number.high is None else ("不含" if number.high_exclusive else "含")
        values = (
            place,
            number.text,
            number.name,
            number.query.indicator,
            MEASURE_WORDS[number.measure],
            number.unit,
            source.organisation if source else number.query.organisation,
            source.period if source else "",
            source.scope if source else "",
            source.work_area if source else "",
            number.value,
            number.low,
            number.high,
            closed,
            QUALIFIER_WORDS.get(number.qualifier, number.qualifier),
            number.as_of,
            source.formula(number) if source else "",
            number.entries,
        )
        for column, value in enumerate(values):
            self._cell(self.numbers, row, column, value)
        if first_entry is not None:
            text = clean_text(number.text)
            self.numbers.write_url(row, 1, f"internal:'{ENTRIES_SHEET}'!A{first_entry + 1}", string=text)

    def _head(self, sheet: Any, columns: tuple[tuple[str, int], ...]) -> None:
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, self.header)
        sheet.freeze_panes(1, 2)

    def _cell(self, sheet: Any, row: int, column: int, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, int | Decimal):
            sheet.write_number(row, column, value)
        elif isinstance(value, datetime.date):
            sheet.write_datetime(row, column, datetime.datetime.combine(value, datetime.time()), self.day)
        else:
            text = clean_text(str(value))[:_LONGEST]
            sheet.write_string(
                row, column, text, self.quoted if text.startswith(("=", "+", "-", "@", "\t", "\r")) else None
            )
