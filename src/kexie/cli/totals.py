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
from kexie.totals.models import Indicator
from kexie.totals.queries import (
    CUTS,
    Cut,
    Total,
    parts_of,
    refuse_missing_formula,
    totals,
    totals_by_cut,
    totals_by_month,
    totals_by_organisation,
)
from kexie.totals.wording import cut_label, in_order, indicator_label


class By(StrEnum):
    ORGANISATION = "organisation"
    MONTH = "month"
    MODE = "mode"
    GROUP = "group"
    WORK_AREA = "work_area"
    KIND = "kind"
    CAMPAIGN = "campaign"


class ScopeOption(StrEnum):
    OWN = "own"
    SYSTEM = "system"
    COUNTY = "county"


class StructureOption(StrEnum):
    THEN = "then"
    TODAY = "today"


_CUTS: dict[By, Cut] = {By(cut): cut for cut in CUTS}
Rows = list[tuple[dict[str, str], Total]]


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    first: Annotated[str, typer.Option("--from", help="起始月，如 2017-01")],
    last: Annotated[str, typer.Option("--to", help="终止月，如 2017-12")],
    indicator: Annotated[list[str] | None, typer.Option(help="只要这个指标（可多次）")] = None,
    by: Annotated[By | None, typer.Option(help="分单位、分月、分方式、其中、分工作板块、分类别、分主题活动")] = None,
    scope: Annotated[ScopeOption, typer.Option(help="口径：本级机关、科协系统、全县")] = ScopeOption.SYSTEM,
    structure: Annotated[StructureOption, typer.Option(help="建制：当时的、现行的")] = StructureOption.THEN,
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
    asked: dict[str, Any] = {
        "organisation": organisation_with_code(organisation),
        "first_month": first_month,
        "last_month": last_month,
        "scope": scope.value,
        "structure": structure.value,
    }
    for code in indicator or ():
        if known[code].formula:  # asked for by name: that it has no value is an answer of its own
            refuse_missing_formula(indicator=known[code], found=totals(**asked, indicators=parts_of(known[code])))
    rows = _rows(by, {**asked, "indicators": indicator or None})
    if as_json:
        answer = {
            "organisation": organisation,
            "from": first,
            "to": last,
            "structure": structure.value,
            "rows": [{**key, **_row(each)} for key, each in rows],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
        return
    _print(by, rows, known)


def _rows(by: By | None, asked: dict[str, Any]) -> Rows:
    """Each total with what it is of: ``{"month": "2024-03"}``, ``{"mode": "online"}``, …"""
    found: dict[str, dict[str, Total]]
    match by:
        case None:
            return [({}, each) for each in totals(**asked).values()]
        case By.MONTH:
            found = {month_text(month): each for month, each in totals_by_month(**asked).items()}
        case By.ORGANISATION:
            found = totals_by_organisation(**asked)
        case _:
            values = totals_by_cut(**asked, by=_CUTS[by])
            found = {value: values[value] for value in in_order(_CUTS[by], list(values))}
    return [({by.value: key}, each) for key, each_found in found.items() for each in each_found.values()]


def _row(total: Total) -> dict[str, Any]:
    row: dict[str, Any] = {
        "indicator": total.indicator,
        "value": _number(total.value),
        "low": _number(total.low),
        "high": _number(total.high),
        "qualifier": total.qualifier,
        "entries": total.entries,
    }
    if total.stated:
        row["stated"] = total.stated
    return row


def _number(value: Decimal | None) -> int | float | None:
    """A JSON number: an integer where it is one. (A float is only how JSON writes a decimal; nothing is computed.)"""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _print(by: By | None, rows: Rows, known: dict[str, Indicator]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in (*(rows[0][0] if rows else ()), "指标", "数值", "", "单位", "记录", "截至", ""):
        table.add_column(name, justify="right" if name in ("数值", "记录") else "left")
    for key, each in rows:
        indicator = known[each.indicator]
        of = [_label(by, value) for value in key.values()]
        cells = (*of, indicator_label(indicator), f"{each.value:,}", each.word, indicator.unit, str(each.entries))
        table.add_row(*cells, str(each.as_of or ""), f"含申报数 {each.stated} 个" if each.stated else "")
    results.print(table if rows else "这段时间没有已通过的记录。")


def _label(by: By | None, value: str) -> str:
    return cut_label(_CUTS[by], value) if by in _CUTS else value
