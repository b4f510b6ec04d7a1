"""The grammar of periods, both ways."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.core.periods import (
    Period,
    add_months,
    first_day,
    last_day,
    month_of,
    month_text,
    months_between,
    parse_month,
    periods_of_year,
)
from tests.totals.worlds import laws

YEARS = st.integers(1000, 2999)
CODES = st.builds(
    lambda year, part: f"{year}{part}",
    YEARS,
    st.sampled_from(["", "H1", "H2", "Q1", "Q2", "Q3", "Q4", *(f"-{month:02}" for month in range(1, 13))]),
)
MONTHS = st.builds(lambda year, month: year * 100 + month, st.integers(1900, 2100), st.integers(1, 12))


@laws(100)
@given(CODES)
def test_a_code_says_its_months_and_the_months_say_the_code(code: str) -> None:
    period = Period.parse(code)
    assert period.code == str(period) == code
    assert Period.of(period.first_month, period.last_month) == period
    assert (period.start, period.end) == (first_day(period.first_month), last_day(period.last_month))
    assert len(months_between(period.first_month, period.last_month)) in (1, 3, 6, 12)


@laws(50)
@given(YEARS)
def test_halves_quarters_and_months_make_up_the_year(year: int) -> None:
    whole = months_between(year * 100 + 1, year * 100 + 12)
    parts = [Period.parse(f"{year}{part}") for part in ("H1", "H2")]
    quarters = [Period.parse(f"{year}Q{part}") for part in (1, 2, 3, 4)]
    for pieces in (parts, quarters):
        assert [m for each in pieces for m in months_between(each.first_month, each.last_month)] == whole
    assert len(periods_of_year(year)) == len(set(periods_of_year(year))) == 19


@laws(100)
@given(MONTHS, st.integers(-500, 500))
def test_months_add_as_on_a_calendar(month: int, count: int) -> None:
    later = add_months(month, count)
    assert add_months(later, -count) == month
    assert 1 <= later % 100 <= 12
    if count >= 0:
        assert len(months_between(month, later)) == count + 1
    assert parse_month(month_text(month)) == month
    assert month_of(first_day(month)) == month_of(last_day(month)) == month
    assert last_day(month) + timedelta(days=1) == first_day(add_months(month, 1))


@pytest.mark.parametrize(
    "code",
    [
        *("", "24", "2024-13", "2024-00", "2024-3", "2024Q0", "2024Q5", "2024H3", "2024h1", "2024-Q1", "2024/03"),
        *("２０２４", "二〇二四", "2024年", "20240", "0999", "3000", "2024-03-01", "2024Q1 2024Q2", "2024-03\n2024"),
    ],
)
def test_it_refuses_what_is_not_in_the_grammar_and_shows_it(code: str) -> None:
    with pytest.raises(DomainError, match="不是期间") as caught:
        Period.parse(code)
    assert code in str(caught.value)


@pytest.mark.parametrize("text", ["2024", "2024H1", "2024Q1", "2024-13", "2024-3", "202403", ""])
def test_a_month_is_a_month(text: str) -> None:
    with pytest.raises(DomainError, match="不是月份"):
        parse_month(text)


@pytest.mark.parametrize(
    ("first", "last"), [(202402, 202404), (202311, 202401), (202401, 202402), (202404, 202409), (202403, 202401)]
)
def test_other_runs_of_months_have_no_code(first: int, last: int) -> None:
    assert Period.of(first, last) is None


@pytest.mark.parametrize(
    ("code", "label", "start", "end", "before"),
    [
        ("2024", "2024年", date(2024, 1, 1), date(2024, 12, 31), "2023"),
        ("2024H1", "2024年上半年", date(2024, 1, 1), date(2024, 6, 30), "2023H1"),
        ("2024H2", "2024年下半年", date(2024, 7, 1), date(2024, 12, 31), "2023H2"),
        ("2024Q3", "2024年第三季度", date(2024, 7, 1), date(2024, 9, 30), "2023Q3"),
        ("2024-02", "2024年2月", date(2024, 2, 1), date(2024, 2, 29), "2023-02"),
    ],
)
def test_it_says_a_period_in_words_and_days(code: str, label: str, start: date, end: date, before: str) -> None:
    period = Period.parse(code)
    assert (period.label, period.start, period.end) == (label, start, end)
    assert period.previous_year().code == before
