"""What there is on a day: of each unit that exists at the end of the months its last value that is still valid.

A value is valid for ``valid_months`` of its indicator. A dissolved unit's stock goes with it: its successor reports
its own. Under the structure of today the same values are counted where their units are now. Stocks know of no merge
groups.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from kexie.core.bulk import BATCH, batched
from kexie.core.periods import add_months, first_day, last_day
from kexie.orgs.models import Lineage, ids_of_path
from kexie.orgs.queries import path_on
from kexie.totals.measures import Measure, total
from kexie.totals.models import Fact
from kexie.totals.queries.asked import Asked
from kexie.totals.queries.held import Held, held, held_by_itself
from kexie.totals.queries.today import Place, Places, Way, gone_units, on_day

_MANY_UNITS = 4000


@dataclass(frozen=True, slots=True)
class Stock:
    """The last value of one unit for one indicator; ``child``: through which it is counted, None for its own."""

    indicator: int
    unit: int
    day: date
    entry: int
    measure: Measure
    child: int | None = None


def stocks(asked: Asked, valid_months: Mapping[int, int], *, by_child: bool = False) -> list[Stock]:
    """Return the stocks that stand at the end of the months asked; ``valid_months`` by id of those wanted.

    Without ``by_child`` nothing is said of the child through which each is counted.
    """
    if not valid_months:
        return []
    units = _units_then(asked) if asked.structure == "then" else _units_today(asked)
    found = _last_values(asked, valid_months, units)
    if not by_child:
        return found
    ways = units.ways({stock.unit for stock in found})
    return [replace(stock, child=way.child) for stock in found if (way := ways[stock.unit])]


def held_stocks(asked: Asked, valid_months: Mapping[int, int]) -> Held:
    """Return what the organisation holds at the end of the months asked, by indicator."""
    where, month = asked.organisation.pk, asked.last_month
    if asked.structure == "today":
        return stock_totals(stocks(asked, valid_months))
    if asked.scope == "own":
        return held_by_itself(organisation=where, month=month, valid_months=valid_months)
    return held(organisations=[where], month=month, scope=asked.scope, valid_months=valid_months).get(where, {})


def held_through(asked: Asked, valid_months: Mapping[int, int]) -> dict[int | None, Held]:
    """Return what the organisation holds through each child, None: as its own."""
    if asked.structure == "today":
        ways: dict[int | None, list[Stock]] = defaultdict(list)
        for stock in stocks(asked, valid_months, by_child=True):
            ways[stock.child].append(stock)
        return {child: stock_totals(through) for child, through in ways.items()}
    month = asked.last_month
    own = held_by_itself(organisation=asked.organisation.pk, month=month, valid_months=valid_months)
    if asked.scope == "own":
        return {None: own}
    below = on_day(last_day(month)).filter(parent=asked.organisation)
    rows = below.values_list("organisation", "path", "department_depth")
    # A child that is a department is outside the 科协系统 with all below it.
    children = [pk for pk, path, deepest in rows if asked.scope != "system" or deepest < path.count("/") - 2]
    through: dict[int | None, Held] = {None: own}
    found = held(organisations=children, month=month, scope=asked.scope, valid_months=valid_months)
    for child, what in found.items():
        through[child] = what
    return through


def stock_totals(found: Iterable[Stock]) -> dict[int, tuple[Measure, date]]:
    """Return what stocks come to by indicator, with the oldest day among them."""
    groups: dict[int, list[Stock]] = defaultdict(list)
    for stock in found:
        groups[stock.indicator].append(stock)
    return {
        indicator: (total(stock.measure for stock in group), min(stock.day for stock in group))
        for indicator, group in groups.items()
    }


@dataclass(frozen=True)
class _Units:
    """The units whose stocks an organisation counts: those that stand below it by ``below``, and ``others``."""

    asked: Asked
    below: QuerySet[Lineage]
    others: Mapping[int, Way] = field(default_factory=dict)

    def restrict(self, facts: QuerySet[Fact]) -> Iterable[QuerySet[Fact]]:
        """The facts of these units, in a few queries; of most of a large tree it is quicker to ask fact by fact."""
        known = list(self.below.values_list("organisation", flat=True)[: _MANY_UNITS + 1])
        if len(known) > _MANY_UNITS:
            yield facts.filter(Exists(self.below.filter(organisation=OuterRef("posting__organisation"))))
            known = []
        for batch in batched([*known, *self.others]):
            yield facts.filter(posting__organisation__in=batch)

    def ways(self, units: set[int]) -> dict[int, Way]:
        """How the organisation comes to count each of ``units``."""
        found = dict(self.others)
        rows = self.below if len(units) > BATCH else self.below.filter(organisation__in=units)
        for pk, path, depth in rows.values_list("organisation", "path", "department_depth"):
            if way := Place(tuple(ids_of_path(path)), depth).way(self.asked.organisation.pk, self.asked.scope):
                found[pk] = way
        return found


def _units_then(asked: Asked) -> _Units:
    return _Units(asked, _standing_below(asked, last_day(asked.last_month)))


def _units_today(asked: Asked) -> _Units:
    """Those that stand below it today, and those that are gone and are counted there now."""
    places = Places()
    others = {}
    for pk in gone_units(places):
        way = places.of(pk).way(asked.organisation.pk, asked.scope)
        if way is not None and (asked.scope != "own" or way.child is None):
            others[pk] = way
    return _Units(asked, _standing_below(asked, places.today), others)


def _standing_below(asked: Asked, day: date) -> QuerySet[Lineage]:
    path = path_on(organisation=asked.organisation, day=day)
    if path is None:
        return Lineage.objects.none()
    below = on_day(day).filter(path__startswith=path).order_by()
    if asked.scope == "own":
        return below.filter(organisation=asked.organisation)
    return below.filter(department_depth__lte=path.count("/") - 2) if asked.scope == "system" else below


class _Number(NamedTuple):
    """The number of a fact, as ``Measure.of`` reads it."""

    value: int
    qualifier: str
    low: int | None
    high: int | None
    low_exclusive: bool
    high_exclusive: bool


def _last_values(asked: Asked, valid_months: Mapping[int, int], units: _Units) -> list[Stock]:
    """The last values of these units for each indicator; of two on one day that of the entry with the higher id."""
    end = last_day(asked.last_month)
    by_age: dict[int, list[int]] = defaultdict(list)
    for indicator, months in valid_months.items():
        by_age[months].append(indicator)
    valid = Q(pk__in=())
    for months, indicators in by_age.items():
        oldest = first_day(add_months(asked.last_month, -months))
        valid |= Q(indicator__in=indicators, posting__day__gte=oldest)
    facts = Fact.objects.filter(valid, part=False, posting__day__lte=end)
    if asked.structure == "today":  # a unit that was gone at the end gives nothing, wherever it belongs now
        facts = facts.filter(Exists(on_day(end).filter(organisation=OuterRef("posting__organisation"))))
    last: dict[tuple[int, int], tuple[date, int, list[_Number]]] = {}
    columns = ("posting__organisation", "indicator", "posting__day", "posting__entry", *_Number._fields)
    for rows in units.restrict(facts):
        for unit, indicator, day, entry, *number in rows.values_list(*columns).iterator(chunk_size=5000):
            known = last.get((unit, indicator))
            if known is None or known[:2] < (day, entry):
                last[unit, indicator] = (day, entry, [_Number(*number)])
            elif known[:2] == (day, entry):
                known[2].append(_Number(*number))
    return [
        Stock(indicator, unit, day, entry, total(map(Measure.of, numbers)) + Measure(entries=1))
        for (unit, indicator), (day, entry, numbers) in last.items()
    ]
