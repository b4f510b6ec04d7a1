"""The paragraphs of one chapter: totals, comparison, stocks, honours, cases (report-writing rules §4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from kexie.registers.definitions import catalogue_registers
from kexie.registers.models import Entry
from kexie.reports.comparison import SMALLEST_BASE, compare_totals
from kexie.reports.composing.cases import choose_cases, write_case
from kexie.reports.composing.happenings import ATTENDING, attendance_of
from kexie.reports.composing.joint import attend, write_ground
from kexie.reports.composing.spans import (
    Spans,
    chunks,
    fill,
    inner_quotes,
    join_items,
    join_spans,
    merge_text,
)
from kexie.reports.material import TOLD_APART, Material
from kexie.reports.model import Paragraph, Text
from kexie.reports.phrases import Office, Whole, area_names, indicator_words, summary_words
from kexie.reports.sources import date_words
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
    with_effects: bool = True
    told: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    families: set[str] = field(default_factory=set)
    grounds: list[str] = field(default_factory=list)
    fallen: list[str] = field(default_factory=list)
    timed: set[str] = field(default_factory=set)
    led: list[bool] = field(default_factory=list)

    def write(self, work_area: str) -> list[Paragraph]:
        """Return the paragraphs of a work area; none when nothing is recorded for it."""
        found = self.material.totals(work_area=work_area)
        ground = write_ground(material=self.material, office=self.office, work_area=work_area, place=len(self.grounds))
        if ground:
            self.grounds.append(work_area)
        counted = self._totals(found, work_area)
        effect = self._effect(found, work_area) if counted else []
        results = [*self._results(found, work_area), *self._honours(work_area)]
        paragraphs = [
            [*ground, *self._cases(work_area)], [*counted, *effect], results, self._stocks(work_area),
        ]  # fmt: skip
        return [Paragraph(spans=merge_text(spans)) for spans in paragraphs if spans]

    # --- totals ------------------------------------------------------------------------------------------------------

    def _totals(self, found: dict[str, Total], work_area: str) -> Spans:
        """The sentences of events and of people, in the order of §4, and what has changed since the year before."""
        words = summary_words()
        sentences = [self._items(found, items, work_area) for items in words.sentences[:2]]
        spans: Spans = []
        for items in chunks([item for item in sentences if item], most=words.most_items):
            spans += [
                *([] if spans else [Text(text=self._lead() + self._when(work_area))]),
                *join_items(items),
                Text(text="。"),
            ]
        return [*spans, *self._comparison(found, work_area)] if spans else []

    def _lead(self) -> str:
        """据统计 or 据不完全统计 stands once, with the first totals."""
        if self.led:
            return ""
        self.led.append(True)
        return self.lead

    def _when(self, work_area: str) -> str:
        """The words for the period stand once in a chapter."""
        if work_area in self.timed:
            return ""
        self.timed.add(work_area)
        return self.time

    def _results(self, found: dict[str, Total], work_area: str) -> Spans:
        items = [item for group in summary_words().sentences[2:] for item in self._items(found, group, work_area)]
        return [Text(text=self._when(work_area)), *join_items(items), Text(text="。")] if items else []

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
        phrase = self._true_verb(phrase or indicator_words()[code].phrase, code, work_area)
        return [fill(phrase, self.material.number(total, work_area=work_area))]

    def _true_verb(self, phrase: str, code: str, work_area: str) -> str:
        """The phrase with 参加 in the place of 举办 where the entries behind it were only taken part in."""
        roles = {each.entry: each.role for each in self.material.happenings(work_area)}
        if code not in summary_words().joint.hosted_items or not set(ATTENDING) & set(roles.values()):
            return phrase
        behind = [roles.get(entry) for entry in self.material.entry_ids(indicator=code, work_area=work_area)]
        attended = [role in ATTENDING for role in behind]
        return attend(phrase, only=all(attended)) if any(attended) else phrase

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
        last = ("", "")
        for code, phrase in item.parts.items():
            if whole and self._is_part(found, code, item.whole, work_area):
                told = self._item(found, code, work_area, phrase=phrase)
                inside += told
                last = (code, phrase) if told else last
            else:
                outside += self._item(found, code, work_area)
        if len(inside) == 1 and found[last[0]].value == found[item.whole].value:
            words = summary_words().all_of_it.format(part=last[1].replace("{n}", ""))
            whole[0] = [*whole[0], Text(text=f"（{words}）")]
        elif inside:
            whole[0] = [*whole[0], Text(text="（其中"), *join_spans(inside, "、"), Text(text="）")]
        return [*whole, *outside, *self._apart(item.whole, work_area)]

    def _apart(self, code: str, work_area: str) -> list[Spans]:
        return self._online(code, work_area) if code in TOLD_APART else []

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
                is_large = before[code].value >= SMALLEST_BASE
                if code == "activities" and self.equally_complete and is_large:
                    self.fallen.append(work_area)
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
        spans = [
            Text(text=self._when(work_area)),
            *fill(words.phrase, self.material.number(total, work_area=work_area)),
        ]
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
        """One to three events; each is told once in the document (§6)."""
        may_be_told = [
            each for each in self.material.happenings(work_area) if each.may_be_told and each.entry not in self.told
        ]
        people = attendance_of(may_be_told) if self.cases else {}
        chosen = choose_cases(may_be_told, weights=people, most=self.cases, named=self.named)
        self.told.update(each.entry for each in chosen)
        self.named.update(each.organisation for each in chosen)
        return [
            span
            for each in chosen
            for span in write_case(
                happening=each, people=people.get(each.entry), material=self.material, office=self.office
            )
        ]

    def _effect(self, found: dict[str, Total], work_area: str) -> Spans:
        """One sentence of a family that was not used before, where the total that it speaks of is there."""
        if not self.with_effects:
            return []
        for effect in summary_words().effects:
            is_due = effect.needs in found and found[effect.needs].value >= effect.least
            if work_area in effect.areas and is_due and effect.family not in self.families:
                self.families.add(effect.family)
                return [Text(text=effect.text)]
        return []


def entry_field(entry: Entry, key: str) -> str:
    """Return a field of the counting revision as text, empty when it is not given."""
    return str(entry.counting.fields.get(key) or "") if entry.counting else ""
