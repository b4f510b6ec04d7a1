"""工作计划, a summary with a plan behind it, and 目标完成情况对照表: what is promised, from targets alone."""

import datetime
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.plans.models import State, Target
from kexie.plans.queries import Progress, progress_of, targets_of
from kexie.reports.compose import compose_summary
from kexie.reports.kinds.building import numbered, paragraph, with_notes
from kexie.reports.kinds.words import PlanWords, plan_words
from kexie.reports.material import make_number
from kexie.reports.model import Block, Document, Heading, Number, NumberQuery, Paragraph, Table, Text
from kexie.reports.phrases import Office
from kexie.reports.setting import office_of
from kexie.reports.sources import date_words
from kexie.reports.wording import PLAIN, Style

_NUMERALS = "一二三四五六七八九十"


def compose_plan(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    guiding: str = "",
    measures: str = "",
    safeguards: str = "",
    today: datetime.date | None = None,
) -> Document:
    """Return the plan of a period: its confirmed targets as numbered items, and the office's own texts.

    ``guiding``, ``measures`` and ``safeguards`` are texts of the office; what is not given is asked for in a note and
    leaves no trace. Raises DomainError when there is no target, or the unit has no name.
    """
    words, office = plan_words(), _office(organisation, "工作计划")
    notes: list[str] = []
    targets = _confirmed(organisation, period, notes, "工作计划")
    for name, text in (("guiding", guiding), ("measures", measures), ("safeguards", safeguards)):
        if not text.strip():
            notes.append(words.notes[name])
    parts: list[tuple[str, list[Block]]] = [
        (words.headings["targets"], target_items(targets)),
        (words.headings["measures"], _own(measures)),
        (words.headings["safeguards"], _own(safeguards)),
    ]
    document = Document(
        kind="plan",
        organisation=organisation.code,
        period=period.code,
        title=words.title.format(office=office.full, period=period.label),
        blocks=(*_own(guiding), *numbered(parts)),
        signature=office.full,
        date=as_of or today or timezone.localdate(),
        as_of=as_of,
    )
    return with_notes(document, notes, length=words.length, words=words.notes)


def compose_summary_and_plan(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    today: datetime.date | None = None,
    **options: Any,
) -> Document:
    """Return the summary of ``period``, its last chapter the targets of what follows: next year, or the second half.

    ``options`` are those of the summary's composer. Raises DomainError when either has nothing to say.
    """
    _office(organisation, "总结和计划")
    following = next_period(period)
    notes: list[str] = []
    targets = _confirmed(organisation, following, notes, "下一步打算")
    summary = compose_summary(organisation=organisation, period=period, as_of=as_of, today=today, **options)
    chapters = sum(isinstance(block, Heading) and block.level == 1 for block in summary.blocks)
    heading = Heading(text=f"{_NUMERALS[chapters]}、{following.label}{plan_words().next.removeprefix('下一步')}")
    return replace(
        summary,
        kind="summary+plan",
        title=f"{summary.title}和{following.label}工作计划",
        blocks=(*summary.blocks, heading, *target_items(targets)),
        notes=(*summary.notes, *notes),
    )


def compose_targets(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None = None,
    style: Style = PLAIN,
    today: datetime.date | None = None,
) -> Document:
    """Return the table of the targets of a period, in the order of the letter of responsibility.

    Raises DomainError when there is no target, or the period has not begun.
    """
    words, office = plan_words(), _office(organisation, "目标完成情况对照表")
    today = today or timezone.localdate()
    day = as_of or min(today, period.end)
    if day < period.start or day > today:
        raise DomainError(f"{date_words(day) if as_of else period.label}还没有到，写不出目标完成情况对照表")
    notes: list[str] = []
    progress = progress_of(targets=_confirmed(organisation, period, notes, "目标完成情况对照表"), day=day)
    if unmeasured := sum(each.state == "unmeasured" for each in progress):
        notes.append(words.notes["unmeasured"].format(n=unmeasured))
    title = words.table_title.format(office=office.full, period=period.label)
    table = Table(title="", header=tuple(words.columns), rows=tuple(_row(each, style) for each in progress))
    return Document(
        kind="targets",
        organisation=organisation.code,
        period=period.code,
        title=title,
        blocks=(paragraph([Text(text=f"数据截至{date_words(day)}。")]), table),
        signature=office.full,
        date=as_of or today,
        notes=tuple(notes),
        as_of=as_of,
    )


def next_period(period: Period) -> Period:
    """Return what comes after a summary: the second half after the first one, else the year that follows."""
    return Period.parse(f"{period.year}H2" if period.code.endswith("H1") else str(period.year + 1))


def target_items(targets: list[Target]) -> list[Block]:
    """Return the targets as items 1. 2. …, each with its strength, number, unit, day and who is responsible."""
    return [Paragraph(spans=(Text(text=f"{place}.{target_words(each)}。"),)) for place, each in enumerate(targets, 1)]


def target_words(target: Target) -> str:
    """Return a target in words: 完成科普讲座不少于60场，2026年11月30日前完成，由稻香镇负责."""
    words = plan_words()
    text = f"{words.strength[target.strength]}{_metric(target, words)}{amount_words(target)}"
    if target.due:
        text += (words.due if target.strength == "firm" else words.due_hoped).format(date=date_words(target.due))
    if target.responsible:
        text += words.responsible.format(unit=target.responsible.short_name or target.responsible.name)
    return text


def amount_words(target: Target) -> str:
    """Return what has to be reached, with all its digits: 不少于60场, 3—5期, 每年2次."""
    words = plan_words()
    if target.value_max is not None:
        amount = words.range.format(low=_digits(target.value), high=_digits(target.value_max), unit=target.unit)
    else:
        amount = words.comparators[target.comparator].format(n=f"{_digits(target.value)}{target.unit}")
    return f"{words.per.format(per=target.per)}{amount}" if target.per else amount


def _metric(target: Target, words: PlanWords) -> str:
    """The metric without the verb of strength that it was typed or read with."""
    metric = target.metric.strip()
    for verb in words.strength.values():
        metric = metric.removeprefix(verb) or metric
    return metric


def _row(progress: Progress, style: Style) -> tuple[Text | Number | None, ...]:
    words, target = plan_words(), progress.target
    done: Text | Number
    if progress.state == "unmeasured":
        done = Text(text="")
    elif progress.done is None:
        done = Text(text=f"0{target.unit}")
    else:
        query = NumberQuery(
            organisation=target.organisation.code,
            indicator=progress.done.indicator,
            first_month=target.first_month,
            last_month=progress.last_month,
        )
        done = make_number(total=progress.done, query=query, style=style)
        if done.qualifier == "at_least" and progress.done.word == "以上":
            # Beside a rate all digits are wanted: 1.7万人次以上 would look like less than 97.9 % of 18000.
            done = replace(done, text=f"{_digits(done.value)}{done.unit}以上")
    evidence = ""
    if progress.state != "unmeasured":
        count = progress.done.entries if progress.done else 0
        evidence = words.evidence.format(n=count) if count else words.no_evidence
    return (
        Text(text=target.assigned_by or words.own),
        Text(text=f"{words.strength[target.strength]}{_metric(target, words)}"),
        Text(text=amount_words(target)),
        done,
        Text(text="" if progress.rate is None else f"{_digits(progress.rate)}%"),
        Text(text=evidence),
        Text(text=words.unmeasured if progress.state == "unmeasured" else progress.word),
    )


def _confirmed(organisation: Organisation, period: Period, notes: list[str], what: str) -> list[Target]:
    targets = targets_of(organisation=organisation, period=period)
    drafts = targets_of(organisation=organisation, period=period, states=(State.DRAFT,))
    if not targets:
        waiting = f"，有{len(drafts)}项等人确认" if drafts else ""
        raise DomainError(f"{organisation.name}{period.label}还没有确认的目标{waiting}，写不出{what}")
    if drafts:
        notes.append(plan_words().notes["drafts"].format(n=len(drafts)))
    return targets


def _office(organisation: Organisation, what: str) -> Office:
    if not organisation.name.strip():
        raise DomainError(f"单位 {organisation.code} 没有名称，写不出{what}；请先补上名称")
    return office_of(organisation)


def _own(text: str) -> list[Block]:
    """The office's own text as it was typed, a paragraph a line."""
    return [paragraph([Text(text=line.strip())]) for line in text.split("\n") if line.strip()]


def _digits(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
