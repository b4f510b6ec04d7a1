"""活动总结: one edition of a theme day or month (report-writing rules §2)."""

import datetime
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Q

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.periods import Period, first_day, last_day
from kexie.orgs.models import Organisation
from kexie.orgs.queries import children_between
from kexie.registers.models import Entry
from kexie.reports.chapters import Spans, fill, join_spans
from kexie.reports.kinds.building import numbered, paragraph, with_notes
from kexie.reports.kinds.problems import next_spans, one_form, problem_spans
from kexie.reports.kinds.telling import Event, choose_events, days_words, entry_totals, told, totals_items
from kexie.reports.kinds.telling import totals_sentences as sentences
from kexie.reports.kinds.words import campaign_name, campaign_words, one_of, problem_words, telling_words
from kexie.reports.material import make_number
from kexie.reports.model import Block, Document, Number, NumberQuery, Scope, Table, Text
from kexie.reports.phrases import indicator_words, summary_words
from kexie.reports.setting import Setting, set_out
from kexie.reports.wording import PLAIN, Style
from kexie.totals.queries import SHARED_WORDS, Total, Where, entry_ids, totals_where

Totals = Mapping[str, Total]


def compose_campaign(
    *,
    organisation: Organisation,
    period: Period,
    campaign: str = "",
    as_of: datetime.date | None = None,
    length: str = "normal",
    scope: Scope = "system",
    style: Style = PLAIN,
    all_reported: bool = False,
    today: datetime.date | None = None,
) -> Document:
    """Return the summary of a campaign's edition of the period: what was recorded under it.

    Raises DomainError for a campaign that is not in the catalogue, or when nothing is recorded under it.
    """
    name = campaign_name(campaign)
    most = one_of(campaign_words().told, length)
    setting = set_out(
        organisation=organisation, period=period, as_of=as_of, today=today, what="活动总结", scope=scope, style=style
    )
    edition = _Edition(setting, campaign, name)
    if not edition.entries or not edition.totals:
        raise DomainError(f"{organisation.name}{period.label}没有“{name}”的记录，写不出活动总结")
    return edition.write(most=most, all_reported=all_reported)


class _Edition:
    """The entries and totals of a campaign in the months of the setting, and the parts of its summary."""

    def __init__(self, setting: Setting, campaign: str, name: str) -> None:
        self.setting, self.campaign, self.name = setting, campaign, name
        self.material, self.words = setting.material, campaign_words()
        self._ids: dict[str, list[int]] = {}
        self._cuts: dict[tuple[int | None, Scope], Totals] = {}
        self.totals = self._cut()
        self.entries = self._entries()
        self.figures = entry_totals(self.entries)

    def write(self, *, most: int, all_reported: bool) -> Document:
        setting, words = self.setting, self.words
        headings = words.headings
        results = totals_items(self.totals, number=self._number, ids=self._behind)
        lead = words.complete if all_reported else words.incomplete
        time = "" if setting.end >= setting.period.end else words.totals_lead.format(time=setting.time)
        done: Spans = sentences(results, lead=lead + time, most=summary_words().most_items)
        if any(code in self.totals and self.totals[code].value for code in ("person_times", "trained_person_times")):
            done = [*done, Text(text=words.effect)]
        problem = one_form(self._kinds())
        wrong: list[Block] = []
        if problem:
            wrong = [
                paragraph([*problem_spans([problem], bridge=problem_words().bridge), *next_spans([problem])]),
            ]
        parts: list[tuple[str, list[Block]]] = [
            (headings["organisation"], self._organisation()),
            (headings["course"], self._course(most)),
            (headings["results"], [paragraph(done)] if done else []),
            (headings["shortcomings"], wrong),
        ]
        table = self._table()
        document = Document(
            kind="campaign",
            organisation=setting.organisation.code,
            period=setting.period.code,
            title=words.title.format(office=setting.office.full, year=setting.period.year, campaign=self.name),
            blocks=(self._opening(), *numbered(parts)),
            signature=setting.office.full,
            date=setting.date,
            annexes=(table,) if table else (),
            as_of=setting.as_of,
            about=self.campaign,
        )
        notes = [*setting.notes, words.notes["rest"]]
        return with_notes(document, notes, length=words.length, words=words.notes)

    # --- what is known -----------------------------------------------------------------------------------------------

    def _cut(self, *, child: Organisation | None = None, scope: Scope | None = None) -> Totals:
        """The totals of the campaign; with ``child``, of what the organisation counts through it."""
        key = (child.pk if child else None, scope or self.material.scope)
        if key not in self._cuts:
            self._cuts[key] = totals_where(
                organisation=self.material.organisation,
                first_month=self.material.first_month,
                last_month=self.material.last_month,
                where=Where("campaign", self.campaign),
                child=child,
                scope=key[1],
            )
        return self._cuts[key]

    def _behind(self, indicator: str) -> list[int]:
        material = self.material
        if indicator not in self._ids:
            self._ids[indicator] = entry_ids(
                organisation=material.organisation,
                first_month=material.first_month,
                last_month=material.last_month,
                indicator=indicator,
                scope=material.scope,
                where=Where("campaign", self.campaign),
            )
        return self._ids[indicator]

    def _entries(self) -> list[Entry]:
        """The events that may be told of, each once however many units told of it; by date."""
        ids = self._behind("activities")
        found: list[Entry] = []
        for batch in batched(sorted(ids)):
            rows = Entry.objects.filter(pk__in=batch).exclude(counting__visibility="restricted")
            found += rows.select_related("counting__organisation")
        return sorted(found, key=lambda each: (told(each).end or datetime.date.min, each.pk))

    def _kinds(self) -> dict[str, Decimal]:
        """How many events there were of each kind; the first kind of an entry is what it was."""
        counts: dict[str, Decimal] = {}
        for entry in self.entries:
            kind = next(iter(told(entry).kinds), "")
            counts[kind] = counts.get(kind, Decimal(0)) + told(entry).occurrences
        return counts

    def _number(self, total: Total) -> Number:
        query = self.material.query(total.indicator, where=f"campaign={self.campaign}")
        return make_number(total=total, query=query, style=self.material.style)

    # --- parts -------------------------------------------------------------------------------------------------------

    def _opening(self) -> Block:
        setting, words = self.setting, self.words
        summary, office = summary_words(), setting.office
        start = words.opening.format(
            year=setting.period.year,
            campaign=self.name,
            office=office.me,
            led=summary.led.format(led_by=office.led_by) if office.led_by else "",
            guided=summary.guided.format(guided_by=office.guided_by) if office.guided_by else "",
        )
        facts = [self.totals[code] for code in words.facts if code in self.totals and self.totals[code].value]
        items = [fill(indicator_words()[fact.indicator].phrase, self._number(fact)) for fact in facts]
        spans: Spans = [Text(text=start), *(span for item in items for span in (Text(text="，"), *item))]
        return paragraph([*spans, Text(text=f"。{words.hand_over}")])

    def _organisation(self) -> list[Block]:
        """From when until when, which units in the official order, with which partners."""
        words = self.words
        days = [day for entry in self.entries for day in (told(entry).start, told(entry).end) if day]
        text = ""
        if days:
            first, last = min(days), max(days)
            if first == last:
                text += words.one_day.format(first=days_words(first, first))
            else:
                text += words.span.format(first=days_words(first, first), last=days_words(last, last))
        units = self._units()
        if len(units) > 1:
            names = [self._unit_name(each) for each in units]
            rest = "等" if len(names) > words.units_named else ""
            text += words.took_part.format(units="、".join(names[: words.units_named]) + rest)
        if partners := self._partners({each.name for each in units} | {each.short_name for each in units}):
            text += words.together.format(partners=partners)
        return [paragraph([Text(text=text)])] if text else []

    def _partners(self, units: set[str]) -> str:
        """Partners other than the office's own units, in the official order as far as they stand in the tree."""
        telling = telling_words()
        names = dict.fromkeys(
            str(name).strip() for entry in self.entries for name in told(entry).partners if str(name).strip()
        )
        order: dict[str, int] = {}
        below = self.setting.organisation.path
        known = Organisation.objects.filter(Q(name__in=names) | Q(short_name__in=names)).order_by("order", "code")
        for unit in known:
            if unit.path.startswith(below) and unit.kind != "department":
                units = units | {unit.name, unit.short_name}
            order.setdefault(unit.name, unit.order)
            order.setdefault(unit.short_name, unit.order)
        others = [name for name in names if name not in units]
        places = {name: place for place, name in enumerate(others)}
        others.sort(key=lambda name: (name not in order, order.get(name, 0), places[name]))
        rest = telling.partners_rest.format(n=len(others)) if len(others) > telling.partners_named else ""
        return "、".join(others[: telling.partners_named]) + rest if others else ""

    def _course(self, most: int) -> list[Block]:
        """Event by event while they are few; else the heaviest events by date, and what each unit did."""
        chosen = self.entries
        if len(self.entries) > most:
            weights = {pk: found["person_times"] for pk, found in self.figures.items() if "person_times" in found}
            chosen = choose_events(self.entries, weights=weights, most=most)
        blocks: list[Block] = []
        spans: Spans = []
        for entry in chosen:
            spans += [*self._event(entry), Text(text="。")]
        if spans:
            blocks.append(paragraph(spans))
        if len(self.entries) > most:
            clauses = [clause for clause in map(self._unit_clause, (None, *self._children())) if clause]
            if clauses:
                lead = Text(text=self.words.by_unit_lead)
                blocks.append(paragraph([lead, *join_spans(clauses, "；"), Text(text="。")]))
        return blocks

    def _event(self, entry: Entry) -> Spans:
        people = self.figures[entry.pk].get("person_times")
        number = None
        if people is not None and people.value:
            query = self.material.query("person_times", entry=entry.uid)
            number = make_number(total=people, query=query, style=self.material.style)
        event = Event(revision=told(entry), writer=self.setting.organisation.pk, me=self.setting.office.me)
        return event.sentence(number)

    def _unit_clause(self, child: Organisation | None) -> Spans:
        """What a unit (None: the office itself) did, in bare numbers: 稻香镇7场、882人次以上."""
        scope: Scope = self.material.scope if child else "own"
        unit = child or self.setting.organisation
        found = self._cut(child=child, scope=scope)
        items: list[Spans] = [
            [self._cell(found[code], unit, scope, has_unit=True)]
            for code in self.words.facts
            if code in found and found[code].value
        ]
        name = Text(text=self.words.by_unit.format(unit=self._unit_name(unit)))
        return [name, *join_spans(items, "、")] if items else []

    def _units(self) -> list[Organisation]:
        """The units that told of something, those directly below the office in its official order, itself first."""
        reporting = {told(entry).organisation_id for entry in self.entries}
        own = [self.setting.organisation] if self.setting.organisation.pk in reporting else []
        return [*own, *self._children()]

    def _children(self) -> list[Organisation]:
        material = self.material
        children = children_between(
            organisation=material.organisation,
            first=first_day(material.first_month),
            last=last_day(material.last_month),
        )
        return [child for child in children if self._cut(child=child)]

    def _unit_name(self, unit: Organisation) -> str:
        return self.setting.office.me if unit.pk == self.setting.organisation.pk else unit.short_name or unit.name

    # --- annex -------------------------------------------------------------------------------------------------------

    def _table(self) -> Table | None:
        """What each unit did, in the official order; a column adds up in sight, the correction included."""
        summary = summary_words().table
        codes = [code for code in self.words.columns if code in self.totals and self.totals[code].value]
        organisation, scope = self.setting.organisation, self.material.scope
        rows: list[tuple[str, Organisation, Scope, Totals]] = []
        if own := self._cut(scope="own"):
            rows.append((summary.own, organisation, "own", own))
        rows += [(each.short_name or each.name, each, scope, self._cut(child=each)) for each in self._children()]
        rows = [row for row in rows if any(code in row[3] for code in codes)]
        if not codes or not rows:
            return None
        printed: list[tuple[Text | Number | None, ...]] = [
            (Text(text=label), *(self._cell(found[code], unit, at) if code in found else None for code in codes))
            for label, unit, at, found in rows
        ]
        zero = Decimal(0)
        gaps = [
            self.totals[code].value - sum((found[code].value for *_, found in rows if code in found), zero)
            for code in codes
        ]
        if any(gaps):
            shown = [Text(text=str(gap).replace("-", "－")) if gap else None for gap in gaps]
            printed.append((Text(text=SHARED_WORDS), *shown))
        whole = [self._cell(self.totals[code], organisation, scope) for code in codes]
        printed.append((Text(text=summary.sum), *whole))
        words = indicator_words()
        return Table(
            title=self.words.table.format(year=self.setting.period.year, campaign=self.name),
            header=(summary.first, *(f"{words[code].name}（{words[code].unit}）" for code in codes)),
            rows=tuple(printed),
        )

    def _cell(self, total: Total, unit: Organisation, scope: Scope, *, has_unit: bool = False) -> Number:
        query = NumberQuery(
            organisation=unit.code,
            indicator=total.indicator,
            first_month=self.material.first_month,
            last_month=self.material.last_month,
            scope=scope,
            where=f"campaign={self.campaign}",
        )
        return make_number(total=total, query=query, style=self.material.style, has_unit=has_unit)
