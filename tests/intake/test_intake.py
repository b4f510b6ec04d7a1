"""Intake: documents into drafts that say where they come from, and count only when a person has confirmed them.

The sentences are our own.
"""

from pathlib import Path
from typing import Any

import pytest

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord, StoredFile
from kexie.core.periods import Period
from kexie.core.queries import broken_audit_record
from kexie.core.services import file_path
from kexie.intake.models import Document, Outcome
from kexie.intake.services import TakenIn, confirm, document_with_id, take_in
from kexie.reading import ReadingError, read_text
from kexie.registers.exchange import dump
from kexie.registers.models import Entry, Revision, Statement
from kexie.totals.queries import totals
from tests.factories import load_folder, load_rows, organisation, unit

pytestmark = pytest.mark.django_db

SUMMARY = """河湾镇科协2024年工作总结

2024年，河湾镇科协在县科协的指导下做好科普工作。全年共发放宣传资料8000余份。现总结如下：

一、科普宣传
3月12日，在镇文化广场办科普集市，展出展板24块，发放宣传资料1500余份。
5月20日，请县医院的大夫到西渡村义诊，接受咨询96人次。

二、青少年科技教育
六月间到镇中心小学办科普讲座2场，到场学生310人次。

三、2025年工作计划
计划举办科普讲座40场，发放宣传资料90000份。

河湾镇科协
2024年12月20日
"""
UNDATED = """桥头镇科协工作总结

桥头镇科协在镇政府的支持下做好科普工作。现总结如下：

一、科普宣传
镇科协在集市上展出展板31块，悬挂横幅6条。
"""
ESSAY = """我的暑假

暑假里我去了外婆家。外婆养了12只鸡，我每天喂它们。弟弟画了5幅画送给外婆，外婆很高兴。
有一天下大雨，我们在屋里看了3本图书。
"""
OTHER_BUREAU = """河湾镇水利站2024年工作总结

2024年，镇水利站清淤渠道12公里，发放宣传资料700份，悬挂横幅9条。现总结如下：

一、防汛工作
汛期巡堤30次，储备编织袋5000个。
"""


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=[unit("C", kind="county"), unit("T", "C"), unit("T2", "C")])
    return tmp_path


def taken(text: str, *, code: str = "T", name: str = "总结.txt", period: str = "") -> TakenIn:
    chosen = Period.parse(period) if period else None
    return take_in(content=text.encode(), name=name, organisation=organisation(code), actor="tests", period=chosen)


def counted(code: str = "C", year: int = 2024) -> dict[str, Any]:
    found = totals(organisation=organisation(code), first_month=year * 100 + 1, last_month=year * 100 + 12)
    return {indicator: total.value for indicator, total in found.items()}


def drafted() -> dict[str, int]:
    """Value by indicator of all figures of all entries."""
    return {figure.indicator.code: figure.value for row in Revision.objects.all() for figure in row.figures.all()}


def test_it_drafts_what_happened_and_counts_nothing(tree: Path) -> None:
    result = taken(SUMMARY)
    assert (len(result.documents), result.new) == (1, 1)
    document = result.documents[0]
    assert (document.outcome, document.period, document.organisation.code) == (Outcome.DRAFTED, "2024", "T")
    assert result.drafts == document.entries.count() == Entry.objects.count() > 0
    assert {row.status for row in Revision.objects.all()} == {"draft"}
    found = drafted()
    assert (found["boards"], found["consultations"], found["lectures"]) == (24, 96, 2)
    assert found["materials"] == 1500
    assert counted() == {}


def test_a_day_in_the_sentence_is_the_day_of_the_entry_else_the_period_is(tree: Path) -> None:
    taken(SUMMARY)
    days = {}
    for row in Revision.objects.all():
        days.update({figure.indicator.code: (str(row.start), str(row.end)) for figure in row.figures.all()})
    assert days["boards"] == ("2024-03-12", "2024-03-12")
    assert days["consultations"] == ("2024-05-20", "2024-05-20")
    assert days["lectures"] == ("2024-01-01", "2024-12-31")


def test_every_figure_says_where_it_stands_in_the_text(tree: Path) -> None:
    taken(SUMMARY)
    assert StoredFile.objects.get().text.text == SUMMARY  # type: ignore[attr-defined]
    figures = 0
    for row in Revision.objects.all():
        told = {source.about: source for source in row.sources.all()}
        sentence = told[""].told
        assert SUMMARY[sentence["start"] : sentence["end"]].strip() == sentence["quote"]
        for figure in row.figures.all():
            source = told[f"figures.{figure.position}"]
            assert source.file is not None
            assert source.told["name"] == "总结.txt"
            assert SUMMARY[source.told["start"] : source.told["end"]] == source.told["quote"]
            assert source.told["quote"] in sentence["quote"]
            figures += 1
    assert figures >= 4


def test_an_approximate_number_keeps_its_bounds(tree: Path) -> None:
    taken(SUMMARY)
    [figure] = [f for row in Revision.objects.all() for f in row.figures.all() if f.indicator.code == "materials"]
    assert (figure.value, figure.qualifier, figure.low, figure.high, figure.high_exclusive) == (
        *(1500, "at_least", 1500, 1600),
        True,
    )


def test_a_number_said_of_the_whole_is_a_statement_and_never_in_totals(tree: Path) -> None:
    document = taken(SUMMARY).documents[0]
    statement = Statement.objects.get(indicator__code="materials")
    assert (statement.value, statement.qualifier, statement.confirmed) == (8000, "at_least", False)
    assert (statement.first_month, statement.last_month) == (202401, 202412)
    assert list(document.statements.all()) == list(Statement.objects.all())
    done = confirm(document=document, actor="王")
    assert done.statements == Statement.objects.filter(confirmed=True).count() == 1
    assert counted()["materials"] == 1500


def test_what_is_planned_is_not_drafted(tree: Path) -> None:
    # There is something that could slip through: the plan's figures were read.
    planned = {
        figure.value for each in read_text(SUMMARY).documents for figure in each.figures if figure.status == "planned"
    }
    assert {40, 90000} <= planned
    taken(SUMMARY)
    assert not {40, 90000} & {f.value for row in Revision.objects.all() for f in row.figures.all()}
    assert not Statement.objects.filter(value__in=(40, 90000)).exists()


def test_work_areas_follow_the_headings(tree: Path) -> None:
    taken(SUMMARY)
    areas = {f.indicator.code: row.work_area for row in Revision.objects.all() for f in row.figures.all()}
    assert areas["lectures"] == "youth"
    assert areas["boards"] == "literacy"


def test_confirming_makes_them_count_once(tree: Path) -> None:
    document = taken(SUMMARY).documents[0]
    expected = drafted()
    done = confirm(document=document, actor="王")
    assert (done.entries, done.undated) == (document.entries.count(), 0)
    found = counted("C")
    assert {code: found[code] for code in expected} == expected
    assert counted("T2") == {}
    again = confirm(document=document, actor="王")
    assert (again.entries, again.statements, again.undated) == (0, 0, 0)
    assert counted("C") == found
    assert AuditRecord.objects.filter(action="approve-all", actor="王").count() == 1
    assert broken_audit_record() is None


def test_the_same_file_twice_adds_nothing(tree: Path) -> None:
    first = taken(SUMMARY)
    before = [model.objects.count() for model in (Entry, Revision, Statement, Document, StoredFile, AuditRecord)]  # type: ignore[attr-defined]
    again = taken(SUMMARY, name="改了名字.txt")
    assert (again.new, again.drafts, again.statements) == (0, 0, 0)
    assert again.documents == first.documents
    assert before == [
        model.objects.count() for model in (Entry, Revision, Statement, Document, StoredFile, AuditRecord)
    ]  # type: ignore[attr-defined]


def test_taking_in_again_after_confirming_changes_nothing(tree: Path) -> None:
    confirm(document=taken(SUMMARY).documents[0], actor="王")
    found = counted()
    assert taken(SUMMARY).new == 0
    assert counted() == found


def test_the_same_words_in_another_file_are_a_duplicate(tree: Path) -> None:
    first = taken(SUMMARY).documents[0]
    spaced = SUMMARY.replace("\n\n", "\n \n\n")
    second = taken(spaced, name="又一份.txt").documents[0]
    assert (second.outcome, second.entries.count()) == (Outcome.DUPLICATE, 0)
    assert str(first.pk) in second.reason
    # Of another office it is its own.
    assert taken(SUMMARY, code="T2").documents[0].outcome == Outcome.DRAFTED


@pytest.mark.parametrize("text", [ESSAY, OTHER_BUREAU], ids=["essay", "another bureau"])
def test_a_document_of_a_body_outside_makes_no_draft_and_says_why(tree: Path, text: str) -> None:
    document = taken(text, period="2024").documents[0]
    assert document.outcome == Outcome.OUTSIDE
    assert document.reason
    assert not Entry.objects.exists()
    assert not Statement.objects.exists()
    assert confirm(document=document, actor="王").entries == 0
    assert taken(SUMMARY).drafts > 0


def test_what_has_no_date_waits_until_it_has_one(tree: Path) -> None:
    result = taken(UNDATED)
    document = result.documents[0]
    assert result.drafts > 0
    assert set(Revision.objects.values_list("end", flat=True)) == {None}
    done = confirm(document=document, actor="王")
    assert (done.entries, done.undated) == (0, result.drafts)
    assert counted() == {}
    done = confirm(document=document, actor="王", period=Period.parse("2024H1"))
    assert (done.entries, done.undated) == (result.drafts, 0)
    assert counted() == {"boards": 31, "banners": 6}
    assert {(str(row.start), str(row.end)) for row in Revision.objects.all()} == {("2024-01-01", "2024-06-30")}
    assert all(row.sources.exists() for row in Revision.objects.all())


def test_a_period_that_is_given_is_for_documents_that_do_not_say_theirs(tree: Path) -> None:
    assert taken(UNDATED, period="2023").documents[0].period == "2023"
    assert taken(SUMMARY, period="2023").documents[0].period == "2024"


def test_nothing_of_a_document_is_confirmed_when_the_unit_did_not_exist(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=[unit("C", kind="county"), unit("T", "C", since="2024-04-01")])
    document = taken(SUMMARY).documents[0]
    assert document.entries.count() > 1
    with pytest.raises(DomainError, match="不存在"):
        confirm(document=document, actor="王")
    assert not Statement.objects.filter(confirmed=True).exists()
    assert {row.status for row in Revision.objects.all()} == {"draft"}
    assert counted() == {}


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "空.txt"), (b"\x89PNG\r\n\x1a\n", "图.png"), (b"PK\x03\x04x", "坏.docx")]
)
def test_a_file_that_cannot_be_read_is_named_and_leaves_nothing(
    tree: Path, home: Path, content: bytes, name: str
) -> None:
    with pytest.raises(ReadingError, match=name):
        take_in(content=content, name=name, organisation=organisation("T"), actor="tests")
    assert not StoredFile.objects.exists()
    assert not (home / "data").exists()


def test_the_file_is_kept(tree: Path) -> None:
    taken(SUMMARY)
    assert file_path(StoredFile.objects.get().sha256).read_bytes() == SUMMARY.encode()


def test_a_document_that_is_not_there_is_said_to_be_missing(tree: Path) -> None:
    with pytest.raises(DomainError, match="77"):
        document_with_id(77)


@pytest.mark.parametrize("text", [SUMMARY, UNDATED], ids=["dated", "dated by hand"])
def test_what_was_confirmed_is_known_again_when_it_is_dumped_and_loaded(tree: Path, text: str) -> None:
    confirm(document=taken(text).documents[0], actor="王", period=Period.parse("2024"))
    found = counted()
    dump(tree / "dumped")
    loaded = load_folder(tree / "dumped")
    assert (loaded.entries.added, loaded.entries.replaced, loaded.statements) == (0, 0, 0)
    assert counted() == found


def test_a_statement_that_was_dated_by_hand_is_known_again(tree: Path) -> None:
    text = UNDATED.replace("现总结如下", "全年共发放宣传资料8000余份。现总结如下")
    document = taken(text).documents[0]
    assert Statement.objects.get().first_month is None
    assert confirm(document=document, actor="王").undated > 0
    assert not Statement.objects.filter(confirmed=True).exists()
    confirm(document=document, actor="王", period=Period.parse("2024"))
    dump(tree / "dumped")
    (tree / "dumped" / "entries.jsonl").write_text("")  # of entries see above
    assert load_folder(tree / "dumped").statements == 0
    assert Statement.objects.count() == 1


@pytest.mark.shared
def test_a_file_of_real_articles_is_drafted_and_no_plan_counts(tree: Path, shared: Path) -> None:
    content = (shared / "seeds" / "000.txt").read_bytes()
    result = take_in(content=content, name="000.txt", organisation=organisation("C"), actor="tests")
    assert len(result.documents) == 19  # two of the seventeen hold two each
    assert result.drafts > 40
    text = StoredFile.objects.get().text.text  # type: ignore[attr-defined]
    for document in result.documents:
        if document.kind == "plan":
            assert not document.entries.exists()
        for row in document.entries.all():
            assert row.latest is not None
            for source in row.latest.sources.all():
                quote = text[source.told["start"] : source.told["end"]].strip()
                assert quote[:300] == source.told["quote"]
                assert document.start <= source.told["start"] < source.told["end"] <= document.end
    for document in result.documents:
        confirm(document=document, actor="王", period=Period.parse("2017"))
    assert not Statement.objects.filter(confirmed=False).exists()
    assert take_in(content=content, name="000.txt", organisation=organisation("C"), actor="tests").new == 0
