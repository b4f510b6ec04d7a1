"""Adding up in the database: rows of sums or facts become measures by any keys."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DataError, OperationalError
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kexie.core.errors import DomainError
from kexie.totals.measures import MEASURE_FIELDS, QUALIFIERS, Measure
from kexie.totals.models import Fact

Measures = dict[tuple[Any, ...], Measure]


def gather(rows: Iterable[QuerySet[Any]], *keys: str) -> Measures:
    """Add up rows of sums by ``keys``; what cancelled out is left out."""
    sums = {f"{name}_sum": Sum(name) for name in MEASURE_FIELDS}
    found: Measures = {}
    for queryset in rows:
        add(found, _rows(queryset.values(*keys).annotate(**sums).values_list(*keys, *sums), len(keys)))
    return {key: measure for key, measure in found.items() if measure.entries}


def measures(facts: QuerySet[Fact], *keys: str) -> Measures:
    """Add up facts by ``keys``; an entry counts once for each."""
    columns: dict[str, Any] = {
        "value_sum": Sum("value"),
        "low_sum": Sum(Coalesce("low", 0)),
        "high_sum": Sum(Coalesce("high", 0)),
        "entries_count": Count("posting", distinct=True),
        **{f"{name}_count": Count("pk", filter=Q(qualifier=name)) for name in QUALIFIERS},
        "without_high_count": Count("pk", filter=Q(high=None)),
        "low_exclusive_count": Count("pk", filter=Q(low_exclusive=True, low__isnull=False)),
        "high_exclusive_count": Count("pk", filter=Q(high_exclusive=True, high__isnull=False)),
    }
    found: Measures = {}
    add(found, _rows(facts.values(*keys).annotate(**columns).values_list(*keys, *columns), len(keys)))
    return found


def add(found: dict[Any, Measure], more: Iterable[tuple[Any, Measure]], sign: int = 1) -> None:
    """Add (or, with ``sign`` -1, take away) ``more`` to ``found``, key by key."""
    for key, measure in more:
        found[key] = found.get(key, Measure()) + (measure if sign > 0 else -measure)


def _rows(rows: Iterable[tuple[Any, ...]], keys: int) -> Iterator[tuple[tuple[Any, ...], Measure]]:
    with _overflow():
        for row in rows:
            yield tuple(row[:keys]), Measure(*row[keys:])


@contextmanager
def _overflow() -> Iterator[None]:
    """A sum that no longer fits 64 bits is refused in words. (Posting keeps the sums of a month far below.)"""
    try:
        yield
    except (DataError, OperationalError) as error:
        if "overflow" not in str(error) and "out of range" not in str(error):
            raise
        raise DomainError("这段时间的数太大，加不出来；请查一查有没有多写了几位的数") from error
