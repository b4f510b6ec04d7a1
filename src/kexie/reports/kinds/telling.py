"""How single events and the totals of several are told, whatever the kind of document (report-writing rules §4)."""

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kexie.core.bulk import batched
from kexie.registers.models import Entry, Figure, Revision
from kexie.reports.chapters import Spans, chunks, fill, inner_quotes, join_items, join_spans
from kexie.reports.kinds.words import campaign_names, telling_words
from kexie.reports.model import Number, Text
from kexie.reports.phrases import Whole, indicator_words, summary_words
from kexie.totals.measures import Measure
from kexie.totals.queries import Total, totals_of

Ids = Callable[[str], Collection[int]]


def told(entry: Entry) -> Revision:
    """Return the counting revision; an entry that is told of has one."""
    assert entry.counting is not None
    return entry.counting


def entry_totals(entries: Iterable[Entry]) -> dict[int, dict[str, Total]]:
    """Return what each entry adds, by its id and indicator code; figures "of which" are left out."""
    revisions = {entry.counting_id: entry.pk for entry in entries if entry.counting_id}
    found: dict[int, dict[int, Measure]] = {pk: {} for pk in revisions.values()}
    for batch in batched(sorted(revisions)):
        for figure in Figure.objects.filter(revision__in=batch):
            if not figure.is_part:
                measures = found[revisions[figure.revision_id]]
                before = measures.get(figure.indicator_id, Measure(entries=1))
                measures[figure.indicator_id] = before + Measure.of(figure)
    return {pk: totals_of(measures) for pk, measures in found.items()}


@dataclass(frozen=True, kw_only=True)
class Event:
    """An entry in words. ``me`` is what the writing office calls itself, for its own events (``writer`` is its id)."""

    revision: Revision
    writer: int
    me: str

    @property
    def unit(self) -> str:
        if self.revision.organisation_id == self.writer:
            return self.me
        return self.revision.organisation.short_name or self.revision.organisation.name

    @property
    def title(self) -> str:
        return " ".join(self.revision.title.split()).rstrip("。")

    @property
    def date(self) -> str:
        """9月20日, 9月20日至22日, 9月28日至10月3日; empty when no day was told."""
        first, last = self.revision.start or self.revision.end, self.revision.end or self.revision.start
        if first is None or last is None:
            return ""
        return days_words(first, last)

    @property
    def verb(self) -> str:
        words = telling_words()
        if self.revision.role in words.verbs:
            return words.verbs[self.revision.role]
        found = (words.hosting[kind] for kind in self.revision.kinds if kind in words.hosting)
        return next(found, words.hosting_default)

    @property
    def deed(self) -> str:
        """The verb and the name of the event: 举办“柑橘管护讲座”, or the name alone when it has its verb in it."""
        words = telling_words()
        if self.revision.role not in words.verbs and self.title.startswith(tuple(words.begins)):
            return self.title
        title = self.title.removeprefix(self.unit) or self.title  # not 县实验小学举办“县实验小学图片展”
        return f"{self.verb}“{inner_quotes(title)}”"

    @property
    def place(self) -> str:
        place = self.revision.place.strip().removeprefix(self.unit)  # not 稻香镇在稻香镇文化广场
        return telling_words().place.format(place=place) if place else ""

    @property
    def partners(self) -> str:
        """联合 the partners, in the order in which they were told; at most four by name."""
        words = telling_words()
        names = [str(name).strip() for name in self.revision.partners if str(name).strip()]
        if not names:
            return ""
        rest = words.partners_rest.format(n=len(names)) if len(names) > words.partners_named else ""
        return words.partners.format(names="、".join(names[: words.partners_named]) + rest)

    @property
    def during(self) -> str:
        names = [campaign_names().get(code, code) for code in self.revision.campaigns]
        return telling_words().during.format(campaigns="、".join(names)) if names else ""

    def sentence(self, people: Number | None = None) -> Spans:
        """Return one sentence without its full stop: when, who, where, what, and how many came."""
        start = "，".join(part for part in (self.date, f"{self.unit}{self.place}{self.deed}") if part)
        return [Text(text=start), *(fill(telling_words().people, people) if people else [])]


def days_words(first: datetime.date, last: datetime.date) -> str:
    """Return the days as a document writes them, without the year that the document has in its title."""
    start = f"{first.month}月{first.day}日"
    if first == last:
        return start
    return f"{start}至{f'{last.month}月' if last.month != first.month else ''}{last.day}日"


def totals_items(
    found: Mapping[str, Total],
    *,
    number: Callable[[Total], Number],
    ids: Ids,
    without: Collection[str] = (),
    phrases: Mapping[str, str] = MappingProxyType({}),
) -> list[list[Spans]]:
    """Return the items of the totals sentences in the order of §4, by sentence; what is zero is left out.

    ``ids`` gives the entries behind an indicator: a part is printed in brackets behind its whole only where every
    entry of the part is one of the whole. ``without`` are indicators that are not told of, ``phrases`` those that are
    put otherwise than in the catalogue.
    """
    words = {code: indicator.phrase for code, indicator in indicator_words().items()} | dict(phrases)
    groups: list[list[Spans]] = []
    for group in summary_words().sentences:
        items: list[Spans] = []
        for item in group:
            parts = {} if isinstance(item, str) else item.parts
            code = item if isinstance(item, str) else item.whole
            items += _whole(found, Whole(whole=code, parts=parts), number=number, ids=ids, without=without, words=words)
        if items:
            groups.append(items)
    return groups


def _whole(
    found: Mapping[str, Total],
    item: Whole,
    *,
    number: Callable[[Total], Number],
    ids: Ids,
    without: Collection[str],
    words: Mapping[str, str],
) -> list[Spans]:
    def shown(code: str) -> Total | None:
        total = found.get(code)
        return total if total is not None and total.value and code not in without else None

    whole = shown(item.whole)
    inside: list[Spans] = []
    outside: list[Spans] = []
    for code, phrase in item.parts.items():
        part = shown(code)
        if part is None:
            continue
        if whole is not None and part.value <= whole.value and set(ids(code)) <= set(ids(item.whole)):
            inside.append(fill(phrase, number(part)))
        else:
            outside.append(fill(words[code], number(part)))
    if whole is None:
        return outside
    first = fill(words[item.whole], number(whole))
    if inside:
        first = [*first, Text(text="（其中"), *join_spans(inside, "、"), Text(text="）")]
    return [first, *outside]


def totals_sentences(groups: Sequence[list[Spans]], *, lead: str, most: int) -> Spans:
    """Return the items as sentences of at most ``most`` items; ``lead`` opens the first."""
    spans: Spans = []
    for items in chunks(groups, most=most):
        spans += [*([Text(text=lead)] if lead and not spans else []), *join_items(items), Text(text="。")]
    return spans


def choose_events(entries: Sequence[Entry], *, weights: Mapping[int, Total], most: int) -> list[Entry]:
    """Return at most ``most`` entries by weight, spread over units: nobody twice before all were once; by date."""
    ranked = sorted(entries, key=lambda each: (-weights[each.pk].value if each.pk in weights else 0, each.pk))
    rounds: dict[int, int] = {}
    keyed: list[tuple[int, int, Entry]] = []
    for place, entry in enumerate(ranked):
        unit = told(entry).organisation_id
        keyed.append((rounds.setdefault(unit, 0), place, entry))
        rounds[unit] += 1
    chosen = [entry for _, _, entry in sorted(keyed, key=lambda each: each[:2])[:most]]
    return sorted(chosen, key=lambda entry: (told(entry).start or told(entry).end or datetime.date.min, entry.pk))
