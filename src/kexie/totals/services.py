"""Verbs of the totals: post what was approved, take it back, fold the sums."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from kexie.catalogue import load
from kexie.core.bulk import BATCH, batched, insert_rows
from kexie.core.periods import month_of
from kexie.orgs.models import ids_of_path
from kexie.orgs.queries import Standings
from kexie.totals.holdings import hold
from kexie.totals.measures import MEASURE_FIELDS, Measure, Qualifier
from kexie.totals.models import (
    Fact,
    Indicator,
    IndicatorKind,
    MonthSum,
    Posting,
    PostingTag,
    Skip,
    Stamp,
    StockDelta,
    StockSum,
    SumDelta,
    Tag,
)
from kexie.totals.refusals import absent, refuse_overflow

_FOLD_LOCK = 0x4B58_464F  # "KXFO"

_Key = tuple[int, int, int, bool]  # ancestor, month, indicator, outside
_Place = tuple[int, int, bool]  # ancestor, indicator, whether of the 科协系统


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
    """What an approved entry adds: entry id, organisation id, the day on which it ended, its figures.

    ``booked`` None: it is booked on its own day. A member of merge group ``group`` is booked on the group's day;
    members of one group are posted together, the better ones with the lower ``rank``.
    """

    entry: int
    organisation: int
    day: date
    work_area: str
    facts: tuple[FactData, ...]
    booked: date | None = None
    group: int | None = None
    rank: int = 0
    kinds: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()


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

    Each is stamped with the ancestors that its organisation had on the day on which it is booked. Of the members of a
    merge group an ancestor counts, for each indicator, the best one in its subtree that has it; stocks ignore groups.
    Raises DomainError when an organisation did not exist on that day; then nothing is posted.
    """
    unpost(entries=[posting.entry for posting in postings])
    standings = standings or Standings({posting.organisation for posting in postings})
    placed = [(posting, _place(posting, standings)) for posting in postings]
    rows = Posting.objects.bulk_create(
        [
            Posting(
                entry=posting.entry,
                organisation_id=posting.organisation,
                day=posting.day,
                booked=posting.booked or posting.day,
                month=month_of(posting.booked or posting.day),
                work_area=posting.work_area,
                group=posting.group,
                rank=posting.rank,
            )
            for posting in postings
        ],
        batch_size=BATCH,
    )
    booked = [
        _Booked(
            row,
            _whole(posting.facts),
            [
                Stamp(posting=row, ancestor_id=ancestor, child_id=child, outside=depth < department_depth)
                for depth, ancestor, child in _steps(path)
            ],
        )
        for row, (posting, (path, department_depth)) in zip(rows, placed, strict=True)
    ]
    _skip_repeated(booked)
    insert_rows([stamp for each in booked for stamp in each.stamps])
    insert_rows([skip for each in booked for skip in each.skips])
    told = zip(rows, postings, strict=True)
    facts = [fact for row, posting in told for data in posting.facts for fact in _facts(row, data)]
    insert_rows(facts)
    insert_rows([tag for row, posting in zip(rows, postings, strict=True) for tag in _tags(row, posting)])
    deltas: defaultdict[_Key, Measure] = defaultdict(Measure)
    for each in booked:
        for key, measure in each.contributions():
            deltas[key] += measure
    hold(
        organisations=[posting.organisation for posting in postings],
        indicators=[fact.indicator for posting in postings for fact in posting.facts],
    )
    _append(deltas)


@transaction.atomic
def unpost(*, entries: Iterable[int]) -> None:
    """Take back what was posted for these entries; those that were not posted are passed over.

    The other members of a merge group are not looked at: whoever takes one away posts the others again.
    """
    for batch in batched(list(entries)):
        postings = list(Posting.objects.filter(entry__in=batch).prefetch_related("stamps", "facts", "skips"))
        if not postings:
            continue
        deltas: defaultdict[_Key, Measure] = defaultdict(Measure)
        for posting in postings:
            whole = _whole(_data(fact) for fact in posting.facts.all())
            booked = _Booked(posting, whole, list(posting.stamps.all()), list(posting.skips.all()))
            for key, measure in booked.contributions():
                deltas[key] -= measure
        Posting.objects.filter(pk__in=[posting.pk for posting in postings]).delete()
        hold(
            organisations=[posting.organisation_id for posting in postings],
            indicators=[fact.indicator_id for posting in postings for fact in posting.facts.all()],
        )
        _append(deltas)


@transaction.atomic
def restamp(*, organisations: Iterable[int]) -> int:
    """Book the postings of these organisations, and those merged with them, again under the tree as it is told now.

    Returns how many. Raises DomainError when one of them did not exist on the day of an entry.
    """
    count = 0
    for batch in batched(list(organisations)):
        own = Posting.objects.filter(organisation__in=batch)
        groups = own.filter(group__isnull=False).values("group")
        postings = Posting.objects.filter(Q(pk__in=own.values("pk")) | Q(group__in=groups)).prefetch_related(
            "facts", "tags"
        )
        told = [
            PostingData(
                entry=posting.entry,
                organisation=posting.organisation_id,
                day=posting.day,
                work_area=posting.work_area,
                facts=tuple(_data(fact) for fact in posting.facts.all()),
                booked=posting.booked,
                group=posting.group,
                rank=posting.rank,
                kinds=tuple(tag.value for tag in posting.tags.all() if tag.sort == Tag.KIND),
                campaigns=tuple(tag.value for tag in posting.tags.all() if tag.sort == Tag.CAMPAIGN),
            )
            for posting in postings
        ]
        post(postings=told)
        count += len(told)
    return count


@dataclass
class _Booked:
    """A posting with what it adds by indicator, its stamps, and where it is skipped."""

    posting: Posting
    whole: Mapping[int, Measure]
    stamps: list[Stamp]
    skips: list[Skip] = field(default_factory=list)

    def contributions(self) -> Iterable[tuple[_Key, Measure]]:
        """What is added to the sums: those inside the 科协系统, and the rest that makes up the widest total."""
        skipped = {(skip.ancestor_id, skip.indicator_id, skip.system) for skip in self.skips}
        for stamp in self.stamps:
            for indicator, measure in self.whole.items():
                inside = not stamp.outside and (stamp.ancestor_id, indicator, True) not in skipped
                widest = (stamp.ancestor_id, indicator, False) not in skipped
                if inside:
                    yield (stamp.ancestor_id, self.posting.month, indicator, False), measure
                if widest != inside:
                    rest = measure if widest else -measure
                    yield (stamp.ancestor_id, self.posting.month, indicator, True), rest


def _place(posting: PostingData, standings: Standings) -> tuple[str, int]:
    """Path and department depth on the day of booking; a unit that was not there on its group's day, on its own."""
    for day in (posting.booked or posting.day, posting.day):
        place = standings.on(posting.organisation, day)
        if place is not None:
            return place
    facts = (fact.indicator for fact in posting.facts)
    raise absent(organisation=posting.organisation, day=posting.day, indicators=facts)


def _skip_repeated(booked: Sequence[_Booked]) -> None:
    """Give the members of each merge group their skips: for each ancestor and indicator only the best one counts."""
    groups: defaultdict[int, list[_Booked]] = defaultdict(list)
    for each in booked:
        if each.posting.group is not None:
            groups[each.posting.group].append(each)
    if not groups:
        return
    stocks = set(Indicator.objects.filter(kind=IndicatorKind.STOCK).values_list("pk", flat=True))
    for members in groups.values():
        seen: set[_Place] = set()
        for member in sorted(members, key=lambda each: (each.posting.rank, each.posting.entry)):
            for stamp in member.stamps:
                for indicator in member.whole.keys() - stocks:
                    for system in (True, False) if not stamp.outside else (False,):
                        place = (stamp.ancestor_id, indicator, system)
                        if place in seen:
                            member.skips.append(
                                Skip(
                                    posting=member.posting,
                                    ancestor_id=stamp.ancestor_id,
                                    indicator_id=indicator,
                                    system=system,
                                )
                            )
                        seen.add(place)


def fold() -> None:
    """Add all unfolded deltas to the sums, in key order, so that two sessions never wait for each other in a ring."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOLD_LOCK])
        for delta, sums, keys in (
            (SumDelta, MonthSum, "ancestor_id, month, indicator_id, outside"),
            (StockDelta, StockSum, "ancestor_id, day, indicator_id, month, outside"),
        ):
            _fold(cursor, delta._meta.db_table, sums._meta.db_table, keys)


def _fold(cursor: CursorWrapper, delta: str, sums: str, keys: str) -> None:
    columns = ", ".join(f'"{name}"' for name in MEASURE_FIELDS)
    added = ", ".join(f'SUM("{name}")' for name in MEASURE_FIELDS)
    updates = ", ".join(f'"{name}" = {sums}."{name}" + excluded."{name}"' for name in MEASURE_FIELDS)
    # Table and column names only, all from our own models: there is no value in these statements.
    gather = f"SELECT {keys}, {added} FROM {{source}} WHERE true GROUP BY {keys} ORDER BY {keys}"  # noqa: S608
    upsert = f"INSERT INTO {sums} ({keys}, {columns}) {gather} ON CONFLICT ({keys}) DO UPDATE SET {updates}"
    if connection.vendor == "postgresql":
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


def _tags(posting: Posting, data: PostingData) -> Iterable[PostingTag]:
    for sort, values in ((Tag.KIND, data.kinds), (Tag.CAMPAIGN, data.campaigns)):
        for value in dict.fromkeys(value[:60] for value in values):
            yield PostingTag(posting=posting, sort=sort.value, value=value)


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
    refuse_overflow(deltas)
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
    insert_rows(rows)
    if connection.vendor == "sqlite":
        fold()
