"""汇报材料: what was done, in numbers; problems, from the records; what is asked for (report-writing rules §2)."""

import datetime
from decimal import Decimal

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.plans.queries import progress_of, targets_of
from kexie.registers.models import Entry
from kexie.reports.chapters import Spans, fill, join_items
from kexie.reports.kinds.building import numbered, paragraph, with_notes
from kexie.reports.kinds.problems import next_spans, problem_spans, problems_of
from kexie.reports.kinds.telling import Event, choose_events, entry_totals, told, totals_items
from kexie.reports.kinds.words import one_of, oral_words
from kexie.reports.material import make_number
from kexie.reports.model import Block, Document, Scope, Text
from kexie.reports.phrases import area_names, indicator_words, summary_words
from kexie.reports.setting import Setting, set_out
from kexie.reports.wording import PLAIN, Style
from kexie.totals.queries import totals_by_cut


def compose_oral(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    addressee: str = "",
    length: str = "normal",
    asks: str = "",
    scope: Scope = "system",
    style: Style = PLAIN,
    today: datetime.date | None = None,
) -> Document:
    """Return the report that is read aloud, to the first of the addressees unless another is named.

    ``asks`` is the office's own text of what it asks for; never composed.

    Raises DomainError when the period has not begun or nothing is recorded in it.
    """
    words = oral_words()
    orders = summary_words().orders
    areas = orders.get(addressee or next(iter(orders)))
    if areas is None:
        raise DomainError(f"没有“{addressee}”这种报送对象，可用：{'、'.join(orders)}")
    most, cases = one_of(words.areas, length), one_of(words.cases, length)
    setting = set_out(
        organisation=organisation, period=period, as_of=as_of, today=today, what="汇报材料", scope=scope, style=style
    )
    notes = setting.notes
    progress = progress_of(targets=targets_of(organisation=organisation, period=period), day=setting.end)
    problems = problems_of(setting.material, kinds=_kinds(setting), progress=progress)
    if not problems:
        notes.append(words.notes["problems"])
    if not asks.strip():
        notes.append(words.notes["asks"])
    parts: list[tuple[str, list[Block]]] = [
        (words.headings["done"], _done(setting, areas, most=most, cases=cases)),
        (
            words.headings["problems"],
            [paragraph([*problem_spans(problems), *next_spans(problems)])] if problems else [],
        ),
        (words.headings["asks"], [paragraph([Text(text=line)]) for line in asks.split("\n") if line.strip()]),
    ]
    document = Document(
        kind="oral",
        organisation=organisation.code,
        period=period.code,
        title=words.title.format(office=setting.office.full, period=period.label),
        blocks=(_opening(setting), *numbered(parts)),
        signature=setting.office.full,
        date=setting.date,
        as_of=as_of,
    )
    return with_notes(document, notes, length=words.length, words=words.notes)


def _kinds(setting: Setting) -> dict[str, Decimal]:
    material = setting.material
    found = totals_by_cut(
        organisation=material.organisation,
        first_month=material.first_month,
        last_month=material.last_month,
        by="kind",
        indicators=["activities"],
        scope=material.scope,
    )
    return {kind: totals["activities"].value for kind, totals in found.items()}


def _opening(setting: Setting) -> Block:
    words, summary, office = oral_words(), summary_words(), setting.office
    time = setting.period.label if setting.end >= setting.period.end else f"{setting.period.year}年{setting.time}"
    start = words.opening.format(
        time=time,
        office=office.me,
        led=summary.led.format(led_by=office.led_by) if office.led_by else "",
        guided=summary.guided.format(guided_by=office.guided_by) if office.guided_by else "",
    )
    found = setting.material.totals()
    facts = [found[code] for code in words.facts if code in found and found[code].value]
    items = [fill(indicator_words()[fact.indicator].phrase, setting.material.number(fact)) for fact in facts]
    return paragraph([Text(text=start), *join_items(items), Text(text=f"{'。' if items else ''}{words.hand_over}")])


def _done(setting: Setting, areas: list[str], *, most: int, cases: int) -> list[Block]:
    """A sentence of totals for each work area that has any, behind it the event of it that reached most people."""
    words, material = oral_words(), setting.material
    told_areas = [area for area in areas if any(total.value for total in material.totals(work_area=area).values())]
    blocks: list[Block] = []
    for place, area in enumerate(told_areas[:most]):
        found = material.totals(work_area=area)
        groups = totals_items(
            {code: total for code, total in found.items() if code in words.items},
            number=lambda total, area=area: material.number(total, work_area=area),  # type: ignore[misc]
            ids=lambda code, area=area: material.entry_ids(indicator=code, work_area=area),  # type: ignore[misc]
            phrases={"activities": summary_words().activities[area]},
        )
        items = [item for group in groups for item in group]
        if not items:
            continue
        spans: Spans = [Text(text=words.area.format(area=area_names()[area])), *join_items(items[: words.most_items])]
        spans.append(Text(text="。"))
        if place < cases:
            spans += _case(setting, material.entries(indicator="activities", work_area=area))
        blocks.append(paragraph(spans))
    return blocks


def _case(setting: Setting, entries: list[Entry]) -> Spans:
    found = {pk: totals["person_times"] for pk, totals in entry_totals(entries).items() if "person_times" in totals}
    chosen = choose_events([entry for entry in entries if entry.pk in found], weights=found, most=1)
    if not chosen:
        return []
    entry = chosen[0]
    query = setting.material.query("person_times", entry=entry.uid)
    number = make_number(total=found[entry.pk], query=query, style=setting.material.style)
    event = Event(revision=told(entry), writer=setting.organisation.pk, me=setting.office.me)
    return [Text(text=oral_words().cases_lead), *event.sentence(number), Text(text="。")]
