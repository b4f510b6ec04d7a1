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
from kexie.reports.chapters import ChapterWriter
from kexie.reports.composing.annex import NOT_EXPECTED, children_of, found_by_unit, write_annex
from kexie.reports.composing.lint import Surroundings, lint
from kexie.reports.composing.opening import phrase_notes, write_opening
from kexie.reports.composing.outlook import Evidence, find_shortcomings, write_shortcomings, write_steps
from kexie.reports.composing.spans import merge_text
from kexie.reports.keeping import latest_version
from kexie.reports.material import Material
from kexie.reports.model import Document, Heading, Paragraph, Scope, Table, Text, from_json
from kexie.reports.models import Report
from kexie.reports.phrase_bank.queries import phrases_of
from kexie.reports.phrases import area_names, summary_words
from kexie.reports.setting import office_of, time_words
from kexie.reports.wording import PLAIN, Style
from kexie.totals.models import Stamp

_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")


def compose_summary(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    addressee: str = "upper-association",
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
    end = min(day, period.end)
    last_month = month_of(end)
    material = Material(
        organisation=organisation,
        first_month=period.first_month,
        last_month=last_month,
        scope=scope,
        style=style,
        until=end if end < last_day(last_month) else None,
    )
    if not material.totals():
        raise DomainError(f"{organisation.name}{period.label}还没有通过的记录，写不出总结")
    office = office_of(organisation)
    phrases = phrases_of(organisation=organisation, day=end)
    time = time_words(period) if end >= period.end else f"截至{end.month}月{end.day}日，"
    writer = ChapterWriter(
        material=material,
        office=office,
        time=time,
        lead=words.leads["complete" if all_reported else "incomplete"],
        equally_complete=_is_equally_complete(organisation, period),
        cases=words.cases[length],
        with_effects=length in words.with_effects,
        notes=notes,
    )
    notes[:0] = phrase_notes(phrases)
    recorded = found_by_unit(material)
    silent = [child for child in children_of(material) if child.code not in recorded]
    _note_silent(silent, notes)
    chapters = _chapters(writer, words.orders[addressee])
    blocks: list[Heading | Paragraph | Table] = [
        write_opening(material=material, office=office, period=period, time=time, phrases=phrases)
    ]
    for place, (area, paragraphs) in enumerate(chapters):
        blocks += [Heading(text=f"{_NUMERALS[place]}、{words.families[family][area]}"), *paragraphs]
    found = find_shortcomings(Evidence(material=material, silent=silent, fallen=writer.fallen))
    shortcomings = write_shortcomings(found)
    steps = write_steps(found=found, period=period, areas=[area for area, _ in chapters])
    for key, paragraphs in (("shortcomings", [shortcomings] if shortcomings else []), ("next", steps)):
        if paragraphs:
            place = sum(isinstance(block, Heading) for block in blocks)
            blocks += [Heading(text=f"{_NUMERALS[place]}、{words.families[family][key]}"), *paragraphs]
    if not shortcomings:
        notes.append(words.notes["no_shortcoming"])
    table = write_annex(material=material, office=office, period=period)
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
    notes.append(words.notes["outlook"])
    _note_length(document, period, notes)
    notes += lint(document, _surroundings(organisation, period, material))
    values = {name: getattr(document, name) for name in Document.__dataclass_fields__}
    return Document(**{**values, "notes": tuple(notes)})


def _surroundings(organisation: Organisation, period: Period, material: Material) -> Surroundings:
    """What the checks compare with: last year's report, if one was written, and the order of the units."""
    last = Report.objects.filter(organisation=organisation, kind="summary", period=period.previous_year().code)
    written = last.order_by("-pk").first()
    blocks = from_json(latest_version(written).content).blocks if written else ()
    return Surroundings(
        period=period,
        before=[block.text for block in blocks if isinstance(block, Paragraph)],
        units=[child.short_name for child in children_of(material)],
        families=summary_words().families,
    )


def _is_equally_complete(organisation: Organisation, period: Period) -> bool:
    """Say whether a rate against last year is fair: records reach back that far. Both are cut at the same day."""
    first = Stamp.objects.filter(ancestor=organisation).aggregate(first=Min("posting__month"))["first"]
    slack = 2 if period.last_month - period.first_month >= 5 else 0
    return first is not None and first <= add_months(period.first_month, slack - 12)


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


def _note_silent(silent: list[Organisation], notes: list[str]) -> None:
    expected = [child.short_name for child in silent if child.kind not in NOT_EXPECTED]
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
