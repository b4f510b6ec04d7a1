"""The totals page: what the rows are, what is marked, and that each number leads to what it is the sum of."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kexie.registers.models import Statement
from kexie.registers.statements import stand_in
from kexie.totals.forms import BY_WORDS
from tests.factories import entry, figure, load_rows, person, unit

pytestmark = pytest.mark.django_db

TREE = [
    unit("C", kind="county", short_name="青禾县"),
    unit("T1", "C", short_name="柳湾镇", to="2024-08-31", successor="T2"),
    unit("T2", "C", short_name="白鹭镇"),
    unit("T3", "C", short_name="石桥镇"),
]
PAGE = "/totals/?organisation=C&from=2024-01&to=2024-12&columns=main"


@pytest.fixture
def office(client: Client, tmp_path: Path) -> Client:
    figures = [
        figure("person_times", 100, mode="offline"),
        figure("person_times", 900, mode="online"),
        figure("person_times", 40, groups=["女"]),
        figure("activities", 2),
    ]
    rows = [
        entry("a", "T1", "2024-03-01", figures=figures, kind=["lecture", "training"], campaigns=["science-day"]),
        entry("b", "T2", "2024-04-01", figures=[figure("person_times", 5000, qualifier="at_least")]),
    ]
    told = {"organisation": "T3", "period": "2024H1", "indicator": "person_times", "value": 300, "stands_in": True}
    load_rows(tmp_path, organisations=TREE, entries=rows, statements=[{**told, "quote": "上半年受众三百人次"}])
    client.force_login(person("office", "C", "steward"))
    return client


def rows(html: str) -> dict[str, list[str]]:
    """The rows of the table: label to cells as text."""
    found = {}
    for row in re.findall(r"<tr.*?</tr>", html.split("<table", 1)[1].split("</table>")[0], re.DOTALL):
        cells = [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        found[cells[0]] = cells[1:]
    return found


def links(html: str) -> list[str]:
    return [unescape(each) for each in re.findall(r'href="(/registers/behind/[^"]+)"', html)]


def column(client: Client, choice: str) -> dict[str, str]:
    """The person-times of each row."""
    html = client.get(f"{PAGE}{choice}").content.decode()
    return {label: cells[1] for label, cells in rows(html).items() if not label.startswith(tuple(BY_WORDS.values()))}


def test_by_unit_what_stands_in_is_marked(office: Client) -> None:
    found = column(office, "")
    assert found == {
        "青禾县本级": "—没有数据",
        "柳湾镇至2024年9月": "1,000",
        "白鹭镇": "5,000以上",
        "石桥镇": "含申报300",
        "合计": "含申报6,300以上",
    }
    assert "用它的申报总数代替" in office.get(PAGE).content.decode()


def test_by_todays_structure_the_merged_township_is_its_successor(office: Client) -> None:
    found = column(office, "&structure=today")
    assert list(found) == ["青禾县本级", "白鹭镇", "石桥镇", "合计"]
    assert (found["白鹭镇"], found["合计"]) == ("6,000以上", "含申报6,300以上")


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("mode", {"线下": "100", "线上": "900", "未说明": "含申报5,300以上"}),
        ("kind", {"科普讲座": "1,000", "实用技术培训": "1,000"}),
        ("campaign", {"全国科普日": "1,000"}),
        ("group", {"女": "40"}),
        ("work_area", {"科学素质与科学普及": "6,000以上", "未说明": "含申报300"}),
        ("month", {"2024年3月": "1,000", "2024年4月": "5,000以上", "2024年6月": "含申报300"}),
    ],
)
def test_by_cuts_and_months(office: Client, by: str, expected: dict[str, str]) -> None:
    assert column(office, f"&by={by}") == {**expected, "合计": "含申报6,300以上"}


@pytest.mark.parametrize("structure", ["", "&structure=today"])
@pytest.mark.parametrize("by", BY_WORDS)
def test_every_number_leads_to_what_it_is_the_sum_of(office: Client, by: str, structure: str) -> None:
    html = office.get(f"{PAGE}&by={by}{structure}").content.decode()
    found = links(html)
    assert len(found) > 3
    shown = {each.replace(",", "") for each in re.findall(r'class="kx-n"[^>]*>([\d,]+)', html)}
    for link in found:
        panel = office.get(link)
        assert panel.status_code == 200, link
        big = re.search(r'kx-big">.*?>([\d,]+)<', panel.content.decode(), re.DOTALL)
        assert big, link
        assert big[1].replace(",", "") in shown, link


def test_behind_a_number_stand_the_statement_and_of_a_cut_its_part(office: Client) -> None:
    behind = "/registers/behind/?organisation=C&indicator=person_times&from=2024-01&to=2024-12"
    html = office.get(behind).content.decode()
    assert "上半年受众三百人次" in html
    assert "代替它们计入" in html
    html = office.get(f"{behind}&by=mode&value=online").content.decode()
    assert "（线上）" in html
    assert re.search(r"活动a</a>.*?900", html, re.DOTALL)
    assert "活动b" not in html
    for wrong in ("&month=2025-01", "&month=x", "&by=mode&value=never"):
        assert office.get(behind + wrong).status_code == 404


def test_a_statement_that_rests_is_shown_beside_as_such(office: Client, tmp_path: Path) -> None:
    load_rows(tmp_path, entries=[entry("late", "T3", "2024-02-01", figures=[figure("person_times", 7)])])
    behind = "/registers/behind/?organisation=T3&indicator=person_times&from=2024-01&to=2024-06"
    html = office.get(behind).content.decode()
    assert "有了记录，不再代替" in html
    assert 'kx-big">' in html
    assert "代替它们计入" not in html


def test_words_of_a_unit_that_is_out_of_sight_now_are_hidden(client: Client, tmp_path: Path) -> None:
    moved = [unit("P", kind="city"), unit("C1", "P", "county"), unit("C2", "P", "county")]
    moved += [unit("T", "C1", to="2024-12-31"), unit("T", "C2", since="2025-01-01")]
    said = {"organisation": "T", "period": "2024", "indicator": "books", "value": 30, "quote": "全年赠书三十册"}
    load_rows(tmp_path, organisations=moved, statements=[said])
    stand_in(statement=Statement.objects.get(), actor="tests")
    client.force_login(person("county", "C1", "steward"))
    html = client.get("/registers/behind/?organisation=C1&indicator=books&from=2024-01&to=2024-12").content.decode()
    assert "代替它们计入" in html
    assert "全年赠书三十册" not in html
    client.force_login(person("city", "P", "steward"))
    html = client.get("/registers/behind/?organisation=P&indicator=books&from=2024-01&to=2024-12").content.decode()
    assert "全年赠书三十册" in html


@pytest.mark.parametrize("by", ["organisation", "mode"])
def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(office: Client, tmp_path: Path, by: str) -> None:
    address = f"{PAGE}&by={by}&structure=today"
    office.get(address)
    counts = []
    for count in (1, 12):
        tree = [unit(f"N{number}", "C", short_name=f"新{number}") for number in range(count)]
        load_rows(
            tmp_path,
            organisations=tree,
            entries=[entry(f"n{n}", f"N{n}", figures=[figure("person_times", 1)]) for n in range(count)],
        )
        with CaptureQueriesContext(connection) as queries:
            office.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_stock_is_shown_with_its_date_and_persons_not_counted_once_are_marked(office: Client, tmp_path: Path) -> None:
    load_rows(tmp_path, entries=[entry("g", "T2", "2024-02-10", figures=[figure("galleries", 3)])])
    html = office.get(PAGE.replace("main", "places")).content.decode()
    assert "科普画廊 2024-02-10" in html
    load_rows(tmp_path, entries=[entry("p", "T2", "2024-02-11", figures=[figure("persons_trained", 3)])])
    behind = "/registers/behind/?organisation=C&indicator=persons_trained&from=2024-01&to=2024-12"
    assert "培训人数（未去重）" in office.get(behind).content.decode()
