"""Plans and the table of targets: what was promised, with its strength; what was done, from totals."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.models import Organisation, User
from kexie.plans.models import Comparator, State, Strength, Target
from kexie.plans.services import TargetTold, set_target
from kexie.reports.kinds.planning import amount_words, next_period, target_words
from kexie.reports.kinds.words import plan_words
from kexie.reports.model import Document, Heading, Number, Paragraph, Table, from_json, to_json
from kexie.reports.queries import gather_sources
from kexie.reports.services import compose_report, write_report
from kexie.reports.wording import read_back

TODAY = datetime.date(2025, 1, 10)


def compose(organisation: Organisation, kind: str, period: str = "2024", **options: Any) -> Document:
    return compose_report(organisation=organisation, period=period, kind=kind, today=TODAY, **options)


def text_of(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Heading | Paragraph))


@pytest.fixture
def promised(county: Organisation) -> Organisation:
    """Three targets of 2024 and two of the next year, and a draft of each."""

    def target(year: str, metric: str, value: int, **others: Any) -> Target:
        responsible = Organisation.objects.get(code=others.pop("at")) if "at" in others else None
        told = TargetTold(metric=metric, value=Decimal(value), **others)
        period = Period.parse(year)
        return set_target(organisation=county, period=period, told=told, responsible=responsible, actor="tests")

    target("2024", "科普活动", 20, indicator="activities", assigned_by="某市科协")
    target("2024", "科普资料发放", 90000, indicator="materials", strength="hoped", at="T1")
    target("2024", "科普示范点", 3, unit="个", strength="none")
    target("2025", "科普讲座", 60, indicator="lectures", due=datetime.date(2025, 11, 30), at="T2")
    target("2025", "力争新建科普馆", 1, unit="座", strength="hoped", comparator="=")
    for year in ("2024", "2025"):
        Target.objects.filter(pk=target(year, "等人确认的", 7).pk).update(state=State.DRAFT)
    return county


def test_a_plan_keeps_number_unit_day_strength_and_who_is_responsible(promised: Organisation) -> None:
    document = compose(promised, "plan", "2025", guiding="坚持服务群众。", safeguards="落实经费。\n按月调度。")
    assert document.title == "青禾县科学技术协会2025年工作计划"
    assert text_of(document).split("\n") == [
        "坚持服务群众。",
        "一、工作目标",
        "1.完成科普讲座不少于60场，2025年11月30日前完成，由望川镇负责。",
        "2.力争新建科普馆1座。",
        "二、保障措施",
        "落实经费。",
        "按月调度。",
    ]
    assert "等人确认的" not in text_of(document)
    assert any("1项读出来的目标" in note for note in document.notes)


def test_what_the_office_has_not_written_is_asked_for_and_leaves_no_trace(promised: Organisation) -> None:
    document = compose(promised, "plan", "2025")
    words = plan_words()
    assert [block.text for block in document.blocks if isinstance(block, Heading)] == ["一、工作目标"]
    assert {words.notes[name] for name in ("guiding", "measures", "safeguards")} <= set(document.notes)
    assert "指导" not in text_of(document)


def test_a_summary_ends_with_the_plan_of_what_follows(promised: Organisation) -> None:
    summary, both = compose(promised, "summary"), compose(promised, "summary+plan")
    assert both.blocks[: len(summary.blocks)] == summary.blocks
    heading, *items = both.blocks[len(summary.blocks) :]
    chapters = sum(isinstance(block, Heading) for block in summary.blocks)
    assert isinstance(heading, Heading)
    assert heading.text == f"{'一二三四五六七八九十'[chapters]}、2025年工作打算"
    assert len(items) == 2
    assert list(both.numbers()) == list(summary.numbers())
    assert both.title == "青禾县科学技术协会2024年工作总结和2025年工作计划"
    with pytest.raises(DomainError, match="2026年还没有确认的目标"):
        compose(promised, "summary+plan", "2025")


def test_the_table_is_in_the_order_of_the_letter_and_says_what_was_done(promised: Organisation) -> None:
    document = compose(promised, "targets")
    (table,) = (block for block in document.blocks if isinstance(block, Table))
    rows = [[cell.text if cell else "" for cell in row] for row in table.rows]
    assert [row[1] for row in rows] == ["完成科普活动", "力争科普资料发放", "推动科普示范点"]
    assert rows[0][0] == "某市科协"
    assert rows[0][-1] == "已完成"
    assert rows[1][-1] == "进度偏慢"
    assert rows[2][3:] == ["", "", "", "待人工核定"]
    numbers = [cell for row in table.rows for cell in row if isinstance(cell, Number)]
    assert len(numbers) == 2
    sources = gather_sources(numbers=numbers)
    for number, row in zip(numbers, rows, strict=False):
        assert read_back(number.text).contains(number)
        assert len(sources[number.key].entries) == number.entries
        assert row[5] == f"台账记录{number.entries}条"
    assert any("1项目标没有对应的指标" in note for note in document.notes)


def test_an_oral_report_names_firm_targets_that_are_slow(promised: Organisation) -> None:
    assert "慢于序时进度" not in text_of(compose(promised, "oral"))  # what is hoped for is no promise
    Target.objects.filter(metric="科普资料发放").update(strength="firm")
    text = text_of(compose(promised, "oral"))
    assert "一是科普资料发放进度慢于序时进度" in text
    assert "一是对进度偏慢的目标倒排工期" in text


def test_the_table_is_up_to_a_day(promised: Organisation) -> None:
    document = compose(promised, "targets", as_of=datetime.date(2024, 6, 30))
    assert all(number.query.last_month == 202406 for number in document.numbers())
    assert "数据截至2024年6月30日。" in text_of(document)


@pytest.mark.parametrize("kind", ["plan", "targets", "summary+plan"])
def test_bad_input_is_said_in_words(promised: Organisation, kind: str) -> None:
    with pytest.raises(DomainError, match="还没有"):
        compose(promised, kind, "2019")
    with pytest.raises(DomainError, match="还没有"):
        compose(promised, kind, "2030")
    with pytest.raises(DomainError, match="还没有"):
        compose(Organisation.objects.get(code="T3"), kind)
    Organisation.objects.filter(pk=promised.pk).update(name="", short_name="")
    promised.refresh_from_db()
    with pytest.raises(DomainError, match="没有名称"):
        compose(promised, kind)


def test_a_table_of_what_has_not_begun_is_refused(promised: Organisation) -> None:
    with pytest.raises(DomainError, match="还没有到"):
        compose(promised, "targets", as_of=datetime.date(2025, 3, 1))


@pytest.mark.parametrize(
    ("kind", "period", "stem"),
    [
        ("plan", "2025", "C-2025-plan"),
        ("targets", "2024", "C-2024-targets"),
        ("summary+plan", "2024", "C-2024-summary_plan"),
    ],
)
def test_it_writes_three_files_and_shows_a_page(
    promised: Organisation,
    tmp_path: Path,
    client: Client,
    account: Callable[..., User],
    kind: str,
    period: str,
    stem: str,
) -> None:
    document = compose(promised, kind, period)
    assert from_json(to_json(document)) == document
    paths = write_report(organisation=promised, period=period, kind=kind, folder=tmp_path)
    assert sorted(path.name for path in paths) == sorted(f"{stem}{end}" for end in (".docx", ".html", "-sources.xlsx"))
    client.force_login(account("C"))
    page = client.get("/reports/", {"organisation": "C", "period": period, "kind": kind})
    assert page.status_code == 200
    assert document.title in page.content.decode()
    assert client.get(f"/reports/file/C/{period}/{kind}.docx").status_code == 200


@given(
    metric=st.sampled_from(["科普讲座", "力争科普讲座", "完成", "推动点位"]),
    strength=st.sampled_from(Strength.values),
    comparator=st.sampled_from(Comparator.values),
    value=st.decimals(0, 10**8, places=2),
    more=st.none() | st.decimals(0, 1000, places=2),
    per=st.sampled_from(["", "年"]),
)
def test_words_keep_strength_and_number(
    metric: str, strength: str, comparator: str, value: Decimal, more: Decimal | None, per: str
) -> None:
    target = Target(
        metric=metric, strength=strength, comparator=comparator, value=value, unit="场", per=per,
        value_max=None if more is None else value + more,
    )  # fmt: skip
    words = target_words(target)
    assert words.startswith(plan_words().strength[strength])
    assert sum(words.count(verb) for verb in ("力争", "推动")) == (strength != "firm")
    digits = amount_words(target).removeprefix("每年").strip("不少于超过左右场").split("—")
    assert Decimal(digits[0]) == value
    assert more is None or Decimal(digits[1]) == value + more


def test_what_follows_a_half_is_the_other_half() -> None:
    assert [next_period(Period.parse(code)).code for code in ("2024", "2024H1", "2024H2")] == ["2025", "2024H2", "2025"]
