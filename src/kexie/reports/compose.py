"""A summary from records: opening, chapters by work area, annex with the units, notes for the writer.

What is written comes from totals and entries alone. Political formulas (提法, 中心工作) are never composed: their
place stays empty and a note asks for them. A chapter without entries leaves no trace.
"""

import datetime

from django.db.models import Min
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.periods import Period, add_months, last_day, month_of
from kexie.orgs.models import Organisation
from kexie.orgs.queries import children_between
from kexie.reports.chapters import ChapterWriter, Spans, fill, join_spans, merge_text
from kexie.reports.material import Material, make_number
from kexie.reports.model import Document, Heading, Number, NumberQuery, Paragraph, Scope, Table, Text
from kexie.reports.phrases import Office, area_names, indicator_words, summary_words
from kexie.reports.setting import last_true_month, office_of, time_words
from kexie.reports.wording import PLAIN, Style
from kexie.totals.models import Stamp
from kexie.totals.queries import OWN, Total, totals_by_organisation

_NUMERALS = "一二三四五六七八九十"
_NOT_EXPECTED = ("department", "village", "community")


def compose_summary(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    addressee: str = "upper",
    length: str = "normal",
    family: str = "paired",
    scope: Scope = "system",
    style: Style = PLAIN,
    all_reported: bool = False,
    today: datetime.date | None = None,
) -> Document:
    """Return the summary of ``organisation`` for ``period``.

    ``as_of`` cuts a period that is not over (today, if not given); ``addressee`` is a key of the orders of chapters,
    ``length`` of the number of cases, ``family`` of the headings; ``all_reported`` allows 据统计.
    Raises DomainError when the period has not begun on that day, or nothing is recorded in it.
    """
    today = today or timezone.localdate()
    words = summary_words()
    if addressee not in words.orders or length not in words.cases or family not in words.families:
        raise DomainError(f"没有这样的报送对象、篇幅或标题句式：{addressee}、{length}、{family}")
    day = as_of or min(today, period.end)
    if day < period.start:
        raise DomainError(f"{period.label}还没有开始，写不出总结")
    notes: list[str] = []
    last_month = last_true_month(organisation, period, min(day, period.end), notes)
    material = Material(
        organisation=organisation, first_month=period.first_month, last_month=last_month, scope=scope, style=style
    )
    if last_month < period.first_month or not material.totals():
        raise DomainError(f"{organisation.name}{period.label}还没有通过的记录，写不出总结")
    office = office_of(organisation)
    end = min(day, last_day(last_month))
    time = time_words(period) if end >= period.end else f"截至{end.month}月{end.day}日，"
    writer = ChapterWriter(
        material=material,
        office=office,
        time=time,
        lead=words.leads["complete" if all_reported else "incomplete"],
        equally_complete=_is_equally_complete(organisation, period, end),
        cases=words.cases[length],
        notes=notes,
    )
    notes[:0] = [words.notes["formula"], words.notes["focus"]]
    chapters = _chapters(writer, words.orders[addressee])
    blocks: list[Heading | Paragraph | Table] = [_opening(material, office, period, time)]
    for place, (area, paragraphs) in enumerate(chapters):
        blocks += [Heading(text=f"{_NUMERALS[place]}、{words.families[family][area]}"), *paragraphs]
    table = _table(material, office, period, notes)
    document = Document(
        kind="summary",
        organisation=organisation.code,
        period=period.code,
        title=f"{office.full}{period.label}{office.work}总结",
        blocks=tuple(blocks),
        signature=office.full,
        date=as_of or today,
        annexes=(table,) if table else (),
        as_of=as_of,
    )
    notes.append(words.notes["rest"])
    _note_length(document, period, notes)
    values = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    return Document(**{**values, "notes": tuple(notes)})


def _is_equally_complete(organisation: Organisation, period: Period, end: datetime.date) -> bool:
    """Say whether a rate against last year is fair: records reach back that far, and whole months are compared."""
    if end != last_day(month_of(end)):
        return False
    first = Stamp.objects.filter(ancestor=organisation).aggregate(first=Min("posting__month"))["first"]
    slack = 2 if period.last_month - period.first_month >= 5 else 0
    return first is not None and first <= add_months(period.first_month, slack - 12)


def _opening(material: Material, office: Office, period: Period, time: str) -> Paragraph:
    """Leadership, role, the strongest facts in one clause, hand-over (§4, opening)."""
    words = summary_words()
    led = words.led.format(led_by=office.led_by) if office.led_by else ""
    guided = words.guided.format(guided_by=office.guided_by) if office.guided_by else ""
    year = period.label if period.label != f"{period.year}年" else f"{period.year}年"
    start = words.opening.format(time=year, office=office.me, led=led, guided=guided, role=office.role)
    found = material.totals()
    facts = [found[code] for code in words.opening_facts if code in found and found[code].value]
    items = [fill(indicator_words()[total.indicator].phrase, material.number(total)) for total in facts]
    when = "" if not items or time in year else time
    spans: Spans = [Text(text=start + when), *join_spans(items, "，")]
    text = spans[-1]
    if isinstance(text, Text):
        spans[-1] = Text(text=text.text.rstrip("，"))
    return Paragraph(spans=merge_text([*spans, Text(text=f"。{words.hand_over}")]))


def _chapters(writer: ChapterWriter, order: list[str]) -> list[tuple[str, list[Paragraph]]]:
    """The chapters that have something to say; one that is too short joins the one before it, or the next (§3)."""
    words, names = summary_words(), area_names()
    chapters: list[tuple[str, list[Paragraph]]] = []
    waiting: list[tuple[str, Paragraph]] = []
    for area in order:
        paragraphs = writer.write(area)
        if not paragraphs:
            continue
        if sum(len(paragraph.text) for paragraph in paragraphs) >= words.smallest_chapter:
            writer.notes.extend(words.notes["merged"].format(area=names[each], into=names[area]) for each, _ in waiting)
            chapters.append((area, [*paragraphs, *(paragraph for _, paragraph in waiting)]))
            waiting = []
            continue
        opening = Text(text=words.joined.format(area=names[area]))
        joined = Paragraph(spans=merge_text([opening, *(span for each in paragraphs for span in each.spans)]))
        if chapters:
            writer.notes.append(words.notes["merged"].format(area=names[area], into=names[chapters[-1][0]]))
            chapters[-1][1].append(joined)
        else:
            waiting.append((area, joined))
    return chapters or [(area, [paragraph]) for area, paragraph in waiting]


def _table(material: Material, office: Office, period: Period, notes: list[str]) -> Table | None:
    """The units' main numbers in the official order; a column adds up in sight, the correction included.

    Units without a record are not in the table; those that were expected to report are named in a note.
    """
    words = summary_words().table
    first_month, last_month = material.first_month, material.last_month
    codes = list(words.columns)
    found = totals_by_organisation(
        organisation=material.organisation,
        first_month=first_month,
        last_month=last_month,
        indicators=codes,
        scope=material.scope,
    )
    whole = {code: total for code, total in material.totals().items() if code in codes and total.value}
    codes = [code for code in codes if code in whole]
    children = children_between(
        organisation=material.organisation, first=period.start, last=last_day(material.last_month)
    )
    _note_silent([child for child in children if child.code not in found], notes)
    reporting = [child for child in children if any(code in found.get(child.code, {}) for code in codes)]
    if not codes or not reporting:
        return None

    def cell(total: Total | None, *, organisation: str, scope: Scope) -> Number | None:
        if total is None:
            return None
        query = NumberQuery(
            organisation=organisation,
            indicator=total.indicator,
            first_month=first_month,
            last_month=last_month,
            scope=scope,
        )
        return make_number(total=total, query=query, style=material.style, has_unit=False)

    code = material.organisation.code
    rows: list[tuple[Text | Number | None, ...]] = []
    if OWN in found:
        own = [cell(found[OWN].get(each), organisation=code, scope="own") for each in codes]
        rows.append((Text(text=words.own), *own))
    for child in reporting:
        cells = [cell(found[child.code].get(each), organisation=child.code, scope=material.scope) for each in codes]
        rows.append((Text(text=child.short_name), *cells))
    total_row = [cell(whole[each], organisation=code, scope=material.scope) for each in codes]
    corrections = [whole[each].value - sum(row[each].value for row in found.values() if each in row) for each in codes]
    if any(corrections):
        shown = [Text(text=str(each).replace("-", "－")) if each else None for each in corrections]
        rows.append((Text(text=words.correction), *shown))
    rows.append((Text(text=words.sum), *total_row))
    header = [f"{words.columns[each]}（{indicator_words()[each].unit}）" for each in codes]
    title = words.title.format(office=office.full, period=period.label)
    return Table(title=title, header=(words.first, *header), rows=tuple(rows))


def _note_silent(silent: list[Organisation], notes: list[str]) -> None:
    expected = [child.short_name for child in silent if child.kind not in _NOT_EXPECTED]
    if expected:
        units = "、".join(expected[:12]) + ("等" if len(expected) > 12 else "")
        notes.append(summary_words().notes["silent"].format(n=len(expected), units=units))


def _note_length(document: Document, period: Period, notes: list[str]) -> None:
    words = summary_words()
    span = period.last_month - period.first_month
    least, most = words.lengths["year" if span == 11 else "half" if span == 5 else "other"]
    count = document.characters
    if count < least:
        notes.append(words.notes["short"].format(n=count, least=least))
    elif count > most:
        notes.append(words.notes["long"].format(n=count, most=most))
