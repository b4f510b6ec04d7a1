"""The approval sheet (签批单) of a report: who drafted, looked through, co-signed and signed it, and when."""

import datetime
from dataclasses import dataclass

from django.utils import timezone

from kexie.orgs.models import User
from kexie.reports.model import Cell, Document, Table, Text
from kexie.reports.models import Report, ReportStatus
from kexie.reports.sources import date_words


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; without ``day`` it is not done. 会签 is left to the hand: not every report needs it."""

    name: str
    person: str = ""
    day: datetime.date | None = None
    is_next: bool = False


def steps_of(report: Report) -> list[Step]:
    """Return the four steps of a report in order."""
    return [
        Step(name="拟稿", person=_name(report.created_by), day=timezone.localdate(report.created_at)),
        Step(
            name="核稿",
            person=_name(report.reviewed_by),
            day=report.reviewed_on,
            is_next=report.status == ReportStatus.DRAFT,
        ),
        Step(name="会签"),
        Step(
            name="签发",
            person=_name(report.issued_by),
            day=report.issued_on,
            is_next=report.status == ReportStatus.REVIEW,
        ),
    ]


def approval_document(report: Report, document: Document) -> Document:
    """Return the sheet as a document of its own, to be printed as a page or a Word file."""
    rows: list[tuple[Cell, ...]] = [_row("标题", document.title, "")]
    for step in steps_of(report):
        rows.append(_row(step.name, step.person, date_words(step.day) if step.day else ""))
    rows.append(_row("报送单位", report.issued_to, ""))
    rows.append(_row("份数", "", ""))
    return Document(
        kind="approval",
        organisation=document.organisation,
        period=document.period,
        title=f"{document.signature}签批单",
        blocks=(Table(title="", header=("事项", "内容或签名", "日期"), rows=tuple(rows)),),
        signature=document.signature,
        date=report.issued_on or timezone.localdate(),
    )


def _row(name: str, text: str, day: str) -> tuple[Cell, ...]:
    return (Text(text=name), Text(text=text) if text else None, Text(text=day) if day else None)


def _name(user: User | None) -> str:
    return user.get_full_name() if user else ""
