"""The report page: who sees what, and what each number opens."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from kexie.orgs.models import Organisation, User
from tests.reports.conftest import COMMAND, HOSTILE

Account = Callable[..., User]


@pytest.fixture
def leader(client: Client, account: Account) -> Client:
    client.force_login(account("C"))
    return client


def number_links(page: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'class="kx-n number" href="([^"]+)"', page)]


def test_it_asks_for_login(client: Client, county: Organisation) -> None:
    for url in ("/reports/", "/reports/number/", "/reports/file/C/2024/summary.docx"):
        response = client.get(url)
        assert response.status_code == 302
        assert "/login/" in response["Location"]


def test_it_shows_the_sheet_with_links(leader: Client) -> None:
    page = leader.get("/reports/?organisation=C&period=2024").content.decode()
    assert "青禾县科学技术协会2024年工作总结" in page
    assert HOSTILE not in page
    assert "style=" not in page
    assert "<script>" not in page
    links = number_links(page)
    assert len(links) > 20
    for link in dict.fromkeys(links):
        assert leader.get(link).status_code == 200, link


def test_a_number_opens_its_entries(leader: Client) -> None:
    url = "/reports/number/?organisation=C&indicator=person_times&first=202401&last=202412&scope=system"
    panel = leader.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in panel
    assert "乡镇（街道）" in panel
    assert "科普日集中宣传" in panel
    assert HOSTILE not in panel
    assert "<html" in leader.get(url).content.decode()


@pytest.mark.parametrize("form", ["docx", "html", "xlsx"])
def test_it_downloads(leader: Client, form: str) -> None:
    response = leader.get(f"/reports/file/C/2024/summary.{form}?length=short")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    assert len(response.content) > 3000


@pytest.mark.parametrize("period", ["2024H3", "二〇二四", "2024-13", "<b>"])
def test_a_bad_period_is_said_in_words(leader: Client, period: str) -> None:
    response = leader.get("/reports/", {"organisation": "C", "period": period})
    assert response.status_code == 400
    assert "不是期间" in response.content.decode()
    assert "<b>”" not in response.content.decode()


def test_an_empty_period_is_said_in_words(leader: Client) -> None:
    response = leader.get("/reports/?organisation=C&period=2019")
    assert response.status_code == 200
    assert "没有" in response.content.decode()


@pytest.mark.parametrize(
    ("role_at", "expected_visible", "expected_hidden"),
    [("C", {"C", "T1", "V1", "X1"}, {"S", "O"}), ("T1", {"T1", "V1"}, {"C", "T2"}), ("", set(), {"C", "T1", "V1"})],
)
def test_reach(
    client: Client, account: Account, role_at: str, expected_visible: set[str], expected_hidden: set[str]
) -> None:
    client.force_login(account(role_at))
    for codes, status in ((expected_visible, 200), (expected_hidden, 404)):
        for code in codes:
            query = f"organisation={code}&indicator=activities&first=202401&last=202412"
            assert client.get(f"/reports/?organisation={code}&period=2024").status_code == status, code
            assert client.get(f"/reports/file/{code}/2024/summary.docx").status_code in (status, 400), code
            assert client.get(f"/reports/number/?{query}").status_code in (status, 404), code


def test_a_person_without_a_unit_is_told_so(client: Client, account: Account) -> None:
    client.force_login(account(""))
    assert "还没有归到单位" in client.get("/reports/").content.decode()


def test_restricted_entries_are_counted_but_not_shown_to_a_reporter(client: Client, account: Account) -> None:
    client.force_login(account("C", "reporter"))
    url = "/reports/number/?organisation=C&indicator=person_times&first=202404&last=202404"
    page = client.get(url).content.decode()
    assert "受限记录" in page
    assert COMMAND not in unescape(page)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "organisation=C&indicator=nothing&first=202401&last=202412",
        "organisation=C&indicator=activities&first=2024&last=202412",
        "organisation=C&indicator=activities&first=202412&last=202401",
        "organisation=C&indicator=activities&first=202401&last=202412&scope=all",
        "organisation=C&indicator=honours&first=202401&last=202412&where=grantor__contains=a",
        "organisation=C&indicator=activities&first=199901&last=199912",
        "organisation=T1&indicator=person_times&first=202401&last=202412&entry=2024-0",
    ],
)
def test_addresses_that_nobody_made_are_not_found(leader: Client, query: str) -> None:
    assert leader.get(f"/reports/number/?{query}").status_code == 404


def test_the_page_asks_the_database_a_bounded_number_of_times(
    leader: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(130):
        leader.get("/reports/?organisation=C&period=2024")
