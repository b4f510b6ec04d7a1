"""工作信息: one event, as it is sent up on the day or the day after (report-writing rules §2 and §4)."""

import datetime
import re
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.periods import Period, month_of, months_between
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry, Revision
from kexie.reports.chapters import Spans, merge_text
from kexie.reports.kinds.building import paragraph, with_notes
from kexie.reports.kinds.telling import Event, entry_totals, told, totals_items, totals_sentences
from kexie.reports.kinds.words import brief_words
from kexie.reports.material import make_number
from kexie.reports.model import Block, Document, Number, NumberQuery, Paragraph, Text
from kexie.reports.phrases import summary_words
from kexie.reports.setting import office_of
from kexie.reports.sources import date_words
from kexie.reports.wording import PLAIN, Style
from kexie.totals.models import Stamp
from kexie.totals.queries import Total, entry_ids
from kexie.totals.wording import cut_label

_PARAGRAPHS = re.compile(r"\s*\n\s*")
_MOST_ITEMS = 7
_PEOPLE = ("person_times", "trained_person_times", "online_views", "consultations", "clinic_person_times")


def compose_brief(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    entry: str = "",
    author: str = "",
    style: Style = PLAIN,
    today: datetime.date | None = None,
) -> Document:
    """Return the brief of one event of ``organisation`` or a unit below it.

    ``entry`` is its uid; without it, the event of the day ``as_of`` (without that, of the latest day of the period
    that has one) which reached most people. Raises DomainError when there is none that counts and may be told of.
    """
    if not organisation.name.strip():
        raise DomainError(f"单位 {organisation.code} 没有名称，写不出工作信息；请先补上名称")
    notes: list[str] = []
    chosen = _chosen(organisation, period, as_of, entry, today or timezone.localdate(), notes)
    words = brief_words()
    revision = told(chosen)
    assert revision.end is not None
    event = Event(revision=revision, writer=organisation.pk, me=office_of(organisation).me)
    totals = entry_totals([chosen])[chosen.pk]
    month = month_of(revision.end)

    def number(total: Total) -> Number:
        query = NumberQuery(
            organisation=organisation.code,
            indicator=total.indicator,
            first_month=month,
            last_month=month,
            entry=chosen.uid,
        )
        return make_number(total=total, query=query, style=style)

    blocks: list[Block] = [paragraph([Text(text=_lead(event))]), *_process(revision, notes)]
    # Of one event it goes without saying that it was one; a part of its sessions is not told either.
    events = {"activities", *_event_parts()} if revision.occurrences == 1 else _event_parts()
    groups = totals_items(totals, number=number, ids=lambda code: (chosen.pk,), without=events)
    closing: Spans = totals_sentences(groups, lead=words.numbers_lead, most=_MOST_ITEMS)
    if effect := _effect(revision, totals):
        closing.append(Text(text=effect))
    if closing:
        blocks.append(Paragraph(spans=merge_text(closing)))
    author = author.strip() or (revision.created_by.display_name if revision.created_by else "")
    if not author:
        notes.append(words.notes["author"])
    signed = (words.signed if author else words.signed_alone).format(unit=event.unit, author=author)
    blocks.append(paragraph([Text(text=signed)]))
    document = Document(
        kind="brief",
        organisation=organisation.code,
        period=Period(month, month).code,
        title=brief_title(event, notes),
        blocks=tuple(blocks),
        signature="",
        date=revision.end,
        as_of=as_of,
        about=chosen.uid,
    )
    return with_notes(document, notes, length=words.length, words=words.notes)


def brief_title(event: Event, notes: list[str]) -> str:
    """Return a title of at most 25 characters without a full stop: unit, verb, event; shorter forms where it must be.

    A name that is too long for any of them is not cut: the kind of event stands for it, and a note says so.
    """
    words = brief_words()
    candidates = (f"{event.unit}{event.deed}", event.deed, event.title)
    for place, title in enumerate(candidates):
        if title and len(title) <= words.title_most:
            if place:
                notes.append(words.notes["title"])
            return title
    notes.append(words.notes["title"])
    kind = next((cut_label("kind", each) for each in event.revision.kinds), "活动")
    title = words.default_title.format(unit=event.unit, verb=event.verb, kind=kind)
    return title if len(title) <= words.title_most else f"{event.verb}{kind}"


def _chosen(
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None,
    uid: str,
    today: datetime.date,
    notes: list[str],
) -> Entry:
    if uid:
        counted = Stamp.objects.filter(ancestor=organisation)
        found = _tellable().filter(pk__in=counted.values("posting__entry"), uid=uid).first()
        if found is None:
            raise DomainError(f"{organisation.name}没有编号为“{uid}”、已经通过并且可以写出的记录")
        return found
    first, last = (as_of, as_of) if as_of else (period.start, min(period.end, today))
    if first > today:
        raise DomainError(f"{date_words(first) if as_of else period.label}还没有到，写不出工作信息")
    of_day = _events_of_latest_day(organisation, first, last)
    if not of_day:
        when = date_words(as_of) if as_of else period.label
        raise DomainError(f"{organisation.name}{when}没有已经通过的活动，写不出工作信息")
    totals = entry_totals(of_day)
    of_day.sort(key=lambda each: -totals[each.pk]["person_times"].value if "person_times" in totals[each.pk] else 0)
    if of_day[1:]:
        titles = "、".join(f"{told(each).title}（{each.uid}）" for each in of_day[1:6])
        notes.append(brief_words().notes["others"].format(titles=titles))
    return of_day[0]


def _tellable() -> QuerySet[Entry]:
    entries = Entry.objects.exclude(counting=None).exclude(counting__visibility="restricted")
    return entries.select_related("counting__organisation", "counting__created_by")


def _events_of_latest_day(organisation: Organisation, first: datetime.date, last: datetime.date) -> list[Entry]:
    """The events that ended on the latest day between these two on which any did; each event once."""
    for month in reversed(months_between(month_of(first), month_of(last))):
        ids = entry_ids(organisation=organisation, first_month=month, last_month=month, indicator="activities")
        found: list[Entry] = []
        for batch in batched(ids):
            found += _tellable().filter(pk__in=batch, counting__end__range=(first, last))
        if found:
            latest = max(day for entry in found if (day := told(entry).end))
            return sorted((entry for entry in found if told(entry).end == latest), key=lambda each: each.pk)
    return []


def _event_parts() -> set[str]:
    """The indicators that count events of one kind: lectures, trainings."""
    wholes = [item for group in summary_words().sentences for item in group if not isinstance(item, str)]
    return {part for item in wholes if item.whole == "activities" for part in item.parts}


def _lead(event: Event) -> str:
    """One sentence: the day, the campaign, who with whom, where, what."""
    parts = (event.date, event.during, f"{event.unit}{event.partners}{event.place}{event.deed}")
    return "，".join(part for part in parts if part) + "。"


def _process(revision: Revision, notes: list[str]) -> Iterator[Block]:
    """What was done, in the words of whoever wrote it down: nothing is added, names stay as they were typed."""
    summary = str(revision.fields.get("summary") or "").strip()
    if not summary:
        notes.append(brief_words().notes["process"])
        return
    for text in _PARAGRAPHS.split(summary):
        yield paragraph([Text(text=text if text.endswith(("。", "！", "？", "”", "：", "；")) else f"{text}。")])


def _effect(revision: Revision, totals: dict[str, Total]) -> str:
    """The sentence of effect for the kind of event, where somebody was reached."""
    if not any(code in totals and totals[code].value for code in _PEOPLE):
        return ""
    effects = brief_words().effects
    return next((effects[kind] for kind in revision.kinds if kind in effects), "")
