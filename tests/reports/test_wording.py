"""Printed numbers are true: the interval that a reader takes from the print holds the total."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.reports.comparison import compare_totals
from kexie.reports.wording import MARKERS, Reading, Style, last_step, read_back, split_printed, word_total

STYLES = (Style(), Style(round_down=True))
UNITS = ("场", "人次", "份", "元", "小时", "份(册)", "个", "期")


def total(
    value: str | int,
    low: str | int | None = None,
    high: str | int | None = None,
    qualifier: str = "exact",
    *,
    low_exclusive: bool = False,
    high_exclusive: bool | None = None,
) -> Reading:
    """Return a total; bounds default to the value for exact, an at_least's high is exclusive unless said."""

    def number(given_value: str | int | None, otherwise: str | int | None) -> Decimal | None:
        chosen = otherwise if given_value is None else given_value
        return None if chosen is None else Decimal(chosen)

    return Reading(
        value=Decimal(value),
        low=number(low, value if qualifier in ("exact", "at_least") else None),
        high=number(high, value if qualifier == "exact" else None),
        qualifier=qualifier,
        low_exclusive=low_exclusive,
        high_exclusive=qualifier == "at_least" and high is not None if high_exclusive is None else high_exclusive,
    )


@pytest.mark.parametrize(
    ("given_total", "unit", "expected"),
    [
        (total(195), "场", "195场"),
        (total(5234, high=6234, qualifier="at_least"), "人次", "5234人次以上"),
        (total(5000, high=6000, qualifier="at_least"), "份", "5000余份"),
        (total(1500, high=1600, qualifier="at_least"), "人", "1500余人"),
        (total(1505, high=1605, qualifier="at_least"), "人", "1505人以上"),
        (total(100, qualifier="at_least"), "人", "100人以上"),
        (total(42548, high=46548, qualifier="at_least"), "人次", "4.2万人次以上"),
        (total(42100, high=42900, qualifier="at_least"), "人次", "4.21万人次以上"),
        (total(42128, high=42900, qualifier="at_least"), "人次", "4.2万余人次"),
        (total(42548), "人次", "42548人次"),
        (total(42500), "人次", "4.25万人次"),
        (total(300000000), "人次", "3亿人次"),
        (total(3000, qualifier="about"), "人次", "约3000人次"),
        (total(30000, high=30000, qualifier="about"), "人次", "约3万人次"),
        (total(120, low=100, high=120, qualifier="at_most"), "人", "不超过120人"),
        (total(1, low=1, high=2, qualifier="range"), "期", "1—2期"),
        (total("85.70"), "%", "85.7%"),
        (total("8500.00"), "元", "8500元"),
        (total("123400.00"), "元", "12.34万元"),
        (total("123456.78"), "元", "123456.78元"),
        (total("12.5"), "小时", "12.5小时"),
        (total(0), "场", "0场"),
    ],
)
def test_it_prints_a_total_as_an_office_does(given_total: Reading, unit: str, expected: str) -> None:
    assert word_total(total=given_total, unit=unit) == expected


@pytest.mark.parametrize(
    ("given_total", "unit", "expected"),
    [
        (total(3247), "人次", "3200余人次"),
        (total(3200), "人次", "3200人次"),
        (total(3047), "人次", "3000余人次"),
        (total(999), "人次", "999人次"),
        (total(3247), "场", "3247场"),
        (total(5234, high=6234, qualifier="at_least"), "人次", "5200人次以上"),
        (total(3210, high=3290, qualifier="at_least"), "人次", "3200余人次"),
        (total(123456), "份", "12万余份"),
    ],
)
def test_it_rounds_down_where_the_office_wishes(given_total: Reading, unit: str, expected: str) -> None:
    assert word_total(total=given_total, unit=unit, style=Style(round_down=True)) == expected


def test_it_refuses_a_negative_total() -> None:
    with pytest.raises(ValueError, match="negative"):
        word_total(total=total(-1), unit="场")


@pytest.mark.parametrize("text", ["约5000余人", "约5000人以上", "5000余人以上", "人", "1千人", "约1—2期"])
def test_it_does_not_read_what_it_would_not_print(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        read_back(text)


def test_it_reads_the_marks_of_others() -> None:
    assert read_back("3万多人").high == 40000
    assert read_back("近3万人次").high == 30000
    assert read_back("近3万人次").low is None
    assert read_back("超过20人").low_exclusive
    assert read_back("不足20人").high_exclusive
    assert read_back("3000人次左右").low is None


@st.composite
def totals(draw: st.DrawFn) -> Reading:
    """Any total that sums can give: whole numbers or hundredths, each qualifier with its bounds."""
    places = draw(st.sampled_from([0, 0, 0, 1, 2]))
    low = Decimal(draw(st.integers(0, 10**10))).scaleb(-places)
    if draw(st.booleans()):
        low = low.quantize(Decimal(1)) // last_step(Decimal(10) ** draw(st.integers(0, 6))) * 1
        low *= Decimal(10) ** draw(st.integers(0, 4))
    width = Decimal(draw(st.one_of(st.just(0), st.integers(1, 10**6))))
    qualifier = draw(st.sampled_from(["exact", "at_least", "at_most", "about", "range"]))
    if qualifier == "exact":
        return total(str(low))
    if qualifier == "at_least":
        return Reading(
            value=low,
            low=low,
            high=draw(st.sampled_from([None, low + width])),
            low_exclusive=draw(st.booleans()),
            high_exclusive=width > 0 and draw(st.booleans()),
            qualifier=qualifier,
        )
    if qualifier == "at_most":
        return Reading(value=low + width, low=low, high=low + width, qualifier=qualifier)
    if qualifier == "range":
        return Reading(value=low, low=low, high=low + width, qualifier=qualifier)
    return Reading(value=low, low=None, high=None, qualifier=qualifier)


@given(totals(), st.sampled_from(UNITS), st.sampled_from(STYLES))
def test_the_print_holds_the_total(given_total: Reading, unit: str, style: Style) -> None:
    printed = word_total(total=given_total, unit=unit, style=style)
    assert read_back(printed).contains(given_total), printed


@given(totals(), st.sampled_from(UNITS), st.sampled_from(STYLES))
def test_a_number_has_at_most_one_marker(given_total: Reading, unit: str, style: Style) -> None:
    printed = word_total(total=given_total, unit=unit, style=style)
    parts = split_printed(printed)
    found = [part for part in (parts.before, parts.inner, parts.after) if part] + ["—"] * printed.count("—")
    assert len(found) <= 1
    assert set(found) <= set(MARKERS)
    assert split_printed(printed).text == printed


@given(totals(), st.sampled_from(UNITS), st.sampled_from(STYLES))
def test_what_was_read_back_is_printed_alike(given_total: Reading, unit: str, style: Style) -> None:
    printed = word_total(total=given_total, unit=unit, style=style)
    again = read_back(printed)
    assert word_total(total=again, unit=again.unit, style=style) == printed


@given(totals(), st.sampled_from(UNITS))
def test_the_print_never_exceeds_the_value(given_total: Reading, unit: str) -> None:
    printed = read_back(word_total(total=given_total, unit=unit, style=Style(round_down=True)))
    assert printed.value <= given_total.value


@given(st.integers(0, 10**9))
def test_wan_loses_nothing_of_an_exact_total(value: int) -> None:
    printed = word_total(total=total(value), unit="人次")
    assert read_back(printed).value == value
    digits = split_printed(printed).digits
    assert len(digits.rstrip("万亿").partition(".")[2]) <= 2


def test_a_rise_has_difference_and_rate() -> None:
    found = compare_totals(current=total(195), previous=total(183), name="活动", unit="场")
    assert found.direction == "more"
    assert (found.difference and found.difference.value, found.rate and found.rate.value) == (12, Decimal("6.6"))


def test_a_small_base_has_no_rate() -> None:
    found = compare_totals(current=total(18), previous=total(9), name="活动", unit="场")
    assert (found.difference and found.difference.value, found.rate) == (9, None)


def test_unequal_periods_have_no_rate() -> None:
    found = compare_totals(current=total(195), previous=total(100), name="活动", unit="场", equally_complete=False)
    assert found.difference is not None
    assert found.rate is None


@pytest.mark.parametrize("value", [98, 100, 102])
def test_within_two_percent_it_is_level(value: int) -> None:
    assert compare_totals(current=total(value), previous=total(100), name="活动", unit="场").direction == "level"


@pytest.mark.parametrize(("value", "direction"), [(97, "fewer"), (103, "more")])
def test_beyond_two_percent_it_is_not_level(value: int, direction: str) -> None:
    assert compare_totals(current=total(value), previous=total(100), name="活动", unit="场").direction == direction


def test_a_fall_goes_to_the_writer() -> None:
    found = compare_totals(current=total(50), previous=total(100), name="活动", unit="场")
    assert found.difference is None
    assert "50场" in found.note
    assert "100场" in found.note


def test_inexact_totals_give_about_or_nothing() -> None:
    current = total(5000, high=6000, qualifier="at_least")
    certain = compare_totals(current=current, previous=total(4000), name="资料", unit="份")
    assert certain.difference is not None
    assert certain.difference.qualifier == "about"
    assert certain.rate is not None
    assert certain.rate.value == 25
    assert compare_totals(current=current, previous=total(5500), name="资料", unit="份").direction == "unknown"
    assert compare_totals(current=total(10), previous=None, name="资料", unit="份").direction == "unknown"
    assert compare_totals(current=total(10), previous=total(0), name="资料", unit="份").direction == "unknown"
