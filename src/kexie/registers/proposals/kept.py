"""Proposals as they were last found for an office and a period: found again when something has changed since."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import Max

from kexie.core.models import AuditRecord
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry, ProposalSearch
from kexie.registers.proposals.search import Proposal, propose, still_open
from kexie.registers.proposals.weights import merging


@dataclass(frozen=True)
class Found:
    """``at``: when they were looked for, None: never; ``outdated``: something has been changed since then."""

    proposals: list[Proposal]
    at: datetime | None
    outdated: bool


def find_proposals(*, organisation: Organisation, period: Period) -> Found:
    """Look for the proposals of ``organisation`` in ``period``, keep and return them."""
    number = _audit_number()  # before looking: what changes meanwhile makes the answer outdated
    proposals = propose(organisation=organisation, period=period)
    row, _ = ProposalSearch.objects.update_or_create(
        organisation=organisation,
        first_month=period.first_month,
        last_month=period.last_month,
        defaults={"audit_number": number, "found": [asdict(each) for each in proposals]},
    )
    return Found(proposals, row.at, outdated=False)


def proposals_of(*, organisation: Organisation, period: Period) -> Found:
    """Return the proposals of ``organisation`` in ``period`` as far as they are open.

    Where entries are few they are looked for anew when anything has changed. Where they are many, what was found last
    is returned, less what has been decided since, and ``outdated`` says so.
    """
    row = ProposalSearch.objects.filter(
        organisation=organisation, first_month=period.first_month, last_month=period.last_month
    ).first()
    if row is not None and row.audit_number == _audit_number():
        return Found(_read(row), row.at, outdated=False)
    if _entries(organisation, period) <= merging().at_once:
        return find_proposals(organisation=organisation, period=period)
    if row is None:
        return Found([], None, outdated=True)
    return Found(still_open(_read(row)), row.at, outdated=True)


def _read(row: ProposalSearch) -> list[Proposal]:
    return [Proposal(tuple(each["entries"]), each["score"], tuple(each["alike"])) for each in row.found]


def _entries(organisation: Organisation, period: Period) -> int:
    below = Entry.objects.filter(organisation__path__startswith=organisation.path)
    return below.filter(latest__end__gte=period.start, latest__end__lte=period.end).count()


def _audit_number() -> int:
    return AuditRecord.objects.aggregate(last=Max("number"))["last"] or 0
