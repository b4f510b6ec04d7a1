"""The phrase bank: entered by whoever may, printed as it is or not at all."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.core.periods import Period
from kexie.orgs.models import END, Organisation, User
from kexie.reports.compose import compose_summary
from kexie.reports.model import Document, Paragraph
from kexie.reports.phrase_bank.models import OfficePhrase
from kexie.reports.phrase_bank.queries import phrases_of
from kexie.reports.phrase_bank.services import enter_phrase, retire_phrase

Account = Callable[..., User]
FORMULA, FOCUS = "某次会议确定的总要求", "柑橘产业链和老城更新两件大事"
NEW_YEAR = date(2024, 1, 1)


def enter(organisation: Organisation, sort: str = "formula", text: str = FORMULA, **others: object) -> OfficePhrase:
    told: dict[str, object] = {"source": "某号文件", "valid_from": NEW_YEAR, "actor": "tests", **others}
    return enter_phrase(organisation=organisation, sort=sort, text=text, **told)  # type: ignore[arg-type]


def summary(organisation: Organisation, **options: object) -> Document:
    return compose_summary(organisation=organisation, period=Period.parse("2024"), today=date(2025, 1, 9), **options)  # type: ignore[arg-type]


def opening(document: Document) -> str:
    assert isinstance(document.blocks[0], Paragraph)
    return document.blocks[0].text


def test_the_opening_has_its_moves_in_order(county: Organisation) -> None:
    enter(county)
    enter(county, "focus", FOCUS)
    enter(county, "leadership", "青禾县委、县政府")
    text = opening(summary(county))
    moves = [
        "在青禾县委、县政府的领导下",
        "在市科协的指导下",
        f"以{FORMULA}为指导",
        f"围绕{FOCUS}",
        "发挥桥梁",
        "全年开展",
        "现将",
    ]
    places = [text.index(move) for move in moves]
    assert places == sorted(places)
    assert not any("提法" in note for note in summary(county).notes)


def test_a_text_with_a_frame_of_its_own_is_printed_as_it_is(county: Organisation) -> None:
    enter(county, text="坚持某项要求不动摇")
    enter(county, "focus", "聚焦某一件事")
    assert "，坚持某项要求不动摇，聚焦某一件事，" in opening(summary(county))


def test_what_is_out_of_date_is_asked_for_and_not_printed(county: Organisation) -> None:
    phrase = enter(county)
    retire_phrase(phrase=phrase, day=date(2024, 10, 1), actor="tests")
    written = summary(county)
    assert FORMULA not in opening(written)
    assert any("过期" in note for note in written.notes)
    assert FORMULA in opening(summary(county, as_of=date(2024, 9, 30)))
    with pytest.raises(DomainError, match="已经停用"):
        retire_phrase(phrase=phrase, day=date(2024, 10, 1), actor="tests")


def test_the_text_of_another_office_is_never_taken(county: Organisation) -> None:
    enter(Organisation.objects.get(code="S"))
    enter(Organisation.objects.get(code="T1"))
    assert phrases_of(organisation=county, day=date(2024, 6, 1)).missing == ["formula", "focus"]


def test_of_two_the_later_one_is_printed(county: Organisation) -> None:
    enter(county)
    enter(county, text="后来的要求", valid_from=date(2024, 7, 1))
    assert phrases_of(organisation=county, day=date(2024, 6, 30)).formula == FORMULA
    assert phrases_of(organisation=county, day=date(2024, 7, 1)).formula == "后来的要求"


@pytest.mark.parametrize(
    "wrong",
    [{"text": " "}, {"source": ""}, {"sort": "slogan"}, {"valid_until": NEW_YEAR}, {"valid_until": date(2023, 1, 1)}],
)
def test_half_a_text_is_refused(county: Organisation, wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        enter(county, **wrong)  # type: ignore[arg-type]
    assert not OfficePhrase.objects.exists()


def test_two_of_a_sort_do_not_begin_on_one_day(county: Organisation) -> None:
    enter(county)
    with pytest.raises(DomainError, match="已经有了"):
        enter(county, text="另一条")
    row = {"organisation": county, "sort": "formula", "valid_from": NEW_YEAR, "valid_until": END}
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficePhrase.objects.create(text="另一条", source="某处", **row)


def test_it_is_entered_where_it_is_missed(county: Organisation, account: Account, client: Client) -> None:
    client.force_login(account("C", "steward"))
    address = "/reports/?organisation=C&period=2024"
    page = client.get(address).content.decode()
    assert "缺本年度提法、本地中心工作" in page
    told = {"sort": "formula", "text": FORMULA, "source": "某号文件", "first": "2024-01-01", "last": "2024-12-31"}
    response = client.post("/reports/phrases/?organisation=C", {**told, "next": address})
    assert (response.status_code, response["Location"]) == (302, address)
    page = client.get(address).content.decode()
    assert f"以{FORMULA}为指导" in page
    assert "缺本地中心工作" in page
    assert AuditRecord.objects.filter(action="phrase.enter").count() == 1
    assert phrases_of(organisation=county, day=date(2024, 12, 31)).formula == FORMULA
    assert phrases_of(organisation=county, day=date(2025, 1, 1)).formula == ""


def test_another_address_is_not_gone_to(county: Organisation, account: Account, client: Client) -> None:
    client.force_login(account("C", "steward"))
    told = {"sort": "focus", "text": FOCUS, "source": "某号文件", "first": "2024-01-01", "next": "https://example.org/"}
    assert client.post("/reports/phrases/?organisation=C", told)["Location"] == "/reports/phrases/?organisation=C"


@pytest.mark.parametrize(
    ("code", "role", "status"), [("C", "reporter", 403), ("T1", "steward", 404), ("O", "leader", 404)]
)
def test_who_may_not_enter(
    county: Organisation, account: Account, client: Client, code: str, role: str, status: int
) -> None:
    phrase = enter(county)
    client.force_login(account(code, role))
    told = {"sort": "focus", "text": FOCUS, "source": "某号文件", "first": "2024-01-01"}
    assert client.post("/reports/phrases/?organisation=C", told).status_code == status
    assert client.post(f"/reports/phrases/{phrase.pk}/retire/").status_code == status
    page = client.get("/reports/phrases/?organisation=C")
    assert (page.status_code, FORMULA in page.content.decode()) == (200 if status == 403 else 404, status == 403)
    assert "缺本" not in client.get("/reports/?organisation=C&period=2024").content.decode()
    assert OfficePhrase.objects.count() == 1


def test_it_is_retired_on_the_page(county: Organisation, account: Account, client: Client) -> None:
    phrase = enter(county)
    client.force_login(account("S", "administrator"))
    assert client.post(f"/reports/phrases/{phrase.pk}/retire/").status_code == 302
    assert "已停用" in client.get("/reports/phrases/?organisation=C").content.decode()


def test_what_is_wrong_is_said(county: Organisation, account: Account, client: Client) -> None:
    client.force_login(account("C", "leader"))
    response = client.post("/reports/phrases/?organisation=C", {"sort": "formula", "text": "", "first": "明天"})
    assert response.status_code == 400
    assert "请填出处" in response.content.decode()
