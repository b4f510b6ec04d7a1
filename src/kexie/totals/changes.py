"""Why a total changed: what an organisation counted at one moment and at another, and the entries between the two.

Everything follows from how entries counted (``bookings``): the total at a moment is today's less what has changed
since, and the difference of two moments is the sum of the differences of the entries. Both are exact, by construction.
The tree is that which is told now: a stock, which lies under the tree of the period's end, is asked of the past under
it too. (A flow carries its own ancestors.)
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import Q

from kexie.core.bulk import batched
from kexie.core.periods import add_months, first_day, last_day, month_of
from kexie.orgs.models import Lineage, Organisation
from kexie.orgs.queries import path_on
from kexie.totals.bookings import Booking, booking_now, booking_then
from kexie.totals.measures import Measure
from kexie.totals.models import Indicator, IndicatorKind, PastPosting, Posting
from kexie.totals.queries import Scope, Total, measures, totals_of

Why = Literal["added", "voided", "amended", "moved", "merged", "unmerged", "superseded"]
WHY_WORDS: dict[Why, str] = {
    "added": "新计入",
    "voided": "不再计入",
    "amended": "更正",
    "moved": "调整归属",
    "merged": "并为同一活动",
    "unmerged": "拆开同一活动",
    "superseded": "有了更新的数",
}

_ByEntry = dict[int, dict[int, Measure]]


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry added to a total of indicator id ``indicator`` before and after, in its smallest unit.

    ``at`` is the moment of its last change in between; the revisions are ids of the registers.
    """

    entry: int
    indicator: int
    why: Why
    before: Measure
    after: Measure
    at: datetime
    revision_before: int | None
    revision_after: int | None

    @property
    def difference(self) -> int:
        return self.after.value - self.before.value


@dataclass(frozen=True, slots=True)
class Changes:
    """Totals by indicator code at two moments, and the entries that are the difference, by indicator id."""

    before: Mapping[str, Total]
    after: Mapping[str, Total]
    entries: Mapping[int, list[Change]]


def changes_between(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    since: datetime,
    until: datetime | None = None,
    scope: Scope = "system",
    indicator: str | None = None,
) -> Changes:
    """Return how the totals of these months changed from the moment ``since`` to ``until`` (None: now), and why.

    With ``indicator``, a code, only of that one (of a formula: of its parts); all others are told as unchanged.
    """
    past = _Past(organisation, first_month, last_month, scope, since, indicator)
    now = measures(organisation=organisation, first_month=first_month, last_month=last_month, scope=scope)
    before, after, current = past.counted(since), past.counted(until), past.counted(None)
    return Changes(
        before=totals_of(_less(now, current, before)),
        after=totals_of(_less(now, current, after)),
        entries=past.explain(before, after, since, until),
    )


def totals_at(
    *, organisation: Organisation, first_month: int, last_month: int, at: datetime, scope: Scope = "system"
) -> dict[str, Total]:
    """Return the totals by indicator code as they were at the moment ``at``."""
    past = _Past(organisation, first_month, last_month, scope, at)
    now = measures(organisation=organisation, first_month=first_month, last_month=last_month, scope=scope)
    return totals_of(_less(now, past.counted(None), past.counted(at)))


def _less(now: Mapping[int, Measure], current: _ByEntry, then: _ByEntry) -> dict[int, Measure]:
    """``now`` with what the entries add then in place of what they add currently."""
    found = defaultdict(Measure, now)
    for sign, by_entry in ((-1, current), (1, then)):
        for added in by_entry.values():
            for indicator, measure in added.items():
                found[indicator] += measure if sign > 0 else -measure
    return found


class _Past:
    """How the entries counted that have changed for ``organisation`` since a moment, then and ever after."""

    def __init__(
        self,
        organisation: Organisation,
        first_month: int,
        last_month: int,
        scope: Scope,
        since: datetime,
        indicator: str | None = None,
    ) -> None:
        self._organisation, self._scope = organisation, scope
        self._months = range(first_month, last_month + 1)
        self._end = last_day(last_month)
        indicators = list(Indicator.objects.all())
        if indicator is not None:
            parts = {part for each in indicators if each.code == indicator for part in each.formula.values()}
            indicators = [each for each in indicators if each.code in {indicator, *parts}]
        self._flows = {i.pk for i in indicators if i.kind in (IndicatorKind.FLOW, IndicatorKind.DISTINCT)}
        self._oldest = {
            i.pk: add_months(last_month, -i.valid_months) for i in indicators if i.kind == IndicatorKind.STOCK
        }
        self._stocked = Q(day__range=(first_day(min(self._oldest.values(), default=last_month)), self._end))
        self._below = self._units_below()
        self._bookings: dict[int, list[Booking]] = defaultdict(list)
        changed = self._changed(since)
        self._load(Q(entry__in=batch) for batch in batched(sorted(changed)))
        # A stock is the last value of its unit: all that its unit has told may be it.
        units = {each.organisation for own in self._bookings.values() for each in own if self._is_stock(each)}
        self._load(self._stocked & Q(organisation__in=batch) for batch in batched(sorted(units & self._below)))

    def counted(self, at: datetime | None) -> _ByEntry:
        """What each of the entries added at this moment (None: now), by entry and indicator id."""
        found: _ByEntry = {}
        last: dict[tuple[int, int], tuple[date, int]] = {}
        standing = [each for own in self._bookings.values() for each in own if each.stands_at(at)]
        for booking in standing:
            if booking.month in self._months:
                found[booking.entry] = booking.adds(self._organisation.pk, self._scope, self._flows)
            if booking.organisation in self._below and booking.day <= self._end:
                for indicator in self._stock_sums(booking):
                    key = (booking.organisation, indicator)
                    last[key] = max(last.get(key, (booking.day, booking.entry)), (booking.day, booking.entry))
        by_entry = {booking.entry: booking for booking in standing}
        for (_, indicator), (_, entry) in last.items():
            found.setdefault(entry, {})[indicator] = self._stock_sums(by_entry[entry])[indicator]
        return found

    def explain(
        self, before: _ByEntry, after: _ByEntry, since: datetime, until: datetime | None
    ) -> dict[int, list[Change]]:
        """The entries that add something else after than before, by indicator, the largest difference first."""
        found: dict[int, list[Change]] = defaultdict(list)
        for entry in {**before, **after}:
            was = next((each for each in self._bookings[entry] if each.stands_at(since)), None)
            now = next((each for each in self._bookings[entry] if each.stands_at(until)), None)
            old, new = before.get(entry, {}), after.get(entry, {})
            for indicator in {**old, **new}:
                told, tells = old.get(indicator, Measure()), new.get(indicator, Measure())
                if told != tells:
                    found[indicator].append(
                        Change(
                            entry=entry,
                            indicator=indicator,
                            why=_why(was, now),
                            before=told,
                            after=tells,
                            at=self._at(entry, since, until),
                            revision_before=was.revision if was else None,
                            revision_after=now.revision if now else None,
                        )
                    )
        for rows in found.values():
            rows.sort(key=lambda each: (-abs(each.difference), each.entry))
        return dict(found)

    def _units_below(self) -> set[int]:
        """The organisations whose stocks are of this total: those that stand below it at the period's end."""
        path = path_on(organisation=self._organisation, day=self._end)
        if path is None:
            return set()
        below = Lineage.objects.filter(valid_from__lte=self._end, valid_until__gt=self._end, path__startswith=path)
        if self._scope == "own":
            below = below.filter(organisation=self._organisation)
        elif self._scope == "system":
            below = below.filter(department_depth__lte=path.count("/") - 2)
        return set(below.values_list("organisation", flat=True))

    def _changed(self, since: datetime) -> set[int]:
        """The entries of which something that may be of this total has begun or ended to count after ``since``."""
        months = Q(month__range=(self._months[0], self._months[-1]))
        flows_now = months & Q(stamps__ancestor=self._organisation)
        flows_then = months & Q(path__contains=f"/{self._organisation.pk}/")
        changed = set(Posting.objects.filter(flows_now, since__gt=since).values_list("entry", flat=True))
        changed |= set(PastPosting.objects.filter(flows_then, until__gt=since).values_list("entry", flat=True))
        of_stock = Posting.objects.filter(
            self._stocked, since__gt=since, facts__indicator__in=self._oldest, facts__part=False
        )
        for entry, unit in of_stock.values_list("entry", "organisation").distinct():
            changed |= {entry} if unit in self._below else set()
        for row in PastPosting.objects.filter(self._stocked, until__gt=since):
            if row.organisation_id in self._below and self._is_stock(booking_then(row)):
                changed.add(row.entry)
        return changed

    def _load(self, conditions: Iterable[Q]) -> None:
        for condition in conditions:
            rows = Posting.objects.filter(condition).prefetch_related("stamps", "facts", "skips")
            found = [booking_now(each, each.stamps.all(), each.facts.all(), each.skips.all()) for each in rows]
            found += [booking_then(row) for row in PastPosting.objects.filter(condition).order_by("pk")]
            for booking in found:
                if not any(
                    (each.since, each.until) == (booking.since, booking.until) for each in self._bookings[booking.entry]
                ):
                    self._bookings[booking.entry].append(booking)

    def _is_stock(self, booking: Booking) -> bool:
        return any(fact.indicator in self._oldest and not fact.part for fact in booking.facts)

    def _stock_sums(self, booking: Booking) -> dict[int, Measure]:
        """The stocks that it tells and that are not too old at the period's end."""
        month = month_of(booking.day)
        sums: dict[int, Measure] = {}
        for fact in booking.facts:
            if not fact.part and fact.indicator in self._oldest and month >= self._oldest[fact.indicator]:
                sums[fact.indicator] = sums.get(fact.indicator, Measure(entries=1)) + Measure.of(fact)
        return sums

    def _at(self, entry: int, since: datetime, until: datetime | None) -> datetime:
        """The moment of the last change of ``entry`` between the two."""
        moments = {at for each in self._bookings[entry] for at in (each.since, each.until) if at is not None}
        between = [at for at in moments if since < at and (until is None or at <= until)]
        return max(between, default=since)


def _why(was: Booking | None, now: Booking | None) -> Why:
    """In one word, why an entry adds something else than before."""
    if was is None:
        return "added"
    if now is None:
        return "voided"
    if was.revision != now.revision or was.facts != now.facts:
        return "amended"
    if was == now:
        return "superseded"
    if was.group is None and now.group is not None:
        return "merged"
    if was.group is not None and now.group is None:
        return "unmerged"
    return "moved" if was.path != now.path or was.departments != now.departments else "merged"
