"""Reads of the reports: what stands behind each number of a document, and the reports that a person may see."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import msgspec
from django.contrib.auth.models import AnonymousUser

from kexie.catalogue import load_typed
from kexie.core.bulk import batched
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Entry, Figure, Mode, Source
from kexie.reports.comparison import compare_totals
from kexie.reports.composing.joint import joint_of, partners_number
from kexie.reports.material import PARTNERS, Material, change_number, make_number
from kexie.reports.model import Number, NumberQuery
from kexie.reports.phrases import area_names, indicator_words
from kexie.reports.sources import FormulaTerm, NumberSource, SourceEntry, period_words
from kexie.reports.wording import PLAIN, Reading, all_digits, word_total
from kexie.totals.measures import Measure, total
from kexie.totals.models import Indicator, Stamp
from kexie.totals.queries import Total, Where, entry_ids, scope_word, totals, totals_where

HIDDEN = "（受限记录）"
_FORMULAS = ("ratio", "mean")


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    label: str
    kinds: list[str]


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    own: str
    groups: list[_Group]


def gather_sources(*, numbers: Iterable[Number], user: User | AnonymousUser | None = None) -> dict[str, NumberSource]:
    """Return, by the number's key, the formula and the entries behind each number.

    With ``user`` an entry that this person may not see is listed as restricted, without words; without, all are shown
    (for files that the office itself writes). Everything is read once, however many numbers there are.
    Organisations and entries that are gone are passed over.
    """
    return _Gatherer(user=user).gather(list(numbers))


@dataclass
class _Row:
    """An entry as it is needed here; ``measures`` by indicator code and whether online."""

    entry: Entry
    is_hidden: bool = False
    measures: dict[tuple[str, bool], Measure] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)

    def measure(self, query: NumberQuery) -> Measure | None:
        """What the entry adds to a number; None when it has nothing for it."""
        wanted = (True, False) if query.online is None else (query.online,)
        parts = [self.measures[query.indicator, each] for each in wanted if (query.indicator, each) in self.measures]
        return total(parts) if parts else None


@dataclass
class _Gatherer:
    user: User | AnonymousUser | None
    rows: dict[int, _Row] = field(default_factory=dict)
    children: dict[tuple[int, int], Organisation | None] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    found: dict[NumberQuery, list[int]] = field(default_factory=dict)
    totals: dict[NumberQuery, dict[str, Total]] = field(default_factory=dict)

    def gather(self, numbers: list[Number]) -> dict[str, NumberSource]:
        codes = {number.query.organisation for number in numbers}
        self.organisations = {each.code: each for each in Organisation.objects.filter(code__in=codes)}
        ids = {number.key: self.ids(number.query) for number in numbers if self._known(number)}
        self._load({pk for found in ids.values() for pk in found})
        wanted: dict[int, set[int]] = defaultdict(set)
        for number in numbers:
            if self._known(number):
                wanted[self.organisations[number.query.organisation].pk].update(ids[number.key])
        for ancestor, entries in wanted.items():
            self._load_children(ancestor, entries)
        return {number.key: self._source(number, ids[number.key]) for number in numbers if self._known(number)}

    def _known(self, number: Number) -> bool:
        return number.query.organisation in self.organisations

    def ids(self, query: NumberQuery) -> list[int]:
        """The entries behind a query, latest first."""
        if query not in self.found:
            self.found[query] = self._ask(query)
        return self.found[query]

    def _ask(self, query: NumberQuery) -> list[int]:
        if query.entry:
            return list(Entry.objects.filter(uid=query.entry).values_list("pk", flat=True))
        if query.where == PARTNERS:
            material = _material(self.organisations[query.organisation], query)
            return list(joint_of(material, query.work_area).entries)
        found = entry_ids(
            organisation=self.organisations[query.organisation],
            first_month=query.first_month,
            last_month=query.last_month,
            indicator=query.indicator,
            scope=query.scope,
            work_area=query.work_area,
            online=query.online,
            until=query.until,
            where=campaign_of(query),
        )
        if query.where and not campaign_of(query):
            key, _, value = query.where.partition("=")
            keep: set[int] = set()
            for batch in batched(found):
                keep.update(
                    Entry.objects.filter(pk__in=batch, **{f"counting__fields__{key}": value}).values_list(
                        "pk", flat=True
                    )
                )
            found = [pk for pk in found if pk in keep]
        return found

    def _load(self, ids: set[int]) -> None:
        for batch in batched(sorted(ids)):
            seen = set(batch)
            if self.user is not None:
                seen = set(Entry.objects.visible_to(self.user).filter(pk__in=batch).values_list("pk", flat=True))
            for entry in Entry.objects.filter(pk__in=batch).select_related("counting__organisation"):
                if entry.counting_id:
                    self.rows[entry.pk] = _Row(entry, is_hidden=entry.pk not in seen)
        by_revision = {row.entry.counting_id: row for row in self.rows.values()}
        for batch in batched(sorted(pk for pk in by_revision if pk)):
            for figure in Figure.objects.filter(revision__in=batch).select_related("indicator"):
                if not figure.is_part:
                    measures = by_revision[figure.revision_id].measures
                    key = (figure.indicator.code, figure.mode == Mode.ONLINE)
                    measures[key] = measures.get(key, Measure(entries=1)) + Measure.of(figure)
            for source in Source.objects.filter(revision__in=batch).order_by("pk"):
                by_revision[source.revision_id].sources.append(source)

    def _load_children(self, ancestor: int, entries: set[int]) -> None:
        for batch in batched(sorted(entries)):
            stamps = Stamp.objects.filter(ancestor=ancestor, posting__entry__in=batch)
            for stamp in stamps.select_related("child", "posting"):
                self.children[ancestor, stamp.posting.entry] = stamp.child

    def _source(self, number: Number, ids: list[int]) -> NumberSource:
        query = number.query
        organisation = self.organisations[query.organisation]
        return NumberSource(
            organisation=organisation.name,
            period=period_words(query.first_month, query.last_month, query.until),
            scope=scope_word(query.scope, organisation.kind),
            work_area=area_names().get(query.work_area or "", ""),
            value=all_digits(number),
            terms=tuple(self._terms(number, organisation, ids)),
            entries=tuple(self._entry(number, self.rows[pk]) for pk in ids if pk in self.rows),
        )

    def _entry(self, number: Number, row: _Row) -> SourceEntry:
        revision = row.entry.counting
        assert revision is not None
        measure = row.measure(number.query)
        unit = indicator_words()[number.query.indicator].unit
        value = word_total(total=_reading(measure, number.query.indicator), unit=unit) if measure else ""
        told = [] if row.is_hidden else [source.told for source in row.sources]
        return SourceEntry(
            id="" if row.is_hidden else row.entry.uid,
            unit=revision.organisation.short_name,
            title=HIDDEN if row.is_hidden else revision.title,
            date=revision.end,
            value=value,
            source="；".join(dict.fromkeys(place for each in told if (place := source_words(each)))),
            excerpt=next((str(each["quote"]) for each in told if each.get("quote")), ""),
        )

    def _total(self, organisation: Organisation, query: NumberQuery, indicator: str) -> Total | None:
        """A total of the query's months; all indicators are asked at once."""
        key = replace(query, indicator="")
        if key not in self.totals:
            self.totals[key] = totals(
                organisation=organisation,
                first_month=query.first_month,
                last_month=query.last_month,
                scope=query.scope,
                work_area=query.work_area,
                online=query.online,
                until=query.until,
            )
        return self.totals[key].get(indicator)

    def _terms(self, number: Number, organisation: Organisation, ids: list[int]) -> Iterator[FormulaTerm]:
        query = number.query
        words = indicator_words()[query.indicator]
        if query.entry:
            return
        if number.base:
            for sign, each in (("＋", query), ("－", number.base)):
                found = self._total(organisation, each, each.indicator)
                if found:
                    label = period_words(each.first_month, each.last_month, each.until)
                    yield FormulaTerm(label=label, value=all_digits(found), sign=sign)
            return
        if words.kind in _FORMULAS:
            formula = Indicator.objects.get(code=query.indicator).formula
            for sign, code in (("＋", formula["numerator"]), ("÷", formula["denominator"])):
                part = self._total(organisation, query, code)
                if part:
                    yield FormulaTerm(label=indicator_words()[code].name, value=all_digits(part), sign=sign)
            return
        yield from self._summands(number, organisation, ids)

    def _summands(self, number: Number, organisation: Organisation, ids: list[int]) -> Iterator[FormulaTerm]:
        """The summands by kind of unit: what the organisation counts of each, so one event once."""
        if number.query.scope == "own" or not all(pk in self.rows for pk in ids):
            return
        words = load_typed("reports/sources", _Words)
        labels = {kind: group.label for group in words.groups for kind in group.kinds}
        sums: dict[str, list[Measure]] = defaultdict(list)
        for pk in ids:
            child = self.children.get((organisation.pk, pk))
            label = words.own if child is None else labels.get(child.kind, child.short_name)
            if measure := self.rows[pk].measure(number.query):
                sums[label].append(measure)
        order = [words.own, *(group.label for group in words.groups)]
        if len(sums) < 2:
            return
        for label in sorted(sums, key=lambda each: order.index(each) if each in order else len(order)):
            part = _reading(total(sums[label]), number.query.indicator)
            yield FormulaTerm(label=label, value=all_digits(part))


def campaign_of(query: NumberQuery) -> Where | None:
    """Return the condition of a query that is narrowed to a campaign."""
    key, _, value = query.where.partition("=")
    return Where("campaign", value) if key == "campaign" else None


def source_words(told: Mapping[str, object]) -> str:
    """Return where words came from: 简报.docx，第 3 行."""
    name = str(told.get("name") or told.get("file") or "")
    place = ""
    if told.get("sheet"):
        place += f"，{told['sheet']}"
    if told.get("row"):
        place += f"，第 {told['row']} 行"
    return f"{name}{place}".lstrip("，")


def _reading(measure: Measure, indicator: str) -> Reading:
    """A measure (integers in the smallest unit) in the indicator's unit."""
    scale = indicator_words()[indicator].scale

    def decimal(value: int) -> Decimal:
        return Decimal(value).scaleb(-scale)

    return Reading(
        value=decimal(measure.value),
        low=decimal(measure.low),
        high=None if measure.upper is None else decimal(measure.upper),
        low_exclusive=measure.low_exclusive > 0,
        high_exclusive=measure.upper is not None and measure.high_exclusive > 0,
        qualifier=measure.qualifier,
    )


def explain_number(
    *, organisation: Organisation, query: NumberQuery, measure: str = "total", user: User | AnonymousUser
) -> tuple[Number | None, NumberSource | None]:
    """Return a number as it stands now and what is behind it, or (None, None) when nothing is recorded for it.

    ``measure`` is total, difference or rate (against the same months of the year before). Entries are those that
    ``user`` may see.
    """
    number = number_now(organisation, query, measure, user)
    if number is None:
        return None, None
    return number, gather_sources(numbers=[number], user=user).get(number.key)


def number_now(
    organisation: Organisation,
    query: NumberQuery,
    measure: str,
    user: User | AnonymousUser | None,
    material: Material | None = None,
) -> Number | None:
    """Return a number as it stands now, or None; ``material`` is one of the same months and scope, if there is one.

    With ``user`` a number of one entry is found only if this person may see the entry.
    """
    material = material or _material(organisation, query)
    if query.where == PARTNERS:
        joint = joint_of(material, query.work_area)
        return partners_number(material, query.work_area, joint) if joint.names else None
    if query.entry:
        entries = Entry.objects.all() if user is None else Entry.objects.visible_to(user)
        entry = entries.filter(uid=query.entry).select_related("counting").first()
        if entry is None or entry.counting is None:
            return None
        if not Stamp.objects.filter(ancestor=organisation, posting__entry=entry.pk).exists():
            return None
        measured = Measure()
        for figure in Figure.objects.filter(revision=entry.counting_id, indicator__code=query.indicator):
            if not figure.is_part and query.online in (None, figure.mode == Mode.ONLINE):
                measured += Measure.of(figure)
        return make_number(total=_reading(measured, query.indicator), query=query, style=PLAIN, entries=1)
    total_now = material.asked(work_area=query.work_area, online=query.online).get(query.indicator)
    if total_now is None:
        return None
    if where := campaign_of(query):
        found = totals_where(
            organisation=organisation,
            first_month=query.first_month,
            last_month=query.last_month,
            where=where,
            scope=query.scope,
        )
        total_now = found.get(query.indicator)
        return make_number(total=total_now, query=query, style=PLAIN) if total_now else None
    if query.where:
        count = len(_Gatherer(user=None, organisations={organisation.code: organisation}).ids(query))
        return material.count(query.indicator, count, work_area=query.work_area, where=query.where) if count else None
    if measure == "total":
        return make_number(total=total_now, query=query, style=PLAIN)
    before = material.asked(work_area=query.work_area, online=query.online, years_back=1).get(query.indicator)
    words = indicator_words()[query.indicator]
    change = compare_totals(current=total_now, previous=before, name=words.name, unit=words.unit)
    chosen = change.rate if measure == "rate" else change.difference
    return change_number(total=total_now, change=chosen, query=query, style=PLAIN) if chosen else None


def _material(organisation: Organisation, query: NumberQuery) -> Material:
    return Material(
        organisation=organisation,
        first_month=query.first_month,
        last_month=query.last_month,
        scope=query.scope,
        until=query.until,
    )
