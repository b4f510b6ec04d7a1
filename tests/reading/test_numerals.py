"""Numerals: a number written in any of its forms reads back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.reading import numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("零", 0),
        ("两", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一百二", 120),
        ("一百二十", 120),
        ("三千", 3000),
        ("两千三", 2300),
        ("两万", 20000),
        ("两万三", 23000),
        ("一亿两千万", 120_000_000),
        ("二〇一七", 2017),
        ("百", 100),
        ("万", 10000),
        ("叁万贰仟", 32000),
        ("伍佰肆拾", 540),
    ],
)
def test_it_reads_chinese_numerals(text: str, value: int) -> None:
    assert numerals.parse_chinese(text) == value


@pytest.mark.parametrize("text", ["", "两三", "十百", "甲", "一二百三四", "一万零一万", "零万"])
def test_it_refuses_what_is_not_one_numeral(text: str) -> None:
    assert numerals.parse_chinese(text) is None


@given(st.integers(0, 10**12 - 1))
def test_a_rendered_number_reads_back(number: int) -> None:
    assert numerals.parse_chinese(numerals.render_chinese(number)) == number


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("两三", (2, 3)),
        ("三四十", (30, 40)),
        ("十五六", (15, 16)),
        ("七八百", (700, 800)),
        ("五", None),
        ("一百", None),
    ],
)
def test_two_neighbouring_digits_are_a_range(text: str, bounds: tuple[int, int] | None) -> None:
    assert numerals.chinese_range(text) == bounds


@pytest.mark.parametrize(
    ("text", "value"), [("1,234", "1234"), ("1 234 567", "1234567"), ("3。5", "3.5"), ("0.75", "0.75"), ("12", "12")]
)
def test_it_reads_arabic_numerals(text: str, value: str) -> None:
    assert numerals.parse_arabic(text) == Decimal(value)


@pytest.mark.parametrize(
    ("value", "above"), [("530", "540"), ("20000", "30000"), ("12000", "13000"), ("1.2", "1.3"), ("7", "8"), ("0", "1")]
)
def test_the_soft_bound_is_one_step_up_in_the_last_stated_digit(value: str, above: str) -> None:
    assert numerals.step_above(Decimal(value)) == Decimal(above)
