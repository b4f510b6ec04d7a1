"""What cannot be booked, said by name: a sum that no longer fits 64 bits, and a unit that is not there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import Sum

from kexie.core.errors import DomainError
from kexie.core.periods import month_text
from kexie.orgs.models import Organisation
from kexie.orgs.queries import why_absent
from kexie.totals.measures import MEASURE_FIELDS, SUM_LIMIT
from kexie.totals.models import Indicator, IndicatorKind, MonthSum, SumDelta

_BOUNDED = MEASURE_FIELDS[:3]  # value, low, high; the others count entries
_LARGE = SUM_LIMIT // 100_000  # a hundred thousand bookings of less than this cannot exceed a month's limit


def refuse_overflow(deltas: Mapping[tuple[int, int, int, bool], Sequence[int]]) -> None:
    """Raise DomainError when a month's sum would exceed SUM_LIMIT with one of ``deltas``.

    Keys are ancestor, month, indicator and whether outside the 科协系统, values the fields of a Measure in their order.
    Only large deltas are looked at, so ordinary bookings cost nothing.
    """
    for (ancestor, month, indicator, outside), columns in deltas.items():
        delta = dict(zip(_BOUNDED, columns, strict=False))
        if max(delta.values()) <= _LARGE:
            continue
        known = dict.fromkeys(_BOUNDED, 0)
        for table in (MonthSum, SumDelta):
            rows = table.objects.filter(ancestor=ancestor, month=month, indicator=indicator, outside=outside)
            for name, value in rows.aggregate(**{f"{name}_sum": Sum(name) for name in known}).items():
                known[name.removesuffix("_sum")] += value or 0
        if any(known[name] + delta[name] > SUM_LIMIT for name in known):
            where, what = Organisation.objects.get(pk=ancestor), Indicator.objects.get(pk=indicator)
            raise DomainError(
                f"{where.name} {month_text(month)} 的{what.name}（{what.code}）加起来太大，超出能存的范围；"
                "请查一查有没有多写了几位的数"
            )


class Unplaced(DomainError):
    """A unit does not exist on the day of something that it shall count; stocks among ``indicators`` are named.

    What a dissolved unit had is reported by the one that it was merged into.
    """

    def __init__(self, *, organisation: int, day: date, indicators: Iterable[int] = ()) -> None:
        self.organisation, self.day = organisation, day
        stocks = Indicator.objects.filter(pk__in=set(indicators), kind=IndicatorKind.STOCK)
        names = "、".join(stocks.values_list("name", flat=True))
        reason = why_absent(organisation=organisation, day=day)
        super().__init__(f"{reason}，存量{names}不能记在它名下" if names else f"{reason}，不能计入")
