"""Reads: totals for any organisation, run of months and indicator, and the entries behind each.

All take keyword arguments: ``organisation``, ``first_month`` and ``last_month`` (202403), ``scope`` (see SCOPES) and
``indicators`` (codes; None for all). An indicator without entries is not in the answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kexie.core.periods import add_months, first_day, last_day, month_of
from kexie.orgs.models import Lineage, Organisation
from kexie.orgs.queries import children_between, path_on
from kexie.totals.measures import MEASURE_FIELDS, QUALIFIERS, Measure, Qualifier, total
from kexie.totals.models import Fact, Indicator, IndicatorKind, MonthSum, Skip, Stamp, SumDelta

Scope = Literal["own", "system", "county"]
SCOPES: tuple[Scope, ...] = ("own", "system", "county")
_WHOLE_WORDS = {"province": "全省", "city": "全市", "county": "全县", "township": "全镇"}
OWN, SHARED = "own", "shared"
SHARED_WORDS = "同一活动只计一次"

_ADDED = (IndicatorKind.FLOW, IndicatorKind.DISTINCT)
_FORMULAS = (IndicatorKind.RATIO, IndicatorKind.MEAN)


def scope_word(scope: Scope, kind: str) -> str:
    """Return the word for ``scope`` at an organisation of ``kind``; the widest is 全县 at a county only."""
    return {"own": "本级机关", "system": "科协系统", "county": _WHOLE_WORDS.get(kind, "含成员单位")}[scope]


@dataclass(frozen=True, slots=True)
class Total:
    """The value of an indicator, in its unit. ``low`` and ``high`` bound it (``high`` None: no bound).

    ``entries`` is how many entries it is the sum of (of a formula: its part with more); ``as_of`` the oldest day among
    the values of a stock.
    """

    indicator: str
    value: Decimal
    low: Decimal
    high: Decimal | None
    low_exclusive: bool
    high_exclusive: bool
    qualifier: Qualifier
    entries: int
    as_of: date | None = None


def totals(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
    work_area: str | None = None,
) -> dict[str, Total]:
    """Return the totals by indicator code; with ``work_area``, of the entries of that work area alone (no stocks)."""
    wanted = _Wanted(indicators)
    if scope == "own" or work_area is not None:
        facts = _facts(organisation, first_month, last_month, scope, work_area)
        flows = _measures(facts.filter(indicator__kind__in=_ADDED), "indicator_id")
    else:
        rows = _sums(organisation, first_month, last_month, scope)
        flows = _gather(rows, "indicator_id")
    stocks = {} if work_area is not None else _stocks(organisation, last_month, scope)
    return wanted.answer({key[0]: measure for key, measure in flows.items()}, _stock_totals(stocks.values()))


def totals_by_month(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
) -> dict[int, dict[str, Total]]:
    """Return totals by month, then by indicator code. Flows add up; a stock is that of the month's end."""
    wanted = _Wanted(indicators)
    if scope == "own":
        facts = _facts(organisation, first_month, last_month, scope, None)
        flows = _measures(facts.filter(indicator__kind__in=_ADDED), "posting__month", "indicator_id")
    else:
        flows = _gather(_sums(organisation, first_month, last_month, scope), "month", "indicator_id")
    by_month: dict[int, dict[int, Measure]] = defaultdict(dict)
    for (month, indicator), measure in flows.items():
        by_month[month][indicator] = measure
    answer = {}
    month = first_month
    while month <= last_month:
        stocks = _stocks(organisation, month, scope) if wanted.has_stocks else {}
        answer[month] = wanted.answer(by_month.get(month, {}), _stock_totals(stocks.values()))
        month = add_months(month, 1)
    return {month: found for month, found in answer.items() if found}


def totals_by_organisation(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicators: Iterable[str] | None = None,
    scope: Scope = "system",
) -> dict[str, dict[str, Total]]:
    """Return totals by code of the direct children, ``"own"`` and ``"shared"``; they add up to the organisation's own.

    ``"shared"`` is what is taken away because several of them tell of one event. A child that came or went during the
    period counts here for as long as it stood below ``organisation``.
    """
    wanted = _Wanted(indicators)
    own = _facts(organisation, first_month, last_month, "own", None).filter(indicator__kind__in=_ADDED)
    own_measures = {key[0]: measure for key, measure in _measures(own, "indicator_id").items()}
    flows: dict[int | None, dict[int, Measure]] = {None: own_measures}
    children = children_between(organisation=organisation, first=first_day(first_month), last=last_day(last_month))
    if scope != "own":
        for child, found in _through_children(organisation, first_month, last_month, scope).items():
            flows[child] = found
    stocks: dict[int | None, list[_Stock]] = defaultdict(list)
    for stock in _stocks(organisation, last_month, scope).values():
        stocks[stock.child].append(stock)
    answer = {}
    for code, key in [*((child.code, child.pk) for child in children), (OWN, None)]:
        totals_found = wanted.answer(flows.get(key, {}), _stock_totals(stocks.get(key, [])))
        if totals_found:
            answer[code] = totals_found
    rest = _shared(organisation, first_month, last_month, scope, flows.values())
    if shared := wanted.answer(rest, {}, formulas=False):
        answer[SHARED] = shared
    return answer


def _through_children(
    organisation: Organisation, first_month: int, last_month: int, scope: Scope
) -> dict[int, dict[int, Measure]]:
    """What each child counts of what ``organisation`` is above of, by child and indicator."""
    stamps = Stamp.objects.filter(
        ancestor=organisation, child__isnull=False, posting__month__range=(first_month, last_month)
    )
    if scope == "system":
        stamps = stamps.filter(outside=False)
    facts = Fact.objects.filter(part=False, indicator__kind__in=_ADDED, posting__stamps__in=stamps).order_by()
    found: dict[int, dict[int, Measure]] = defaultdict(dict)
    for (child, indicator), measure in _measures(facts, "posting__stamps__child_id", "indicator_id").items():
        found[child][indicator] = measure
    # Merge groups are few: what a child skips is taken away one by one.
    through = dict(stamps.filter(posting__group__isnull=False).values_list("posting", "child"))
    skips = Skip.objects.filter(system=scope == "system", posting__in=list(through)).values_list(
        "posting", "ancestor", "indicator"
    )
    skipped = {(posting, indicator): child for posting, child, indicator in skips if through[posting] == child}
    taken: dict[tuple[int, int], Measure] = {}
    for fact in Fact.objects.filter(part=False, posting__in={posting for posting, _ in skipped}):
        key = (fact.posting_id, fact.indicator_id)
        if key in skipped:
            taken[key] = taken.get(key, Measure(entries=1)) + Measure.of(fact)
    for key, measure in taken.items():
        found[skipped[key]][key[1]] -= measure
    return {child: {key: each for key, each in own.items() if each.entries} for child, own in found.items()}


def _shared(
    organisation: Organisation,
    first_month: int,
    last_month: int,
    scope: Scope,
    parts: Iterable[Mapping[int, Measure]],
) -> dict[int, Measure]:
    """The total less all its parts, by indicator: nothing, or what is told of more than once."""
    if scope == "own":
        return {}
    sums = _gather(_sums(organisation, first_month, last_month, scope), "indicator_id")
    rest = {key[0]: measure for key, measure in sums.items()}
    for part in parts:
        for indicator, measure in part.items():
            rest[indicator] = rest.get(indicator, Measure()) - measure
    return {indicator: measure for indicator, measure in rest.items() if measure != Measure()}


def latest_month(organisation: Organisation) -> int | None:
    """Return the latest month in which ``organisation`` has anything, or None."""
    months = [
        sums.objects.filter(ancestor=organisation).aggregate(latest=Max("month"))["latest"]
        for sums in (MonthSum, SumDelta)
    ]
    return max((month for month in months if month), default=None)


def entry_ids(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicator: str,
    scope: Scope = "system",
    work_area: str | None = None,
    child: Organisation | None = None,
) -> list[int]:
    """Return the ids of the entries whose figures make up this total, latest first.

    With ``child``, a direct one, those that ``organisation`` counts through it.
    """
    row = Indicator.objects.get(code=indicator)
    codes = {row.formula["numerator"], row.formula["denominator"]} if row.kind in _FORMULAS else {indicator}
    found: list[tuple[date, int]] = []
    counting = child or organisation
    for each in Indicator.objects.filter(code__in=codes):
        if each.kind == IndicatorKind.STOCK:
            stocks = _stocks(organisation, last_month, scope)
            found += [
                (stock.day, stock.entry)
                for stock in stocks.values()
                if stock.indicator == each.pk and (child is None or stock.child == child.pk)
            ]
        else:
            facts = _facts(counting, first_month, last_month, scope, work_area).filter(indicator=each)
            if child is not None:
                facts = facts.filter(posting__stamps__ancestor=organisation, posting__stamps__child=child)
            found += facts.values_list("posting__day", "posting__entry").distinct()
    return [entry for _, entry in sorted(set(found), reverse=True)]


# --- flows ----------------------------------------------------------------------------------------------------------


def _sums(organisation: Organisation, first_month: int, last_month: int, scope: Scope) -> list[QuerySet[Any]]:
    """The folded and the unfolded sums that make up the totals."""
    where = Q(ancestor=organisation, month__range=(first_month, last_month))
    if scope == "system":
        where &= Q(outside=False)
    return [MonthSum.objects.filter(where).order_by(), SumDelta.objects.filter(where).order_by()]


def _gather(rows: Iterable[QuerySet[Any]], *keys: str) -> dict[tuple[Any, ...], Measure]:
    """Add up sum rows by ``keys``; what cancelled out is left out."""
    found: dict[tuple[Any, ...], Measure] = {}
    for queryset in rows:
        sums = {f"{name}_sum": Sum(name) for name in MEASURE_FIELDS}
        for *key, values in _split(queryset.values(*keys).annotate(**sums).values_list(*keys, *sums), len(keys)):
            found[tuple(key)] = found.get(tuple(key), Measure()) + Measure(*values)
    return {key: measure for key, measure in found.items() if measure.entries}


def _facts(
    organisation: Organisation, first_month: int, last_month: int, scope: Scope, work_area: str | None
) -> QuerySet[Fact]:
    """The facts that enter the totals of ``organisation``: no "of which"."""
    facts = Fact.objects.filter(part=False, posting__month__range=(first_month, last_month)).order_by()
    if work_area is not None:
        facts = facts.filter(posting__work_area=work_area)
    if scope == "own":
        return facts.filter(posting__organisation=organisation)
    stamps = Stamp.objects.filter(ancestor=organisation, posting=OuterRef("posting"))
    if scope == "system":
        stamps = stamps.filter(outside=False)
    return facts.filter(Exists(stamps), ~Exists(_skips(organisation, scope)))


def _skips(organisation: Organisation, scope: Scope) -> QuerySet[Skip]:
    """What ``organisation`` does not count of the fact that is being looked at, because of its merge group."""
    return Skip.objects.filter(
        ancestor=organisation,
        system=scope == "system",
        posting=OuterRef("posting"),
        indicator=OuterRef("indicator"),
    )


def _measures(facts: QuerySet[Fact], *keys: str) -> dict[tuple[Any, ...], Measure]:
    """Add up facts by ``keys`` in the database."""
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
    rows = facts.values(*keys).annotate(**columns).values_list(*keys, *columns)
    return {tuple(key): Measure(*values) for *key, values in _split(rows, len(keys))}


def _split(rows: Iterable[tuple[Any, ...]], keys: int) -> Iterable[tuple[Any, ...]]:
    """Each row as its keys and, last, the tuple of its values."""
    for row in rows:
        yield (*row[:keys], row[keys:])


# --- stocks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Stock:
    """The last value of one organisation for one indicator; ``child`` is the way down to it, None for its own."""

    indicator: int
    child: int | None
    day: date
    entry: int
    measure: Measure


def _stocks(organisation: Organisation, last_month: int, scope: Scope) -> dict[tuple[int, int], _Stock]:
    """The stocks that stand at the end of ``last_month``, by organisation and indicator.

    Each organisation that stands below ``organisation`` on that day gives its last value at or before it, if that is
    not older than the indicator's ``valid_months``.
    """
    end = last_day(last_month)
    path = path_on(organisation=organisation, day=end)
    if path is None:
        return {}
    depth = path.count("/") - 2
    below = Lineage.objects.filter(valid_from__lte=end, valid_until__gt=end, path__startswith=path)
    if scope == "own":
        below = below.filter(organisation=organisation)
    elif scope == "system":
        below = below.filter(department_depth__lte=depth)
    ways = {pk: _way(child_path, path) for pk, child_path in below.values_list("organisation", "path")}
    ages = dict(Indicator.objects.filter(kind=IndicatorKind.STOCK).values_list("pk", "valid_months"))
    if not ages or not ways:
        return {}
    facts = (
        Fact.objects.filter(part=False, indicator__in=ages, posting__day__lte=end)
        .filter(posting__day__gte=first_day(add_months(last_month, -max(ages.values()))))
        .filter(Exists(below.filter(organisation=OuterRef("posting__organisation"))))
        .select_related("posting")
        .order_by("posting__day", "posting__entry")
    )
    last: dict[tuple[int, int], _Stock] = {}
    for fact in facts.iterator(chunk_size=2000):
        posting = fact.posting
        key = (posting.organisation_id, fact.indicator_id)
        if month_of(posting.day) < add_months(last_month, -ages[fact.indicator_id]):
            continue
        measure = Measure.of(fact)
        if (known := last.get(key)) and known.entry == posting.entry:
            measure = known.measure + measure
        else:
            measure += Measure(entries=1)
        way = ways[posting.organisation_id]
        last[key] = _Stock(fact.indicator_id, way, posting.day, posting.entry, measure)
    return last


def _way(path: str, above: str) -> int | None:
    """The id of the child of ``above`` on the way down to ``path``, None when they are the same."""
    rest = path[len(above) :]
    return int(rest.split("/", 1)[0]) if rest else None


def _stock_totals(stocks: Iterable[_Stock]) -> dict[int, tuple[Measure, date]]:
    groups: dict[int, list[_Stock]] = defaultdict(list)
    for stock in stocks:
        groups[stock.indicator].append(stock)
    return {
        indicator: (total(stock.measure for stock in group), min(stock.day for stock in group))
        for indicator, group in groups.items()
    }


# --- answers --------------------------------------------------------------------------------------------------------


class _Wanted:
    """The indicators that were asked for, those that their formulas need, and how measures become totals."""

    def __init__(self, codes: Iterable[str] | None) -> None:
        self._indicators = {indicator.pk: indicator for indicator in Indicator.objects.all()}
        self._codes = None if codes is None else set(codes)
        needed = [i for i in self._indicators.values() if self._codes is None or i.code in self._codes]
        formulas = {
            part for i in needed if i.kind in _FORMULAS for part in (i.formula["numerator"], i.formula["denominator"])
        }
        self.has_stocks = any(
            i.kind == IndicatorKind.STOCK for i in self._indicators.values() if i in needed or i.code in formulas
        )

    def answer(
        self, flows: Mapping[int, Measure], stocks: Mapping[int, tuple[Measure, date | None]], *, formulas: bool = True
    ) -> dict[str, Total]:
        """Return the totals that were asked for, in the catalogue's order."""
        every: dict[str, Total] = {}
        for pk, indicator in self._indicators.items():
            if pk in stocks:
                every[indicator.code] = _total(indicator, *stocks[pk])
            elif pk in flows and indicator.kind in _ADDED:
                every[indicator.code] = _total(indicator, flows[pk], None)
        for indicator in self._indicators.values():
            if formulas and indicator.kind in _FORMULAS and (value := _quotient(indicator, every)):
                every[indicator.code] = value
        order = [indicator.code for indicator in self._indicators.values()]
        return {code: every[code] for code in order if code in every and (self._codes is None or code in self._codes)}


def _total(indicator: Indicator, measure: Measure, as_of: date | None) -> Total:
    def decimal(value: int) -> Decimal:
        return Decimal(value).scaleb(-indicator.scale)

    return Total(
        indicator=indicator.code,
        value=decimal(measure.value),
        low=decimal(measure.low),
        high=None if measure.upper is None else decimal(measure.upper),
        low_exclusive=measure.low_exclusive > 0,
        high_exclusive=measure.upper is not None and measure.high_exclusive > 0,
        qualifier=measure.qualifier,
        entries=measure.entries,
        as_of=as_of,
    )


def _quotient(indicator: Indicator, every: Mapping[str, Total]) -> Total | None:
    """The value of a ratio or mean, rounded half up to its scale; None over nothing."""
    above, below = every.get(indicator.formula["numerator"]), every.get(indicator.formula["denominator"])
    if above is None or below is None or below.value == 0:
        return None
    factor = 100 if indicator.kind == IndicatorKind.RATIO else 1
    step = Decimal(1).scaleb(-indicator.scale)
    value = (above.value * factor / below.value).quantize(step, rounding=ROUND_HALF_UP)
    exact = above.qualifier == below.qualifier == "exact"
    return Total(
        indicator=indicator.code,
        value=value,
        low=value if exact else Decimal(0),
        high=value if exact else None,
        low_exclusive=False,
        high_exclusive=False,
        qualifier="exact" if exact else "about",
        entries=max(above.entries, below.entries),
        as_of=min((day for day in (above.as_of, below.as_of) if day), default=None),
    )


# --- measures -------------------------------------------------------------------------------------------------------


def measures(*, organisation: Organisation, first_month: int, last_month: int, scope: Scope) -> dict[int, Measure]:
    """Return what the totals are made of, by indicator id: flows and stocks, not what follows from them by formula."""
    if scope == "own":
        facts = _facts(organisation, first_month, last_month, scope, None)
        flows = _measures(facts.filter(indicator__kind__in=_ADDED), "indicator_id")
    else:
        sums = [rows.filter(indicator__kind__in=_ADDED) for rows in _sums(organisation, first_month, last_month, scope)]
        flows = _gather(sums, "indicator_id")
    stocks = _stock_totals(_stocks(organisation, last_month, scope).values())
    return {**{key[0]: each for key, each in flows.items()}, **{pk: each for pk, (each, _) in stocks.items()}}


def totals_of(measures: Mapping[int, Measure]) -> dict[str, Total]:
    """Return the totals, formulas among them, that ``measures`` by indicator id come to; stocks without their day."""
    found = {pk: measure for pk, measure in measures.items() if measure.entries}
    stocks = Indicator.objects.filter(kind=IndicatorKind.STOCK, pk__in=found).values_list("pk", flat=True)
    return _Wanted(None).answer(found, {pk: (found[pk], None) for pk in stocks})
