"""Shortcomings come from the records, and each has the next step that answers it."""

from datetime import date
from typing import Any

import pytest

from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.reports.compose import compose_summary
from kexie.reports.composing.annex import children_of
from kexie.reports.composing.outlook import (
    TRIGGERS,
    Evidence,
    Found,
    coming_campaigns,
    find_shortcomings,
    write_shortcomings,
    write_steps,
)
from kexie.reports.material import Material
from kexie.reports.model import Heading, Paragraph
from kexie.reports.phrases import summary_words
from tests.reports.conftest import entry
from tests.reports.test_chapters import More, more

__all__ = ["more"]
YEAR = Period.parse("2024")


def codes(county: Organisation, *silent: str, fallen: tuple[str, ...] = ()) -> list[str]:
    material = Material(organisation=county, first_month=202401, last_month=202412)
    units = [each for each in children_of(material) if each.code in silent]
    return [each.code for each in find_shortcomings(Evidence(material=material, silent=units, fallen=fallen))]


def test_every_shortcoming_of_the_catalogue_has_a_trigger_and_an_answer() -> None:
    words = summary_words().outlook.shortcomings
    assert set(words) == set(TRIGGERS)
    for code, each in words.items():
        found = [Found(code, "某项")]
        assert write_shortcomings(found)
        steps = "".join(step.text for step in write_steps(found=found, period=YEAR, areas=[]))
        assert each.answer.format(what="某项") in steps
        assert 15 <= len(each.text) <= 50
    assert len({each.answer for each in words.values()}) == len(words)


def test_what_is_printed_is_answered(county: Organisation) -> None:
    document = compose_summary(organisation=county, period=YEAR, today=date(2025, 1, 9))
    text = "".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    words = summary_words().outlook.shortcomings
    told = [each for each in words.values() if each.text.split("{what}")[-1] in text]
    assert told
    assert all(each.answer.split("{what}")[-1] in text for each in told)
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert [heading.partition("、")[2] for heading in headings[-2:]] == [
        summary_words().families["paired"][key] for key in ("shortcomings", "next")
    ]


def test_silent_units_make_it_uneven_departments_do_not(county: Organisation) -> None:
    assert "uneven" in codes(county, "T3")
    assert "uneven" not in codes(county, "D1")
    assert "uneven" not in codes(county)


def test_more_than_three_fifths_of_one_form(county: Organisation, more: More) -> None:
    assert "one-form" in codes(county)  # 18 lectures of 28 events
    more(*(entry(f"l{number}", "T1", "开放日", "2024-03-03") for number in range(2)))
    assert "one-form" not in codes(county)  # 18 of 30: 60 %, not more


def test_galleries_that_nobody_renewed(county: Organisation, more: More) -> None:
    assert "stale" in codes(county)
    more(entry("g2", "T1", "换画", "2024-05-05", figures=[{"indicator": "gallery_issues", "value": 1}]))
    assert "stale" not in codes(county)


def test_few_events_of_the_young(county: Organisation, more: More) -> None:
    assert "few-young" in codes(county)  # 1 of 28
    more(*(entry(f"y{number}", "B1", "社团", "2024-03-03", work_area="youth") for number in range(4)))
    assert "few-young" not in codes(county)  # 5 of 32


def test_many_returned(county: Organisation, more: More) -> None:
    assert "returned" not in codes(county)
    more(*(entry(f"r{number}", "T1", "待补", "2024-03-03", status="returned") for number in range(5)))
    assert "returned" in codes(county)


def test_few_briefs_adopted(county: Organisation, more: More) -> None:
    def brief(key: str, **values: int) -> dict[str, Any]:
        return entry(key, "C", "信息", "2024-03-03", figures=[{"indicator": k, "value": v} for k, v in values.items()])

    assert "not-adopted" not in codes(county)
    more(brief("b1", briefs=20, briefs_adopted=3))
    assert "not-adopted" in codes(county)
    more(brief("b2", briefs_adopted=1))
    assert "not-adopted" not in codes(county)


def test_a_fall_is_offered_as_a_shortcoming(county: Organisation) -> None:
    assert "fallen" in codes(county, fallen=("youth",))
    found = [Found("fallen", "青少年科技教育")]
    paragraph = write_shortcomings(found)
    assert paragraph is not None
    assert "青少年科技教育方面的活动少于上年同期" in paragraph.text


def test_nothing_found_writes_nothing() -> None:
    assert write_shortcomings([]) is None


@pytest.mark.parametrize(
    ("period", "first"), [("2024H1", "全国科普"), ("2024", "科技文化卫生"), ("2024-03", "全国科技活动周")]
)
def test_theme_days_to_come_follow_the_calendar(period: str, first: str) -> None:
    coming = coming_campaigns(Period.parse(period))
    assert coming
    assert coming[0].startswith(first)
    if period.endswith("H1"):
        assert not any("科技之春" in name for name in coming)


def test_next_steps_hold_no_number_but_their_own(county: Organisation) -> None:
    steps = write_steps(
        found=[Found(code, "某项") for code in TRIGGERS],
        period=YEAR,
        areas=list(summary_words().orders["party-office"]),
    )
    assert not any(character.isdigit() for step in steps for character in step.text.partition(". ")[2])
    assert steps[-1].text.endswith("完成上级交办的其他任务。")
