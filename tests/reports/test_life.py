"""A report's life: kept, brought back, edited, signed; who may do it, and what later documents are told."""

import datetime
import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from PIL import Image

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord, StoredFile
from kexie.core.services import file_path
from kexie.orgs.models import Organisation, User
from kexie.reports.issuing import differences, file_scan, issue_report
from kexie.reports.keeping import (
    VersionConflict,
    add_version,
    bring_back,
    check_file,
    latest_version,
    return_report,
    submit_report,
)
from kexie.reports.model import Document, Number, Paragraph, Text, from_json
from kexie.reports.models import FrozenNumber, Origin, Report, ReportVersion
from kexie.reports.permissions import EDIT, ISSUE, REVIEW, may, require
from kexie.reports.scans import read_scan
from kexie.reports.services import compose_report
from kexie.reports.word import render_word

Account = Callable[..., User]


def content_of(report: Report) -> Document:
    return from_json(latest_version(report).content)


def edited(document: Document, before: str, after: str) -> bytes:
    """The Word file of a document in which somebody wrote other words."""
    word = docx.Document(BytesIO(render_word(document=document)))
    for paragraph in word.paragraphs:
        if before in paragraph.text:
            text = paragraph.text.replace(before, after)
            paragraph.runs[0].text = text
            break
    else:
        raise AssertionError(before)
    buffer = BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def first_number(document: Document) -> Number:
    return next(each for block in document.blocks if isinstance(block, Paragraph)
                for each in block.spans if isinstance(each, Number))  # fmt: skip


def changed(document: Document, by: int = 1) -> Document:
    """The document with another value of its first number."""
    number = first_number(document)
    other = replace(number, value=number.value + by, low=number.value + by, high=number.value + by, text="另一个数")
    blocks = tuple(
        Paragraph(spans=tuple(other if span == number else span for span in block.spans))
        if isinstance(block, Paragraph)
        else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks)


def test_it_is_kept_as_its_first_version(report: Report, leader: User) -> None:
    version = latest_version(report)
    assert (version.number, version.origin, version.created_by) == (1, Origin.COMPOSED, leader)
    assert report.status == "draft"


def test_an_edited_file_comes_back_as_the_next_version(report: Report, leader: User) -> None:
    number = first_number(content_of(report))
    content = edited(content_of(report), number.text, "9876场")
    checked = check_file(report=report, content=content, name="改.docx", actor=leader)
    assert [(each.before, each.now) for each in checked.taken.of("changed")] == [(number.text, "9876场")]
    assert (checked.taken.of("added"), checked.taken.of("gone")) == ([], [])
    with pytest.raises(DomainError, match="理由"):
        bring_back(report=report, content=content, name="改.docx", based_on=1, actor=leader)
    version = bring_back(
        report=report, content=content, name="改.docx", based_on=1, actor=leader, reason="县里核过"
    )  # fmt: skip
    assert (version.number, version.origin, version.file.name) == (2, Origin.RETURNED, "改.docx")  # type: ignore[union-attr]
    (unsourced,) = content_of(report).unsourced()
    assert (unsourced.was, unsourced.reason, unsourced.by) == (number.text, "县里核过", "某人")
    assert unsourced.key == number.key
    assert AuditRecord.objects.filter(action="report.version").count() == 1


def test_two_who_edit_one_version_do_not_lose_the_first(report: Report, leader: User) -> None:
    document = content_of(report)
    add_version(report=report, document=document, based_on=1, origin=Origin.EDITED, actor=leader)
    with pytest.raises(VersionConflict, match="第2稿") as conflict:
        add_version(report=report, document=document, based_on=1, origin=Origin.EDITED, actor=leader)
    assert conflict.value.latest.number == 2
    assert report.versions.count() == 2


def test_a_new_wording_must_be_looked_through_again(report: Report, leader: User) -> None:
    submit_report(report=report, actor=leader)
    assert (report.status, report.reviewed_by) == ("review", leader)
    add_version(report=report, document=content_of(report), based_on=1, origin=Origin.EDITED, actor=leader)
    assert (report.status, report.reviewed_by) == ("draft", None)


def test_signing_freezes_the_numbers_and_ends_the_editing(report: Report, leader: User) -> None:
    with pytest.raises(DomainError, match="不在等签发"):
        issue_report(report=report, issued_to="市科协", actor=leader)
    submit_report(report=report, actor=leader)
    with pytest.raises(DomainError, match="报送单位"):
        issue_report(report=report, issued_to=" ", actor=leader)
    with pytest.raises(DomainError, match="第1稿"):
        issue_report(report=report, issued_to="市科协", actor=leader, version=2)
    day = datetime.date(2025, 1, 6)
    count = issue_report(report=report, issued_to="市科协", actor=leader, day=day, version=1)
    document = content_of(report)
    assert count == len(document.distinct_numbers()) == FrozenNumber.objects.filter(report=report).count()
    assert (report.status, report.issued_on, report.issued_to, report.issued_by) == ("issued", day, "市科协", leader)
    for refused in (
        lambda: add_version(report=report, document=document, based_on=1, origin=Origin.EDITED),
        lambda: submit_report(report=report, actor=leader),
        lambda: return_report(report=report, actor=leader),
        lambda: issue_report(report=report, issued_to="市科协", actor=leader),
    ):
        with pytest.raises(DomainError):
            refused()
    assert report.versions.count() == 1


def issued(report: Report, leader: User, day: datetime.date = datetime.date(2025, 1, 6)) -> Report:
    submit_report(report=report, actor=leader)
    issue_report(report=report, issued_to="市科协", actor=leader, day=day)
    return report


def test_a_later_document_is_told_what_an_issued_one_printed_otherwise(report: Report, leader: User) -> None:
    document = content_of(report)
    county = report.organisation
    assert differences(document=changed(document), organisation=county) == []
    issued(report, leader)
    assert differences(document=document, organisation=county) == []
    (found,) = differences(document=changed(document), organisation=county)
    number = first_number(document)
    assert (found.name, found.issued, found.now) == (number.name, number.text, "另一个数")
    assert (found.report, found.issued_to, found.issued_on) == (report.pk, "市科协", datetime.date(2025, 1, 6))
    assert differences(document=changed(document), organisation=county, report=report) == []
    assert differences(document=changed(document), organisation=Organisation.objects.get(code="T1")) == []


def test_the_number_that_a_leader_put_in_is_the_one_that_is_frozen(report: Report, leader: User) -> None:
    document = content_of(report)
    content = edited(document, first_number(document).text, "9876场")
    bring_back(report=report, content=content, name="改.docx", based_on=1, actor=leader, reason="核过")
    issued(report, leader)
    (found,) = differences(document=document, organisation=report.organisation)
    assert (found.issued, found.now) == ("9876场", first_number(document).text)


def test_other_months_are_another_quantity(report: Report, leader: User) -> None:
    issued(report, leader)
    half = compose_report(organisation=report.organisation, period="2024H1")
    assert differences(document=half, organisation=report.organisation) == []


@pytest.mark.django_db
def test_the_database_refuses_an_issued_report_without_day_or_addressee(report: Report) -> None:
    for wrong in (
        {"issued_to": "市科协"},
        {"issued_on": datetime.date(2025, 1, 1)},
        {"issued_to": "市科协", "issued_on": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(status="issued", **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportVersion.objects.create(report=report, number=1, content={}, origin=Origin.EDITED)


# --- the stamped scan ---------------------------------------------------------------------------------------------


def photo(kind: str = "JPEG") -> bytes:
    picture = Image.new("RGB", (20, 10), "white")
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif[0x0112] = 6  # lies on its side
    buffer = io.BytesIO()
    picture.save(buffer, kind, exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_turned_upright_and_loses_what_it_tells_of_the_camera(kind: str) -> None:
    content = photo(kind)
    assert b"SecretCamera" in content
    scan = read_scan(content=content, name="盖章.heic")
    assert b"SecretCamera" not in scan.content
    with Image.open(io.BytesIO(scan.content)) as image:
        assert image.size == (10, 20)
        assert not image.getexif()
    assert scan.name == ("盖章.jpg" if kind == "JPEG" else "盖章.png")


def test_the_scan_is_filed_with_the_issued_report(report: Report, leader: User) -> None:
    content = b"%PDF-1.4\n..."
    with pytest.raises(DomainError, match="先签发"):
        file_scan(report=report, content=content, name="a.pdf", actor=leader)
    issued(report, leader)
    for wrong in (b"", b"MZ not a scan", b"\xff\xd8\xff broken", b"GIF89a"):
        with pytest.raises(DomainError, match="只收"):
            file_scan(report=report, content=wrong, name="a.pdf", actor=leader)
    file_scan(report=report, content=content, name="../a.exe", actor=leader)
    report.refresh_from_db()
    assert report.scan is not None
    assert (report.scan.name, file_path(report.scan.sha256).read_bytes()) == ("a.pdf", content)
    assert StoredFile.objects.count() == 1


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("reporter", set()),
        ("reviewer", {EDIT, REVIEW}),
        ("steward", {EDIT, REVIEW}),
        ("leader", {EDIT, REVIEW, ISSUE}),
        ("administrator", {EDIT}),
    ],
)
def test_each_role_may_do_what_it_allows_at_the_office_and_below(
    county: Organisation, account: Account, role: str, verbs: set[str]
) -> None:
    user = account("C", role)
    below, outside = Organisation.objects.get(code="T1"), Organisation.objects.get(code="O")
    for verb in (EDIT, REVIEW, ISSUE):
        assert may(user, verb, county) == may(user, verb, below) == (verb in verbs)
        with pytest.raises(PermissionDenied):
            require(user, verb, outside)


def test_a_decimal_is_the_same_however_it_is_written(report: Report, leader: User) -> None:
    document = content_of(report)
    issued(report, leader)
    number = first_number(document)
    value = Decimal(f"{number.value:f}.00")
    same = replace(number, value=value, low=value, high=value)
    again = replace(document, blocks=(Paragraph(spans=(Text(text="共"), same)),), annexes=())
    assert number.qualifier == "exact"
    assert differences(document=again, organisation=report.organisation) == []


def test_the_folder_of_the_command_keeps_a_report(county: Organisation, tmp_path: Path, run_report: Any) -> None:
    code, out, err = run_report("--organisation", "C", "--period", "2024", "--out", str(tmp_path))
    assert code == 0, err
    report = Report.objects.get()
    assert f"报告 {report.pk}" in err
    document = content_of(report)
    number = first_number(document)
    path = tmp_path / "改.docx"
    path.write_bytes(edited(document, number.text, "9876场"))
    code, out, err = run_report("check", str(path), "--report", str(report.pk))
    assert code == 0, err
    assert f"改过：1个\n  {number.text} → 9876场" in out
    assert "没有了：0个" in out
    assert report.versions.count() == 1
    code, _, err = run_report("check", str(path), "--report", str(report.pk), "--save")
    assert (code, "理由" in err) == (2, True)
    code, _, err = run_report("check", str(path), "--report", str(report.pk), "--save", "--reason", "核过")
    assert (code, report.versions.count()) == (0, 2)
    code, out, _ = run_report("list")
    assert f"{report.pk}  青禾县科协  2024  工作总结  起草  第2稿" in out
    for wrong in (("check", str(path), "--report", "999"), ("check", "/nowhere.docx", "--report", str(report.pk)), ()):
        assert run_report(*wrong)[0] == 2


@pytest.fixture
def run_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run ``kexie report`` with these arguments in this process."""
    from kexie.cli import main

    monkeypatch.setattr("kexie.cli.report.prepare_home", lambda: None)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["kexie", "report", *arguments])
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        else:
            code = 0
        told = capsys.readouterr()
        return code, told.out, told.err

    return run
