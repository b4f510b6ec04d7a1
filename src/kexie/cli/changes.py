"""``kexie totals-changes``: why a total changed between two dates."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.table import Table

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.cli.totals import ScopeOption
from kexie.core.periods import parse_month
from kexie.orgs.queries import organisation_with_code
from kexie.registers.explaining import Difference, differences, end_of, read_days
from kexie.totals.measures import QUALIFIER_WORDS
from kexie.totals.queries import Total
from kexie.ui.numbers import BEFORE


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    first: Annotated[str, typer.Option("--from", help="起始月，如 2017-01")],
    last: Annotated[str, typer.Option("--to", help="终止月，如 2017-12")],
    since: Annotated[str, typer.Option(help="与哪一天终了时的数比，如 2018-01-31")],
    until: Annotated[str, typer.Option(help="看到哪一天终了；不写是现在")] = "",
    indicator: Annotated[list[str] | None, typer.Option(help="只要这个指标（可多次）")] = None,
    scope: Annotated[ScopeOption, typer.Option(help="口径：本级机关、科协系统、全县")] = ScopeOption.SYSTEM,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Print what the totals were on one day and on another, and the entries that are the difference."""
    first_month, last_month = parse_month(first), parse_month(last)
    if first_month > last_month:
        raise CommandError(f"起始月 {first} 晚于终止月 {last}")
    today = timezone.localdate()
    day, other = read_days({"since": since, "until": until}, today=today)
    prepare_home()
    found = differences(
        organisation=organisation_with_code(organisation),
        first_month=first_month,
        last_month=last_month,
        since=end_of(day),
        until=end_of(other) if other < today else None,
        scope=scope.value,
        user=None,
    )
    if indicator:
        found = [each for each in found if each.indicator.code in indicator]
    if as_json:
        typer.echo(
            json.dumps({"organisation": organisation, "rows": [_row(each) for each in found]}, ensure_ascii=False)
        )
        return
    print_differences(found, f"{since} 终了")


def print_differences(found: Sequence[Difference], since: str) -> None:
    """Print a table of changed totals, each followed by its entries."""
    if not found:
        results.print(f"{since}以来没有变化。")
        return
    table = Table(box=None, pad_edge=False)
    for name in ("指标 / 记录", "单位", "原来", "现在", "差", "变化", "何人", "何时"):
        table.add_column(name, justify="right" if name in ("原来", "现在", "差") else "left")
    for each in found:
        cells = (_shown(each.before), _shown(each.after), f"{each.difference:+,}")
        table.add_row(each.indicator.name, each.indicator.unit, *cells, "", "", "", style="bold")
        for row in each.entries:
            table.add_row(
                f"  {row.title}",
                row.organisation,
                f"{row.before:,}",
                f"{row.after:,}",
                f"{row.difference:+,}",
                row.word,
                row.who,
                f"{timezone.localtime(row.at):%Y-%m-%d %H:%M}",
            )
    results.print(table)


def _shown(total: Total | None) -> str:
    if total is None:
        return "—"
    word = QUALIFIER_WORDS[total.qualifier]
    return f"{word}{total.value:,}" if word in BEFORE else f"{total.value:,}{word}"


def _row(each: Difference) -> dict[str, Any]:
    return {
        "indicator": each.indicator.code,
        "before": _number(each.before.value if each.before else None),
        "after": _number(each.after.value if each.after else None),
        "difference": _number(each.difference),
        "entries": [
            {
                "entry": row.uid,
                "organisation": row.organisation,
                "why": row.word,
                "before": _number(row.before),
                "after": _number(row.after),
                "who": row.who,
                "at": row.at.isoformat(),
            }
            for row in each.entries
        ],
    }


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number: an integer where it is one."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
