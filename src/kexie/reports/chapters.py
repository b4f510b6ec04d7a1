"""The paragraphs of one chapter: totals, comparison, stocks, honours, cases (report-writing rules §4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kexie.core.bulk import batched
from kexie.registers.definitions import catalogue_registers
from kexie.registers.models import Entry, Figure, Revision
from kexie.reports.comparison import compare_totals
from kexie.reports.composing.spans import (
    Spans,
    chunks,
    fill,
    inner_quotes,
    join_items,
    join_spans,
    merge_text,
)
from kexie.reports.material import TOLD_APART, Material, make_number
from kexie.reports.model import Paragraph, Text
from kexie.reports.phrases import Office, Whole, area_names, indicator_words, summary_words
from kexie.reports.sources import date_words
from kexie.reports.wording import Reading
from kexie.totals.queries import Total


@dataclass(frozen=True, kw_only=True)
class ChapterWriter:
    """Writes the chapters of one document. ``notes`` collects what the writer should know but nobody should read."""

    material: Material
    office: Office
    time: str
    lead: str
    equally_complete: bool
    cases: int
    notes: list[str] = field(default_factory=list)
    told: set[int] = field(default_factory=set)

    def write(self, work_area: str) -> list[Paragraph]:
        """Return the paragraphs of a work area; none when nothing is recorded for it."""
        found = self.material.totals(work_area=work_area)
        results = [*self._results(found, work_area), *self._honours(work_area)]
        paragraphs = [self._cases(work_area), self._totals(found, work_area), results, self._stocks(work_area)]
        return [Paragraph(spans=merge_text(spans)) for spans in paragraphs if spans]

    # --- totals ------------------------------------------------------------------------------------------------------

    def _totals(self, found: dict[str, Total], work_area: str) -> Spans:
        """The sentences of events and of people, in the order of §4, and what has changed since the year before."""
        words = summary_words()
        sentences = [self._items(found, items, work_area) for items in words.sentences[:2]]
        spans: Spans = []
        for items in chunks([item for item in sentences if item], most=words.most_items):
            spans += [*([] if spans else [Text(text=self.lead + self.time)]), *join_items(items), Text(text="。")]
        return [*spans, *self._comparison(found, work_area)] if spans else []

    def _results(self, found: dict[str, Total], work_area: str) -> Spans:
        items = [item for group in summary_words().sentences[2:] for item in self._items(found, group, work_area)]
        return [Text(text=self.time), *join_items(items), Text(text="。")] if items else []

    def _items(self, found: dict[str, Total], items: Sequence[str | Whole], work_area: str) -> list[Spans]:
        printed: list[Spans] = []
        for item in items:
            if isinstance(item, str):
                printed += self._item(found, item, work_area)
            else:
                printed += self._whole(found, item, work_area)
        return printed

    def _item(self, found: dict[str, Total], code: str, work_area: str, *, phrase: str = "") -> list[Spans]:
        total = found.get(code)
        if total is None or total.value == 0:
            return []
        if code == "activities":
            phrase = summary_words().activities[work_area]
        return [fill(phrase or indicator_words()[code].phrase, self.material.number(total, work_area=work_area))]

    def _online(self, code: str, work_area: str) -> list[Spans]:
        """What is online stands beside what is not, as an item of its own."""
        total = self.material.online(work_area=work_area).get(code)
        if total is None or total.value == 0:
            return []
        number = self.material.number(total, work_area=work_area, online=True)
        return [fill(summary_words().online[code], number)]

    def _whole(self, found: dict[str, Total], item: Whole, work_area: str) -> list[Spans]:
        """The whole with its proven parts in brackets, then the unproven parts as items of their own."""
        whole = self._item(found, item.whole, work_area)
        inside: list[Spans] = []
        outside: list[Spans] = []
        for code, phrase in item.parts.items():
            if whole and self._is_part(found, code, item.whole, work_area):
                inside += self._item(found, code, work_area, phrase=phrase)
            else:
                outside += self._item(found, code, work_area)
        if inside:
            whole[0] = [*whole[0], Text(text="（其中"), *join_spans(inside, "、"), Text(text="）")]
        return [*whole, *outside, *(self._online(item.whole, work_area) if item.whole in TOLD_APART else [])]

    def _is_part(self, found: dict[str, Total], part: str, whole: str, work_area: str) -> bool:
        """Say whether every entry behind ``part`` also stands behind ``whole``, and the part is not the larger."""
        if part not in found or found[part].value > found[whole].value:
            return False
        ids = self.material.entry_ids
        return ids(indicator=part, work_area=work_area) <= ids(indicator=whole, work_area=work_area)

    def _comparison(self, found: dict[str, Total], work_area: str) -> Spans:
        words = summary_words()
        before = self.material.totals(work_area=work_area, years_back=1)
        clauses: list[Spans] = []
        for code, name in words.comparisons.items():
            if code not in found or found[code].value == 0:
                continue
            unit = indicator_words()[code].unit
            result = compare_totals(
                current=found[code],
                previous=before.get(code),
                name=name,
                unit=unit,
                equally_complete=self.equally_complete,
                style=self.material.style,
            )
            if result.note:
                self.notes.append(f"{area_names()[work_area]}：{result.note}")
            if result.direction == "level":
                clauses.append([Text(text=words.compared["level"].format(name=name))])
            elif result.difference:
                change = self.material.change(found[code], result.difference, work_area=work_area)
                clause = fill(words.compared["more"].replace("{name}", name), change)
                if result.rate:
                    rate = self.material.change(found[code], result.rate, work_area=work_area)
                    clause += fill(words.compared["rate"], rate)
                clauses.append(clause)
        clauses = clauses[: words.most_comparisons]
        return [*join_spans(clauses, "；"), Text(text="。")] if clauses else []

    # --- stocks, honours, cases --------------------------------------------------------------------------------------

    def _stocks(self, work_area: str) -> Spans:
        words = summary_words()
        found = self.material.totals()
        by_day: dict[str, list[Spans]] = {}
        for code in words.stocks.get(work_area, ()):
            total = found.get(code)
            if total is not None and total.value and total.as_of:
                item = fill(indicator_words()[code].phrase, self.material.number(total))
                by_day.setdefault(date_words(total.as_of), []).append(item)
        clauses: list[Spans] = [
            [Text(text=words.stock_lead.format(date=day)), *join_spans(items, "，")] for day, items in by_day.items()
        ]
        return [*join_spans(clauses, "；"), Text(text="。")] if clauses else []

    def _honours(self, work_area: str) -> Spans:
        """Honours by level, from nation to county, and the first few by name (§4, awards sentence)."""
        words = summary_words().honours
        total = self.material.totals(work_area=work_area).get("honours")
        if total is None or total.value == 0:
            return []
        spans = [Text(text=self.time), *fill(words.phrase, self.material.number(total, work_area=work_area))]
        levels = next(item for item in catalogue_registers()["honours"].fields if item.key == "level").choices
        entries = self.material.entries(indicator="honours", work_area=work_area)
        counts = self.material.honours_by_level(work_area=work_area)
        parts: list[Spans] = []
        for level, label in levels.items():
            count = counts.get(level, 0)
            if count and count < total.value:
                number = self.material.count("honours", count, work_area=work_area, where=f"level={level}")
                parts.append([Text(text=label), number])
        if parts:
            spans += [Text(text="，其中"), *join_spans(parts, "、")]
        order = {level: place for place, level in enumerate(levels)}
        entries.sort(key=lambda entry: order.get(entry_field(entry, "level"), len(order)))
        titles = "".join(
            f"“{inner_quotes(entry.counting.title)}”" for entry in entries[: words.named] if entry.counting
        )
        rest = "等" if len(entries) > words.named else ""
        return [*spans, Text(text=f"，包括{titles}{rest}。" if titles else "。")]

    def _cases(self, work_area: str) -> Spans:
        """One to three events, chosen by weight, spread over units and months; each event is told once (§4.3, §6)."""
        if not self.cases:
            return []
        entries = [
            entry
            for entry in self.material.entries(indicator="activities", work_area=work_area)
            if entry.pk not in self.told
        ]
        people = people_of(entries)
        entries.sort(key=lambda entry: (-people[entry.pk].value if entry.pk in people else 0, entry.pk))
        chosen: list[Entry] = []
        for entry in entries:
            if len(chosen) < self.cases and not any(_is_alike(entry, other) for other in chosen):
                chosen.append(entry)
        chosen.sort(key=lambda entry: (_told(entry).end or _told(entry).created_at.date(), entry.pk))
        self.told.update(entry.pk for entry in chosen)
        return [span for entry in chosen for span in self._case(entry, people.get(entry.pk))]

    def _case(self, entry: Entry, people: Reading | None) -> Spans:
        words = summary_words()
        revision = _told(entry)
        is_own = revision.organisation_id == self.material.organisation.pk
        day = revision.start or revision.end
        unit = self.office.me if is_own else revision.organisation.short_name
        place = revision.place.strip().removeprefix(unit)  # not 稻香镇在稻香镇文化广场
        sentence = words.case.format(
            date=f"{day.month}月{day.day}日" if day else "",
            unit=unit,
            place=f"在{place}" if place else "",
            verb=words.verbs.get(revision.role, "开展"),
            title=inner_quotes(revision.title),
        )
        spans: Spans = [Text(text=sentence)]
        if people and people.value:
            query = self.material.query("person_times", entry=entry.uid)
            number = make_number(total=people, query=query, style=self.material.style, entries=1)
            spans += fill(words.case_people, number)
        return [*spans, Text(text="。")]


def _told(entry: Entry) -> Revision:
    """The counting revision; an entry in a total has one."""
    assert entry.counting is not None
    return entry.counting


def _is_alike(one: Entry, other: Entry) -> bool:
    """Say whether two events are of one unit, one month or one title: told together they would be a diary."""
    first, second = _told(one), _told(other)
    same_month = first.end and second.end and (first.end.year, first.end.month) == (second.end.year, second.end.month)
    return bool(first.organisation_id == second.organisation_id or same_month or first.title == second.title)


def entry_field(entry: Entry, key: str) -> str:
    """Return a field of the counting revision as text, empty when it is not given."""
    return str(_told(entry).fields.get(key) or "")


def people_of(entries: Iterable[Entry]) -> dict[int, Reading]:
    """Return the person-times of each entry that has exactly one figure of them (not "of which")."""
    revisions = {entry.counting_id: entry.pk for entry in entries}
    found: dict[int, list[Figure]] = {}
    for batch in batched([pk for pk in revisions if pk]):
        for figure in Figure.objects.filter(revision__in=batch, indicator__code="person_times"):
            if not figure.is_part:
                found.setdefault(revisions[figure.revision_id], []).append(figure)
    return {pk: _reading(rows[0]) for pk, rows in found.items() if len(rows) == 1}


def _reading(figure: Figure) -> Reading:
    return Reading(
        value=Decimal(figure.value),
        low=Decimal(figure.low or 0),
        high=None if figure.high is None else Decimal(figure.high),
        low_exclusive=figure.low_exclusive,
        high_exclusive=figure.high_exclusive,
        qualifier=figure.qualifier,
    )
