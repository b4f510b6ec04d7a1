"""The pages of the documents: what a clerk brings in, what an officer decides, and what neither may do."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kexie.core.errors import DomainError
from kexie.intake.deciding import assign, bring_back, decide, reject, reject_document
from kexie.intake.models import Decision, Document, Outcome
from kexie.intake.queries import drafts_of, edition_before, open_checks
from kexie.intake.services import confirm, take_in
from kexie.registers.models import Entry, Statement
from kexie.registers.review import set_review_rule
from kexie.registers.services import revise
from kexie.totals.queries import totals
from tests.factories import load_rows, organisation, person, unit

pytestmark = pytest.mark.django_db

SUMMARY = """河湾镇科协2024年工作总结

2024年，河湾镇科协做好科普工作。全年共发放宣传资料8000余份。

一、科普宣传
3月12日，在镇文化广场办科普集市，展出展板24块，发放宣传资料1500余份。
5月20日，请县医院的大夫到西渡村义诊，接受咨询96人次。

二、青少年科技教育
6月2日到镇中心小学办科普讲座2场，到场学生310人次。
"""
MASKED = SUMMARY.replace("310人次", "xx人次")
ROWS = {"HTTP_ACCEPT": "text/x-kexie-rows"}


@pytest.fixture
def county(tmp_path: Path) -> None:
    tree = [unit("C", kind="county", name="青禾县科协"), unit("T", "C", name="河湾镇科协")]
    load_rows(tmp_path, organisations=[*tree, unit("U", "C", name="石桥镇科协"), unit("X", kind="county")])


@pytest.fixture
def steward(client: Client, county: None) -> Client:
    client.force_login(person("steward", "C", "steward"))
    return client


@pytest.fixture
def reporter(county: None) -> Client:
    client = Client()
    client.force_login(person("reporter", "T", "reporter"))
    return client


def document(text: str = SUMMARY, code: str = "T") -> Document:
    return take_in(content=text.encode(), name="总结.txt", organisation=organisation(code), actor="tests").documents[0]


def send(client: Client, name: str, content: bytes, code: str = "C"):  # type: ignore[no-untyped-def]
    return client.post("/documents/upload/", {"file": SimpleUploadedFile(name, content), "organisation": code}, **ROWS)


# --- bringing in ----------------------------------------------------------------------------------------------------


def test_a_file_goes_to_the_unit_that_its_text_names(steward: Client) -> None:
    answer = send(steward, "河湾镇.txt", SUMMARY.encode())
    assert answer.status_code == 200
    assert "起草" in answer.content.decode()
    taken = Document.objects.get()
    assert taken.organisation.code == "T"
    assert taken.entries.count() == 3
    assert "河湾镇科协2024年工作总结" in steward.get("/documents/").content.decode()


def test_twice_in_adds_nothing(steward: Client) -> None:
    send(steward, "一.txt", SUMMARY.encode())
    entries = Entry.objects.count()
    assert "以前读过" in send(steward, "二.txt", SUMMARY.encode()).content.decode()
    assert (Document.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.txt", b"", "空"),
        ("图.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "图.png"),
        ("坏.docx", b"PK\x03\x04" + b"x" * 200, "坏.docx"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_leaves_nothing(
    steward: Client, name: str, content: bytes, words: str
) -> None:
    answer = send(steward, name, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Document.objects.exists()


def test_three_broken_ones_do_not_stop_the_others(steward: Client) -> None:
    good = [SUMMARY.replace("24块", f"{number}块") for number in range(30, 35)]
    files = [(f"好{number}.txt", text.encode()) for number, text in enumerate(good)]
    files[1:1] = [("坏1.docx", b"PK\x03\x04"), ("坏2.pdf", b"%PDF-1.4\n"), ("坏3.txt", b"\0\1\2")]
    told = [(name, send(steward, name, content).status_code) for name, content in files]
    assert [name for name, status in told if status != 200] == ["坏1.docx", "坏2.pdf", "坏3.txt"]
    assert Document.objects.count() == 5


def test_a_pasted_text_opens_its_document(steward: Client) -> None:
    answer = steward.post("/documents/upload/", {"text": SUMMARY, "organisation": "C"})
    assert answer["Location"] == f"/documents/{Document.objects.get().pk}/"


def test_nothing_is_taken_in_for_a_unit_out_of_sight(reporter: Client) -> None:
    assert send(reporter, "一.txt", SUMMARY.encode(), "U").status_code == 422
    assert send(reporter, "一.txt", SUMMARY.encode(), "X").status_code == 422
    assert not Document.objects.exists()


# --- deciding -------------------------------------------------------------------------------------------------------


def test_the_reader_shows_the_words_and_the_drafts(steward: Client) -> None:
    body = steward.get(f"/documents/{document().pk}/").content.decode()
    assert '<span class="intake-mark is-figure"' in body
    assert "1500余份" in body
    assert "申报总数" in body
    assert "确认本节2条" in body


def test_one_draft_is_confirmed_and_counts(steward: Client) -> None:
    taken = document()
    row = next(row for row in drafts_of(taken) if row.entry and "集市" in row.entry.latest.title)  # type: ignore[union-attr]
    answer = steward.post(f"/documents/{taken.pk}/confirm/", {"entry": row.entry.pk, "draft": "d1"})  # type: ignore[union-attr]
    assert answer["Location"].endswith("#d1")
    found = totals(organisation=organisation("C"), first_month=202401, last_month=202412)
    assert (found["boards"].value, found["materials"].value) == (24, 1500)
    assert [row.is_pending for row in drafts_of(taken)].count(False) == 1
    assert not Statement.objects.filter(confirmed=True).exists()


def test_a_section_is_confirmed_and_the_other_waits(steward: Client) -> None:
    taken = document()
    start, end = SUMMARY.index("一、"), SUMMARY.index("二、")
    steward.post(f"/documents/{taken.pk}/confirm/", {"from": start, "to": end})
    waiting = [row for row in drafts_of(taken) if row.is_pending]
    assert {start <= row.start < end for row in waiting} == {False}
    assert len(waiting) == 2


def test_a_reporter_takes_in_and_does_not_confirm(reporter: Client) -> None:
    send(reporter, "一.txt", SUMMARY.encode(), "T")
    taken = Document.objects.get()
    assert reporter.post(f"/documents/{taken.pk}/confirm/", {"all": "1"}).status_code == 403
    assert "确认全文" not in reporter.get(f"/documents/{taken.pk}/").content.decode()
    reporter.post("/documents/confirm/", {"document": taken.pk})
    assert not Entry.objects.filter(counting__isnull=False).exists()


def test_a_draft_is_rejected_and_brought_back(county: None) -> None:
    taken = document()
    first = next(row.entry for row in drafts_of(taken) if row.entry)
    reject(document=taken, actor="tests", entries=[first.pk])
    assert [row.is_rejected for row in drafts_of(taken)].count(True) == 1
    assert confirm(document=taken, actor="tests").entries == 2
    bring_back(document=taken, entry=first, actor="tests")
    assert confirm(document=taken, actor="tests").entries == 1


def test_a_document_that_counts_is_not_rejected_or_moved(county: None) -> None:
    taken = document()
    confirm(document=taken, actor="tests", entries=[taken.entries.order_by("pk")[0].pk], statements=[])
    with pytest.raises(DomainError, match="已有记录确认"):
        reject_document(document=taken, actor="tests")
    with pytest.raises(DomainError, match="已有记录确认"):
        assign(document=taken, organisation=organisation("U"), actor="tests")
    assert {entry.organisation.code for entry in taken.entries.all()} == {"T"}


def test_a_whole_document_is_rejected(county: None) -> None:
    taken = document()
    reject_document(document=taken, actor="tests")
    assert Document.objects.get().outcome == Outcome.REJECTED
    assert confirm(document=taken, actor="tests").entries == 0
    assert not Statement.objects.exists()


def test_a_document_moves_to_another_unit_with_all_that_was_made_of_it(county: None) -> None:
    taken = document()
    assign(document=taken, organisation=organisation("U"), actor="tests")
    assert {entry.organisation.code for entry in taken.entries.all()} == {"U"}
    assert {statement.organisation.code for statement in taken.statements.all()} == {"U"}
    confirm(document=taken, actor="tests")
    assert "boards" in totals(organisation=organisation("U"), first_month=202401, last_month=202412)
    assert not totals(organisation=organisation("T"), first_month=202401, last_month=202412)


# --- checks ---------------------------------------------------------------------------------------------------------


def test_a_check_is_decided_before_the_whole_is_confirmed(steward: Client) -> None:
    taken = document(MASKED)
    (check,) = open_checks(taken)
    steward.post(f"/documents/{taken.pk}/confirm/", {"all": "1"})
    assert not Entry.objects.filter(counting__isnull=False).exists()
    start = check["spans"][0][0]
    steward.post(f"/documents/{taken.pk}/decide/", {"kind": check["kind"], "start": start, "choice": "left"})
    assert open_checks(Document.objects.get()) == []
    assert Decision.objects.get().made_by.username == "steward"  # type: ignore[union-attr]
    steward.post(f"/documents/{taken.pk}/confirm/", {"all": "1"})
    assert Entry.objects.filter(counting__isnull=False).count() == 3


def test_a_check_is_decided_once_and_only_if_it_is_there(county: None) -> None:
    taken = document(MASKED)
    (check,) = open_checks(taken)
    told = {"check_kind": check["kind"], "start": check["spans"][0][0], "actor": "tests"}
    with pytest.raises(DomainError, match="没有可以照补的"):
        decide(document=taken, choice="filled", **told)
    decide(document=taken, choice="left", **told)
    with pytest.raises(DomainError, match="已经定了"):
        decide(document=taken, choice="noted", **told)
    with pytest.raises(DomainError, match="没有这一处"):
        decide(document=taken, check_kind="no such", start=0, choice="left", actor="tests")


def test_a_missing_number_is_filled_in_from_the_copy(county: None) -> None:
    """The copy of a whole year stands in the same file; the check names the place in it."""
    taken = document(MASKED + "\n\n" + "另附" + SUMMARY)
    read = taken.source.text
    taken.checks = [
        {
            "kind": "number missing",
            "message": "缺数",
            "spans": [
                [read.index("xx人次"), read.index("xx人次") + 4],
                [read.index("310人次"), read.index("310人次") + 5],
            ],
            "proposal": "310",
        }
    ]
    taken.save()
    decide(document=taken, check_kind="number missing", start=read.index("xx人次"), choice="filled", actor="tests")
    row = next(row for row in drafts_of(taken) if row.start <= read.index("xx人次") < row.end)
    assert [(each.unit, each.value) for each in row.figures][-1] == ("人次", 310)
    source = row.entry.latest.sources.order_by("-pk")[0]  # type: ignore[union-attr]
    assert source.told["repaired_from"]["start"] == read.index("310人次")


# --- many -----------------------------------------------------------------------------------------------------------


def test_many_are_confirmed_after_a_preview_of_counts(steward: Client) -> None:
    good, held = document(), document(MASKED.replace("24块", "29块"), "U")
    body = steward.get("/documents/confirm/").content.decode()
    assert "1份材料，3条记录、1个申报总数" in body
    assert "先定几处" in body
    steward.post("/documents/confirm/", {"document": [good.pk, held.pk]})
    assert Entry.objects.filter(counting__isnull=False).count() == 3
    assert not held.entries.filter(counting__isnull=False).exists()


def test_last_years_edition_of_the_same_unit_is_at_hand(steward: Client) -> None:
    before = document(SUMMARY.replace("2024", "2023"))
    now = document()
    assert edition_before(now) == before
    assert edition_before(before) is None
    assert f"/documents/{before.pk}/" in steward.get(f"/documents/{now.pk}/").content.decode()


def test_where_another_person_reviews_a_draft_is_not_confirmed_by_who_corrected_it(county: None) -> None:
    made = document()
    steward, other = person("steward", "C", "steward"), person("other", "C", "steward")
    set_review_rule(organisation=organisation("T"), rule="other", actor="tests")
    entry = made.entries.filter(latest__end__isnull=False).order_by("pk")[0]
    revise(entry=entry, changes={"title": "改过的名称"}, actor="steward", user=steward)
    client = Client()
    client.force_login(steward)
    for address, data in (
        (f"/documents/{made.pk}/confirm/", {"entry": entry.pk}),
        ("/documents/confirm/", {"document": made.pk}),
    ):
        answer = client.post(address, data, follow=True)
        assert "要由他人审核" in answer.content.decode()
        assert not made.entries.filter(counting__isnull=False).exists()
    client.force_login(other)
    client.post(f"/documents/{made.pk}/confirm/", {"entry": entry.pk})
    entry.refresh_from_db()
    assert entry.counting is not None and entry.counting.decided_by == other


@pytest.mark.parametrize(("role", "status"), [("leader", 403), ("administrator", 403), ("reporter", 200)])
def test_who_may_not_record_does_not_take_in(county: None, role: str, status: int) -> None:
    client = Client()
    client.force_login(person("who", "C", role))
    assert send(client, "总结.txt", SUMMARY.encode()).status_code == status
