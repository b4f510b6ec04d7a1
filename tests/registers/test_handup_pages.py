"""The pages of handing up: who may look, who may act, and what the acts leave behind."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kexie.core.periods import Period
from kexie.registers import services
from kexie.registers.handup.models import NothingToReport, Snapshot
from kexie.registers.handup.services import hand_up
from kexie.totals.models import Lock, LockException
from tests.factories import entry, figure, load_rows, organisation, person, stored, unit

pytestmark = pytest.mark.django_db

SECRET = "果树修剪夜校"
ACTS = ("confirm", "exception", "close", "nothing")


@pytest.fixture
def county(tmp_path: Path) -> Path:
    tree = [unit("P", kind="province"), unit("C", "P", "county"), unit("T1", "C"), unit("T2", "C"), unit("X", "P")]
    rows = [
        entry("a", "T1", title=SECRET, figures=[figure("books", 7341)]),
        entry("w", "T1", status="submitted", figures=[figure("books", 5)]),
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    return tmp_path


def at(client: Client, page: str = "", code: str = "C", **others: str) -> str:
    more = "".join(f"&{key.rstrip('_')}={value}" for key, value in others.items())
    return f"/handup/{page}{'/' if page else ''}?organisation={code}&period=2024{more}"


def signed_in(client: Client, code: str | None, role: str = "reviewer") -> Client:
    client.force_login(person("who", code, role))
    return client


def handed_up() -> Snapshot:
    return hand_up(organisation=organisation("C"), period=Period.parse("2024"), actor="tests")


def tomorrow() -> str:
    return str(timezone.localdate() + timedelta(days=1))


def test_an_office_looks_hands_up_opens_closes_and_sees_what_has_changed(client: Client, county: Path) -> None:
    signed_in(client, "C")
    page = client.get(at(client)).content.decode()
    assert "未报 1" in page
    assert "还有1条待审" in page
    preview = client.get(at(client, "confirm")).content.decode()
    assert "7,341" in preview
    assert "第1号" in preview
    assert "1个单位未报" in preview
    assert not Lock.objects.exists()
    answer = client.post(at(client, "confirm"), {"occasion": "2024年年报"})
    assert (answer.status_code, answer["Location"]) == (302, "/handup/?organisation=C&period=2024")
    page = client.get(at(client)).content.decode()
    assert "已锁定" in page
    assert "2024年年报" in page
    assert "第1号" in page
    assert Snapshot.objects.get().made_by == "who"
    answer = client.post(at(client, "exception"), {"reason": "漏报一场", "until": tomorrow()})
    assert answer.status_code == 302
    services.approve(entry=stored("w"), actor="who")
    page = client.get(at(client)).content.decode()
    assert "例外开着" in page
    assert "漏报一场" in page
    changes = client.get(at(client, "changes", from_="1")).content.decode()
    assert "7,341" in changes
    assert "7,346" in changes
    assert "活动w" in changes
    assert "新计入" in changes
    client.post(at(client, "close"))
    assert not LockException.objects.open().exists()
    client.post(at(client, "confirm"), {"occasion": "2024年年报"})
    assert list(Snapshot.objects.values_list("number", flat=True)) == [1, 2]
    assert "没有变化" in client.get(at(client, "changes", from_="2")).content.decode()
    assert "7,346" in client.get(at(client, "changes", from_="1", to="2")).content.decode()


@pytest.mark.parametrize(
    ("code", "role", "looks", "acts"),
    [
        ("P", "leader", 200, 200),
        ("C", "reviewer", 200, 200),
        ("C", "steward", 200, 200),
        ("C", "leader", 200, 200),
        ("C", "administrator", 200, 200),
        ("C", "reporter", 200, 403),
        ("T1", "reviewer", 404, 404),
        ("T2", "administrator", 404, 404),
        ("X", "administrator", 404, 404),
        (None, "", 404, 404),
    ],
)
def test_what_is_out_of_sight_is_not_found_and_what_is_not_allowed_is_refused(
    client: Client, county: Path, code: str | None, role: str, looks: int, acts: int
) -> None:
    handed_up()
    signed_in(client, code, role)
    for page in ("", "changes"):
        answer = client.get(at(client, page))
        assert answer.status_code == looks, page
        if looks != 200:
            assert SECRET not in answer.content.decode()
    for page in ("confirm", "exception"):
        answer = client.get(at(client, page))
        assert answer.status_code == acts, page
        assert acts == 200 or "7341" not in answer.content.decode().replace(",", "")
    if acts == 200:
        return
    before = Snapshot.objects.count()
    assert client.post(at(client, "confirm"), {"occasion": "x"}).status_code == acts
    assert client.post(at(client, "exception"), {"reason": "x", "until": tomorrow()}).status_code == acts
    assert client.post(at(client, "close")).status_code == acts
    assert Snapshot.objects.count() == before
    assert not LockException.objects.exists()


@pytest.mark.parametrize("page", ["close", "nothing"])
def test_acts_are_not_done_by_a_link(client: Client, county: Path, page: str) -> None:
    signed_in(client, "C")
    assert client.get(at(client, page)).status_code == 405


@pytest.mark.parametrize("page", ACTS)
def test_acts_need_the_token_of_the_page(county: Path, page: str) -> None:
    client = signed_in(Client(enforce_csrf_checks=True), "C")
    assert client.post(at(client, page), {"occasion": "x", "reason": "x", "until": tomorrow()}).status_code == 403
    assert not Lock.objects.exists()


def test_a_unit_says_itself_or_by_its_office_that_there_is_nothing(client: Client, county: Path) -> None:
    signed_in(client, "C", "reporter")
    assert "代报“无”" in client.get(at(client)).content.decode()
    client.post(at(client, "nothing"), {"unit": "T2"})
    assert NothingToReport.objects.get().organisation.code == "T2"
    assert "申报无 1" in client.get(at(client)).content.decode()
    assert client.post(at(client, "nothing"), {"unit": "X"}).status_code == 404
    client.post(at(client, "nothing"), {"unit": "T1"})
    assert "不能申报无" in client.get(at(client)).content.decode()
    assert NothingToReport.objects.count() == 1


def test_a_township_clerk_declares_for_the_own_unit_only(client: Client, county: Path) -> None:
    signed_in(client, "T2", "reporter")
    assert "本单位申报无" in client.get(at(client, code="T2")).content.decode()
    assert client.post(at(client, "nothing", code="T2"), {"unit": "T1"}).status_code == 404
    assert client.post(at(client, "nothing", code="T2"), {"unit": "T2"}).status_code == 302
    assert "本单位申报无" not in client.get(at(client, code="T2")).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"reason": "", "until": "2999-01-01"}, "这个字段是必填项"),
        ({"reason": "漏报", "until": "2020-01-01"}, "这一天已经过了"),
        ({"reason": "漏报", "until": "明天"}, "输入一个有效的日期"),
    ],
)
def test_an_exception_without_reason_or_time_is_said_beside_the_field(
    client: Client, county: Path, data: dict[str, str], words: str
) -> None:
    handed_up()
    signed_in(client, "C")
    answer = client.post(at(client, "exception"), data)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not LockException.objects.exists()


def test_handing_up_twice_is_refused_in_words(client: Client, county: Path) -> None:
    handed_up()
    signed_in(client, "C")
    answer = client.post(at(client, "confirm"), {"occasion": "再报"})
    assert answer.status_code == 409
    assert "以后没有开过例外" in answer.content.decode()
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize("query", ["from=0", "from=9", "from=x", "from=1&to=1", "from=1&to=5"])
def test_a_number_that_is_none_is_not_found(client: Client, county: Path, query: str) -> None:
    handed_up()
    signed_in(client, "C")
    assert client.get(f"{at(client, 'changes')}&{query}").status_code == 404


def test_a_period_that_is_none_is_not_found_and_one_to_come_cannot_be_handed_up(client: Client, county: Path) -> None:
    signed_in(client, "C")
    assert client.get("/handup/?organisation=C&period=2024-13").status_code == 404
    answer = client.post("/handup/confirm/?organisation=C&period=2999", {"occasion": "x"})
    assert answer.status_code == 409
    assert "还没有到" in answer.content.decode()
    assert not Lock.objects.exists()


def test_more_units_numbers_and_changes_ask_no_more_questions(client: Client, county: Path) -> None:
    handed_up()
    signed_in(client, "C")
    client.post(at(client, "exception"), {"reason": "漏报", "until": tomorrow()})
    load_rows(county, entries=[entry("n0", "T1", figures=[figure("books", 3)])])
    counts = []
    for _ in range(2):
        for page in ("", "changes"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(at(client, page, **({"from_": "1"} if page else {}))).status_code == 200
            counts.append(len(queries))
        more = [unit(f"M{number}", "C") for number in range(6)]
        rows = [entry(f"more-{each['code']}", each["code"], figures=[figure("books", 3)]) for each in more]
        load_rows(county / "more", organisations=more, entries=rows)
    assert counts[2:] == counts[:2]


def test_why_a_total_changed_is_a_link_of_the_totals_page(client: Client, county: Path) -> None:
    signed_in(client, "C")
    page = client.get("/totals/?organisation=C&period=2024&columns=shown").content.decode()
    assert "/registers/why/?organisation=C" in page
    address = "/registers/why/?organisation=C&indicator=books&from=2024-01&to=2024-12"
    body = client.get(address).content.decode()
    assert SECRET in body
    assert "7,341" in body
    today = timezone.localdate()
    assert "没有变化" in client.get(f"{address}&since=2020-01-01&until=2020-02-01").content.decode()
    assert client.get(f"{address}&since={today}&until=2020-01-01").status_code == 404
    assert client.get(f"{address}&since=gestern").status_code == 404
