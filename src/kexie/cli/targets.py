"""``kexie targets``."""

from datetime import datetime
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from kexie.cli.output import results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.orgs.queries import organisation_with_code
from kexie.plans.queries import progress_of, targets_of


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")],
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="数据截至哪一天")] = None,
) -> None:
    """Print the targets of a unit, how far each is and what is missing."""
    chosen = Period.parse(period)
    prepare_home()
    where = organisation_with_code(organisation)
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
