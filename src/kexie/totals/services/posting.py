"""Posting what was approved: stamped with its ancestors, added to their sums, taken back to the last digit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from kexie.core.bulk import batched, insert_tuples, take_keys
from kexie.core.periods import month_of
from kexie.orgs.queries import Standings
from kexie.totals.bookings import Booking, booking_now
from kexie.totals.history import keep
from kexie.totals.holdings import hold
from kexie.totals.measures import Qualifier, columns_of
from kexie.totals.models import Fact, Indicator, IndicatorKind, Posting, PostingTag, Skip, Stamp, Tag
from kexie.totals.services.stamping import steps_of
from kexie.totals.services.sums import Columns, Deltas, Key, arrive, write

_Place = tuple[int, int, bool]  # ancestor, indicator, whether of the 科协系统


class FactData(NamedTuple):
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
    revision: int | None = None


class _PostingRow(NamedTuple):
    id: int
    entry: int
    organisation_id: int
    day: date
    booked: date
    month: int
    group: int | None
    rank: int
    work_area: str
    revision: int | None
    since: datetime


class _StampRow(NamedTuple):
    posting_id: int
    ancestor_id: int
    child_id: int | None
    outside: bool


class _SkipRow(NamedTuple):
    posting_id: int
    ancestor_id: int
    indicator_id: int
    system: bool


class _FactRow(NamedTuple):
    posting_id: int
    indicator_id: int
    qualifier: Qualifier
    value: int
    low: int | None
    high: int | None
    low_exclusive: bool
    high_exclusive: bool
    mode: str
    group: str
    part: bool


class _TagRow(NamedTuple):
    posting_id: int
    sort: str
    value: str


@dataclass(slots=True)
class _Booked:
    """A posting as it stands in the database: its stamps, its facts, its tags, and where it is skipped."""

    posting: _PostingRow
    stamps: list[_StampRow] = field(default_factory=list)
    facts: list[_FactRow] = field(default_factory=list)
    skips: list[_SkipRow] = field(default_factory=list)
    tags: list[_TagRow] = field(default_factory=list)
    _whole: dict[int, Columns] | None = None

    def booking(self) -> Booking:
        """How it counts."""
        return booking_now(self.posting, self.stamps, self.facts, self.skips)

    @property
    def whole(self) -> Mapping[int, Columns]:
        """What it adds to the totals: by indicator, without "of which"; the entry counts once for each."""
        if self._whole is None:
            own = Deltas[int]()
            for fact in self.facts:
                if not fact.part:
                    own.add(fact.indicator_id, columns_of(fact, entries=0 if fact.indicator_id in own else 1))
            self._whole = own
        return self._whole

    def contributions(self) -> Iterable[tuple[Key, Columns, bool]]:
        """(key, columns, whether they are taken away): inside the 科协系统, and the rest of the widest total."""
        month, skipped = self.posting.month, {(skip.ancestor_id, skip.indicator_id, skip.system) for skip in self.skips}
        for _, ancestor, _, outside in self.stamps:
            for indicator, columns in self.whole.items():
                inside = not outside and (ancestor, indicator, True) not in skipped
                widest = (ancestor, indicator, False) not in skipped
                if inside:
                    yield (ancestor, month, indicator, False), columns, False
                if widest != inside:
                    yield (ancestor, month, indicator, True), columns, inside


@transaction.atomic
def post(*, postings: Sequence[PostingData], standings: Standings | None = None) -> None:
    """Count the entries of ``postings`` with exactly these facts, in place of what was posted for them before.

    Each is stamped with the ancestors that its organisation had on the day on which it is booked. Of the members of a
    merge group an ancestor counts, for each indicator, the best one in its subtree that has it; stocks ignore groups.
    Raises Unplaced when an organisation did not exist on that day, Locked when a lock forbids it; then nothing is
    posted.
    """
    now = timezone.now()
    before = _take_back([posting.entry for posting in postings])
    standings = standings or Standings({posting.organisation for posting in postings})
    keys = take_keys(Posting, len(postings))
    booked = [_booked(key, data, standings, now) for key, data in zip(keys, postings, strict=True)]
    _skip_repeated(booked)
    insert_tuples(Posting, [each.posting for each in booked])
    insert_tuples(Stamp, [row for each in booked for row in each.stamps])
    insert_tuples(Fact, [row for each in booked for row in each.facts])
    insert_tuples(Skip, [row for each in booked for row in each.skips])
    insert_tuples(PostingTag, [row for each in booked for row in each.tags])
    deltas = Deltas[Key]()
    for each in booked:
        for key, columns, negative in each.contributions():
            (deltas.take if negative else deltas.add)(key, columns)
    _hold_stocks([*before, *booked])
    write(deltas)
    keep(before=before, after=booked, at=now)


@transaction.atomic
def unpost(*, entries: Iterable[int]) -> None:
    """Take back what was posted for these entries; those that were not posted are passed over.

    The other members of a merge group are not looked at: whoever takes one away posts the others again.
    Raises Locked when a lock forbids it; then nothing is taken back.
    """
    before = _take_back(list(entries))
    _hold_stocks(before)
    keep(before=before, after=[], at=timezone.now())


def _take_back(entries: Sequence[int]) -> list[_Booked]:
    """Take away the postings of ``entries`` with all that they added; return them."""
    taken: list[_Booked] = []
    for batch in batched(entries):
        booked = _stored(Posting.objects.filter(entry__in=batch))
        if not booked:
            continue
        deltas = Deltas[Key]()
        for each in booked:
            for key, columns, negative in each.contributions():
                (deltas.add if negative else deltas.take)(key, columns)
        Posting.objects.filter(pk__in=[each.posting.id for each in booked]).delete()
        write(deltas)
        taken += booked
    return taken


def _hold_stocks(changed: Sequence[_Booked]) -> None:
    """Bring what is held of stocks in line where postings were written or taken back."""
    held = hold(
        organisations=[each.posting.organisation_id for each in changed],
        indicators=[fact.indicator_id for each in changed for fact in each.facts],
    )
    if held:
        arrive()


def posted(postings: "QuerySet[Posting]") -> list[PostingData]:
    """Return what these postings add, so that it can be posted again."""
    return [
        PostingData(
            entry=each.posting.entry,
            organisation=each.posting.organisation_id,
            day=each.posting.day,
            work_area=each.posting.work_area,
            facts=tuple(
                FactData(*row[1:9], groups=(row.group,) if row.group else (), part=row.part) for row in each.facts
            ),
            booked=each.posting.booked,
            group=each.posting.group,
            rank=each.posting.rank,
            kinds=tuple(tag.value for tag in each.tags if tag.sort == Tag.KIND),
            campaigns=tuple(tag.value for tag in each.tags if tag.sort == Tag.CAMPAIGN),
            revision=each.posting.revision,
        )
        for each in _stored(postings)
    ]


def _booked(key: int, data: PostingData, standings: Standings, now: datetime) -> _Booked:
    day = data.booked or data.day
    indicators = (fact.indicator for fact in data.facts)
    steps = steps_of(
        organisation=data.organisation, booked=day, day=data.day, standings=standings, indicators=indicators
    )
    return _Booked(
        posting=_PostingRow(
            id=key,
            entry=data.entry,
            organisation_id=data.organisation,
            day=data.day,
            booked=day,
            month=month_of(day),
            group=data.group,
            rank=data.rank,
            work_area=data.work_area,
            revision=data.revision,
            since=now,
        ),
        stamps=[_StampRow(key, *step) for step in steps],
        # One row for a figure, or one for each group when it is the "of which" of several.
        facts=[
            _FactRow(key, *fact[:8], group, fact.part) for fact in data.facts for group in fact.groups or ("",)
        ],
        tags=[
            _TagRow(key, sort.value, value)
            for sort, values in ((Tag.KIND, data.kinds), (Tag.CAMPAIGN, data.campaigns))
            for value in dict.fromkeys(value[:60] for value in values)
        ],
    )  # fmt: skip


def _stored(postings: "QuerySet[Posting]") -> list[_Booked]:
    rows = [_PostingRow(*row) for row in postings.order_by("pk").values_list(*_PostingRow._fields)]
    booked = {row.id: _Booked(row) for row in rows}
    for keys in batched(list(booked)):
        for stamp in Stamp.objects.filter(posting__in=keys).order_by("pk").values_list(*_StampRow._fields):
            booked[stamp[0]].stamps.append(_StampRow(*stamp))
        for fact in Fact.objects.filter(posting__in=keys).order_by("pk").values_list(*_FactRow._fields):
            booked[fact[0]].facts.append(_FactRow(*fact))
        for tag in PostingTag.objects.filter(posting__in=keys).order_by("pk").values_list(*_TagRow._fields):
            booked[tag[0]].tags.append(_TagRow(*tag))
        for skip in Skip.objects.filter(posting__in=keys).values_list(*_SkipRow._fields):
            booked[skip[0]].skips.append(_SkipRow(*skip))
    return list(booked.values())


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
                            member.skips.append(_SkipRow(member.posting.id, *place))
                        seen.add(place)
