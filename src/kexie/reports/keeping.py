"""Verbs of a report's life before it is signed: keep it, edit it, bring it back from a file, send it to be signed."""

from dataclasses import dataclass
from pathlib import PurePath

from django.db import IntegrityError, transaction
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.services import audit, store_file
from kexie.orgs.models import Organisation, User
from kexie.reports.model import Document, from_json, to_json
from kexie.reports.models import Origin, Report, ReportStatus, ReportVersion
from kexie.reports.returned_file import ReturnedFile, read_returned
from kexie.reports.taking_back import TakenBack, take_back

Actor = User | str | None


class VersionConflict(DomainError):
    """Somebody else has written another version since this one was read; ``latest`` is what the report says now."""

    def __init__(self, latest: ReportVersion) -> None:
        self.latest = latest
        who = latest.created_by.get_full_name() if latest.created_by else "别人"
        super().__init__(f"在您打开以后，{who}存了第{latest.number}稿，您的改动没有写进去")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """An edited file against a report: what it makes of its version number ``based_on``, and what was not read."""

    taken: TakenBack
    based_on: int
    comments: int


@transaction.atomic
def save_report(
    *, organisation: Organisation, document: Document, addressee: str = "", actor: Actor = None, origin: str = "web"
) -> Report:
    """Keep a composed document as the first version of a new report; return the report."""
    report = Report.objects.create(
        organisation=organisation,
        period=document.period,
        kind=document.kind,
        addressee=addressee,
        as_of=document.as_of,
        created_by=actor if isinstance(actor, User) else None,
    )
    ReportVersion.objects.create(
        report=report, number=1, content=to_json(document), origin=Origin.COMPOSED, created_by=report.created_by
    )
    audit(
        actor=name_of(actor),
        action="report.write",
        subject=f"report:{report.pk}",
        organisation=organisation.code,
        period=document.period,
        kind=document.kind,
        way=origin,
    )
    return report


@transaction.atomic
def add_version(
    *,
    report: Report,
    document: Document,
    based_on: int,
    origin: str,
    reason: str = "",
    actor: Actor = None,
    content: bytes | None = None,
    file_name: str = "",
) -> ReportVersion:
    """Write the next version of a report that is not signed; ``content`` is the file that it came from.

    Raises VersionConflict when ``based_on`` is no longer the last version, DomainError when the report is signed.
    """
    held = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    refuse_issued(held)
    latest = latest_version(held)
    if latest.number != based_on:
        raise VersionConflict(latest)
    try:
        with transaction.atomic():
            version = ReportVersion.objects.create(
                report=held,
                number=based_on + 1,
                content=to_json(document),
                origin=origin,
                reason=reason[:300],
                file=store_file(content=content, name=PurePath(file_name).name) if content is not None else None,
                created_by=actor if isinstance(actor, User) else None,
            )
    except IntegrityError as error:  # two at the same moment, on a database without row locks
        raise VersionConflict(latest_version(held)) from error
    # What was looked through was another wording.
    Report.objects.filter(pk=held.pk, status=ReportStatus.REVIEW).update(
        status=ReportStatus.DRAFT, reviewed_by=None, reviewed_on=None
    )
    report.refresh_from_db()
    audit(
        actor=name_of(actor),
        action="report.version",
        subject=f"report:{report.pk}",
        number=version.number,
        origin=origin,
        unsourced=len(document.unsourced()),
    )
    return version


def check_file(*, report: Report, content: bytes, name: str, actor: Actor = None, reason: str = "") -> Checked:
    """Return what an edited Word file makes of the report's last version; nothing is stored.

    Raises DomainError for a file that cannot be read or belongs to another report.
    """
    file: ReturnedFile = read_returned(content=content, name=name)
    latest = latest_version(report)
    taken = take_back(
        document=from_json(latest.content),
        lines=file.lines,
        side_lines=file.side_lines,
        by=shown_name(actor),
        reason=reason,
    )
    return Checked(taken=taken, based_on=latest.number, comments=file.comments)


def bring_back(
    *, report: Report, content: bytes, name: str, based_on: int, reason: str = "", actor: Actor = None
) -> ReportVersion:
    """Make the wording of an edited Word file the next version; the file is kept with it.

    Raises DomainError when numbers were changed or added and no reason is given, VersionConflict as ``add_version``.
    """
    refuse_issued(report)
    checked = check_file(report=report, content=content, name=name, actor=actor, reason=reason)
    if checked.based_on != based_on:
        raise VersionConflict(latest_version(report))
    require_reason(checked.taken, reason)
    return add_version(
        report=report,
        document=checked.taken.document,
        based_on=based_on,
        origin=Origin.RETURNED,
        reason=reason,
        actor=actor,
        content=content,
        file_name=name,
    )


@transaction.atomic
def submit_report(*, report: Report, actor: User) -> None:
    """Say that the report has been looked through (核稿) and waits for the leader."""
    today = timezone.localdate()
    changed = Report.objects.filter(pk=report.pk, status=ReportStatus.DRAFT).update(
        status=ReportStatus.REVIEW, reviewed_by=actor, reviewed_on=today
    )
    if not changed:
        raise DomainError("这份报告已经送审或签发了")
    report.refresh_from_db()
    audit(actor=name_of(actor), action="report.submit", subject=f"report:{report.pk}")


@transaction.atomic
def return_report(*, report: Report, actor: User) -> None:
    """Give a report that waits for the leader back to be changed (退回修改)."""
    changed = Report.objects.filter(pk=report.pk, status=ReportStatus.REVIEW).update(
        status=ReportStatus.DRAFT, reviewed_by=None, reviewed_on=None
    )
    if not changed:
        raise DomainError("这份报告不在等签发")
    report.refresh_from_db()
    audit(actor=name_of(actor), action="report.return", subject=f"report:{report.pk}")


def latest_version(report: Report) -> ReportVersion:
    """Return the last version of a report; every report has one."""
    return report.versions.select_related("created_by").order_by("-number")[0]


def refuse_issued(report: Report) -> None:
    """Raise DomainError for a report that is signed."""
    if report.status == ReportStatus.ISSUED:
        raise DomainError(f"这份报告{report.issued_on}已签发，不能再改；要改请另起一份")


def require_reason(taken: TakenBack, reason: str) -> None:
    """Raise DomainError when a number is now without source and nobody says why."""
    if taken.needs_reason and not reason.strip():
        raise DomainError("有改过或新增的数，台账里没有来源。请写明理由，数会照您写的留下")


def name_of(actor: Actor) -> str:
    """Return the name under which an act stands in the audit trail."""
    return actor.get_username() if isinstance(actor, User) else actor or "kexie report"


def shown_name(actor: Actor) -> str:
    """Return the name of a person as readers of the report know it."""
    return actor.get_full_name() or actor.get_username() if isinstance(actor, User) else actor or ""
