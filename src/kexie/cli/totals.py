"""``kexie totals``."""

import json
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import month_text, parse_month
from kexie.orgs.queries import organisation_with_code
from kexie.totals.measures import QUALIFIER_WORDS
from kexie.totals.models import Indicator
from kexie.totals.queries import Total, totals, totals_by_month, totals_by_organisation


class By(StrEnum):
    MONTH = "month"
    ORGANISATION = "organisation"


class ScopeOption(StrEnum):
    OWN = "own"
    SYSTEM = "system"
    COUNTY = "county"


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    first: Annotated[str, typer.Option("--from", help="起始月，如 2017-01")],
    last: Annotated[str, typer.Option("--to", help="终止月，如 2017-12")],
    indicator: Annotated[list[str] | None, typer.Option(help="只要这个指标（可多次）")] = None,
    by: Annotated[By | None, typer.Option(help="分月或分单位")] = None,
    scope: Annotated[ScopeOption, typer.Option(help="口径：本级机关、科协系统、全县")] = ScopeOption.SYSTEM,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """Print totals."""
    first_month, last_month = parse_month(first), parse_month(last)
    if first_month > last_month:
        raise CommandError(f"起始月 {first} 晚于终止月 {last}")
    prepare_home()
    known = {row.code: row for row in Indicator.objects.all()}
    if unknown := [code for code in indicator or () if code not in known]:
        raise CommandError(f"没有指标“{'、'.join(unknown)}”，可用：{'、'.join(known)}")
    where = organisation_with_code(organisation)
    asked: dict[str, Any] = {
        "organisation": where,
        "first_month": first_month,
        "last_month": last_month,
        "indicators": indicator or None,
        "scope": scope.value,
    }
    rows: list[tuple[dict[str, str], Total]]
    match by:
        case By.MONTH:
            by_month = totals_by_month(**asked)
            rows = [
                ({"month": month_text(month)}, each) for month, found in by_month.items() for each in found.values()
            ]
        case By.ORGANISATION:
            by_unit = totals_by_organisation(**asked)
            rows = [({"organisation": code}, each) for code, found in by_unit.items() for each in found.values()]
        case None:
            rows = [({}, each) for each in totals(**asked).values()]
    if as_json:
        answer = {
            "organisation": organisation,
            "from": first,
            "to": last,
            "structure": "then",
            "rows": [{**key, **_row(each)} for key, each in rows],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    _print(rows, known)


def _row(total: Total) -> dict[str, Any]:
    return {
        "indicator": total.indicator,
        "value": _number(total.value),
        "low": _number(total.low),
        "high": _number(total.high),
        "qualifier": total.qualifier,
        "entries": total.entries,
    }


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number: an integer where it is one. (A float is only how JSON writes a decimal; nothing is computed.)"""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _print(rows: list[tuple[dict[str, str], Total]], known: dict[str, Indicator]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in (*(rows[0][0] if rows else ()), "指标", "数值", "", "单位", "记录", "截至"):
        table.add_column(name, justify="right" if name in ("数值", "记录") else "left")
    for key, each in rows:
        indicator = known[each.indicator]
        cells = (*key.values(), indicator.name, f"{each.value:,}", QUALIFIER_WORDS[each.qualifier], indicator.unit)
        table.add_row(*cells, str(each.entries), str(each.as_of or ""))
    results.print(table if rows else "这段时间没有已通过的记录。")
