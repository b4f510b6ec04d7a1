"""Headings: which ones stand above a position."""

from hypothesis import given
from hypothesis import strategies as st

from kexie.reading import sections
from kexie.reading.lines import lines_of

PIECES = [
    "一、抓宣传",
    "二、抓培训",
    "(一)办班",
    "(二)下乡",
    "1.在云溪镇",
    "2.在甲村",
    "一是办好班。二是下好乡。",
    "做了工作。",
]
LINES = st.lists(st.sampled_from(PIECES), max_size=25).map("\n".join)


@given(LINES)
def test_the_headings_above_a_position_are_those_whose_sections_hold_it(text: str) -> None:
    found = sections.find(text, lines_of(text), len(text))
    outline = sections.Outline(found)
    for at in range(len(text)):
        holding = [heading for heading in found if heading.start <= at < heading.end]
        assert outline.above(at) == holding
        assert [h.level for h in holding] == sorted({h.level for h in holding})


@given(LINES)
def test_what_lies_under_a_heading(text: str) -> None:
    found = sections.find(text, lines_of(text), len(text))
    under = sections.Outline(found).under(lambda heading: "培训" in heading.title or heading.level > 2)
    wanted = [h for h in found if "培训" in h.title or h.level > 2]
    for at in range(len(text)):
        assert under(at) == any(heading.start <= at < heading.end for heading in wanted)
