"""``kexie targets``."""

from datetime import datetime
from typing import Annotated

import typer
from django.db import transaction
from django.utils import timezone
from rich.table import Table

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.intake.models import Document
from kexie.orgs.queries import organisation_with_code
from kexie.plans.models import State
from kexie.plans.queries import progress_of, targets_of
from kexie.plans.services import confirm_target, draft_targets, split_target

_ACTOR = "kexie targets"


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")],
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="数据截至哪一天")] = None,
    read: Annotated[bool, typer.Option("--read", help="先从这个单位的材料里读出目标，等人确认")] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="确认读出来的全部目标")] = False,
    split: Annotated[str | None, typer.Option(help="要分解的目标的名称")] = None,
    to: Annotated[list[str] | None, typer.Option(help="分给谁、几份，如 QH01=3（可多次）")] = None,
) -> None:
    """Print the targets of a unit, how far each is and what is missing."""
    chosen = Period.parse(period)
    weights = dict(map(_weight, to or ()))
    prepare_home()
    where = organisation_with_code(organisation)
    with transaction.atomic():
        if read:
            documents = Document.objects.filter(organisation=where, period=chosen.code).order_by("pk")
            made = [each for row in documents for each in draft_targets(document=row, period=chosen, actor=_ACTOR)]
            results.print(f"读出 {len(made)} 项目标，等人确认")
        if confirm:
            for target in targets_of(organisation=where, period=chosen, states=(State.DRAFT,)):
                confirm_target(target=target, actor=_ACTOR)
        if split is not None:
            named = [each for each in targets_of(organisation=where, period=chosen) if each.metric == split]
            if len(named) != 1:
                raise CommandError(f"{where.name}{chosen.label}叫“{split}”的目标有{len(named)}项，要正好一项")
            for part in split_target(target=named[0], weights=weights, actor=_ACTOR):
                results.print(f"{part.organisation.short_name}：{part.metric} {part.value.normalize():,f}{part.unit}")
    day = as_of.date() if as_of else min(timezone.localdate(), chosen.end)
    found = progress_of(targets=targets_of(organisation=where, period=chosen), day=day)
    if not found:
        results.print(f"{where.name}{chosen.label}还没有目标")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("交办单位", "目标", "力度", "目标值", "已完成", "完成率", "进度"):
        table.add_column(name)
    for each in found:
        target = each.target
        table.add_row(
            target.assigned_by or "自定",
            target.metric,
            target.get_strength_display(),
            f"{target.get_comparator_display()}{target.value.normalize():,f}{target.unit}",
            f"{each.value:,}{each.done.word}" if each.done else "",
            f"{each.rate}%" if each.rate is not None else "",
            each.word,
        )
    results.print(table)


def _weight(told: str) -> tuple[str, int]:
    code, _, count = told.partition("=")
    if not code or not count.isascii() or not count.isdigit():
        raise CommandError(f"“{told}”看不懂，请写成 QH01=3")
    return code, int(count)
