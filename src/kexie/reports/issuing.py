"""Signing a report: its numbers are held for ever, and later documents that say otherwise are told so."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.services import audit, store_file
from kexie.orgs.models import Organisation, User
from kexie.reports.keeping import Actor, latest_version, name_of
from kexie.reports.model import Document, Number, from_json
from kexie.reports.models import FrozenNumber, Report, ReportStatus
from kexie.reports.scans import read_scan


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A quantity that an issued report printed otherwise: there ``issued``, here ``now``; to whom and when."""

    name: str
    issued: str
    now: str
    report: int
    issued_on: datetime.date
    issued_to: str


@dataclass(frozen=True, kw_only=True)
class _Stated:
    name: str
    text: str
    value: str
    low: str
    high: str

    @property
    def bounds(self) -> tuple[str, str, str]:
        return self.value, self.low, self.high


@transaction.atomic
def issue_report(
    *, report: Report, issued_to: str, actor: User, day: datetime.date | None = None, version: int | None = None
) -> int:
    """Sign a report that waits for it: date, addressee, and its numbers frozen; return how many these are.

    ``version`` is the one that was on the screen: another one by now is refused. Raises DomainError also without an
    addressee, or when the report does not wait to be signed.
    """
    addressee = " ".join(issued_to.split())[:100]
    if not addressee:
        raise DomainError("请写明报送单位")
    held = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    latest = latest_version(held)
    if version is not None and latest.number != version:
        raise DomainError(f"现在是第{latest.number}稿，您看的是第{version}稿，请看过再签")
    changed = Report.objects.filter(pk=report.pk, status=ReportStatus.REVIEW).update(
        status=ReportStatus.ISSUED, issued_on=day or timezone.localdate(), issued_to=addressee, issued_by=actor
    )
    if not changed:
        raise DomainError("这份报告不在等签发")
    stated = _stated(from_json(latest.content))
    FrozenNumber.objects.bulk_create(
        FrozenNumber(
            report=report,
            quantity=key,
            name=each.name[:100],
            text=each.text[:100],
            value=each.value,
            low=each.low,
            high=each.high,
        )
        for key, each in stated.items()
    )
    report.refresh_from_db()
    audit(
        actor=name_of(actor),
        action="report.issue",
        subject=f"report:{report.pk}",
        version=latest.number,
        numbers=len(stated),
    )
    return len(stated)


@transaction.atomic
def file_scan(*, report: Report, content: bytes, name: str, actor: Actor) -> None:
    """File the stamped scan (PDF, JPEG or PNG by content) as the issued version; of a photo nothing but the picture.

    Raises DomainError for another kind of file, or a report that is not signed.
    """
    if report.status != ReportStatus.ISSUED:
        raise DomainError("先签发，再存盖章件")
    scan = read_scan(content=content, name=name)
    report.scan = store_file(content=scan.content, name=scan.name)
    report.save(update_fields=["scan"])
    audit(actor=name_of(actor), action="report.scan", subject=f"report:{report.pk}", sha256=report.scan.sha256)


def differences(*, document: Document, organisation: Organisation, report: Report | None = None) -> list[Difference]:
    """Return what issued reports of ``organisation`` printed otherwise, in the order of ``document``, newest first.

    A quantity has its period within it, so two reports are compared only where they speak of the same months.
    ``report`` is the one that the document belongs to, which is not compared with itself.
    """
    stated = _stated(document)
    frozen = FrozenNumber.objects.filter(report__organisation=organisation).select_related("report")
    if report is not None:
        frozen = frozen.exclude(report=report)
    found: dict[str, list[Difference]] = {}
    for batch in batched(list(stated)):
        for each in frozen.filter(quantity__in=batch).order_by("-report__issued_on", "-report"):
            now = stated[each.quantity]
            if now.bounds == (each.value, each.low, each.high):
                continue
            assert each.report.issued_on is not None  # a constraint: only issued reports have frozen numbers
            found.setdefault(each.quantity, []).append(
                Difference(
                    name=now.name or each.name,
                    issued=each.text,
                    now=now.text,
                    report=each.report_id,
                    issued_on=each.report.issued_on,
                    issued_to=each.report.issued_to,
                )
            )
    return [difference for key in stated for difference in found.get(key, [])]


def _stated(document: Document) -> dict[str, _Stated]:
    """What a document says of each quantity, by its digest; a number that a leader put in counts with its quantity."""
    found: dict[str, _Stated] = {}
    for span in document.spans():
        if isinstance(span, Number):
            stated = _Stated(
                name=span.name,
                text=span.text,
                value=_plain(span.value),
                low=_plain(span.low),
                high=_plain(span.high),
            )
        elif span_key(span) and getattr(span, "value", None) is not None:
            value = _plain(span.value)  # type: ignore[union-attr]
            stated = _Stated(name=span.name, text=span.text, value=value, low=value, high=value)  # type: ignore[union-attr]
        else:
            continue
        # The leader's number stands for its quantity, wherever else the old one may still be printed.
        if isinstance(span, Number):
            found.setdefault(_digest(span.key), stated)
        else:
            found[_digest(span_key(span))] = stated
    return found


def span_key(span: object) -> str:
    """Return the key of a span's quantity, "" for words."""
    return str(getattr(span, "key", ""))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _plain(value: Decimal | None) -> str:
    """A decimal without exponent and trailing zeros, so that equal values are equal texts."""
    if value is None:
        return ""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def names_of(differences: Iterable[Difference]) -> list[str]:
    """Return a line for each difference: 惠及人次：现在 3290，1月5日 报某市科协的是 3286."""
    return [
        f"{each.name}：现在{each.now}，{each.issued_on}签发、报{each.issued_to}的（编号{each.report}）是{each.issued}"
        for each in differences
    ]
