"""Every page and every role: what each of the cast sees, and that nothing else leaks."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from kexie.core.models import AuditRecord
from kexie.core.periods import Period
from kexie.intake.models import Document, SheetUpload
from kexie.intake.services import take_in
from kexie.intake.sheets.services import bring_in
from kexie.orgs.models import User
from kexie.plans.models import Target
from kexie.plans.services import TargetTold, set_target
from kexie.registers.models import MergeMember, Revision
from kexie.reports.keeping import save_report
from kexie.reports.models import Report
from kexie.reports.phrase_bank.models import OfficePhrase
from kexie.reports.phrase_bank.services import enter_phrase
from kexie.reports.services import compose_report
from tests.factories import entry, figure, load_rows, organisation, person, unit

pytestmark = pytest.mark.django_db

# A page of each URL; {code} and {uid} are those of the township T1 and its entry.
PAGES = {
    "home": "/",
    "login": "/login/",
    "logout": "/logout/",
    "jobs": "/jobs/",
    "job": "/jobs/1/",
    "cancel-job": "/jobs/1/cancel/",
    "totals:page": "/totals/?organisation={code}&period=2024&columns=shown",
    "intake:list": "/documents/?organisation={code}",
    "intake:document": "/documents/{document}/",
    "intake:confirm": "/documents/confirm/",
    "intake:upload": "/documents/upload/",
    "intake:act": "/documents/{document}/confirm/",
    "intake:sheet": "/documents/sheets/{sheet}/",
    "intake:sheet-change": "/documents/sheets/{sheet}/change/",
    "intake:sheet-rejected": "/documents/sheets/{sheet}/rejected.xlsx",
    "registers:behind": "/registers/behind/?organisation={code}&indicator=books&from=2024-01&to=2024-12",
    "registers:entry": "/registers/entries/{uid}/",
    "registers:amend": "/registers/entries/{uid}/amend/",
    "merges:page": "/merges/?organisation={code}&period=2024",
    "registers:why": "/registers/why/?organisation={code}&indicator=books&from=2024-01&to=2024-12",
    "handup:page": "/handup/?organisation={code}&period=2024",
    "handup:confirm": "/handup/confirm/?organisation={code}&period=2024",
    "handup:exception": "/handup/exception/?organisation={code}&period=2024",
    "handup:close": "/handup/close/?organisation={code}&period=2024",
    "handup:nothing": "/handup/nothing/?organisation={code}&period=2024",
    "handup:changes": "/handup/changes/?organisation={code}&period=2024",
    "plans:page": "/plans/?organisation={code}&period=2024",
    "reports:page": "/reports/?organisation={code}&period=2024",
    "reports:phrases": "/reports/phrases/?organisation={code}",
    "reports:phrase-retire": "/reports/phrases/{phrase}/retire/",
    "reports:number": "/reports/number/?organisation={code}&indicator=books&first=202401&last=202412",
    "reports:file": "/reports/file/{code}/2024/summary.html",
    "reports:list": "/reports/all/",
    "reports:report": "/reports/{report}/",
    "reports:edit": "/reports/{report}/edit/",
    "reports:check": "/reports/{report}/check/",
    "reports:approval": "/reports/{report}/approval/",
    "reports:kept-file": "/reports/{report}/file/html/",
    "reports:save": "/reports/save/",
    "reports:confirm-returned": "/reports/{report}/check/confirm/",
    "reports:act": "/reports/{report}/submit/",
}
# What only changes something: an address of each, and what is sent to it.
POSTS = {
    "registers:act": ("/registers/entries/{uid}/void/", {"reason": "没有办成"}),
    "merges:search": ("/merges/search/?organisation={code}&period=2024", {}),
    "merges:decide": ("/merges/decide/", {"entry": ["{uid}", "{inner}"], "verdict": "same"}),
    "merges:change": ("/merges/{group}/unmerge/", {}),
    "plans:add": (
        "/plans/add/?organisation={code}&period=2024",
        {"metric": "办培训", "value": "3", "comparator": ">=", "strength": "firm", "indicator": "trainings"},
    ),
    "plans:change": ("/plans/{target}/drop/", {"reason": "重复了"}),
}
OPEN = {"login", "logout"}
# What is done by POST alone; and pages of all that is in sight, whose own tests say what may not be there.
DEEDS = {"intake:upload", "intake:act", "intake:sheet-change", "reports:phrase-retire"}
DEEDS |= {"reports:save", "reports:confirm-returned", "reports:act"}
# Compressed, or without words of the records: whom they are kept from is looked at, not what is in them.
FILES = {"intake:sheet-rejected", "reports:check", "reports:approval"}
OVERVIEWS = {"home", "intake:confirm", "reports:list"}
# Acts, and pages that a role or an earlier act decides about: tests/registers/test_handup_pages.py.
ACTS = {"handup:confirm", "handup:exception", "handup:close", "handup:nothing", "handup:changes"}
PERSONAL = {"jobs", "job", "cancel-job"}  # tests/core/test_jobs.py sees that a person's jobs leak to nobody
SCOPED = [name for name in PAGES if name not in OPEN | DEEDS | OVERVIEWS | PERSONAL | ACTS]
WITHOUT_ENTRIES = {"handup:page"}  # it tells of units only
NEW_YEAR = date(2024, 1, 1)
SECRET = "苗圃嫁接观摩会"


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Two townships of one county, and another county; each has an entry that could leak.

    A small unit below each of the three reports the same event, as a draft, and another pair is merged already.
    """
    tree = [unit("P", kind="province"), unit("C", "P", "county"), unit("T1", "C"), unit("V1", "T1", "village")]
    tree += [unit("T2", "C"), unit("X", "P", "county")]
    rows, merges = [], []
    for code in ("T1", "T2", "X"):
        tree.append(unit(f"{code}w", code, "village"))
        told = {"title": f"{SECRET}{code}", "place": f"{code}之苗圃"}
        rows.append(entry(f"e-{code}", code, figures=[figure("books", 7341)], **told))
        rows.append(entry(f"i-{code}", f"{code}w", status="draft", partners=[f"{code}科协"], **told))
        pair = [f"m-{code}", f"n-{code}"]
        rows += [entry(key, at, "2024-07-01") for key, at in zip(pair, (code, f"{code}w"), strict=True)]
        merges.append({"entries": pair})
    load_rows(tmp_path, organisations=tree, entries=rows, merges=merges)
    for code in ("T1", "T2", "X"):
        text = f"{code}科协2024年工作总结\n2024年5月8日，在{SECRET}{code}发放宣传资料7341份。\n"
        take_in(content=text.encode(), name=f"{SECRET}{code}.txt", organisation=organisation(code), actor="tests")
        rows = f"活动名称,时间,参加人数\n{SECRET}{code},2024-05-08,7341\n".encode()
        set_target(organisation=organisation(code), period=Period.parse("2024"), told=TargetTold(
            metric=f"{SECRET}{code}", value=Decimal(7341), indicator="books"), actor="tests")  # fmt: skip
        summary = compose_report(organisation=organisation(code), period="2024")
        save_report(organisation=organisation(code), document=summary)
        bring_in(content=rows, name=f"{SECRET}{code}.csv", organisation=organisation(code), user=None)
        text = f"{SECRET}{code}"
        enter_phrase(
            organisation=organisation(code), sort="focus", text=text, source="文件", valid_from=NEW_YEAR, actor="tests"
        )
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
    document = Document.objects.filter(organisation__code=code).values_list("pk", flat=True).first()
    sheet = SheetUpload.objects.filter(organisation__code=code).values_list("pk", flat=True).first()
    phrase = OfficePhrase.objects.filter(organisation__code=code).values_list("pk", flat=True).first()
    report = Report.objects.filter(organisation__code=code).values_list("pk", flat=True).first()
    keys = {"document": document or 0, "sheet": sheet or 0, "report": report or 0, "phrase": phrase or 0}
    return PAGES[name].format(code=code, uid=f"e-{code}", **keys)


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_every_url_is_walked_here() -> None:
    assert url_names(get_resolver().url_patterns) == {*PAGES, *POSTS}


@pytest.mark.parametrize("name", sorted(set(PAGES) - OPEN))
def test_a_stranger_is_asked_to_log_in(client: Client, county: Path, name: str) -> None:
    answer = client.get(page(name))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")


def post(client: Client, name: str, code: str) -> HttpResponse:
    group = MergeMember.objects.get(entry__uid=f"m-{code}").group_id
    target = Target.objects.filter(organisation__code=code).first()
    names = {"code": code, "uid": f"e-{code}", "inner": f"i-{code}", "group": group, "target": target and target.pk}
    address, told = POSTS[name]
    sent = {key: [each.format(**names) for each in value] if isinstance(value, list) else value
            for key, value in told.items()}  # fmt: skip
    return client.post(address.format(**names), sent)


def content() -> list[Any]:
    """What the verbs change."""
    return [
        list(Revision.objects.order_by("pk").values_list("pk", "status", "digest")),
        list(MergeMember.objects.order_by("pk").values_list("group", "entry", "position")),
        AuditRecord.objects.count(),
    ]


@pytest.mark.parametrize("name", POSTS)
def test_a_verb_takes_a_post_and_a_login(client: Client, county: Path, name: str) -> None:
    steward = person("who", "C", "steward")
    before = content()
    assert post(client, name, "T1")["Location"].startswith("/login/")
    signed_in(client, steward)
    group = MergeMember.objects.get(entry__uid="m-T1").group_id
    target = Target.objects.get(organisation__code="T1").pk
    names = {"code": "T1", "uid": "e-T1", "inner": "i-T1", "group": group, "target": target}
    assert client.get(POSTS[name][0].format(**names)).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    signed_in(strict, steward)
    assert post(strict, name, "T1").status_code == 403
    assert content() == before


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize(
    ("code", "role", "expected"),
    [
        ("C", "steward", 302),
        ("C", "reviewer", 302),
        ("T1", "reviewer", 302),
        ("T1", "reporter", 403),
        ("C", "leader", 403),
        ("C", "administrator", 403),
        ("T2", "steward", 404),
        ("X", "steward", 404),
        ("V1", "reviewer", 404),
        (None, "reporter", 404),
    ],
)
def test_each_of_the_cast_may_do_what_the_role_allows_and_changes_nothing_else(
    client: Client, county: Path, name: str, code: str | None, role: str, expected: int
) -> None:
    signed_in(client, person("who", code, role))
    before = content()
    answer = post(client, name, "T1")
    assert answer.status_code == expected
    if expected == 302:
        assert (content() != before) == (name != "merges:search")
    else:
        assert content() == before
        assert SECRET not in answer.content.decode()


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
        assert answer.status_code == 200, other
        if name not in FILES | WITHOUT_ENTRIES:
            body = answer.content.decode()
            assert "7341" in body.replace(",", "") or SECRET in body
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
        writes = name == "registers:amend" and role in ("leader", "administrator")
        writes |= name in ("reports:edit", "reports:check") and role == "reporter"
        assert client.get(page(name)).status_code == (403 if writes else 200), name


@pytest.mark.parametrize("name", sorted(DEEDS))
def test_a_deed_is_no_page(client: Client, county: Path, name: str) -> None:
    signed_in(client, person("who", "T1"))
    assert client.get(page(name)).status_code == 405


@pytest.mark.parametrize("code", ["T2", "X", None])
def test_an_overview_shows_nothing_of_others(client: Client, county: Path, code: str | None) -> None:
    signed_in(client, person("who", code, "steward"))
    for name in OVERVIEWS:
        assert f"{SECRET}T1" not in client.get(page(name), follow=True).content.decode()


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


@pytest.mark.parametrize("name", ["totals:page", "registers:behind", "merges:page", "intake:list"])
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
    rows += [entry(f"same-{code}", code, title="同一天的培训", partners=["T1科协"]) for code in ("T3", "T4", "T1")]
    load_rows(tmp_path / "more", organisations=more, entries=rows)
    for each in more[:3]:
        text = f"{each['code']}科协2024年工作总结\n2024年6月8日，发放宣传资料3份。\n"
        take_in(content=text.encode(), name="more.txt", organisation=organisation(each["code"]), actor="tests")
    client.get(address)  # what is kept for a while is renewed
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)


def test_a_page_carries_the_content_security_policy_and_no_inline_script(client: Client, county: Path) -> None:
    signed_in(client, person("who", "C"))
    own = ("plans:page", "registers:entry", "registers:amend", "merges:page", "intake:list", "intake:document")
    for name in ("totals:page", "reports:page", *own):
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
