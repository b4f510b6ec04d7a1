"""Verbs of the totals: post what was approved, take it back, fold the sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from kexie.catalogue import load
from kexie.core.batches import BATCH, batched
from kexie.core.errors import DomainError
from kexie.core.periods import month_of
from kexie.orgs.models import ids_of_path
from kexie.orgs.queries import Standings
from kexie.totals.measures import MEASURE_FIELDS, Measure, Qualifier
from kexie.totals.models import Fact, Indicator, MonthSum, Posting, Stamp, SumDelta

_FOLD_LOCK = 0x4B58_464F  # "KXFO"

_Key = tuple[int, int, int, bool]  # ancestor, month, indicator, outside


@dataclass(frozen=True, slots=True)
class FactData:
    """A figure to post: indicator id, integers in its smallest unit."""

    indicator: int
    qualifier: Qualifier
    value: int
    low: int | None
    high: int | None
    low_exclusive: bool = False
    high_exclusive: bool = False
    mode: str = ""
    groups: tuple[str, ...] = ()
    part: bool = False


@dataclass(frozen=True, slots=True)
class PostingData:
    """What an approved entry adds: entry id, organisation id, the day on which it ended, its figures."""

    entry: int
    organisation: int
    day: date
    work_area: str
    facts: tuple[FactData, ...]


def sync_indicators() -> None:
    """Bring the indicators of the catalogue into the database; none is ever taken out."""
    fields = ("name", "unit", "kind", "scale", "valid_months", "formula", "order")
    known = {row.code: [getattr(row, name) for name in fields] for row in Indicator.objects.all()}
    told = [
        Indicator(code=item["code"], order=order, **{name: item[name] for name in fields if name in item})
        for order, item in enumerate(load("indicators"))
    ]
    rows = [row for row in told if known.get(row.code) != [getattr(row, name) for name in fields]]
    Indicator.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=[*fields])


@transaction.atomic
def post(*, postings: Sequence[PostingData], standings: Standings | None = None) -> None:
    """Count the entries of ``postings`` with exactly these facts, in place of what was posted for them before.

    Each is stamped with the ancestors that its organisation had on its day. Raises DomainError when an organisation
    did not exist on that day; then nothing is posted.
    """
    unpost(entries=[posting.entry for posting in postings])
    standings = standings or Standings({posting.organisation for posting in postings})
    places = []
    for posting in postings:
        place = standings.on(posting.organisation, posting.day)
        if place is None:
            raise DomainError(f"组织在 {posting.day} 不存在，不能计入")
        places.append(place)
    rows = Posting.objects.bulk_create(
        [
            Posting(
                entry=posting.entry,
                organisation_id=posting.organisation,
                day=posting.day,
                month=month_of(posting.day),
                work_area=posting.work_area,
            )
            for posting in postings
        ],
        batch_size=BATCH,
    )
    stamps: list[Stamp] = []
    facts: list[Fact] = []
    deltas: defaultdict[_Key, Measure] = defaultdict(Measure)
    for row, posting, (path, department_depth) in zip(rows, postings, places, strict=True):
        own = [
            Stamp(posting=row, ancestor_id=ancestor, child_id=child, outside=depth < department_depth)
            for depth, ancestor, child in _steps(path)
        ]
        stamps += own
        facts += [fact for data in posting.facts for fact in _facts(row, data)]
        for indicator, measure in _whole(posting.facts).items():
            for stamp in own:
                deltas[stamp.ancestor_id, row.month, indicator, stamp.outside] += measure
    Stamp.objects.bulk_create(stamps, batch_size=BATCH)
    Fact.objects.bulk_create(facts, batch_size=BATCH)
    _append(deltas)


@transaction.atomic
def unpost(*, entries: Iterable[int]) -> None:
    """Take back what was posted for these entries; those that were not posted are passed over."""
    wanted = list(entries)
    for batch in batched(wanted):
        postings = list(Posting.objects.filter(entry__in=batch).prefetch_related("stamps", "facts"))
        if not postings:
            continue
        deltas: defaultdict[_Key, Measure] = defaultdict(Measure)
        for posting in postings:
            for indicator, measure in _whole(_data(fact) for fact in posting.facts.all()).items():
                for stamp in posting.stamps.all():
                    deltas[stamp.ancestor_id, posting.month, indicator, stamp.outside] -= measure
        Posting.objects.filter(pk__in=[posting.pk for posting in postings]).delete()
        _append(deltas)


@transaction.atomic
def restamp(*, organisations: Iterable[int]) -> int:
    """Book the postings of these organisations again under the tree as it is told now; return how many."""
    wanted = list(organisations)
    count = 0
    for batch in batched(wanted):
        postings = Posting.objects.filter(organisation__in=batch).prefetch_related("facts")
        told = [
            PostingData(
                entry=posting.entry,
                organisation=posting.organisation_id,
                day=posting.day,
                work_area=posting.work_area,
                facts=tuple(_data(fact) for fact in posting.facts.all()),
            )
            for posting in postings
        ]
        post(postings=told)
        count += len(told)
    return count


def fold() -> None:
    """Add all unfolded deltas to the sums, in key order, so that two sessions never wait for each other in a ring."""
    delta, month_sum = SumDelta._meta.db_table, MonthSum._meta.db_table
    keys = "ancestor_id, month, indicator_id, outside"
    columns = ", ".join(f'"{name}"' for name in MEASURE_FIELDS)
    added = ", ".join(f'SUM("{name}")' for name in MEASURE_FIELDS)
    updates = ", ".join(f'"{name}" = {month_sum}."{name}" + excluded."{name}"' for name in MEASURE_FIELDS)
    # Table and column names only, all from our own models: there is no value in these statements.
    gather = f"SELECT {keys}, {added} FROM {{source}} WHERE true GROUP BY {keys} ORDER BY {keys}"  # noqa: S608
    upsert = f"INSERT INTO {month_sum} ({keys}, {columns}) {gather} ON CONFLICT ({keys}) DO UPDATE SET {updates}"
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOLD_LOCK])
            taken = f"WITH taken AS (DELETE FROM {delta} RETURNING *) "  # noqa: S608
            cursor.execute(taken + upsert.format(source="taken"))
        else:
            cursor.execute(upsert.format(source=delta))
            cursor.execute(f"DELETE FROM {delta}")  # noqa: S608


def _steps(path: str) -> list[tuple[int, int, int | None]]:
    """(depth, ancestor, the child of it on the way down or None) for each node of ``path``."""
    ids: list[int | None] = [*ids_of_path(path), None]
    return [(depth, ids[depth] or 0, ids[depth + 1]) for depth in range(len(ids) - 1)]


def _whole(facts: Iterable[FactData]) -> Mapping[int, Measure]:
    """What ``facts`` add to the totals: by indicator, without "of which"; the entry counts once for each."""
    sums: dict[int, Measure] = {}
    for fact in facts:
        if not fact.part:
            sums[fact.indicator] = sums.get(fact.indicator, Measure(entries=1)) + Measure.of(fact)
    return sums


def _facts(posting: Posting, data: FactData) -> list[Fact]:
    """One row for a figure, or one for each group when it is the "of which" of several."""
    common: dict[str, Any] = {
        "posting": posting,
        "indicator_id": data.indicator,
        "qualifier": data.qualifier,
        "value": data.value,
        "low": data.low,
        "high": data.high,
        "low_exclusive": data.low_exclusive,
        "high_exclusive": data.high_exclusive,
        "mode": data.mode,
        "part": data.part,
    }
    return [Fact(group=group, **common) for group in data.groups or ("",)]


def _data(fact: Fact) -> FactData:
    return FactData(
        indicator=fact.indicator_id,
        qualifier=fact.qualifier,  # type: ignore[arg-type]  # a CHECK constraint keeps it to these words
        value=fact.value,
        low=fact.low,
        high=fact.high,
        low_exclusive=fact.low_exclusive,
        high_exclusive=fact.high_exclusive,
        mode=fact.mode,
        groups=(fact.group,) if fact.group else (),
        part=fact.part,
    )


def _append(deltas: Mapping[_Key, Measure]) -> None:
    rows = [
        SumDelta(
            ancestor_id=ancestor,
            month=month,
            indicator_id=indicator,
            outside=outside,
            **{name: getattr(measure, name) for name in MEASURE_FIELDS},
        )
        for (ancestor, month, indicator, outside), measure in sorted(deltas.items(), key=lambda item: item[0])
        if measure != Measure()
    ]
    SumDelta.objects.bulk_create(rows, batch_size=BATCH)
    if connection.vendor == "sqlite":
        fold()
