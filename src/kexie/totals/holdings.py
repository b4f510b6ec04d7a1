"""Keeping what is held of stocks: after each change of a unit's values or of its place, its spans and their steps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from kexie.core.bulk import batched, insert_rows
from kexie.orgs.models import Lineage, Organisation
from kexie.totals.holding import Span, Standing, Step, Value, spans
from kexie.totals.measures import MEASURE_FIELDS, Measure
from kexie.totals.models import Fact, Indicator, IndicatorKind, StockDelta, StockSpan


def hold(*, organisations: Iterable[int], indicators: Iterable[int]) -> bool:
    """Bring what is held of these units in line with their facts and their places in the tree.

    ``indicators`` are those that changed; without a stock among them nothing is done. To be called inside the
    transaction of the change, after it; whoever folds afterwards makes reading quicker, not righter. Returns whether
    there was a stock.
    """
    if not Indicator.objects.filter(kind=IndicatorKind.STOCK, pk__in=set(indicators)).exists():
        return False
    for batch in batched(sorted(set(organisations))):
        lock_units(batch)
        _hold(batch)
    return True


def lock_units(organisations: Iterable[int]) -> None:
    """Let nobody else change what is held of these units until the transaction ends.

    Whoever is going to ``hold`` more than once locks all units first, so that they are locked in the order of their
    keys. (On SQLite one session writes at a time.)
    """
    if connection.vendor == "postgresql":
        for batch in batched(sorted(set(organisations))):
            rows = Organisation.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk")
            list(rows.values_list("pk", flat=True))


def hold_all(*, organisations: Iterable[int]) -> bool:
    """Bring all that is held of these units in line, their places in the tree being others now. See ``hold``."""
    stocks = Indicator.objects.filter(kind=IndicatorKind.STOCK).values_list("pk", flat=True)
    return hold(organisations=organisations, indicators=stocks)


def _hold(organisations: Sequence[int]) -> None:
    stored: dict[tuple[int, Span], int] = {
        (row.organisation_id, _span(row)): row.pk for row in StockSpan.objects.filter(organisation__in=organisations)
    }
    values, standings = _values(organisations), _standings(organisations)
    wanted = {(pk, span) for pk in organisations for span in spans(values.get(pk, ()), standings.get(pk, ()))}
    steps: defaultdict[Step, Measure] = defaultdict(Measure)
    for _, span in wanted - stored.keys():
        for step, measure in span.steps():
            steps[step] += measure
    for _, span in stored.keys() - wanted:
        for step, measure in span.steps():
            steps[step] -= measure
    for batch in batched([stored[key] for key in stored.keys() - wanted]):
        StockSpan.objects.filter(pk__in=batch).delete()
    insert_rows([_row(pk, span) for pk, span in wanted - stored.keys()])
    insert_rows([_delta(step, steps[step]) for step in sorted(steps) if steps[step] != Measure()])


def _values(organisations: Sequence[int]) -> dict[int, list[Value]]:
    """The values that these units gave, each the sum of what one entry says."""
    facts = Fact.objects.filter(
        posting__organisation__in=organisations, indicator__kind=IndicatorKind.STOCK, part=False
    ).select_related("posting")
    found: dict[tuple[int, int, int], Value] = {}
    for fact in facts.order_by():
        posting = fact.posting
        key = (posting.organisation_id, fact.indicator_id, posting.entry)
        measure = found[key].measure if key in found else Measure(entries=1)
        found[key] = Value(fact.indicator_id, posting.day, posting.entry, measure + Measure.of(fact))
    by_unit: dict[int, list[Value]] = defaultdict(list)
    for (organisation, _, _), value in found.items():
        by_unit[organisation].append(value)
    return by_unit


def _standings(organisations: Sequence[int]) -> dict[int, list[Standing]]:
    rows = Lineage.objects.filter(organisation__in=organisations).order_by("organisation_id", "valid_from")
    found: dict[int, list[Standing]] = defaultdict(list)
    fields = ("organisation", "valid_from", "valid_until", "path", "department_depth")
    for organisation, *standing in rows.values_list(*fields):
        found[organisation].append((standing[0], standing[1], standing[2], standing[3]))
    return found


def _measure(row: Any) -> Measure:
    return Measure(*(getattr(row, name) for name in MEASURE_FIELDS))


def _span(row: StockSpan) -> Span:
    return Span(row.indicator_id, row.first, row.until, row.day, row.path, row.department_depth, _measure(row))


def _row(organisation: int, span: Span) -> StockSpan:
    columns = {name: getattr(span.measure, name) for name in MEASURE_FIELDS}
    return StockSpan(
        organisation_id=organisation,
        indicator_id=span.indicator,
        first=span.first,
        until=span.until,
        day=span.day,
        path=span.path,
        department_depth=span.department_depth,
        **columns,
    )


def _delta(step: Step, measure: Measure) -> StockDelta:
    ancestor, month, indicator, outside, day = step
    columns = {name: getattr(measure, name) for name in MEASURE_FIELDS}
    return StockDelta(ancestor_id=ancestor, month=month, indicator_id=indicator, outside=outside, day=day, **columns)
