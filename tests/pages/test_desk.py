"""The desk: what came back, what waits, what was sent; each person the own, and nobody another's."""

from pathlib import Path

import pytest
from django.test import Client

from kexie.registers.models import Entry
from kexie.registers.services import approve, return_entry, submit
from tests.factories import entry, figure, load_rows, person, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(tmp_path: Path) -> None:
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C"), unit("X", kind="county")]
    rows = [
        entry(f"{what}-{code}", code, title=f"{what}的{code}", status="draft", figures=[figure("books", 3)])
        for code in ("T1", "T2", "X")
        for what in ("back", "sent")
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    for each in Entry.objects.all():
        submit(entry=each, actor="tests")
        if each.uid.startswith("back"):
            return_entry(entry=each, reason=f"{each.uid}的数请核对", actor="tests")


def desk(client: Client, code: str | None, role: str = "reporter") -> str:
    client.force_login(person(f"{role}-{code}", code, role))
    return client.get("/", follow=True).content.decode()


def test_a_reporter_sees_what_came_back_with_its_reason_and_what_was_sent(client: Client, county: None) -> None:
    body = desk(client, "T1")
    assert "back的T1" in body and "back-T1的数请核对" in body and "sent的T1" in body
    assert "T2" not in body.replace("T2科协", "")
    assert "待审" not in body


def test_a_reviewer_sees_what_waits_below_and_no_other_county(client: Client, county: None) -> None:
    body = desk(client, "C", "reviewer")
    assert "sent的T1" in body and "sent的T2" in body
    assert "sent的X" not in body


def test_what_is_decided_leaves_the_desk(client: Client, county: None) -> None:
    approve(entry=Entry.objects.get(uid="sent-T1"), actor="tests")
    assert "sent的T1" not in desk(client, "C", "reviewer")


def test_the_desk_takes_a_pasted_text(client: Client, county: None) -> None:
    assert "把写好的信息贴进来" in desk(client, "T1")
    text = "T1科协2024年工作总结\n2024年5月8日，发放宣传资料70份。\n"
    answer = client.post("/documents/upload/", {"text": text, "organisation": "T1"})
    assert answer["Location"].startswith("/documents/")
    assert "等确认的材料" in client.get("/").content.decode()


def test_who_has_no_office_is_led_on(client: Client, county: None) -> None:
    body = desk(client, None)
    assert "T1" not in body and "工作台</span>" not in body
