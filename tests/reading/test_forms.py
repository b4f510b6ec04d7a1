"""Laws of figures alone: any form of a number, its place, and texts put one behind the other."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexie.reading import Figure, figures_of, read_text
from kexie.reading.numerals import FORMAL, render_chinese

WIDE = {ord("0") + i: ord("０") + i for i in range(10)} | {ord("."): ord("．")}
FORMS = ["plain", "commas", "spaces", "wide", "chinese", "formal", "wan", "yi", "wan in words"]
BEFORE = {"": "exact", "约": "about", "近": "about", "超过": "at_least", "不少于": "at_least", "不足": "at_most"}


def written(number: int, form: str) -> str:
    if form == "commas":
        return f"{number:,}"
    if form == "spaces":
        return f"{number:,}".replace(",", " ")
    if form == "wide":
        return str(number).translate(WIDE)
    if form == "chinese":
        return render_chinese(number)
    if form == "formal":
        return render_chinese(number).translate(str.maketrans("一二三四五六七八九十百千", FORMAL))
    if form == "wan":
        return f"{Decimal(number) / 10**4}万"
    if form == "yi":
        return f"{Decimal(number) / 10**8:f}亿".replace("0E-8", "0")
    if form == "wan in words":
        return f"{render_chinese(number)}万"
    return str(number)


@given(st.integers(101, 10**9), st.sampled_from(FORMS), st.sampled_from(sorted(BEFORE)))
def test_a_number_reads_back_from_any_form(number: int, form: str, hedge: str) -> None:
    if form == "wan in words":
        number = number % 9999 + 1
    told = written(number, form)
    value = number * 10**4 if form == "wan in words" else number
    text = f"镇里添置设备花了{hedge}{told}元，大家都说值得。"
    (found,) = figures_of(text)
    assert (found.value, found.qualifier, found.unit) == (value, BEFORE[hedge], "元")
    assert text[found.start : found.end] == found.quote == f"{hedge}{told}元"


@given(st.integers(2, 10**6), st.integers(1, 10**6), st.sampled_from(["至", "到", "-", "—", "～"]))
def test_a_range_reads_back(low: int, more: int, join: str) -> None:
    (found,) = figures_of(f"每站可容纳听众{low}{join}{low + more}名。")
    assert (found.low, found.high, found.value) == (low, low + more, None)


@settings(max_examples=60)
@given(st.text("一二三四五六七八九十百千万亿两零〇半0123456789,. 。余多近约第个名元%几数每", max_size=24))
def test_whatever_is_written_a_figure_stands_where_it_says(text: str) -> None:
    last = 0
    for found in figures_of(text):
        assert last <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.quote
        last = found.end


def paragraphs() -> list[str]:
    return [p.translate(str.maketrans({"{": "", "}": ""})) for p in SAMPLES.splitlines()]


SAMPLES = """今年共办班{12}期，培训农民{860}多人次，户均增收{1200}元，比去年增长{15.5}%。
一等奖、二等奖分别为{2}个、{5}个，省级基地{7}家、市级{20}家。
征集论文{106}篇，择优上交{57}篇；会员由原来的{300}人发展到{560}人。
全年未发生一起事故，推选会长一名，开展了三次宣传，六期培训，一次考察活动。
力争明年新建画廊{12}处，每处不少于{30}米。"""


@given(st.lists(st.sampled_from(paragraphs()), min_size=2, max_size=5))
def test_what_a_line_says_does_not_depend_on_the_lines_around_it(lines: list[str]) -> None:
    expected: list[Figure] = []
    at = 0
    for line in lines:
        expected += [replace(f, start=f.start + at, end=f.end + at) for f in figures_of(line + "\n")]
        at += len(line) + 1
    assert figures_of("".join(f"{line}\n" for line in lines)) == expected


@pytest.mark.parametrize("line", paragraphs())
def test_figures_alone_are_those_of_the_whole_reading(line: str) -> None:
    whole = [f for d in read_text(line).documents for f in d.figures]
    plain = [replace(f, activity=None, part_of=None, suspect=(), repaired_from=None) for f in whole]
    assert plain == figures_of(line)
    assert len(plain) >= 2


@pytest.mark.parametrize(
    "unit",
    [
        "12个甲(乙、丙)",
        "甲(乙、丙)",
        "1、2、",
        "分别1个、",
        "3、4",
        "一个一",
        "五个一",
        "20万、",
        "甲、",
        "从3个",
        "了12个",
        "人数1,",
    ],
)
def test_what_is_repeated_without_end_has_its_figures_to_the_end(unit: str) -> None:
    text = unit * (20_000 // len(unit))
    assert all(text[f.start : f.end] == f.quote for f in figures_of(text))
