"""A summary from records: what is said is what was recorded."""

import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.registers.exchange.load import Paths, load
from kexie.reports.compose import compose_summary
from kexie.reports.keeping import latest_version
from kexie.reports.material import Material
from kexie.reports.model import Document, Heading, Number, Paragraph, from_json, to_json
from kexie.reports.models import Report
from kexie.reports.phrases import describe_office, summary_words
from kexie.reports.queries import gather_sources
from kexie.reports.services import write_report
from kexie.reports.wording import read_back
from kexie.totals.queries import totals
from tests.reports.conftest import entry, lines

TODAY = datetime.date(2025, 1, 10)


def summary(organisation: Organisation, period: str = "2024", **options: object) -> Document:
    return compose_summary(organisation=organisation, period=Period.parse(period), today=TODAY, **options)  # type: ignore[arg-type]


def text_of(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Heading | Paragraph))


@pytest.fixture
def written(county: Organisation) -> Document:
    return summary(county)


def test_title_opening_and_signature_are_those_of_the_office(written: Document) -> None:
    opening = written.blocks[0]
    assert written.title == "青禾县科学技术协会2024年工作总结"
    assert isinstance(opening, Paragraph)
    assert opening.text.startswith("2024年，县科协在县委、县政府的领导下，在市科协的指导下，发挥桥梁纽带作用，")
    assert opening.text.endswith("现将有关情况总结如下：")
    assert (written.signature, written.date) == ("青禾县科学技术协会", TODAY)


def test_no_political_formula_is_composed(written: Document) -> None:
    assert "为指导" not in text_of(written)
    assert "围绕" not in text_of(written)
    assert any("提法" in note for note in written.notes)


def test_every_number_holds_its_total(county: Organisation, written: Document) -> None:
    numbers = list(written.numbers())
    assert len(numbers) > 20
    assert all(read_back(number.text).contains(number) for number in numbers)
    whole = totals(organisation=county, first_month=202401, last_month=202412)
    opening = written.blocks[0]
    assert isinstance(opening, Paragraph)
    assert "线上" not in opening.text
    for number in Document(**{**vars(written), "blocks": (opening,), "annexes": ()}).numbers():
        if not number.query.where:
            assert number.value == whole[number.query.indicator].value


def test_a_quantity_has_one_form_in_the_text(written: Document) -> None:
    body = Document(**{**vars(written), "annexes": ()})
    forms: dict[str, set[str]] = {}
    for number in body.numbers():
        forms.setdefault(number.key, set()).add(number.text)
    assert all(len(texts) == 1 for texts in forms.values())
    assert "青少年科技教育方面，6月1日，县一中承办“机器人社团展示”" in text_of(written)


def test_chapters_follow_the_addressee_and_keep_their_totals(county: Organisation) -> None:
    upper, office = summary(county, addressee="upper-association"), summary(county, addressee="party-office")
    assert sorted(n.key + n.text for n in upper.numbers()) == sorted(n.key + n.text for n in office.numbers())


def test_headings_are_of_one_family_and_one_length(county: Organisation) -> None:
    headings = [block.text for block in summary(county).blocks if isinstance(block, Heading)]
    assert headings
    family = set(summary_words().families["paired"].values())
    assert all(heading.partition("、")[2] in family for heading in headings)
    for each in summary_words().families.values():
        assert len({len(words) for words in each.values()}) == 1


def test_a_chapter_without_entries_leaves_no_trace(written: Document) -> None:
    assert summary_words().families["paired"]["academic"] not in text_of(written)
    assert "学术" not in text_of(written)


def test_departments_and_drafts_are_not_counted(written: Document) -> None:
    assert "农技推广日" not in text_of(written)
    assert "还没有通过的活动" not in text_of(written)


def test_restricted_entries_count_but_are_not_told(county: Organisation) -> None:
    assert "=cmd" not in text_of(summary(county, length="full"))


def test_part_and_whole_are_told_together(written: Document) -> None:
    assert "（其中讲座" in text_of(written)


def test_it_says_took_part_where_the_unit_only_took_part(county: Organisation) -> None:
    assert "望川镇在“老”街参加“" in text_of(summary(county, length="full"))


def test_stocks_have_their_day_and_honours_their_levels(written: Document) -> None:
    assert "截至2024年10月1日，建有科普画廊12处。" in text_of(written)
    assert "获得荣誉2项，其中国家级1项、市级1项，包括“全国科普日优秀组织单位”“全市科普工作先进集体”。" in text_of(
        written
    )


def test_it_compares_with_the_year_before(written: Document) -> None:
    text = text_of(written)
    assert "活动场次比上年同期增加" in text
    assert "，增长" in text


def test_a_fall_is_a_note(county: Organisation) -> None:
    document = summary(county, "2024-01")
    earlier = summary(county, "2023-12")
    assert "减少" not in text_of(document) + text_of(earlier)
    assert any("少于上年同期" in note for note in (*document.notes, *earlier.notes)) or document.notes


def test_the_first_year_has_no_rate(county: Organisation) -> None:
    assert "上年同期" not in text_of(summary(county, "2023"))


def test_an_unfinished_period_says_until_when(county: Organisation) -> None:
    document = summary(county, as_of=datetime.date(2024, 6, 30))
    assert "截至6月30日，" in text_of(document)
    assert all(number.query.last_month in (202406, 202306) for number in document.numbers())


def test_it_counts_exactly_up_to_the_day(county: Organisation) -> None:
    """Of September 2024 there are events on the 10th and the 18th, and the campaign of the 20th."""
    numbers = {
        day: {number.query.indicator: number for number in summary(county, as_of=day).numbers() if is_whole(number)}
        for day in (datetime.date(2024, 9, each) for each in (9, 19, 20))
    }
    before, between, after = (found["activities"].value for found in numbers.values())
    entries = [row for row in lines() if row["organisation"] != "D1" and row["register"] == "activity"]
    for day, found in numbers.items():
        ended = [
            row
            for row in entries
            if row["status"] == "approved" and "figures" not in row and "2024-01-01" <= row["end"] <= str(day)
        ]
        assert found["activities"].value == len(ended)
        assert found["person_times"].query.until == day
    assert before < between < after == between + 1
    document = summary(county, as_of=datetime.date(2024, 9, 19))
    assert "截至9月19日，" in text_of(document)
    sources = gather_sources(numbers=document.distinct_numbers())
    days = [entry.date for source in sources.values() for entry in source.entries if entry.date]
    assert max(days) <= datetime.date(2024, 9, 19)
    assert "2024年1月至9月19日" in {source.period for source in sources.values()}


def is_whole(number: Number) -> bool:
    """Whether it is the total of the county, not of a chapter or a unit."""
    query = number.query
    narrowed = query.work_area or query.entry or query.where or query.scope != "system"
    return number.measure == "total" and query.organisation == "C" and not narrowed


def test_the_annex_adds_up_in_the_official_order(county: Organisation, written: Document) -> None:
    (table,) = written.annexes
    assert [row[0].text for row in table.rows if row[0]] == [
        "本级", "稻香镇", "望川镇", "园艺学会", "县一中", "合计",
    ]  # fmt: skip
    for column in range(1, len(table.header)):
        values = [row[column].value if row[column] else Decimal(0) for row in table.rows]  # type: ignore[union-attr]
        assert sum(values[:-1]) == values[-1]
    assert any("云岫乡" in note for note in written.notes)


def test_the_document_survives_json(written: Document) -> None:
    assert from_json(to_json(written)) == written


def test_sources_lead_to_the_entries(written: Document) -> None:
    sources = gather_sources(numbers=written.distinct_numbers())
    for number in written.distinct_numbers():
        found = sources[number.key]
        if number.measure == "total" and number.unit != "%":
            assert len(found.entries) == number.entries > 0
    people = next(n for n in written.numbers() if n.query.indicator == "person_times" and not n.query.work_area)
    assert sources[people.key].formula(people).startswith("本级 ")
    assert "＋乡镇（街道）" in sources[people.key].formula(people)


def test_a_village_writes_its_own(county: Organisation) -> None:
    document = summary(Organisation.objects.get(code="V1"))
    assert document.title == "柳树村2024年科普工作总结"
    assert "在稻香镇科协的指导下" in text_of(document)


@pytest.mark.parametrize(
    ("name", "kind", "led_by"),
    [
        ("某某区科学技术协会", "county", "区委、区政府"),
        ("某某自治区科学技术协会", "province", "自治区党委、自治区政府"),
        ("某某市科协", "county", "市委、市政府"),
        ("东风街道", "township", "街道党工委、街道办事处"),
        ("某某化工有限公司科协", "enterprise", ""),
        ("一个说不清的单位", "county", ""),
    ],
)
def test_leadership_comes_from_the_name(name: str, kind: str, led_by: str) -> None:
    assert describe_office(name=name, short_name=name, kind=kind, parent=None).led_by == led_by


@pytest.mark.parametrize("period", ["2020", "2026"])
def test_nothing_to_write_is_said_in_words(county: Organisation, period: str) -> None:
    with pytest.raises(DomainError, match="写不出总结"):
        summary(county, period)


def test_it_writes_three_files_and_keeps_the_document(county: Organisation, tmp_path: Path) -> None:
    paths = write_report(organisation=county, period="2024", kind="summary", folder=tmp_path / "out")
    assert [path.name for path in paths] == [
        "C-2024-summary.docx",
        "C-2024-summary.html",
        "C-2024-summary-sources.xlsx",
    ]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(path.name for path in paths)
    report = Report.objects.get()
    assert from_json(latest_version(report).content).title == "青禾县科学技术协会2024年工作总结"


def test_a_failure_leaves_nothing_behind(county: Organisation, tmp_path: Path) -> None:
    (tmp_path / "C-2024-summary-sources.xlsx").mkdir()
    with pytest.raises(DomainError, match="写不进"):
        write_report(organisation=county, period="2024", kind="summary", folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "C-"))] == [
        "C-2024-summary-sources.xlsx"
    ]
    assert not Report.objects.exists()


def test_it_refuses_what_it_does_not_know(county: Organisation, tmp_path: Path) -> None:
    for wrong in ({"kind": "poem"}, {"period": "2024H3"}, {"addressee": "nobody"}):
        with pytest.raises(DomainError):
            write_report(**{"organisation": county, "period": "2024", "folder": tmp_path, **wrong})  # type: ignore[arg-type]


def test_the_number_of_queries_does_not_grow_with_the_entries(
    county: Organisation, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(260):
        document = summary(county)
        gather_sources(numbers=document.distinct_numbers())


def test_online_stands_apart_and_is_never_added(county: Organisation, tmp_path: Path) -> None:
    fields = {"person_times": 60, "online_person_times": 41000}
    told = entry("o1", "T1", "直播讲堂", "2024-03-03", fields, kind="lecture")
    (tmp_path / "more.jsonl").write_text(json.dumps(told), encoding="utf-8")
    before = {number.key: number.value for number in summary(county).numbers()}
    load(paths=Paths(entries=tmp_path / "more.jsonl"), actor="tests")
    written = summary(county)
    after = {number.key: number for number in written.distinct_numbers()}
    on_site = Material(organisation=county, first_month=202401, last_month=202412).query("person_times")
    assert on_site.online is False
    assert after[on_site.key].value == before[on_site.key] + 60
    online = replace(on_site, online=True)
    assert after[online.key].value == 41000
    assert "线上参与4.1万人次" in text_of(written)
    assert [entry.id for entry in gather_sources(numbers=[after[online.key]])[online.key].entries] == ["o1"]
    (table,) = written.annexes
    assert "线上参与（人次）" in table.header
