"""Times in a text: every way in which a report writes a day reads back."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.reading.dates import Span, find_spans
from kexie.reading.numerals import render_chinese

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))
FORMS = (
    "{y}年{m}月{d}日",
    "{y}年{m:02}月{d:02}日",
    "{y}年{m}月{d}号",
    "{y}.{m}.{d}",
    "{y}-{m:02}-{d:02}",
    "{y}/{m}/{d}",
)


def told(text: str, year: int | None = None) -> list[tuple[str | None, str | None]]:
    return [(span.first, span.last) for span in find_spans(text, year)]


@given(DAYS, st.sampled_from([*FORMS, "chinese"]))
def test_a_day_in_any_form_reads_back(day: date, form: str) -> None:
    if form == "chinese":
        written = f"{day.year}年{render_chinese(day.month)}月{render_chinese(day.day)}日"
    else:
        written = form.format(y=day.year, m=day.month, d=day.day)
    assert told(f"于{written}在云溪镇") == [(day.isoformat(), day.isoformat())]


@given(DAYS, st.integers(0, 40), st.sampled_from(["至", "到", "-", "—", "～"]))
def test_a_run_of_days_reads_back(first: date, length: int, mark: str) -> None:
    last = date.fromordinal(first.toordinal() + length)
    within = f"{first.year}年{first.month}月{first.day}日{mark}"
    if (first.year, first.month) == (last.year, last.month):
        assert told(f"{within}{last.day}日") == [(first.isoformat(), last.isoformat())]
    if first.year == last.year:
        assert told(f"{within}{last.month}月{last.day}日") == [(first.isoformat(), last.isoformat())]
    assert told(f"{within}{last.year}年{last.month}月{last.day}日") == [(first.isoformat(), last.isoformat())]


@given(st.integers(2001, 2099), st.integers(1, 12), st.sampled_from(["20xx", "20__", "xx", "__", "**", "今", "本"]))
def test_a_masked_year_is_the_documents_or_unknown(year: int, month: int, written: str) -> None:
    end = calendar.monthrange(year, month)[1]
    assert told(f"{written}年{month}月", year) == [(f"{year}-{month:02}-01", f"{year}-{month:02}-{end:02}")]
    end = calendar.monthrange(2023, month)[1]
    assert told(f"{written}年{month}月") == [(f"--{month:02}-01", f"--{month:02}-{end:02}")]


@given(
    st.lists(
        st.sampled_from([*"0123456789年月日号至到-.、,。每周五上下旬初底今去半", "20xx", "农历", "季度"]), max_size=40
    )
)
def test_spans_lie_in_the_text_in_order_and_hold_days_of_the_calendar(pieces: list[str]) -> None:
    text = "".join(pieces)
    spans = find_spans(text, 2024)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    for span in spans:
        assert 0 <= span.start < span.end <= len(text)
        days = [date.fromisoformat(day) for day in (span.first, span.last) if day]
        assert days == sorted(days)
        assert bool(span.every) == (not days)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3-5月份", [("--03-01", "--05-31")]),
        ("7、8月", [("--07-01", "--08-31")]),
        ("7、6月21日", [("--06-21", "--06-21")]),  # the 7 numbers an item
        ("从3月5日至20日", [("--03-05", "--03-20")]),
        ("6月中旬至7月", [("--06-11", "--07-31")]),
        ("三月十五日至二十一日", [("--03-15", "--03-21")]),
        ("农历九月九日", []),
    ],
)
def test_runs_of_months_and_days(text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5月10县科协召开会议", "--05-10"),
        ("5月20余人参加", "--05-01"),
        ("5月3次下乡", "--05-01"),
        ("5月10万元到账", "--05-01"),
    ],
)
def test_a_day_that_lost_its_last_character_is_no_number_of_things(text: str, expected: str) -> None:
    assert told(text)[0][0] == expected


def test_the_year_before_is_counted_from_the_documents() -> None:
    assert told("去年10月3日", 2020) == [("2019-10-03", "2019-10-03")]
    assert told("去年10月3日") == [("--10-03", "--10-03")]


def test_a_day_without_a_month_lies_in_the_one_told_before() -> None:
    assert told("3月12日,在甲村植树;15日,组织义诊") == [("--03-12", "--03-12"), ("--03-15", "--03-15")]
    assert find_spans("15日,组织义诊", None) == []
    before = Span("2019-03-12", "2019-03-12", 0, 5)
    assert [span.first for span in find_spans("15日,组织义诊", None, before)] == ["2019-03-15"]
    assert find_spans("31日,组织义诊", None, Span("2019-02-12", "2019-02-12", 0, 5)) == []
    assert find_spans("活动为期15日,效果好", None, before) == []
