"""Statements that stand in for missing entries: which of them count for an organisation and which rest.

One counts for its unit and those above on the last day of its period (under the structure of today: where its unit is
now), instead of entries: only while no entry of the unit's subtree, member departments included, has the indicator in
its months; an entry that is approved later wins, and the statement rests. It is booked in the last month of its
period and shows only where the months asked cover all of it: a year has it, a month within a quarter does not. It is
of the unit as a whole, so nobody's own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from kexie.core.bulk import batched
from kexie.orgs.models import Lineage, ids_of_path
from kexie.totals.measures import Measure
from kexie.totals.models import MonthSum, StandIn, SumDelta
from kexie.totals.queries.asked import Asked
from kexie.totals.queries.today import Place, Places, Way


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that stands in; ``way`` is how the organisation comes to count it."""

    row: StandIn
    way: Way

    @property
    def measure(self) -> Measure:
        return Measure.of(self.row)


def standing_in(asked: Asked, *, indicator: int | None = None) -> list[Stated]:
    """Return the statements that the organisation counts in place of missing entries."""
    if asked.scope == "own":
        return []
    rows = StandIn.objects.filter(first_month__gte=asked.first_month, last_month__lte=asked.last_month)
    rows = rows.filter(day__lte=asked.end)
    if indicator is not None:
        rows = rows.filter(indicator=indicator)
    found = _counted_then(rows, asked) if asked.structure == "then" else _counted_today(rows, asked)
    resting = at_rest(each.row for each in found)
    return [each for each in found if each.row.pk not in resting]


def at_rest(rows: Iterable[StandIn]) -> set[int]:
    """Return the ids of those of ``rows`` that rest, because there are entries after all."""
    rows = list(rows)
    if not rows:
        return set()
    first, last = min(row.first_month for row in rows), max(row.last_month for row in rows)
    entries: dict[tuple[int, int, int], int] = {}
    for batch in batched(sorted({row.organisation_id for row in rows})):
        where = Q(ancestor__in=batch, month__range=(first, last), indicator__in={row.indicator_id for row in rows})
        for table in (MonthSum, SumDelta):
            keys = ("ancestor", "indicator", "month")
            counts = table.objects.filter(where).order_by().values(*keys).annotate(count=Sum("entries"))
            for ancestor, indicator, month, count in counts.values_list(*keys, "count"):
                entries[ancestor, indicator, month] = entries.get((ancestor, indicator, month), 0) + count
    return {
        row.pk
        for row in rows
        if any(
            count and key[:2] == (row.organisation_id, row.indicator_id) and row.first_month <= key[2] <= row.last_month
            for key, count in entries.items()
        )
    }


def _counted_then(rows: QuerySet[StandIn], asked: Asked) -> list[Stated]:
    """Those whose unit stood below the organisation on the last day of their period."""
    held = Lineage.objects.filter(
        organisation=OuterRef("organisation"), valid_from__lte=OuterRef("day"), valid_until__gt=OuterRef("day")
    )
    inside = held.filter(path__contains=f"/{asked.organisation.pk}/")
    found = list(rows.filter(Exists(inside)).order_by("pk"))
    if not found:
        return []
    lineages = Lineage.objects.filter(organisation__in={row.organisation_id for row in found})
    answer = []
    for row in found:
        for lineage in lineages:
            if lineage.organisation_id == row.organisation_id and lineage.valid_from <= row.day < lineage.valid_until:
                place = Place(tuple(ids_of_path(lineage.path)), lineage.department_depth)
                if way := place.way(asked.organisation.pk, asked.scope):
                    answer.append(Stated(row, way))
    return answer


def _counted_today(rows: QuerySet[StandIn], asked: Asked) -> list[Stated]:
    """Those whose unit existed on the last day of their period and is counted by the organisation now."""
    held = Lineage.objects.filter(
        organisation=OuterRef("organisation"), valid_from__lte=OuterRef("day"), valid_until__gt=OuterRef("day")
    )
    existing = list(rows.filter(Exists(held)).order_by("pk"))
    places = Places()
    places.read({row.organisation_id for row in existing})
    ways = [(row, places.of(row.organisation_id).way(asked.organisation.pk, asked.scope)) for row in existing]
    return [Stated(row, way) for row, way in ways if way is not None]
