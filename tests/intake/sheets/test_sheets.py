"""Spreadsheets of any layout: header and columns are found, bad rows are named, and all is recorded or nothing."""

import datetime
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.intake.models import SheetLayout, SheetUpload
from kexie.intake.sheets.columns import find_header, match, targets_of
from kexie.intake.sheets.grid import is_spreadsheet, read_sheets
from kexie.intake.sheets.services import bring_in, import_sheet, preview, say_columns
from kexie.intake.sheets.values import days_of, number_of
from kexie.registers.definitions import catalogue_registers
from kexie.registers.models import Entry, Statement
from kexie.registers.review import set_review_rule
from kexie.totals.queries import totals
from tests.factories import load_rows, organisation, person, unit

HEAD = ["序号", "活动名称", "时间", "活动地点", "单位", "参加人数", "发放资料（份）", "展板", "备注"]
ROWS: list[list[Any]] = [
    [1, "春耕技术讲座", datetime.date(2025, 3, 5), "文化站", "河湾镇", 120, "500余", 10, None],
    [2, "防溺水宣传", "6月3日", "中心小学", "石桥镇", 200, 300, None, "雨天改室内"],
]


def workbook(rows: Sequence[Sequence[Any]], name: str = "台账") -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name)
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(place, column, cell)  # also what begins with =
            elif cell is not None:
                sheet.write(place, column, cell)
    book.close()
    return buffer.getvalue()


@pytest.fixture
def county(tmp_path: Path, db: None) -> None:
    tree = [unit("C", kind="county", name="青禾县科协"), unit("T", "C", name="河湾镇科协")]
    load_rows(tmp_path, organisations=[*tree, unit("U", "C", name="石桥镇科协"), unit("X", kind="county")])


def brought(rows: Sequence[Sequence[Any]], period: str = "2025") -> SheetUpload:
    chosen = Period.parse(period) if period else None
    (upload,) = bring_in(
        content=workbook(rows), name="一季度.xlsx", organisation=organisation("C"), user=None, period=chosen
    )
    return upload


# --- header and columns ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "above", [[], [["青禾县2025年科普活动台账"]], [["台账"], [], ["填报单位：青禾县科协", None, "2025年"]]]
)
def test_the_header_is_found_below_titles(above: list[list[Any]]) -> None:
    (sheet,) = read_sheets(workbook([*above, HEAD, *ROWS]), "一.xlsx")
    header = find_header(sheet.rows, targets_of("activity"))
    assert header is not None
    assert header.first == header.last == len(above)
    assert match(header.labels, targets_of("activity")) == {
        1: "entry.title",
        2: "entry.date",
        3: "entry.place",
        4: "entry.organisation",
        5: "field.person_times",
        6: "field.materials",
        7: "field.boards",
        8: "field.summary",
    }


def test_a_header_of_two_rows_is_read_as_one() -> None:
    rows = [
        ["活动名称", "时间", "宣传", None, None],
        [None, None, "发放资料", "展板", "横幅"],
        ["讲座", "3月5日", 1, 2, 3],
    ]
    (sheet,) = read_sheets(workbook(rows), "一.xlsx")
    header = find_header(sheet.rows, targets_of("activity"))
    assert header is not None and (header.first, header.last) == (0, 1)
    found = match(header.labels, targets_of("activity"))
    assert {found[2], found[3], found[4]} == {"field.materials", "field.boards", "field.banners"}


@pytest.mark.parametrize("register", sorted(catalogue_registers()))
def test_the_labels_of_a_register_match_themselves(register: str) -> None:
    """A sheet headed with the register's own words needs no hand."""
    targets = targets_of(register)
    labels = [target.label for target in targets]
    assert match(labels, targets) == {place: target.key for place, target in enumerate(targets)}


def test_a_sheet_without_a_header_says_so(county: None) -> None:
    upload = brought([["一", 2, 3], ["二", 3, 4]])
    assert preview(upload).header is None
    with pytest.raises(DomainError, match="没有可导入"):
        import_sheet(upload=upload, actor="tests")
    assert SheetUpload.objects.get().imported_at is None


# --- values ---------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**9))
def test_a_number_in_any_form_reads_back(value: int) -> None:
    for cell in (value, str(value), f"{value:,}", f" {value} ".strip(), Decimal(value)):
        assert number_of(cell, "份") == {"value": Decimal(value)}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("500余", {"value": 500, "qualifier": "at_least", "low": 500, "high": 600}),
        ("500余份", {"value": 500, "qualifier": "at_least", "low": 500, "high": 600}),
        ("3万多", {"value": 30000, "qualifier": "at_least", "low": 30000, "high": 40000}),
        ("约200人", {"value": 200, "qualifier": "about"}),
        ("1.5万", {"value": 15000}),
        ("一百二十", {"value": 120}),
        ("无", None),
        ("/", None),
        (None, None),
    ],
)
def test_numbers_as_offices_write_them(cell: Any, expected: Any) -> None:
    assert number_of(cell, "份") == expected


@pytest.mark.parametrize("cell", ["很多", "3月5日", "见附件", True, datetime.date(2025, 1, 1), "12和13"])
def test_what_is_no_number_is_refused(cell: Any) -> None:
    with pytest.raises(DomainError, match="不是"):
        number_of(cell, "份")


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2060, 12, 31)))
def test_a_day_in_any_form_reads_back(day: datetime.date) -> None:
    forms = [
        day,
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.month}月{day.day}日",
        f"{day.month}.{day.day}",
        day.strftime("%Y%m%d") if day.year >= 1000 else day.isoformat(),
    ]
    for form in forms:
        assert days_of(form, day.year) == (day, day), form


@given(st.dates(datetime.date(2000, 1, 1), datetime.date(2050, 6, 1)), st.integers(0, 60))
def test_a_run_of_days_reads_back(first: datetime.date, length: int) -> None:
    last = first + datetime.timedelta(days=length)
    if last.year == first.year:
        assert days_of(f"{first:%Y.%m.%d}-{last:%m.%d}", None) == (first, last)
    if (last.year, last.month) == (first.year, first.month):
        assert days_of(f"{first:%Y.%m.%d}至{last.day}日", None) == (first, last)


@pytest.mark.parametrize(
    ("cell", "year"),
    [("2025-13-40", 2025), ("3月5日", None), ("近期", 2025), ("2025.6.9-6.3", 2025), ("6月40日", 2025)],
)
def test_what_is_no_day_is_refused(cell: str, year: int | None) -> None:
    with pytest.raises(DomainError, match="看不出是哪一天"):
        days_of(cell, year)


# --- importing ------------------------------------------------------------------------------------------------------


def test_rows_become_entries_of_the_units_they_name(county: None) -> None:
    upload = brought([["台账"], HEAD, *ROWS, ["合计", None, None, None, None, 320, 800, 10, None]])
    assert import_sheet(upload=upload, actor="tests", approve=True) == 2
    found = totals(organisation=organisation("C"), first_month=202501, last_month=202512)
    assert (found["person_times"].value, found["boards"].value) == (320, 10)
    assert (found["materials"].value, found["materials"].qualifier) == (800, "at_least")
    assert set(Entry.objects.values_list("organisation__code", flat=True)) == {"T", "U"}
    source = Entry.objects.get(organisation__code="T").latest.sources.get()  # type: ignore[union-attr]
    assert (source.told["sheet"], source.told["row"]) == ("台账", 3)


def test_drafts_do_not_count(county: None) -> None:
    import_sheet(upload=brought([HEAD, *ROWS]), actor="tests")
    assert not totals(organisation=organisation("C"), first_month=202501, last_month=202512)
    assert Entry.objects.count() == 2


def test_one_bad_row_and_nothing_is_recorded(county: None) -> None:
    bad = [[3, None, "6月40日", "x", "无名镇", "很多", 1, 1, None], [4, "义诊", None, None, None, 1, 1, 1, None]]
    upload = brought([HEAD, *ROWS, *bad])
    problems = {row.number: row.problem for row in preview(upload).bad}
    assert set(problems) == {4, 5}
    assert "无名镇" in problems[4]
    assert problems[5] == "没有日期"
    with pytest.raises(DomainError, match="有2行有问题，没有导入任何一行。第4行"):
        import_sheet(upload=upload, actor="tests")
    assert not Entry.objects.exists()
    assert SheetUpload.objects.get().imported_at is None


def test_all_that_is_wrong_with_a_row_is_said_at_once(county: None) -> None:
    upload = brought([HEAD, *ROWS, [3, None, "6月40日", "x", "河湾镇", "很多", 1, 1, None]])
    (row,) = preview(upload).bad
    assert "没有名称" in row.problem and "看不出是哪一天" in row.problem and "参与人次" in row.problem


def test_the_same_sheet_twice_adds_nothing(county: None) -> None:
    upload = brought([HEAD, *ROWS])
    assert brought([HEAD, *ROWS]) == upload
    import_sheet(upload=upload, actor="tests")
    with pytest.raises(DomainError, match="已经导入"):
        import_sheet(upload=upload, actor="tests")
    assert Entry.objects.count() == 2


def test_what_a_column_means_is_remembered_for_the_next_sheet(county: None) -> None:
    head = ["名称", "时间", "单位", "惠民"]
    first = brought([head, ["讲座", "3月5日", "河湾镇", 66]])
    assert "3" not in first.columns
    columns = {int(column): key for column, key in first.columns.items()} | {3: "field.person_times"}
    say_columns(upload=first, register="activity", columns=columns, period=Period.parse("2025"))
    assert SheetLayout.objects.count() == 1
    second = brought([head, ["展览", "4月5日", "石桥镇", 77]])
    assert second.columns["3"] == "field.person_times"


def test_two_columns_cannot_mean_the_same(county: None) -> None:
    upload = brought([HEAD, *ROWS])
    with pytest.raises(DomainError, match="只能留一列"):
        say_columns(upload=upload, register="activity", columns={1: "entry.title", 2: "entry.title"}, period=None)
    with pytest.raises(DomainError, match="没有“entry"):
        say_columns(upload=upload, register="activity", columns={1: "entry.nothing"}, period=None)


def test_a_sheet_of_totals_becomes_statements_and_counts_nothing(county: None) -> None:
    upload = brought(
        [["乡镇", "活动场次", "宣传资料"], ["河湾镇", 12, "8000余"], ["石桥镇", 9, 5000], ["合计", 21, 13000]]
    )
    assert upload.register == ""
    import_sheet(upload=upload, actor="tests", approve=True)
    assert Statement.objects.count() == 4
    assert set(Statement.objects.values_list("organisation__code", flat=True)) == {"T", "U"}
    assert not totals(organisation=organisation("C"), first_month=202501, last_month=202512)


def test_totals_without_a_period_ask_for_it(county: None) -> None:
    upload = brought([["乡镇", "活动场次", "宣传资料"], ["河湾镇", 12, 5], ["石桥镇", 9, 6]], period="")
    assert "请在上面选期间" in preview(upload).bad[0].problem


@pytest.mark.parametrize(
    ("content", "words"),
    [(workbook([[None]]), "什么都没有"), (workbook([HEAD, *ROWS])[:900], "不是完整"), (b"PK\x03\x04", "不是完整")],
)
def test_a_file_that_cannot_be_read_is_said_in_words(content: bytes, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        read_sheets(content, "一.xlsx")


def test_csv_of_an_old_system_is_read() -> None:
    text = "活动名称,时间,参加人数\n讲座,2025-03-05,120\n"
    assert is_spreadsheet(text.encode("gb18030"), "一.csv")
    (sheet,) = read_sheets(text.encode("gb18030"), "一.csv")
    assert sheet.rows[1] == ("讲座", "2025-03-05", "120")


def test_a_word_file_is_no_spreadsheet() -> None:
    assert not is_spreadsheet(b"PK\x03\x04 no workbook", "一.docx")
    assert not is_spreadsheet("总结".encode(), "一.txt")


# --- the page -------------------------------------------------------------------------------------------------------


def test_a_clerk_brings_a_sheet_in_sees_it_and_imports_it(client: Client, county: None) -> None:
    client.force_login(person("steward", "C", "steward"))
    file = SimpleUploadedFile("一季度.xlsx", workbook([HEAD, *ROWS]))
    answer = client.post("/documents/upload/", {"file": file, "organisation": "C", "period": "2025"})
    page = answer["Location"]
    body = client.get(page).content.decode()
    assert "2行都看懂了" in body and "春耕技术讲座" in body
    client.post(f"{page}change/", {"import": "approve"})
    assert Entry.objects.filter(counting__isnull=False).count() == 2
    assert "记下2条记录" in client.get(page).content.decode()


def test_the_rejected_rows_come_as_a_file_with_their_reasons(client: Client, county: None) -> None:
    client.force_login(person("steward", "C", "steward"))
    upload = brought([HEAD, *ROWS, [3, "=1+1", "6月40日", "x", "河湾镇", 5, 1, 1, None]])
    body = client.get(f"/documents/sheets/{upload.pk}/").content.decode()
    assert "1行有问题" in body and "看不出是哪一天" in body
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/documents/sheets/{upload.pk}/rejected.xlsx").content))
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][-2:] == ("问题", "原表行号")
    assert rows[1][1] == "=1+1" and rows[1][-1] == 4 and "看不出" in str(rows[1][-2])


def test_a_reporter_imports_drafts_and_does_not_confirm(client: Client, county: None) -> None:
    client.force_login(person("reporter", "C", "reporter"))
    upload = brought([HEAD, *ROWS])
    assert client.post(f"/documents/sheets/{upload.pk}/change/", {"import": "approve"}).status_code == 403
    client.post(f"/documents/sheets/{upload.pk}/change/", {"import": "draft"})
    assert Entry.objects.filter(counting__isnull=True).count() == 2


def test_a_sheet_of_another_county_is_not_there(client: Client, county: None) -> None:
    client.force_login(person("steward", "X", "steward"))
    upload = brought([HEAD, *ROWS])
    for end in ("", "rejected.xlsx"):
        assert client.get(f"/documents/sheets/{upload.pk}/{end}").status_code == 404
    assert client.post(f"/documents/sheets/{upload.pk}/change/", {"import": "draft"}).status_code == 404


def test_where_another_person_reviews_a_sheet_does_not_count_at_once(client: Client, county: None) -> None:
    steward = person("steward", "C", "steward")
    client.force_login(steward)
    set_review_rule(organisation=organisation("C"), rule="other", actor="tests")
    file = SimpleUploadedFile("一季度.xlsx", workbook([HEAD, *ROWS]))
    page = client.post("/documents/upload/", {"file": file, "organisation": "C", "period": "2025"})["Location"]
    answer = client.post(f"{page}change/", {"import": "approve"}, follow=True)
    assert "要由他人审核" in answer.content.decode()
    assert not Entry.objects.exists()
