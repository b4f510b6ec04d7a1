"""Reads of handing up: who has reported, what was handed up, what has changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q

from kexie.core.periods import Period, months_between
from kexie.orgs.models import Organisation, User
from kexie.orgs.queries import children_between
from kexie.registers.explaining import Difference, explain, paired
from kexie.registers.handup.models import NothingToReport, Snapshot
from kexie.registers.models import Entry, Register, Status
from kexie.totals.changes import changes_between
from kexie.totals.models import Stamp
from kexie.totals.queries import Scope, Total, totals

State = Literal["recorded", "nothing", "missing"]
STATE_WORDS: dict[State, str] = {"recorded": "有记录", "nothing": "申报无", "missing": "未报"}


@dataclass(frozen=True, slots=True)
class UnitReport:
    """How a unit directly below stands: entries that count (its own and below it), a declaration, or neither."""

    code: str
    name: str
    state: State
    entries: int
    declared_by: str = ""

    @property
    def word(self) -> str:
        return STATE_WORDS[self.state]


def completeness(*, organisation: Organisation, period: Period, register: Register | None = None) -> list[UnitReport]:
    """Return, in official order, how each unit that stood directly below on some day of the period has reported.

    With ``register``, of that register alone. A declaration counts when declarations cover all months of the period.
    """
    children = children_between(organisation=organisation, first=period.start, last=period.end)
    stamps = Stamp.objects.filter(
        ancestor=organisation, posting__month__range=(period.first_month, period.last_month), child__isnull=False
    )
    if register is not None:
        own = Entry.objects.filter(register=register, counting__isnull=False)
        stamps = stamps.filter(posting__entry__in=own.values("pk"))
    counts = dict(stamps.order_by().values_list("child").annotate(count=Count("pk")))
    declared = _declared(children, period, register)
    return [
        UnitReport(
            code=child.code,
            name=child.short_name,
            state="recorded" if counts.get(child.pk) else "nothing" if child.pk in declared else "missing",
            entries=counts.get(child.pk, 0),
            declared_by=declared.get(child.pk, ""),
        )
        for child in children
    ]


def _declared(units: list[Organisation], period: Period, register: Register | None) -> Mapping[int, str]:
    """The units whose declarations cover the whole period, and who made the last one."""
    rows = NothingToReport.objects.filter(
        Q(register=None) | Q(register=register),
        organisation__in=units,
        first_month__lte=period.last_month,
        last_month__gte=period.first_month,
    ).order_by("declared_at")
    missing = {unit.pk: set(months_between(period.first_month, period.last_month)) for unit in units}
    who: dict[int, str] = {}
    for row in rows:
        missing[row.organisation_id] -= set(months_between(row.first_month, row.last_month))
        who[row.organisation_id] = row.declared_by
    return {pk: name for pk, name in who.items() if not missing[pk]}


def has_declared(*, organisation: Organisation, period: Period) -> bool:
    """Whether it was said that ``organisation`` has nothing to report in the whole period, in any register."""
    return organisation.pk in _declared([organisation], period, None)


def waiting(*, organisation: Organisation, period: Period) -> int:
    """Return how many entries of the office and below it are handed in for the period and not decided."""
    return Entry.objects.filter(
        organisation__path__startswith=organisation.path,
        latest__status=Status.SUBMITTED,
        latest__end__range=(period.start, period.end),
    ).count()


def entries_of(organisation: Organisation, period: Period, register: Register | None = None) -> set[int]:
    """Return the ids of the entries that ``organisation`` counts in the months of ``period``."""
    stamps = Stamp.objects.filter(ancestor=organisation, posting__month__range=(period.first_month, period.last_month))
    if register is not None:
        stamps = stamps.filter(posting__entry__in=Entry.objects.filter(register=register).values("pk"))
    return set(stamps.values_list("posting__entry", flat=True))


def snapshots_of(organisation: Organisation, period: Period) -> list[Snapshot]:
    """Return what was handed up for exactly this period, the last number first."""
    rows = Snapshot.objects.filter(
        organisation=organisation, first_month=period.first_month, last_month=period.last_month
    )
    return list(rows.select_related("organisation", "exception").order_by("-number"))


def last_snapshot(organisation: Organisation, period: Period) -> Snapshot | None:
    """Return the last number, None before the first."""
    return next(iter(snapshots_of(organisation, period)), None)


def changed_since(
    *,
    snapshot: Snapshot,
    until: Snapshot | None = None,
    scope: Scope = "system",
    user: User | AnonymousUser | None = None,
) -> list[Difference]:
    """Return the indicators that differ between what was handed up and a later number (None: now), with the entries.

    What was handed up is read from the snapshots themselves; the entries from what counted when. ``user``: whose eyes
    may see the entries.
    """
    found = changes_between(
        organisation=snapshot.organisation,
        first_month=snapshot.first_month,
        last_month=snapshot.last_month,
        since=snapshot.made_at,
        until=until.made_at if until else None,
        scope=scope,
    )
    before = handed_up_totals(snapshot, scope)
    after = (
        handed_up_totals(until, scope)
        if until
        else totals(
            organisation=snapshot.organisation,
            first_month=snapshot.first_month,
            last_month=snapshot.last_month,
            scope=scope,
        )
    )
    return paired(before, after, explain(found, user=user))


def handed_up_totals(snapshot: Snapshot, scope: Scope) -> dict[str, Total]:
    """Return the totals of a snapshot as they were handed up, by indicator code."""
    return {
        row.indicator.code: Total(
            indicator=row.indicator.code,
            value=Decimal(row.value).scaleb(-row.indicator.scale),
            low=Decimal(row.low).scaleb(-row.indicator.scale),
            high=None if row.high is None else Decimal(row.high).scaleb(-row.indicator.scale),
            low_exclusive=row.low_exclusive,
            high_exclusive=row.high_exclusive,
            qualifier=row.qualifier,  # type: ignore[arg-type]  # a CHECK constraint keeps it to these words
            entries=row.entries,
            as_of=row.as_of,
        )
        for row in snapshot.totals.filter(scope=scope).select_related("indicator")
    }
