"""The export: raw entries, tree history, merge groups, and what totals keep, as Parquet files, in batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Model, QuerySet

from kexie.core.periods import last_day
from kexie.orgs.models import Lineage, OrganisationVersion, ids_of_path
from kexie.registers.models import Figure, MergeMember, Revision, Statement
from kexie.registers.verification.tables import BOOKED, RAW
from kexie.totals.measures import MEASURE_FIELDS
from kexie.totals.models import (
    Fact,
    Indicator,
    MonthSum,
    Posting,
    Skip,
    Stamp,
    StandIn,
    StockDelta,
    StockSpan,
    StockSum,
    SumDelta,
)

_BATCH = 50_000  # rows in memory at a time
_NUMBER = ("qualifier", "value", "low", "high", "low_exclusive", "high_exclusive")

Row = Sequence[Any]


def export(folder: Path, months: Sequence[int], progress: Callable[[int], None] = lambda count: None) -> None:
    """Write all tables to ``folder``, with ``months`` as those to be compared; ``progress`` is told of rows."""
    for name, rows in _tables(months).items():
        _write(folder / f"{name}.parquet", {**RAW, **BOOKED}[name], rows, progress)


def size() -> int:
    """Return about how many rows the export has."""
    models = (
        OrganisationVersion,
        Revision,
        Figure,
        MonthSum,
        SumDelta,
        Posting,
        Stamp,
        Skip,
        Fact,
        StockSum,
        StockSpan,
        Lineage,
    )
    return sum(model._default_manager.count() for model in models)


def _tables(months: Sequence[int]) -> dict[str, Iterable[Row]]:
    sums = ("ancestor", "month", "indicator", "outside", *MEASURE_FIELDS)
    return {
        "versions": _rows(OrganisationVersion, "organisation", "parent", "successor", "kind", "valid_from",
                          "valid_until"),
        "revisions": _rows(Revision, "pk", "entry", "number", "status", "organisation", "end"),
        "figures": (
            (revision, indicator, len(groups), *others)
            for revision, indicator, groups, *others in _rows(
                Figure, "revision", "indicator", "groups", "part_of", *_NUMBER
            )
        ),
        "members": _rows(MergeMember, "group", "entry", "position"),
        "indicators": _rows(Indicator, "pk", "kind", "valid_months"),
        "stated": _rows(
            Statement.objects.filter(pk__in=StandIn.objects.values("statement")), "pk", "organisation", "indicator",
            "first_month", "last_month", *_NUMBER,
        ),
        "months": ((month, month // 100 * 12 + month % 100, last_day(month)) for month in months),
        "sums": (row for model in (MonthSum, SumDelta) for row in _rows(model, *sums)),
        "postings": _rows(Posting, "pk", "entry", "organisation", "day", "month"),
        "stamps": _rows(Stamp, "posting", "ancestor", "outside"),
        "skips": _rows(Skip, "posting", "ancestor", "indicator", "system"),
        "facts": _rows(Fact, "posting", "indicator", "part", *_NUMBER),
        "steps": (
            row
            for model in (StockSum, StockDelta)
            for row in _rows(model, "ancestor", "month", "indicator", "outside", "day", *MEASURE_FIELDS)
        ),
        "spans": _rows(StockSpan, "organisation", "first", "until", "indicator", "day", *MEASURE_FIELDS),
        "standings": (
            (organisation, ancestor, depth < department_depth, since, until)
            for organisation, path, department_depth, since, until in _rows(
                Lineage, "organisation", "path", "department_depth", "valid_from", "valid_until"
            )
            for depth, ancestor in enumerate(ids_of_path(path))
        ),
    }  # fmt: skip


def _rows(source: type[Model] | QuerySet[Any], *names: str) -> Iterator[Row]:
    rows = source if isinstance(source, QuerySet) else source._default_manager.all()
    return iter(rows.order_by("pk").values_list(*names).iterator(chunk_size=2000))


def _write(path: Path, columns: dict[str, str], rows: Iterable[Row], progress: Callable[[int], None]) -> None:
    schema = ibis.schema(columns).to_pyarrow()
    remaining = iter(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while batch := list(islice(remaining, _BATCH)):
            arrays = [
                pa.array([_plain(value) for value in values], type=field.type)
                for values, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            progress(len(batch))


def _plain(value: Any) -> Any:
    """A day as 20240331; all else as it is."""
    return value.year * 10000 + value.month * 100 + value.day if isinstance(value, date) else value
