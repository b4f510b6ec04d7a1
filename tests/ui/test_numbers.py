"""How numbers and dates are printed."""

import datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from kexie.ui.numbers import day, grouped, moment, number_html


def render(source: str, **context: object) -> str:
    return Template("{% load kexie %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (1234567, "1,234,567"),
        (-7115, "−7,115"),
        (-9, "−9"),
        (Decimal("86.00"), "86.00"),
        (Decimal("1234.5"), "1,234.5"),
        (Decimal("1E+4"), "10,000"),
        ("4.2万", "4.2万"),
    ],
)
def test_a_table_groups_thousands_with_a_comma(value, printed):
    assert grouped(value) == printed


def test_running_text_groups_from_ten_thousand():
    assert grouped(3286, 10_000) == "3286"
    assert grouped(42548, 10_000) == "42,548"
    assert render("{{ n|grouped:10000 }}", n=3286) == "3286"
    assert ">3286<" in number_html(3286)
    assert ">3,286<" in number_html(3286, kind="table")


@pytest.mark.parametrize("value", [1.5, True])
def test_floats_and_truth_values_are_refused(value):
    with pytest.raises(TypeError):
        grouped(value)


@pytest.mark.parametrize("word", ["以上", "余", "多"])
def test_the_qualifier_stands_after_the_digits_and_outside_the_link(word):
    html = number_html(5000, word, href="/x")
    assert f'>5000</a><span class="kx-q">{word}</span>' in html


@pytest.mark.parametrize("word", ["近", "约", "不超过"])
def test_the_qualifier_stands_before_the_digits_and_outside_the_link(word):
    html = number_html(30000, word, href="/x")
    assert html.index(f'<span class="kx-q">{word}</span>') < html.index("<a ")
    assert f"{word}30,000" not in html


def test_a_slot_keeps_the_place_of_a_missing_qualifier():
    assert number_html(5, slot=True, kind="table").count("kx-slot") == 1
    assert number_html(5, "以上", slot=True, kind="table").count("kx-slot") == 1
    assert number_html(5, "约", slot=True, kind="table").count("kx-slot") == 1
    assert number_html(None, slot=True, kind="table").count("kx-slot") == 1
    assert "kx-slot" not in number_html(5, "以上")


def test_the_link_works_without_javascript_and_loads_the_panel_with_it():
    html = number_html(195, unit="场", href="/totals/source/?indicator=activities&month=9")
    assert 'href="/totals/source/?indicator=activities&amp;month=9"' in html
    assert 'hx-get="/totals/source/?indicator=activities&amp;month=9" hx-target="#source"' in html
    assert "hx-get" not in number_html(195, href="/x", panel=False)
    assert "<a " not in number_html(195)


def test_in_a_report_the_unit_belongs_to_the_number():
    html = number_html("4.2万", "以上", unit="人次", href="/x", kind="report")
    assert '>4.2万人次</a><span class="kx-q">以上</span>' in html


def test_nothing_is_a_dash_in_words_and_zero_is_zero():
    assert "没有数据" in number_html(None)
    assert "没有数据" in number_html("")
    assert ">0<" in number_html(0)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kind"):
        number_html(1, kind="chart")


def test_what_comes_from_data_is_escaped():
    evil = '"><script>alert(1)</script>'
    html = number_html(evil, evil, unit=evil, href=evil, label=evil)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 6  # digits, qualifier, unit, label, href and hx-get
    assert html.count('"&quot;&gt;') == 3  # no attribute is left


def test_the_tag_prints_what_the_function_prints():
    html = render("{% number n '以上' unit='人次' href='/x' kind='table' slot=True %}", n=42548)
    assert html == number_html(42548, "以上", unit="人次", href="/x", kind="table", slot=True)


def test_days_are_printed_as_offices_write_them():
    friday = datetime.date(2026, 11, 20)
    assert day(friday) == "11月20日 周五"
    assert day(friday, "short") == "11月20日"
    assert day(friday, "year") == "2026年11月20日 周五"
    assert day(None) == ""
    assert render("{{ d|day }}", d=datetime.date(2026, 11, 22)) == "11月22日 周日"


def test_a_moment_is_printed_in_the_time_of_the_office():
    late = datetime.datetime(2026, 11, 19, 17, 5, tzinfo=datetime.UTC)
    assert moment(late) == "11月20日 1:05"
    assert day(late) == "11月20日 周五"
