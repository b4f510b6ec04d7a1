"""What adds up over time: sums where they are kept, facts for everything finer.

A *selection* is a list of signed querysets of facts: what was counted under the structure of the day and, under that
of today, less what has gone and with what has come (``today.py``). All that is asked of facts is additive, so a
selection answers by any key.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Length, Replace

from kexie.core.bulk import batched
from kexie.orgs.models import Lineage
from kexie.totals.measures import Measure
from kexie.totals.models import Fact, MonthSum, Skip, Stamp, SumDelta
from kexie.totals.queries.adding import Measures, add, gather, measures
from kexie.totals.queries.answers import ADDED
from kexie.totals.queries.asked import Asked, Cut
from kexie.totals.queries.today import Moves, Places, moves, own_units

_KEYS: dict[Cut, str] = {
    "mode": "mode",
    "group": "group",
    "work_area": "posting__work_area",
    "kind": "posting__tags__value",
    "campaign": "posting__tags__value",
}


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on facts: a cut and the value of it (None: all values of it, whatever they are)."""

    cut: Cut
    value: str | None = None

    @property
    def key(self) -> str:
        return _KEYS[self.cut]

    def condition(self) -> Q:
        """The facts that are looked at: by group those "of which", else those that enter totals."""
        condition = Q(part=True) & ~Q(group="") if self.cut == "group" else Q(part=False)
        if self.cut in ("kind", "campaign"):
            condition &= Q(posting__tags__sort=self.cut)
        if self.value is not None:
            condition &= Q(**{self.key: self.value})
        return condition


Selection = list[tuple[int, QuerySet[Fact]]]


def flow_measures(asked: Asked, *keys: str, where: Where | None = None, child: int | None = None) -> Measures:
    """Return what the flows of ``asked`` come to, by ``keys`` of sums and facts: ``month``, ``indicator_id``.

    With ``child`` (its id), what is counted through it.
    """
    if asked.scope == "own" or where is not None or child is not None:
        return _counted(_add_up(select(asked, where=where, child=child), *(_fact_key(key) for key in keys)))
    found = gather(sums(asked), *keys)
    if asked.structure == "today":
        add(found, _add_up(_corrections(asked, None, None), *(_fact_key(key) for key in keys)).items())
    return _counted(found)


def cut_measures(asked: Asked, cut: Cut) -> Measures:
    """Return what the flows of ``asked`` come to, by value of ``cut`` and indicator."""
    where = Where(cut)
    return _counted(_add_up(select(asked, where=where), where.key, "indicator_id"))


def flow_entries(asked: Asked, *, indicator: int, child: int | None = None, where: Where | None = None) -> set[Any]:
    """Return (day, entry) of the entries behind a flow; with ``child``, of those that are counted through it."""
    found: Counter[Any] = Counter()
    for sign, facts in select(asked, where=where, child=child):
        rows = facts.filter(indicator=indicator).values_list("posting__day", "posting__entry").distinct()
        for row in rows:
            found[row] += sign
    return {row for row, count in found.items() if count > 0}


def sums(asked: Asked) -> list[QuerySet[Any]]:
    """The folded and the unfolded sums that make up the totals under the structure of the day."""
    where = Q(ancestor=asked.organisation, month__range=asked.months)
    if asked.scope == "system":
        where &= Q(outside=False)
    return [MonthSum.objects.filter(where).order_by(), SumDelta.objects.filter(where).order_by()]


def select(asked: Asked, *, where: Where | None = None, child: int | None = None) -> Selection:
    """Return the facts that the organisation counts (with ``child``, through it), as a selection."""
    facts = _facts(asked, where)
    if asked.scope == "own":
        if asked.structure == "then":
            return [(1, facts.filter(posting__organisation=asked.organisation))]
        units = own_units(asked.organisation, Places())
        return [(1, facts.filter(posting__organisation__in=batch)) for batch in batched(units)]
    then = _counted_then(facts, asked, child)
    if asked.structure == "then":
        return [(1, then)]
    return [(1, then), *_corrections(asked, where, child)]


def _corrections(asked: Asked, where: Where | None, child: int | None) -> Selection:
    """What under the structure of today goes from, and comes to, what was counted under that of the day."""
    moved = moves(asked, by_child=child is not None)
    facts = _facts(asked, where)
    then = _counted_then(facts, asked, child)
    come = [pk for pk, way in moved.ways.items() if child is None or way.child == child]
    chosen = moved.chosen if child is None else moved.through.get(child, [])
    return [
        *((-1, each) for each in _touched(then, moved)),
        *((1, facts.filter(posting__organisation__in=batch, posting__group=None)) for batch in batched(come)),
        *((1, facts.filter(pk__in=batch)) for batch in batched(chosen)),
    ]


def _touched(facts: QuerySet[Any], moved: Moves, posting: str = "posting__") -> Iterable[QuerySet[Any]]:
    """The part of ``facts`` that is counted otherwise today."""
    for batch in batched(moved.organisations):
        yield facts.filter(**{f"{posting}organisation__in": batch, f"{posting}group": None})
    for batch in batched(moved.groups):
        yield facts.filter(**{f"{posting}group__in": batch})


def _facts(asked: Asked, where: Where | None) -> QuerySet[Fact]:
    """The facts of flows of these months, whoever counts them."""
    facts = Fact.objects.filter(where.condition() if where else Q(part=False))
    return facts.filter(indicator__kind__in=ADDED, posting__month__range=asked.months).order_by()


def _counted_then(facts: QuerySet[Fact], asked: Asked, child: int | None) -> QuerySet[Fact]:
    """Of ``facts`` those that the organisation counted under the structure of the day, or that ``child`` did below."""
    stamps = Stamp.objects.filter(ancestor=asked.organisation, posting=OuterRef("posting"))
    if asked.scope == "system":
        stamps = stamps.filter(outside=False)
    if child is not None:
        stamps = stamps.filter(child=child)
    skips = Skip.objects.filter(
        ancestor=child or asked.organisation,
        system=asked.scope == "system",
        posting=OuterRef("posting"),
        indicator=OuterRef("indicator"),
    )
    return facts.filter(Exists(stamps), ~Exists(skips))


# --- by child -------------------------------------------------------------------------------------------------------


def child_measures(asked: Asked) -> dict[int, dict[int, Measure]]:
    """Return what each child counts of what the organisation is above of, by child and indicator."""
    stamps = Stamp.objects.filter(ancestor=asked.organisation, child__isnull=False, posting__month__range=asked.months)
    if asked.scope == "system":
        stamps = stamps.filter(outside=False)
    settled = _settled_children(asked)
    found = _sums_of(settled, asked)
    add(found, _through_children(stamps.exclude(child__in=settled), asked).items())
    if asked.structure == "today":
        moved = moves(asked, by_child=True)
        for each in _touched(stamps, moved):
            add(found, _through_children(each, asked).items(), -1)
        facts = _facts(asked, None)
        come = [pk for pk, way in moved.ways.items() if way.child is not None]
        for batch in batched(come):
            alone = facts.filter(posting__organisation__in=batch, posting__group=None)
            for (unit, indicator), measure in measures(alone, "posting__organisation_id", "indicator_id").items():
                add(found, [((moved.ways[unit].child, indicator), measure)])
        for child, chosen in moved.through.items():
            for batch in batched(chosen):
                for (indicator,), measure in measures(facts.filter(pk__in=batch), "indicator_id").items():
                    add(found, [((child, indicator), measure)])
    by_child: dict[int, dict[int, Measure]] = defaultdict(dict)
    for (child, indicator), measure in _counted(found).items():
        by_child[child][indicator] = measure
    return by_child


def _settled_children(asked: Asked) -> list[int]:
    """The children whose own sums are what is counted through them: they never stood anywhere else.

    Nor, for the 科协系统, were they ever a department.
    """
    where = asked.organisation
    depth = Length("path") - Length(Replace("path", Value("/"), Value(""))) - 2
    elsewhere = Lineage.objects.filter(organisation=OuterRef("organisation")).exclude(parent=where)
    children = Lineage.objects.filter(~Exists(elsewhere), parent=where).order_by()
    if asked.scope == "system":
        departments = Lineage.objects.filter(organisation=OuterRef("organisation"))
        children = children.exclude(Exists(departments.filter(department_depth=depth)))
    return list(children.values_list("organisation", flat=True).distinct())


def _sums_of(children: list[int], asked: Asked) -> Measures:
    """The sums of these children, by child and indicator."""
    found: Measures = {}
    for batch in batched(children):
        where = Q(ancestor__in=batch, month__range=asked.months, indicator__kind__in=ADDED)
        if asked.scope == "system":
            where &= Q(outside=False)
        tables = [MonthSum.objects.filter(where).order_by(), SumDelta.objects.filter(where).order_by()]
        add(found, gather(tables, "ancestor_id", "indicator_id").items())
    return found


def _through_children(stamps: QuerySet[Stamp], asked: Asked) -> Measures:
    """What children count of the stamped postings, by child and indicator."""
    facts = _facts(asked, None).filter(posting__stamps__in=stamps)
    found = measures(facts, "posting__stamps__child_id", "indicator_id")
    # Merge groups are few: what a child skips is taken away one by one.
    through = dict(stamps.filter(posting__group__isnull=False).values_list("posting", "child"))
    skipped: dict[tuple[int, int], int] = {}
    for batch in batched(list(through)):
        skips = Skip.objects.filter(system=asked.scope == "system", posting__in=batch)
        for posting, ancestor, indicator in skips.values_list("posting", "ancestor", "indicator"):
            if through[posting] == ancestor:
                skipped[posting, indicator] = ancestor
    taken: dict[tuple[int, int], Measure] = {}
    for batch in batched(sorted({posting for posting, _ in skipped})):
        for fact in Fact.objects.filter(part=False, posting__in=batch):
            key = (fact.posting_id, fact.indicator_id)
            if key in skipped:
                taken[key] = taken.get(key, Measure(entries=1)) + Measure.of(fact)
    add(found, (((skipped[key], key[1]), measure) for key, measure in taken.items()), -1)
    return found


# --- small parts ----------------------------------------------------------------------------------------------------


def _add_up(selection: Selection, *keys: str) -> Measures:
    found: Measures = {}
    for sign, facts in selection:
        add(found, measures(facts, *keys).items(), sign)
    return found


def _counted(found: Measures) -> Measures:
    """Without what cancelled out. All corrections come first: one may put an entry in the place of another."""
    return {key: measure for key, measure in found.items() if measure.entries}


def _fact_key(key: str) -> str:
    return {"month": "posting__month"}.get(key, key)


def latest_month(organisation: Any) -> int | None:
    """Return the latest month in which ``organisation`` has anything, or None."""
    months: Sequence[int | None] = [
        rows.objects.filter(ancestor=organisation).order_by("-month").values_list("month", flat=True).first()
        for rows in (MonthSum, SumDelta)
    ]
    return max((month for month in months if month), default=None)
