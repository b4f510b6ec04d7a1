"""The kinds other than the summary: what is said is what was recorded, and nothing that was not."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Revision
from kexie.reports.kinds.brief import brief_title
from kexie.reports.kinds.problems import one_form
from kexie.reports.kinds.telling import Event, totals_sentences
from kexie.reports.kinds.words import brief_words, campaign_names, campaign_words, oral_words
from kexie.reports.model import Document, Heading, Paragraph, Table, Text, from_json, to_json
from kexie.reports.models import Report
from kexie.reports.queries import gather_sources
from kexie.reports.services import compose_report, write_report
from kexie.reports.wording import read_back
from kexie.totals.queries import totals_by_cut
from tests.factories import load_rows
from tests.reports.conftest import HOSTILE, entry
from tests.reports.test_pages import number_links

TODAY = datetime.date(2025, 1, 10)
SUMMARY = "镇科技志愿者张小禾讲了水肥一体化的做法。\n县农业农村局到场答疑"


def compose(organisation: Organisation, kind: str, period: str = "2024", **options: Any) -> Document:
    return compose_report(organisation=organisation, period=period, kind=kind, today=TODAY, **options)


def text_of(document: Document) -> str:
    return "\n".join(block.text for block in document.blocks if isinstance(block, Heading | Paragraph))


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def rows_of(table: Table) -> dict[str, tuple[Any, ...]]:
    return {str(line[0].text): line[1:] for line in table.rows if line[0]}


@pytest.fixture
def day(county: Organisation, tmp_path: Path) -> Organisation:
    """Science day of 2024: five events of four units and a department; one that two units tell of."""
    tags = {"campaigns": ["science-day"]}
    fields = {"person_times": 300, "materials": 120, "summary": SUMMARY}
    partners = ["青禾县农业农村局", "县融媒体中心", "县消防救援大队", "县图书馆", "县气象局"]
    entries = [
        entry("s1", "C", "全国科普日主场活动", "2024-09-14", {"person_times": 900}, kind="campaign", **tags),
        entry("s2", "T1", "水稻收割机具讲座", "2024-09-15", fields, kind="lecture", place="稻香镇文化站",
              partners=partners, **tags),
        entry("s3", "T2", "开展禁毒防邪知识宣传", "2024-09-18", {"person_times": 80}, kind="campaign", **tags),
        entry("s4", "T2", "秋季果园管护培训", "2024-09-16", {"person_times": 60}, kind="training", **tags),
        entry("s5", "V1", "水稻收割机具讲座", "2024-09-15", {"person_times": 310}, kind="lecture", **tags),
        entry("s6", "D1", "成员单位自办的展览", "2024-09-16", {"person_times": 5000}, kind="exhibition", **tags),
        entry("s7", "X1", "内部研讨", "2024-09-17", {"person_times": 20}, visibility="restricted", **tags),
    ]  # fmt: skip
    load_rows(tmp_path / "day", entries=entries, merges=[{"entries": ["s2", "s5"]}])
    return county


# --- what holds for every kind ---------------------------------------------------------------------------------------


def of_each_kind(organisation: Organisation) -> list[Document]:
    return [
        compose(organisation, "campaign", campaign="science-day"),
        compose(organisation, "brief", entry="s2"),
        compose(organisation, "oral"),
    ]


def test_every_number_holds_its_total_and_opens_its_entries(day: Organisation) -> None:
    for document in of_each_kind(day):
        numbers = document.distinct_numbers()
        assert numbers
        assert all(read_back(number.text).contains(number) for number in document.numbers())
        sources = gather_sources(numbers=numbers)
        for number in numbers:
            assert sources[number.key].entries, number
            assert len(sources[number.key].entries) == number.entries, number


def test_a_document_goes_to_json_and_back(day: Organisation) -> None:
    for document in of_each_kind(day):
        assert from_json(to_json(document)) == document


def test_a_quantity_has_one_form_and_no_formula_is_composed(day: Organisation) -> None:
    for document in of_each_kind(day):
        forms: dict[str, set[str]] = {}
        for number in Document(**{**vars(document), "annexes": ()}).numbers():
            forms.setdefault(number.key, set()).add(number.text)
        assert all(len(texts) == 1 for texts in forms.values())
        assert "为指导" not in text_of(document)
        assert "圆满" not in text_of(document)


def test_what_is_restricted_or_a_draft_is_not_told(day: Organisation) -> None:
    for document in of_each_kind(day):
        assert "内部研讨" not in text_of(document)
        assert "还没有通过的活动" not in text_of(document)
    with pytest.raises(DomainError, match="没有编号为"):
        compose(day, "brief", entry="s7")
    with pytest.raises(DomainError, match="没有编号为"):
        compose(day, "brief", entry="draft")


@pytest.mark.parametrize("kind", ["campaign", "brief", "oral"])
def test_bad_input_is_said_in_words(county: Organisation, kind: str, tmp_path: Path) -> None:
    options = {"campaign": "science-day"}
    with pytest.raises(DomainError, match="没有"):
        compose(county, kind, "2019", **options)
    with pytest.raises(DomainError, match=r"没有开始|没有到"):
        compose(county, kind, "2026", **options)
    Organisation.objects.filter(pk=county.pk).update(name=" ", short_name="")
    county.refresh_from_db()
    with pytest.raises(DomainError, match="没有名称"):
        compose(county, kind, **options)


def test_a_day_that_has_not_come_is_refused(county: Organisation) -> None:
    with pytest.raises(DomainError, match="还没有到"):
        compose(county, "oral", "2025", as_of=datetime.date(2025, 6, 1))


def test_choices_of_other_kinds_do_not_hurt_and_unknown_ones_do(day: Organisation) -> None:
    assert compose(day, "oral", campaign="science-day", entry="s1") == compose(day, "oral")
    with pytest.raises(DomainError, match="篇幅"):
        compose(day, "oral", length="endless")
    with pytest.raises(DomainError, match="报送对象"):
        compose(day, "oral", addressee="nobody")
    with pytest.raises(DomainError, match="可用：summary"):
        compose(day, "poem")


# --- brief -----------------------------------------------------------------------------------------------------------


def test_a_brief_tells_one_event_in_order(day: Organisation) -> None:
    document = compose(day, "brief", entry="s2", author="李文")
    paragraphs = [block.text for block in document.blocks]  # type: ignore[union-attr]
    assert document.title == "稻香镇举办“水稻收割机具讲座”"
    assert paragraphs == [
        "9月15日，全国科普日期间，稻香镇联合青禾县农业农村局、县融媒体中心、县消防救援大队、县图书馆等5个部门"
        "在文化站举办“水稻收割机具讲座”。",
        "镇科技志愿者张小禾讲了水肥一体化的做法。",
        "县农业农村局到场答疑。",
        "活动中，发放资料120份，惠及群众300人次。听讲群众对有关知识的了解进一步加深。",
        "（稻香镇 李文）",
    ]
    assert (document.signature, document.period, document.about) == ("", "2024-09", "s2")
    assert all(number.query.entry == "s2" for number in document.numbers())


def test_without_an_author_or_a_process_the_brief_asks(day: Organisation) -> None:
    document = compose(day, "brief", entry="s3")
    assert text_of(document).endswith("（望川镇）")
    assert document.title == "望川镇开展禁毒防邪知识宣传"
    assert "开展“开展" not in text_of(document)
    notes = "".join(document.notes)
    assert "作者" in notes
    assert "没有写过程" in notes
    assert "少于工作信息" in notes


def test_the_day_chooses_the_event_that_reached_most(day: Organisation) -> None:
    assert compose(day, "brief", as_of=datetime.date(2024, 9, 15)).about == "s2"
    assert compose(day, "brief", "2024-09").about == "big"  # 20 September is the latest day of the month
    assert compose(day, "brief", as_of=datetime.date(2024, 9, 16)).about == "s4"  # not the department's
    with pytest.raises(DomainError, match="没有已经通过的活动"):
        compose(day, "brief", as_of=datetime.date(2024, 9, 30))


def test_a_unit_writes_of_itself_by_its_own_name(day: Organisation) -> None:
    document = compose(Organisation.objects.get(code="T1"), "brief", entry="s2")
    assert document.title.startswith("稻香镇科协举办")
    with pytest.raises(DomainError, match="没有编号为"):
        compose(Organisation.objects.get(code="T1"), "brief", entry="s3")


def test_an_event_without_people_has_no_effect(county: Organisation, tmp_path: Path) -> None:
    load_rows(tmp_path / "x", entries=[entry("bare", "T1", "画廊更换", "2024-07-07", kind="lecture")])
    document = compose(county, "brief", entry="bare")
    assert len(document.blocks) == 2
    assert not list(document.numbers())


@given(
    title=st.text(alphabet="科普讲座进村柑橘管护“”《》0123。 ", min_size=1, max_size=60),
    unit=st.text(alphabet="青禾稻香镇县", min_size=1, max_size=40),
    role=st.sampled_from(["host", "organise", "take-part"]),
    kinds=st.lists(st.sampled_from(["lecture", "meeting", "other"]), max_size=2),
)
def test_a_title_is_short_and_has_no_full_stop(title: str, unit: str, role: str, kinds: list[str]) -> None:
    revision = Revision(
        title=title, role=role, kinds=kinds, organisation=Organisation(pk=2, name=unit, short_name=unit)
    )
    notes: list[str] = []
    printed = brief_title(Event(revision=revision, writer=1, me="县科协"), notes)
    assert 0 < len(printed) <= brief_words().title_most
    assert not printed.endswith("。")
    whole = "".join(title.split()).replace("“", "‘").replace("”", "’").rstrip("。")
    assert notes or whole in "".join(printed.split()).replace("“", "‘").replace("”", "’")


# --- campaign --------------------------------------------------------------------------------------------------------


def test_a_campaign_is_what_was_tagged_with_it(day: Organisation) -> None:
    document = compose(day, "campaign", campaign="science-day")
    text = text_of(document)
    assert document.title == "青禾县科学技术协会2024年全国科普日活动总结"
    assert headings(document) == ["一、组织情况", "二、活动开展", "三、活动成效"]
    assert "自9月14日开始，至9月18日结束。" in text
    assert "参加的有县科协、稻香镇、望川镇" in text
    assert "得到青禾县农业农村局、县融媒体中心" in text
    assert "柑橘" not in text  # not of the campaign
    found = totals_by_cut(organisation=day, first_month=202401, last_month=202412, by="campaign")["science-day"]
    for number in document.numbers():
        assert number.query.where == "campaign=science-day" or number.query.entry
    opening = Document(**{**vars(document), "blocks": document.blocks[:1], "annexes": ()})
    assert {n.query.indicator: n.value for n in opening.numbers()} == {
        code: found[code].value for code in campaign_words().facts
    }


def test_an_event_that_two_tell_of_is_told_once(day: Organisation) -> None:
    text = text_of(compose(day, "campaign", campaign="science-day"))
    assert text.count("水稻收割机具讲座") == 1


def test_the_table_is_in_official_order_and_adds_up(day: Organisation) -> None:
    (table,) = compose(day, "campaign", campaign="science-day").annexes
    rows = rows_of(table)
    assert list(rows) == ["本级", "稻香镇", "望川镇", "园艺学会", "合计"]  # s5 lies below the township that has s2
    for column in range(len(table.header) - 1):
        cells = [line[column] for line in rows.values()]
        assert sum(cell.value for cell in cells[:-1] if cell) == cells[-1].value
    county = compose(day, "campaign", campaign="science-day", scope="county").annexes[0]
    assert "县农业农村局" in rows_of(county)


def test_many_events_are_told_by_unit(day: Organisation, tmp_path: Path) -> None:
    more = [
        entry(f"m{place}", ("T1", "T2", "T3")[place % 3], f"第{place}场流动展览", "2024-09-19",
              {"person_times": 1 + place}, kind="exhibition", campaigns=["science-day"])
        for place in range(30)
    ]  # fmt: skip
    load_rows(tmp_path / "more", entries=more)
    document = compose(day, "campaign", campaign="science-day", length="short")
    text = text_of(document)
    assert len(re.findall(r"9月1\d日，", text)) == 3  # the three that reached most, each of another unit
    assert all(title in text for title in ("主场活动", "水稻收割机具讲座", "禁毒"))
    assert "稻香镇11场" in text
    assert "云岫乡10场" in text
    assert headings(document)[-1] == "四、存在不足"
    assert "科普展览偏多" in text
    assert "增加其他形式的活动" in text


@pytest.mark.parametrize("campaign", ["", "nobody", "<b>", "science-month"])
def test_a_campaign_that_is_not_known_or_empty_is_refused(day: Organisation, campaign: str) -> None:
    with pytest.raises(DomainError, match=r"可用：science-day|没有“全国科普月”的记录"):
        compose(day, "campaign", campaign=campaign)


# --- oral ------------------------------------------------------------------------------------------------------------


def test_an_oral_report_has_numbers_problems_and_what_was_asked(day: Organisation) -> None:
    document = compose(day, "oral", asks="请解决大篷车运行经费。\n\n请支持建设一处科普馆。")
    assert headings(document) == [
        f"{numeral}、{oral_words().headings[part]}"
        for numeral, part in zip("一二三", oral_words().headings, strict=True)
    ]
    text = text_of(document)
    assert "云岫乡没有活动记录" in text
    assert "逐一走访" in text
    assert "请支持建设一处科普馆。" in text
    assert "学术" not in text


def test_what_is_asked_for_is_never_invented(day: Organisation) -> None:
    document = compose(day, "oral")
    assert oral_words().headings["asks"] not in text_of(document)
    assert oral_words().notes["asks"] in document.notes


def test_an_oral_report_is_up_to_a_day(day: Organisation) -> None:
    document = compose(day, "oral", as_of=datetime.date(2024, 6, 30))
    assert "2024年截至6月30日，县科协" in text_of(document)
    assert "惠及群众" in text_of(document)
    assert all(number.query.last_month == 202406 for number in document.numbers())


def test_addressees_hear_the_same_numbers(day: Organisation) -> None:
    upper, office = compose(day, "oral", length="full"), compose(day, "oral", addressee="party-office", length="full")
    totals = [{n.key: n.text for n in each.numbers() if not n.query.entry} for each in (upper, office)]
    assert totals[0] == totals[1]


@given(st.dictionaries(st.sampled_from(["lecture", "training", "visit", "other", ""]), st.integers(0, 40), max_size=5))
def test_one_form_is_more_than_its_share(counts: dict[str, int]) -> None:
    problem = one_form({kind: Decimal(count) for kind, count in counts.items()})
    named = {kind: count for kind, count in counts.items() if kind not in ("", "other")}
    whole = sum(counts.values())
    expected = whole >= 10 and any(count / whole > 0.6 for count in named.values())
    assert (problem is not None) == expected


@given(counts=st.lists(st.integers(1, 20), max_size=3), most=st.integers(5, 9))
def test_no_sentence_has_too_many_items_and_none_is_lost(counts: list[int], most: int) -> None:
    numbers = iter(range(100))
    groups: list[Any] = [[[Text(text=f"甲{next(numbers)}乙")] for _ in range(count)] for count in counts]
    text = "".join(span.text for span in totals_sentences(groups, lead="", most=most))
    sentences = [sentence for sentence in text.split("。") if sentence]
    assert all(sentence.count("甲") <= most for sentence in sentences)
    assert [part.partition("乙")[0] for part in text.split("甲")[1:]] == [str(place) for place in range(sum(counts))]


# --- files and pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "options", "stem"),
    [
        ("campaign", {"campaign": "science-day"}, "C-2024-campaign-science-day"),
        ("brief", {"entry": "s2"}, "C-2024-09-brief-s2"),
        ("oral", {}, "C-2024-oral"),
    ],
)
def test_it_writes_three_files(
    day: Organisation, tmp_path: Path, kind: str, options: dict[str, Any], stem: str
) -> None:
    paths = write_report(organisation=day, period="2024", kind=kind, folder=tmp_path, today=TODAY, **options)
    assert sorted(path.name for path in paths) == sorted(f"{stem}{end}" for end in (".docx", ".html", "-sources.xlsx"))
    assert Report.objects.get().kind == kind


@pytest.fixture
def leader(client: Client, day: Organisation, account: Callable[..., User]) -> Client:
    client.force_login(account("C"))
    return client


@pytest.mark.parametrize(
    ("kind", "others"), [("campaign", "&campaign=science-day"), ("brief", "&entry=s2"), ("oral", ""), ("brief", "")]
)
def test_the_page_shows_each_kind_and_each_number_opens(leader: Client, kind: str, others: str) -> None:
    page = leader.get(f"/reports/?organisation=C&period=2024&kind={kind}{others}").content.decode()
    assert HOSTILE not in page
    links = number_links(page)
    assert links
    for link in dict.fromkeys(links):
        assert leader.get(link).status_code == 200, link
    assert f"{kind}.docx" in page
    file = leader.get(f"/reports/file/C/2024/{kind}.html?{others.removeprefix('&')}")
    assert file.status_code == 200


def test_the_page_asks_for_the_campaign(leader: Client) -> None:
    page = leader.get("/reports/?organisation=C&period=2024&kind=campaign").content.decode()
    assert "请指定主题活动" in page
    assert all(name in page for name in list(campaign_names().values())[:2])


def test_a_number_of_an_unknown_campaign_is_not_found(leader: Client) -> None:
    address = "/reports/number/?organisation=C&indicator=activities&first=202401&last=202412&where=campaign="
    assert leader.get(f"{address}science-day").status_code == 200
    for bad in ("nobody", "science-day)", "%27"):
        assert leader.get(address + bad).status_code == 404


def test_nothing_of_others_is_in_a_document(county: Organisation, tmp_path: Path, account: Callable[..., User]) -> None:
    client = Client()
    client.force_login(account("T2"))
    for kind in ("brief", "oral", "campaign"):
        for code in ("C", "T1", "O"):
            assert client.get(f"/reports/?organisation={code}&period=2024&kind={kind}").status_code == 404
