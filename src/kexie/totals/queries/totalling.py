"""Totals for any organisation, run of months and indicator: as they are, by month, by organisation, by cut."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Q

from kexie.core.periods import first_day, last_day, months_between
from kexie.orgs.models import Organisation
from kexie.orgs.queries import children_between
from kexie.totals.measures import Measure
from kexie.totals.queries.adding import add
from kexie.totals.queries.answers import Parts, Total, Wanted
from kexie.totals.queries.asked import OWN, SHARED, STATED, Asked, Cut, Scope, Structure
from kexie.totals.queries.flows import Where, child_measures, cut_measures, flow_measures
from kexie.totals.queries.held import Held
from kexie.totals.queries.standing_in import Stated, standing_in
from kexie.totals.queries.stocks import held_stocks, held_through
from kexie.totals.queries.today import Places

_OVERLAPPING: tuple[Cut, ...] = ("group", "kind", "campaign")


def totals(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
    structure: Structure = "then",
    work_area: str | None = None,
) -> dict[str, Total]:
    """Return the totals by indicator code; with ``work_area``, of the entries of that work area alone (no stocks)."""
    wanted = Wanted(indicators)
    asked = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope=scope, structure=structure
    )
    if work_area is not None:
        found = flow_measures(asked, "indicator_id", where=Where("work_area", work_area))
        return wanted.answer(Parts(_by_last(found)))
    flows = _by_last(flow_measures(asked, "indicator_id"))
    stated = standing_in(asked)
    return wanted.answer(_parts(flows, stated, held_stocks(asked, wanted.stocks)))


def totals_where(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    where: Where,
    child: Organisation | None = None,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
    structure: Structure = "then",
) -> dict[str, Total]:
    """Return the flows that meet a condition, by indicator code; with ``child``, a direct one, those through it."""
    asked = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope=scope, structure=structure
    )
    found = flow_measures(asked, "indicator_id", where=where, child=child.pk if child else None)
    return Wanted(indicators).answer(Parts(_by_last(found)))


def totals_by_month(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
    structure: Structure = "then",
) -> dict[int, dict[str, Total]]:
    """Return totals by month, then by indicator code. Flows add up; a stock is that of the month's end.

    A statement that stands in for missing entries of a longer period is in the last month of it.
    """
    wanted = Wanted(indicators)
    asked = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope=scope, structure=structure
    )
    flows: dict[int, dict[int, Measure]] = defaultdict(dict)
    for (month, indicator), measure in flow_measures(asked, "month", "indicator_id").items():
        flows[month][indicator] = measure
    stated: dict[int, list[Stated]] = defaultdict(list)
    for each in standing_in(asked):
        stated[each.row.last_month].append(each)
    answer = {}
    for month in months_between(first_month, last_month):
        one = Asked(organisation=organisation, first_month=month, last_month=month, scope=scope, structure=structure)
        stocked = held_stocks(one, wanted.stocks)
        answer[month] = wanted.answer(_parts(flows.get(month, {}), stated.get(month, []), stocked))
    return {month: found for month, found in answer.items() if found}


def totals_by_organisation(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
    structure: Structure = "then",
) -> dict[str, dict[str, Total]]:
    """Return totals by code of the direct children and ``"own"``; they add up to the organisation's total with

    ``"shared"``, what is taken away because several of them tell of one event, and ``"stated"``, what was stated for
    the organisation as a whole and stands in for missing entries. A child that came or went during the period counts
    here for as long as it stood below ``organisation``; under the structure of today there are today's children.
    """
    wanted = Wanted(indicators)
    asked = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope=scope, structure=structure
    )
    own = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope="own", structure=structure
    )
    flows: dict[int | None, dict[int, Measure]] = {None: _by_last(flow_measures(own, "indicator_id"))}
    whole = flows[None]
    if scope != "own":
        for child_id, found in child_measures(asked).items():
            flows[child_id] = found
        whole = _by_last(flow_measures(asked, "indicator_id"))
    stated: dict[int | None, list[Stated]] = defaultdict(list)
    for each in standing_in(asked):
        stated[each.way.child].append(each)
    stocked = held_through(asked, wanted.stocks)
    ids = {pk for pk in (*flows, *stated, *stocked) if pk is not None}
    children = counted_children(asked, ids=ids)
    answer = {
        child.code: wanted.answer(_parts(flows.get(child.pk, {}), stated.get(child.pk, []), stocked.get(child.pk, {})))
        for child in children
    }
    answer[OWN] = wanted.answer(_parts(flows[None], [], stocked.get(None, {})))
    answer[STATED] = wanted.answer(_parts({}, stated.get(None, []), {}), formulas=False)
    answer[SHARED] = wanted.answer(Parts(_less(whole, flows.values())), formulas=False)
    return {key: found for key, found in answer.items() if found}


def counted_children(asked: Asked, *, ids: Iterable[int] = (), codes: Iterable[str] = ()) -> list[Organisation]:
    """Return, in official order, the direct children that are looked at, and those named that are not one now."""
    if asked.structure == "today":
        first = last = Places().today
    else:
        first, last = first_day(asked.first_month), last_day(asked.last_month)
    children = children_between(organisation=asked.organisation, first=first, last=last)
    others = set(ids) - {child.pk for child in children}
    named = set(codes) - {child.code for child in children}
    if others or named:
        children += Organisation.objects.filter(Q(pk__in=others) | Q(code__in=named))
        children.sort(key=lambda each: (each.order, each.code))
    return children


def totals_by_cut(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    by: Cut,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
    structure: Structure = "then",
) -> dict[str, dict[str, Total]]:
    """Return flows by value of a cut, then by indicator code. ``""``: not said.

    Modes and work areas add up to the total; what was stated in place of entries is not said to be of any. Kinds and
    campaigns overlap, as an entry may have several. By group are the figures "of which": never the whole.
    """
    wanted = Wanted(indicators)
    asked = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope=scope, structure=structure
    )
    flows: dict[str, dict[int, Measure]] = defaultdict(dict)
    for (value, indicator), measure in cut_measures(asked, by).items():
        flows[value][indicator] = measure
    stated = [] if by in _OVERLAPPING else standing_in(asked)
    if stated:
        flows.setdefault("", {})
    # Person-times that are online, over all activities, would be no mean of anything.
    formulas = by not in ("mode", "group")
    answer = {
        value: wanted.answer(_parts(flows[value], [] if value else stated, {}), formulas=formulas)
        for value in sorted(flows, key=lambda each: (not each, each))
    }
    return {value: found for value, found in answer.items() if found}


def _by_last(found: Mapping[tuple[int, ...], Measure]) -> dict[int, Measure]:
    return {key[-1]: measure for key, measure in found.items()}


def _parts(flows: Mapping[int, Measure], stated: Iterable[Stated], stocked: Held) -> Parts:
    stated = list(stated)
    measures = dict(flows)
    add(measures, ((each.row.indicator_id, each.measure) for each in stated))
    return Parts(measures, Counter(each.row.indicator_id for each in stated), stocked)


def _less(whole: Mapping[int, Measure], parts: Iterable[Mapping[int, Measure]]) -> dict[int, Measure]:
    """The whole less all its parts, by indicator: nothing, or what is told of more than once."""
    rest = dict(whole)
    for part in parts:
        add(rest, part.items(), -1)
    return {indicator: measure for indicator, measure in rest.items() if measure != Measure()}
