"""Verbs: let a number that was stated for a whole stand in for missing entries, and take it back."""

from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.periods import last_day, month_text
from kexie.orgs.models import Organisation
from kexie.orgs.queries import Standings
from kexie.totals.measures import Number
from kexie.totals.models import Indicator, StandIn
from kexie.totals.queries.answers import ADDED
from kexie.totals.stand_in_locks import refuse_locked_stand_in


@transaction.atomic
def book_stand_in(
    *, statement: int, organisation: Organisation, indicator: Indicator, first_month: int, last_month: int, said: Number
) -> StandIn:
    """Let ``said``, of statement id ``statement``, count where entries are missing; return the booking.

    Whether there are entries is asked when totals are read; here it is not. Raises DomainError, naming what is wrong,
    when the indicator does not add up over time, when the unit does not exist at the end of these months, or when
    another statement stands in for the same indicator, at a time that overlaps, at it, above it or below it, or when
    its months are locked, at its unit or above.
    """
    if indicator.kind not in ADDED:
        raise DomainError(f"{indicator.name}是{indicator.get_kind_display()}，申报数不能代替记录；请把它记成一条记录")
    # One at a time for an indicator: of two that overlap the second one is refused.
    Indicator.objects.select_for_update().get(pk=indicator.pk)
    row = StandIn(
        statement=statement,
        organisation=organisation,
        indicator=indicator,
        first_month=first_month,
        last_month=last_month,
        day=last_day(last_month),
        qualifier=said.qualifier,
        value=said.value,
        low=said.low,
        high=said.high,
        low_exclusive=said.low_exclusive,
        high_exclusive=said.high_exclusive,
    )
    _refuse_overlap(row)
    row.save()
    refuse_locked_stand_in(row)
    return row


@transaction.atomic
def remove_stand_in(*, statement: int) -> None:
    """Take back that ``statement`` stands in. Raises DomainError when it does not, or when a lock forbids it."""
    row = StandIn.objects.filter(statement=statement).first()
    if row is None or not StandIn.objects.filter(pk=row.pk).delete()[0]:
        raise DomainError("这个申报数没有代替记录")
    refuse_locked_stand_in(row)


def _refuse_overlap(row: StandIn) -> None:
    others = list(
        StandIn.objects.filter(
            indicator=row.indicator, first_month__lte=row.last_month, last_month__gte=row.first_month
        ).select_related("organisation")
    )
    standings = Standings({row.organisation_id, *(other.organisation_id for other in others)})
    place = standings.on(row.organisation_id, row.day)
    if place is None:
        raise DomainError(f"{row.organisation.name}在 {row.day} 不存在，申报数没有地方计入")
    for other in others:
        days = {row.day, other.day}
        paths = [
            [standing[0] for day in days if (standing := standings.on(unit, day))]
            for unit in (row.organisation_id, other.organisation_id)
        ]
        on_line = any(f"/{other.organisation_id}/" in path for path in paths[0]) or any(
            f"/{row.organisation_id}/" in path for path in paths[1]
        )
        if on_line:
            months = f"{month_text(other.first_month)} 至 {month_text(other.last_month)}"
            raise DomainError(
                f"{other.organisation.name} {months} 的{row.indicator.name}已有申报数代替记录，时间重叠，不能再计一个"
            )
