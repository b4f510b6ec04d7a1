"""``verify``: whether all totals are what the raw entries say, the audit chain is whole and the files are unharmed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db.models import Max, Min
from ibis.expr import types as ir

from kexie.core.consistency import consistent_reads
from kexie.core.models import StoredFile
from kexie.core.periods import month_of, months_between
from kexie.core.queries import broken_audit_record, damaged_files
from kexie.orgs.models import Organisation
from kexie.registers.models import Revision, Status
from kexie.registers.verification import booked, expression
from kexie.registers.verification.answers import Answers
from kexie.registers.verification.differences import Difference, compared, named
from kexie.registers.verification.engine import DuckDB
from kexie.registers.verification.export import export, size
from kexie.totals.models import MonthSum, Posting, SumDelta

ASKED = 50  # organisations whose answers are asked for one by one; the sums and facts of all are compared
_KEPT = 1000  # differences that a report names

Progress = Callable[[str, int | None], AbstractContextManager[Callable[[int], None]]]


@dataclass
class Report:
    """What ``verify`` found. ``totals`` is how many were compared; ``count`` counts the differences of all.

    ``broken_record`` is the first audit record that does not continue the chain; ``damaged`` are (SHA-256, reason).
    """

    months: list[int]
    totals: int = 0
    asked: int = 0
    files: int = 0
    count: int = 0
    differences: list[Difference] = field(default_factory=list)
    broken_record: int | None = None
    damaged: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.count or self.broken_record or self.damaged)

    def add(self, found: Iterator[Difference]) -> None:
        for difference in found:
            self.count += 1
            if len(self.differences) < _KEPT:
                self.differences.append(difference)


def verify(
    *,
    progress: Progress,
    organisation: Organisation | None = None,
    first_month: int | None = None,
    last_month: int | None = None,
) -> Report:
    """Compare all totals, or those of one organisation, month by month with the expression over the raw entries.

    Without months, from the first to the last in which anything was booked or should be. Raises DomainError when the
    history of the tree runs in a circle.
    """
    found = _months()
    months = months_between(first_month or found[0], last_month or found[1]) if found else []
    report = Report(months=months)
    report.broken_record = broken_audit_record()
    report.files = StoredFile.objects.count()
    with progress("核对文件", report.files) as advance:
        report.damaged = list(damaged_files(advance))
    if not months:
        return report
    with TemporaryDirectory(prefix="kexie-verify-") as folder, consistent_reads():
        with progress("导出", size()) as advance:
            export(Path(folder), months, advance)
        engine = DuckDB(Path(folder))
        try:
            _compare(engine, report, organisation, progress)
        finally:
            engine.close()
    return report


def _compare(engine: DuckDB, report: Report, organisation: Organisation | None, progress: Progress) -> None:
    only = organisation.pk if organisation else None
    with progress("重算", None):
        totals = expression.totals(engine)
        report.totals = sum(
            engine.rows(each.count().name("n").as_table())[0]["n"] for each in (totals.flows, totals.stocks)
        )
    with progress("比较", None):
        flows, stocks = (_of(each, only) for each in (totals.flows, totals.stocks))
        both = flows.filter(flows.scope != "own")
        report.add(named(engine.rows(compared(both, _of(booked.sums(), only))), "sums"))
        report.add(named(engine.rows(compared(flows, _of(booked.facts(engine), only))), "facts"))
        for name, found in (("stocks", booked.stocks()), ("held", booked.held())):
            report.add(named(engine.rows(compared(stocks, _of(found, only), "as_of")), name, "as_of"))
    asked = [organisation] if organisation else _highest()
    answers = Answers(engine, totals, report.months)
    with progress("核对汇总", len(asked)) as advance:
        for each in asked:
            report.add(answers.differences(each))
            report.asked += 1
            advance(1)


def _of(totals: ir.Table, organisation: int | None) -> ir.Table:
    return totals if organisation is None else totals.filter(totals.ancestor == organisation)


def _highest() -> list[Organisation]:
    """The organisations nearest to the root, which see the most."""
    return sorted(Organisation.objects.all(), key=lambda each: (each.path.count("/"), each.path))[:ASKED]


def _months() -> tuple[int, int] | None:
    """The first and the last month in which anything is booked or should be, None when there is nothing."""
    ends = Revision.objects.filter(status=Status.APPROVED).aggregate(Min("end"), Max("end"))
    months = [month_of(day) for day in ends.values() if day]
    for model in (Posting, MonthSum, SumDelta):
        bounds = model._default_manager.aggregate(Min("month"), Max("month"))
        months += [month for month in bounds.values() if month]
    return (min(months), max(months)) if months else None
