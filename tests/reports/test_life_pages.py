"""The pages of a kept report: what they show, what they do, for whom."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kexie.core.models import AuditRecord
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Entry
from kexie.registers.services import void
from kexie.reports.keeping import latest_version
from kexie.reports.models import Report, ReportVersion
from kexie.reports.returned_file import LARGEST
from tests.reports.test_life import content_of, edited, first_number
from tests.reports.test_pages import number_links

Account = Callable[..., User]


@pytest.fixture
def desk(client: Client, leader: User) -> Client:
    client.force_login(leader)
    return client


def upload(client: Client, report: Report, content: bytes, name: str = "改.docx") -> Any:
    return client.post(f"/reports/{report.pk}/check/", {"file": SimpleUploadedFile(name, content)})


def ticket_of(page: str) -> str:
    return unescape(page.split('name="ticket" value="')[1].split('"')[0])


def test_a_preview_is_saved_and_listed(desk: Client, county: Organisation) -> None:
    before = Report.objects.count()
    told = {"organisation": "C", "period": "2024H1", "addressee": "party-office", "length": "short"}
    answer = desk.post("/reports/save/", told)
    report = Report.objects.order_by("-pk")[0]
    assert answer["Location"] == f"/reports/{report.pk}/"
    assert (Report.objects.count(), report.addressee, report.period) == (before + 1, "party-office", "2024H1")
    page = desk.get("/reports/all/").content.decode()
    assert f'href="/reports/{report.pk}/"' in page
    desk.post("/reports/save/", {**told, "period": "1999"})
    assert Report.objects.count() == before + 1


def test_the_sheet_leads_from_each_number_to_its_source(desk: Client, report: Report) -> None:
    page = desk.get(f"/reports/{report.pk}/").content.decode()
    links = dict.fromkeys(number_links(page))
    assert len(links) > 20
    panel = desk.get(next(iter(links)), headers={"HX-Request": "true"}).content.decode()
    assert "kx-entries" in panel
    assert "style=" not in page
    for form in ("docx", "html", "xlsx", "approval"):
        answer = desk.get(f"/reports/{report.pk}/file/{form}/")
        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
    for wrong in ("pdf", "scan"):
        assert desk.get(f"/reports/{report.pk}/file/{wrong}/").status_code == 404
    for version in ("2", "x", "99999999"):
        assert desk.get(f"/reports/{report.pk}/?version={version}").status_code == 404


def test_an_edited_word_file_comes_back(desk: Client, report: Report) -> None:
    number = first_number(content_of(report))
    content = edited(content_of(report), number.text, "9876场")
    page = upload(desk, report, content).content.decode()
    assert page.count("<li><span><del>") == 1
    assert f"<del>{number.text}</del> → <b>9876场</b>" in page
    assert report.versions.count() == 1
    told = {"ticket": ticket_of(page)}
    refused = desk.post(f"/reports/{report.pk}/check/confirm/", told)
    assert refused.status_code == 422
    assert "理由" in refused.content.decode()
    assert desk.post(f"/reports/{report.pk}/check/confirm/", {**told, "reason": "核过"}).status_code == 302
    assert latest_version(report).number == 2
    page = desk.get(f"/reports/{report.pk}/").content.decode()
    assert 'class="kx-unsourced"' in page
    assert "核过" in page
    clean = desk.get(f"/reports/{report.pk}/?clean=1").content.decode()
    assert "kx-unsourced" not in clean
    # The same file once more, on what somebody else has written since: nothing is written unseen.
    again = desk.post(f"/reports/{report.pk}/check/confirm/", {**told, "reason": "核过"})
    assert (again.status_code, latest_version(report).number) == (422, 2)


def test_what_was_not_checked_here_is_not_taken(desk: Client, report: Report, county: Organisation) -> None:
    other = Report.objects.create(organisation=county, period="2024", kind="summary")
    ReportVersion.objects.create(report=other, number=1, content=latest_version(report).content, origin="composed")
    page = upload(desk, report, edited(content_of(report), "2024年", "2024年度")).content.decode()
    ticket = ticket_of(page)
    for pk, sent in ((other.pk, ticket), (report.pk, ticket + "x"), (report.pk, "")):
        assert desk.post(f"/reports/{pk}/check/confirm/", {"ticket": sent}).status_code == 404
    assert ReportVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 nothing", "坏了"),
        (b"hello", "不是 .docx"),
        (b"PK" + b"\0" * LARGEST, "太大"),
    ],
    ids=["broken", "text", "huge"],
)
def test_a_bad_file_is_answered_in_words(desk: Client, report: Report, content: bytes, words: str) -> None:
    answer = upload(desk, report, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert desk.post(f"/reports/{report.pk}/check/").status_code == 422


def test_paragraphs_are_edited_and_a_conflict_shows_both(desk: Client, report: Report) -> None:
    page = desk.get(f"/reports/{report.pk}/edit/").content.decode()
    number = first_number(content_of(report))
    assert f"⟦{number.text}⟧" in page
    text = unescape(page.split('name="text-0"')[1].split(">", 1)[1].split("</textarea>")[0])
    told = {"based_on": "1", "text-0": f"{text}全县上下再接再厉。"}
    assert desk.post(f"/reports/{report.pk}/edit/", told).status_code == 302
    answer = desk.post(f"/reports/{report.pk}/edit/", {"based_on": "1", "text-0": f"{text}我写的话不能丢。"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "我写的话不能丢" in page
    assert "再接再厉" in page
    answer = desk.post(f"/reports/{report.pk}/edit/", {"based_on": "2", "text-0": text.replace(number.text, "9876场")})
    assert answer.status_code == 422
    assert "9876场" in answer.content.decode()
    assert report.versions.count() == 2


def test_it_is_sent_signed_and_told_to_later_ones(desk: Client, report: Report, leader: User) -> None:
    desk.post(f"/reports/{report.pk}/submit/")
    desk.post(f"/reports/{report.pk}/issue/", {"issued_to": "某市科协", "version": "1"})
    report.refresh_from_db()
    assert (report.status, report.issued_to) == ("issued", "某市科协")
    assert "和已签发的报告有" not in desk.get("/reports/?organisation=C&period=2024").content.decode()
    void(entry=Entry.objects.get(uid="big"), actor="tests", reason="没有办成")
    page = desk.get("/reports/?organisation=C&period=2024").content.decode()
    assert "和已签发的报告有" in page
    assert "报某市科协的是" in page
    page = desk.get(f"/reports/{report.pk}/?compare=1").content.decode()
    assert "台账现在是" in page
    assert "data-note" in page
    sheet = desk.get(f"/reports/{report.pk}/approval/").content.decode()
    assert all(word in sheet for word in ("拟稿", "核稿", "会签", "签发", "某市科协"))
    desk.post(f"/reports/{report.pk}/scan/", {"file": SimpleUploadedFile("章.pdf", b"%PDF-1.4 x")})
    scan = desk.get(f"/reports/{report.pk}/file/scan/")
    assert b"".join(scan.streaming_content) == b"%PDF-1.4 x"  # type: ignore[attr-defined]


ACTS = ("save", "edit", "check", "confirm", "submit", "return", "issue", "scan")
MAY = {
    "reporter": set(),
    "reviewer": {"save", "edit", "check", "confirm", "submit", "scan"},
    "steward": {"save", "edit", "check", "confirm", "submit", "scan"},
    "leader": set(ACTS),
    "administrator": {"save", "edit", "check", "confirm", "scan"},
}


def address(report: Report, verb: str) -> str:
    paths = {"save": "/reports/save/", "confirm": f"/reports/{report.pk}/check/confirm/"}
    return paths.get(verb, f"/reports/{report.pk}/{verb}/")


@pytest.mark.parametrize("role", MAY)
def test_each_role_does_what_it_may_and_nothing_else(
    client: Client, account: Account, report: Report, role: str
) -> None:
    client.force_login(account("T1", "reporter"))  # a unit below: the county's report is out of its sight
    told = {"organisation": "C", "period": "2024", "issued_to": "市科协"}
    count = AuditRecord.objects.count()
    for verb in ACTS:
        assert client.post(address(report, verb), told).status_code == 404, verb
    assert AuditRecord.objects.count() - count <= 1  # the login itself
    User.objects.filter(username="user-C").update(username="first")
    client.force_login(account("C", role))
    for verb in ACTS:
        refused = client.post(address(report, verb), told).status_code == 403
        assert refused == (verb not in MAY[role]), verb


def test_a_post_needs_its_token(report: Report, leader: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(leader)
    for verb in ACTS:
        assert strict.post(address(report, verb)).status_code == 403
    assert strict.get(f"/reports/{report.pk}/issue/").status_code == 405
    assert strict.post(f"/reports/{report.pk}/nothing/").status_code == 403


def test_more_reports_ask_no_more_questions(desk: Client, report: Report) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            desk.get("/reports/all/")
        return len(found)

    few = queries()
    for _ in range(3):
        other = Report.objects.create(organisation=report.organisation, period="2024", kind="summary")
        ReportVersion.objects.create(report=other, number=1, content={}, origin="composed")
    assert queries() == few
