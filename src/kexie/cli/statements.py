"""``kexie statements``."""

from typing import Annotated

import typer
from django.db import transaction
from rich.table import Table

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import month_text
from kexie.core.services import audited_together
from kexie.orgs.queries import organisation_with_code
from kexie.registers.models import Statement
from kexie.registers.queries import statements_of
from kexie.registers.statements import stand_in, withdraw

_ACTOR = "kexie statements"


def run(
    organisation: Annotated[str, typer.Option(help="组织代码：它和它下面各单位的申报数")] = "",
    stand: Annotated[list[int] | None, typer.Option("--stand-in", help="让这个编号的申报数代替缺报的记录")] = None,
    back: Annotated[list[int] | None, typer.Option("--withdraw", help="不再代替")] = None,
) -> None:
    """List confirmed statements, and choose which stand in for missing entries."""
    if not organisation and not stand and not back:
        raise CommandError("要 --organisation，或者 --stand-in、--withdraw 和编号")
    prepare_home()
    with transaction.atomic(), audited_together():
        for verb, word, numbers in ((stand_in, "代替缺报的记录", stand), (withdraw, "只作对照", back)):
            for number in numbers or ():
                statement = Statement.objects.select_related("organisation", "indicator").filter(pk=number).first()
                if statement is None:
                    raise CommandError(f"没有编号为 {number} 的申报数")
                verb(statement=statement, actor=_ACTOR)
                results.print(f"{number}（{statement.organisation.name}，{statement.indicator.name}）：{word}")
    if organisation:
        _print(organisation)


def _print(code: str) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("编号", "单位", "期间", "指标", "数值", "", "用处"):
        table.add_column(name, justify="right" if name == "数值" else "left")
    found = statements_of(organisation=organisation_with_code(code))
    for each in found:
        row = each.row
        first, last = month_text(row.first_month or 0), month_text(row.last_month or 0)
        months = first if first == last else f"{first} 至 {last}"
        number = (f"{each.value:,}", each.word)
        table.add_row(str(row.pk), row.organisation.short_name, months, row.indicator.name, *number, STATES[each.state])
    results.print(table if found else "没有已确认的申报数。")


STATES = {"beside": "对照", "standing-in": "代替缺报的记录", "at-rest": "有了记录，不计"}
