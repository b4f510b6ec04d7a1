"""Grounds, partners, cases and effects of the chapters: what our part was decides the words."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.registers.exchange.load import Paths, load
from kexie.reports.compose import compose_summary
from kexie.reports.composing.cases import choose_cases
from kexie.reports.composing.happenings import Happening
from kexie.reports.composing.joint import attend
from kexie.reports.model import Document, Paragraph
from kexie.reports.phrases import summary_words
from kexie.reports.queries import gather_sources
from kexie.reports.wording import Reading
from tests.reports.conftest import entry

More = Callable[..., None]


@pytest.fixture
def more(county: Organisation, tmp_path: Path) -> More:
    """Load more entries."""

    def add(*rows: dict[str, Any]) -> None:
        path = tmp_path / "more.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        load(paths=Paths(entries=path), actor="tests")

    return add


def summary(organisation: Organisation, **options: Any) -> Document:
    return compose_summary(organisation=organisation, period=Period.parse("2024"), today=date(2025, 1, 9), **options)


def text_of(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Paragraph))


def test_partners_stand_in_the_official_order_and_the_rest_are_counted(county: Organisation, more: More) -> None:
    strangers = ["丁公司", "丙公司", "乙公司", "甲公司"]
    more(
        entry("p1", "C", "大讲堂", "2024-03-01", partners=[*strangers, "青禾县农业农村局", "稻香镇", "县科协"]),
        entry("p2", "C", "巡讲", "2024-04-01", partners=["乙公司", "青禾县农业农村局"]),
        entry("p3", "C", "旁听", "2024-05-01", partners=["戊公司"], role="take-part"),
    )
    document = summary(county)
    assert "联合县农业农村局、乙公司、丁公司、丙公司等5个单位" in text_of(document)
    assert "戊公司" not in text_of(document)
    number = next(each for each in document.numbers() if each.query.where == "partners")
    assert {each.id for each in gather_sources(numbers=[number])[number.key].entries} == {"p1", "p2"}


def test_what_was_helped_with_is_not_called_our_own(county: Organisation, more: More) -> None:
    more(entry("w1", "C", "人才服务日", "2024-03-01", work_area="workers", role="co-organise", partners=["某局"]))
    assert "配合某局开展服务科技工作者活动。" in text_of(summary(county))


def test_what_was_only_taken_part_in_is_not_said_to_be_held(county: Organisation, more: More) -> None:
    more(
        entry("a1", "C", "年会", "2024-03-01", work_area="academic", kind="lecture", role="take-part"),
        entry("a2", "X1", "论坛", "2024-06-01", work_area="academic", kind="lecture", role="lead-delegation"),
        entry("w1", "C", "沙龙", "2024-03-02", work_area="workers", kind="lecture"),
        entry("w2", "C", "报告", "2024-04-02", work_area="workers", kind="lecture", role="take-part"),
    )
    text = text_of(summary(county))
    assert "参加学术活动2场（均为讲座）" in text
    assert "组织和参加服务科技工作者活动2场" in text
    assert "开展学术活动" not in text


@pytest.mark.parametrize(
    ("phrase", "only", "both"),
    [("举办讲座{n}", "参加讲座{n}", "组织和参加讲座{n}"), ("发放资料{n}", "发放资料{n}", "发放资料{n}")],
)
def test_verbs_of_hosting_become_those_of_taking_part(phrase: str, only: str, both: str) -> None:
    assert (attend(phrase), attend(phrase, only=False)) == (only, both)


def test_a_theme_day_is_the_ground_from_two_events_on(county: Organisation, more: More) -> None:
    told = {"work_area": "central", "campaigns": ["science-day"]}
    more(entry("c1", "T1", "进社区", "2024-09-14", **told))
    assert "开展服务中心活动。" not in text_of(summary(county, length="short"))
    more(entry("c2", "T2", "进校园", "2024-09-15", **told))
    grounds = [frame.format(campaigns="全国科普日") for frame in summary_words().joint.grounds]
    assert any(f"{ground}开展服务中心活动。" in text_of(summary(county, length="short")) for ground in grounds)


def test_length_takes_cases_and_effects_and_never_totals(county: Organisation) -> None:
    keys = {
        length: {number.key for number in summary(county, length=length).numbers() if not number.query.entry}
        for length in ("short", "normal", "full")
    }
    assert keys["short"] == keys["normal"] == keys["full"]
    effects = [effect.text for effect in summary_words().effects]
    assert not any(text in text_of(summary(county, length="short")) for text in effects)
    assert any(text in text_of(summary(county)) for text in effects)
    assert not any(number.query.entry for number in summary(county, length="short").numbers())


def test_no_family_of_effects_stands_twice_and_the_lead_stands_once(county: Organisation) -> None:
    text = text_of(summary(county, length="full"))
    assert all(text.count(effect.text) <= 1 for effect in summary_words().effects)
    assert text.count("据不完全统计") == 1
    assert text_of(summary(county, all_reported=True)).count("据统计，") == 1


def happening(key: int, unit: int, month: int, kind: str = "lecture") -> Happening:
    day = date(2024, month, 5)
    rest: dict[str, Any] = {"place": "", "role": "host", "campaigns": [], "partners": [], "work_area": "literacy"}
    return Happening(
        key, str(key), key, unit, f"第{unit}镇", f"活动{key}", day, day, kinds=[kind], visibility="internal", **rest
    )


def weigh(*values: int) -> dict[int, Reading]:
    return {key: Reading(value=Decimal(each), low=None, high=None) for key, each in enumerate(values)}


def test_cases_are_the_heaviest_spread_over_units_months_and_kinds() -> None:
    events = [
        happening(0, 1, 1), happening(1, 1, 2, "clinic"), happening(2, 2, 1, "clinic"), happening(3, 3, 3),
        happening(4, 4, 4, "clinic"), happening(5, 5, 5),
    ]  # fmt: skip
    chosen = choose_cases(events, weights=weigh(90, 80, 70, 60, 50, 40), most=2, named=set())
    assert [each.entry for each in chosen] == [0, 4]  # 1 is of the same unit, 2 of the same month, 3 of the same kind
    assert [each.entry for each in choose_cases(events, weights=weigh(9, 8, 7, 6, 5, 4), most=3, named=set())] == [
        0,
        3,
        4,
    ]
    assert choose_cases(events, weights={}, most=0, named=set()) == []


def test_one_case_at_least_is_of_a_unit_not_named_before() -> None:
    events = [happening(0, 1, 1), happening(1, 2, 2, "clinic"), happening(2, 3, 3, "touring")]
    chosen = choose_cases(events, weights=weigh(90, 80, 1), most=2, named={1, 2})
    assert [each.entry for each in chosen] == [0, 2]
    assert [each.entry for each in choose_cases(events[:2], weights=weigh(90, 80), most=2, named={1, 2})] == [0, 1]
