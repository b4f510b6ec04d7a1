"""Verbs of targets: set, confirm, drop, draft from a document that was read, split to units."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from kexie.core.errors import DomainError
from kexie.core.periods import Period, last_day
from kexie.core.services import audit
from kexie.intake.models import Document
from kexie.intake.queries import read_document
from kexie.orgs.models import Organisation, User
from kexie.plans.models import Comparator, State, Strength, Target
from kexie.plans.quotas import quotas
from kexie.reading.indicators import indicator_of
from kexie.totals.models import Indicator

LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, kw_only=True)
class TargetTold:
    """What is said of a target, before it is one. ``indicator`` is a code or empty."""

    metric: str
    value: Decimal
    value_max: Decimal | None = None
    indicator: str = ""
    unit: str = ""
    per: str = ""
    comparator: str = Comparator.AT_LEAST
    strength: str = Strength.FIRM
    due: datetime.date | None = None
    assigned_by: str = ""


@transaction.atomic
def set_target(
    *,
    organisation: Organisation,
    period: Period,
    told: TargetTold,
    responsible: Organisation | None = None,
    actor: User | str,
) -> Target:
    """Return a new confirmed target, the last in order. Raises DomainError when it cannot be a target."""
    target = _made(organisation, period, told)
    target.responsible, target.state = responsible, State.CONFIRMED
    return _stored(target, actor, "target.set")


@transaction.atomic
def confirm_target(*, target: Target, actor: User | str) -> Target:
    """Let a target that was read count. Raises DomainError when it is not waiting for that."""
    _change(target, State.DRAFT, State.CONFIRMED, actor, "target.confirm")
    return target


@transaction.atomic
def drop_target(*, target: Target, reason: str, actor: User | str) -> Target:
    """Take a target off the list; it stays in the record. Raises DomainError without a reason, or when it has parts."""
    if not reason.strip():
        raise DomainError("撤下目标要写原因")
    if target.parts.exclude(state=State.DROPPED).exists():
        raise DomainError(f"“{target.metric}”已经分解到单位，请先撤下各单位的目标")
    if target.state == State.DROPPED:
        raise DomainError(f"“{target.metric}”已经撤下")
    _change(target, target.state, State.DROPPED, actor, "target.drop", reason=reason.strip()[:200])
    return target


@transaction.atomic
def draft_targets(*, document: Document, period: Period, actor: User | str) -> list[Target]:
    """Return the targets that are read in a document, as drafts of its unit; those that were there are not repeated.

    The strength is that of the words: 完成 is firm, 力争 is hoped for, 推动 is neither.
    """
    made: list[Target] = []
    for read in read_document(document).targets:
        place = {"document": document, "start": read.start, "end": read.end, "metric": read.metric[:120]}
        if not read.metric.strip() or Target.objects.filter(**place).exists():
            continue
        told = TargetTold(
            metric=read.metric[:120],
            value=read.value,
            value_max=read.value_max,
            indicator=indicator_of(read.unit, read.metric, read.quote) or "",
            unit=read.unit,
            per=read.per or "",
            comparator=read.comparator,
            strength=read.strength,
            due=_day(read.due, period),
            assigned_by=(read.assigned_by or "")[:120],
        )
        target = _made(document.organisation, period, told)
        target.state, target.document, target.quote = State.DRAFT, document, read.quote[:300]
        target.start, target.end = read.start, read.end
        made.append(_stored(target, actor, "target.draft"))
    return made


@transaction.atomic
def split_target(*, target: Target, weights: Mapping[str, int], actor: User | str) -> list[Target]:
    """Return one target for each unit below (``weights`` by code), which add up to ``target``; its strength is kept.

    Raises DomainError when the target is not confirmed, was split before, or a code is not that of a unit below.
    """
    if target.state != State.CONFIRMED or target.value_max is not None or target.per:
        raise DomainError("只有已确认的、单一数值的目标可以分解")
    if target.parts.exclude(state=State.DROPPED).exists():
        raise DomainError(f"“{target.metric}”已经分解过")
    below = Organisation.objects.filter(path__startswith=target.organisation.path).exclude(pk=target.organisation_id)
    units = list(below.filter(code__in=weights).order_by("order", "code"))
    if missing := set(weights) - {unit.code for unit in units}:
        raise DomainError(f"不是{target.organisation.name}下面的单位：{'、'.join(sorted(missing))}")
    whole = target.value == target.value.to_integral_value()
    step = Decimal(1) if whole else Decimal("0.01")
    try:
        values = quotas(target.value, [weights[unit.code] for unit in units], step=step)
    except ValueError as error:
        raise DomainError("分解要有单位，份额不能是负数") from error
    kept = ("first_month", "last_month", "metric", "indicator", "comparator", "unit", "due", "strength", "quote")
    parts = []
    for unit, value in zip(units, values, strict=True):
        part = Target(organisation=unit, responsible=unit, value=value, split_from=target, state=State.CONFIRMED)
        for name in kept:
            setattr(part, name, getattr(target, name))
        part.assigned_by = target.organisation.name
        parts.append(_stored(part, actor, "target.split"))
    return parts


def _made(organisation: Organisation, period: Period, told: TargetTold) -> Target:
    if not told.metric.strip():
        raise DomainError("目标没有名称")
    if told.comparator not in Comparator.values or told.strength not in Strength.values:
        raise DomainError(f"没有这样的比较或力度：{told.comparator}、{told.strength}")
    if not 0 <= told.value < LARGEST or (told.value_max is not None and not told.value <= told.value_max < LARGEST):
        raise DomainError(f"“{told.metric}”的目标值不对：应在 0 和一万亿之间，后一个数不小于前一个")
    indicator = Indicator.objects.filter(code=told.indicator).first() if told.indicator else None
    if told.indicator and indicator is None:
        raise DomainError(f"没有“{told.indicator}”这个指标")
    if told.due and told.due < period.start:
        raise DomainError(f"“{told.metric}”的完成时限早于{period.label}")
    return Target(
        organisation=organisation,
        first_month=period.first_month,
        last_month=period.last_month,
        metric=told.metric.strip(),
        indicator=indicator,
        comparator=told.comparator,
        value=told.value,
        value_max=told.value_max,
        unit=indicator.unit if indicator and not told.per else told.unit,
        per=told.per,
        due=told.due,
        strength=told.strength,
        assigned_by=told.assigned_by.strip(),
    )


def _stored(target: Target, actor: User | str, action: str) -> Target:
    Organisation.objects.select_for_update().get(pk=target.organisation_id)  # one order, whoever comes at once
    siblings = Target.objects.filter(organisation=target.organisation)
    target.order = (siblings.aggregate(last=Max("order"))["last"] or 0) + 1
    target.created_by = actor if isinstance(actor, User) else None
    target.save()
    _audit(target, actor, action)
    return target


def _change(target: Target, before: str, after: str, actor: User | str, action: str, **detail: str) -> None:
    """Change the state by a condition: of two people who act at once one is refused."""
    if not Target.objects.filter(pk=target.pk, state=before).exclude(state=after).update(state=after):
        raise DomainError(f"“{target.metric}”的状态已经变了，请刷新再看")
    target.state = after
    _audit(target, actor, action, **detail)


def _audit(target: Target, actor: User | str, action: str, **detail: str) -> None:
    name = actor.get_username() if isinstance(actor, User) else actor
    audit(actor=name, action=action, subject=f"target:{target.pk}", organisation=target.organisation.code, **detail)


def _day(due: str | None, period: Period) -> datetime.date | None:
    """The last day of what was read as due: 2024, 2024-06, 2024-06-30; None when it is none of these, or too early."""
    if not due:
        return None
    try:
        day = datetime.date.fromisoformat(due) if len(due) == 10 else last_day(Period.parse(due).last_month)
    except (ValueError, DomainError):
        return None
    return day if day >= period.start else None
