"""Every page and every role: what each of the cast sees, and that nothing else leaks."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from kexie.orgs.models import User
from tests.factories import entry, figure, load_rows, person, unit

pytestmark = pytest.mark.django_db

# A page of each URL; {code} and {uid} are those of the township T1 and its entry.
PAGES = {
    "home": "/",
    "login": "/login/",
    "logout": "/logout/",
    "totals:page": "/totals/?organisation={code}&period=2024&columns=shown",
    "registers:behind": "/registers/behind/?organisation={code}&indicator=books&from=2024-01&to=2024-12",
    "registers:entry": "/registers/entries/{uid}/",
    "registers:why": "/registers/why/?organisation={code}&indicator=books&from=2024-01&to=2024-12",
    "handup:page": "/handup/?organisation={code}&period=2024",
    "handup:confirm": "/handup/confirm/?organisation={code}&period=2024",
    "handup:exception": "/handup/exception/?organisation={code}&period=2024",
    "handup:close": "/handup/close/?organisation={code}&period=2024",
    "handup:nothing": "/handup/nothing/?organisation={code}&period=2024",
    "handup:changes": "/handup/changes/?organisation={code}&period=2024",
    "reports:page": "/reports/?organisation={code}&period=2024",
    "reports:number": "/reports/number/?organisation={code}&indicator=books&first=202401&last=202412",
    "reports:file": "/reports/file/{code}/2024/summary.html",
}
OPEN = {"login", "logout"}
# Acts, and pages that a role or an earlier act decides about: tests/registers/test_handup_pages.py.
ACTS = {"handup:confirm", "handup:exception", "handup:close", "handup:nothing", "handup:changes"}
SCOPED = [name for name in PAGES if name not in {*OPEN, *ACTS, "home"}]
WITHOUT_ENTRIES = {"handup:page"}  # it tells of units only
SECRET = "苗圃嫁接观摩会"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Two townships of one county, and another county; each has an entry that could leak."""
    tree = [unit("P", kind="province"), unit("C", "P", "county"), unit("T1", "C"), unit("V1", "T1", "village")]
    tree += [unit("T2", "C"), unit("X", "P", "county")]
    rows = [
        entry(f"e-{code}", code, title=f"{SECRET}{code}", figures=[figure("books", 7341)]) for code in ("T1", "T2", "X")
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    return tmp_path


def url_names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    names: set[str] = set()
    for each in patterns:
        if isinstance(each, URLResolver):
            names |= url_names(each.url_patterns, each.namespace or space)
        else:
            names.add(f"{space}:{each.name}" if space else str(each.name))
    return names


def page(name: str, code: str = "T1") -> str:
    return PAGES[name].format(code=code, uid=f"e-{code}")


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_every_url_is_walked_here() -> None:
    assert url_names(get_resolver().url_patterns) == set(PAGES)


@pytest.mark.parametrize("name", sorted(set(PAGES) - OPEN))
def test_a_stranger_is_asked_to_log_in(client: Client, county: Path, name: str) -> None:
    answer = client.get(page(name))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")


@pytest.mark.parametrize("name", SCOPED)
@pytest.mark.parametrize(
    ("code", "expected_visible", "expected_hidden"),
    [
        ("P", ["T1", "T2", "X"], []),
        ("C", ["T1", "T2"], ["X"]),
        ("T1", ["T1"], ["T2", "X"]),
        ("V1", [], ["T1", "T2", "X"]),
        ("X", ["X"], ["T1", "T2"]),
        (None, [], ["T1", "T2", "X"]),
    ],
)
def test_each_of_the_cast_sees_the_own_units_and_no_other(
    client: Client, county: Path, name: str, code: str | None, expected_visible: list[str], expected_hidden: list[str]
) -> None:
    signed_in(client, person("who", code))
    for other in expected_visible:
        answer = client.get(page(name, other))
        body = answer.content.decode()
        assert answer.status_code == 200, other
        assert name in WITHOUT_ENTRIES or "7341" in body.replace(",", "") or SECRET in body
    for other in expected_hidden:
        answer = client.get(page(name, other))
        body = answer.content.decode()
        assert answer.status_code == 404, other
        assert "7341" not in body.replace(",", "")
        assert SECRET not in body


@pytest.mark.parametrize("role", ["reporter", "reviewer", "steward", "leader", "administrator"])
def test_every_role_reads_the_own_unit(client: Client, county: Path, role: str) -> None:
    signed_in(client, person("who", "T1", role))
    for name in SCOPED:
        assert client.get(page(name)).status_code == 200, name


def test_a_child_out_of_sight_is_not_found_behind_a_number(client: Client, county: Path) -> None:
    signed_in(client, person("who", "T1"))
    address = "/registers/behind/?organisation=T1&child=T2&indicator=books&from=2024-01&to=2024-12"
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "query", ["from=2024-13&to=2024-12", "from=2024-12&to=2024-01", "from=&to=", "from=x&to=2024-01"]
)
def test_a_period_that_is_none_is_said_in_words(client: Client, county: Path, query: str) -> None:
    signed_in(client, person("who", "C"))
    answer = client.get(f"/totals/?organisation=C&{query}")
    if query == "from=&to=":
        assert answer.status_code == 200
    else:
        assert answer.status_code == 400
        assert "期间没有看懂" in answer.content.decode()
    assert client.get(f"/registers/behind/?organisation=C&indicator=books&{query}").status_code == 404


@pytest.mark.parametrize("name", ["totals:page", "registers:behind"])
def test_more_rows_ask_no_more_questions(client: Client, county: Path, name: str, tmp_path: Path) -> None:
    signed_in(client, person("who", "C"))
    address = page(name, "C")
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    more = [unit(f"T{number}", "C") for number in range(3, 9)]
    rows = [entry(f"more-{each['code']}", each["code"], figures=[figure("books", 3)]) for each in more]
    load_rows(tmp_path / "more", organisations=more, entries=rows)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_a_page_carries_the_content_security_policy_and_no_inline_script(client: Client, county: Path) -> None:
    signed_in(client, person("who", "C"))
    for name in ("totals:page", "reports:page", "registers:entry"):
        answer = client.get(page(name))
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        body = answer.content.decode()
        assert "style=" not in body
        assert body.count("<script") == body.count("<script src=")


def test_a_period_without_anything_says_so_and_leads_to_one_with_something(client: Client, county: Path) -> None:
    signed_in(client, person("who", "C"))
    body = client.get("/totals/?organisation=C&period=2031&columns=shown").content.decode()
    assert "2031年，这组指标还没有已通过的记录" in body
    assert "看2024年" in body
    assert "from=2024-01" in body
    full = client.get(page("totals:page", "C")).content.decode()
    assert "还没有已通过的记录" not in full


def test_an_office_without_any_entry_is_told_what_to_do(client: Client, county: Path) -> None:
    signed_in(client, person("who", "V1"))
    assert "读入材料或导入台账" in client.get("/totals/?organisation=V1").content.decode()
