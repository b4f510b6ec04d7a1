"""Notes for the writer: each check finds its fault, and nothing where there is none."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.reports.compose import compose_summary
from kexie.reports.composing.lint import Surroundings, lint
from kexie.reports.keeping import save_report
from kexie.reports.model import Block, Document, Heading, Number, NumberQuery, Paragraph, Text
from kexie.reports.phrases import summary_words

UNITS = ("稻香镇", "望川镇", "云岫乡")
GOOD = "全年组织科普大篷车到稻香镇、望川镇、云岫乡巡展，群众现场体验展品，讲解员逐件作了讲解。"


def notes(*blocks: Block | str, before: tuple[str, ...] = ()) -> list[str]:
    document = Document(
        kind="summary",
        organisation="C",
        period="2024",
        title="工作总结",
        blocks=tuple(Paragraph(spans=(Text(text=each),)) if isinstance(each, str) else each for each in blocks),
        signature="某科协",
        date=date(2025, 1, 5),
    )
    surroundings = Surroundings(
        period=Period.parse("2024"), before=before, units=UNITS, families=summary_words().families
    )
    return lint(document, surroundings)


def number(value: int, area: str | None = None) -> Number:
    query = NumberQuery(organisation="C", indicator="materials", first_month=202401, last_month=202412, work_area=area)
    decimal = Decimal(value)
    return Number(text=f"{value}份", unit="份", name="宣传资料", query=query, value=decimal, low=decimal, high=decimal)


@pytest.mark.parametrize(
    ("wrong", "right", "word"),
    [
        ("按照2022年的部署推进。", "按照2024年的部署推进，为2025年打好基础。", "2022年"),
        ("在县里办了“夏夜观星会”。", "在县里办了活动。", ""),
        ("发放资料300份。", "9月17日，在“2号大院”开展宣传。", "300"),
        ("成效显著。", "成效可见。", "显著"),
        ("深受欢迎，深受好评，深受喜爱。", "深受欢迎，深受好评。", "深受"),
        ("到望川镇、稻香镇巡展。", "到稻香镇、望川镇巡展。", "望川镇、稻香镇"),
        ("为李小某同学送去科普书。", "为学生送去科普书。", "同学"),
        ("帮助脱贫户张某某，送去种苗。", "帮助脱贫户发展种植，送去种苗。", "脱贫户"),
    ],
)
def test_each_check_finds_its_fault_and_no_other(wrong: str, right: str, word: str) -> None:
    assert not notes(GOOD, right)
    if word:
        assert any(word in note for note in notes(GOOD, wrong))


def test_an_event_that_is_told_twice() -> None:
    assert any("夏夜观星会" in note for note in notes("办了“夏夜观星会”。", "又办了“夏夜观星会”。"))
    assert not notes("办了“夏夜观星会”，“夏夜观星会”受到欢迎。")


def test_a_paragraph_of_last_year() -> None:
    assert any("相同" in note for note in notes(GOOD, before=(GOOD.replace("逐件", "一一"),)))
    assert not notes(GOOD, before=("今年重点抓了基层组织建设，新建村级科普小组，配备了科普宣传员和活动场所。",))


def test_headings_of_two_families() -> None:
    families = summary_words().families
    one = Heading(text=f"一、{families['paired']['literacy']}")
    same = Heading(text=f"二、{families['paired']['youth']}")
    other = Heading(text=f"二、{families['helping']['youth']}")
    assert not notes(one, GOOD, same)
    assert any("标题" in note for note in notes(one, GOOD, other))
    assert any("标题" in note for note in notes(one, GOOD, Heading(text="二、青少年")))


def test_parts_that_do_not_add_up() -> None:
    whole = Paragraph(spans=(Text(text="发放"), number(300)))
    parts = [Paragraph(spans=(number(100, "literacy"), number(each, "youth"))) for each in (200, 150)]
    assert not notes(whole, parts[0])
    assert any("相加是250，全文是300" in note for note in notes(whole, parts[1]))


def test_a_chapter_that_is_too_long() -> None:
    heading = Heading(text=f"一、{summary_words().families['paired']['literacy']}")
    assert not notes(heading, *[GOOD] * 2)
    assert any("建议分成" in note for note in notes(heading, GOOD * 25))


def test_last_years_report_is_the_one_that_was_written(county: Organisation) -> None:
    def written() -> Document:
        return compose_summary(organisation=county, period=Period.parse("2024"), today=date(2025, 1, 9))

    assert not any("上一年报告" in note for note in written().notes)
    last = replace(written(), period="2023")
    save_report(organisation=county, document=last)
    assert any("上一年报告相同100%" in note for note in written().notes)
