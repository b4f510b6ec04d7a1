"""``kexie verify``."""

from importlib.util import find_spec
from typing import Annotated, Any

import typer

from kexie.cli.output import CommandError, progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import month_text, parse_month
from kexie.orgs.models import Organisation
from kexie.orgs.queries import organisation_with_code
from kexie.totals.models import Indicator
from kexie.totals.queries import scope_word

_SHOWN = 50  # differences that are printed
_NEEDED = ("ibis", "duckdb", "pyarrow")
_WHERE = {"sums": "月度汇总", "facts": "明细", "stocks": "存量明细", "held": "存量汇总", "answers": "汇总查询"}


def run(
    organisation: Annotated[str | None, typer.Option(help="只核对这个组织（代码）")] = None,
    first: Annotated[str | None, typer.Option("--from", help="起始月，如 2017-01")] = None,
    last: Annotated[str | None, typer.Option("--to", help="终止月，如 2017-12")] = None,
) -> None:
    """Compute all totals a second time from the raw entries, check the audit chain and the files."""
    first_month, last_month = (parse_month(month) if month else None for month in (first, last))
    if first_month and last_month and first_month > last_month:
        raise CommandError(f"起始月 {first} 晚于终止月 {last}")
    if not all(map(find_spec, _NEEDED)):
        raise CommandError("核对要用 Ibis 和 DuckDB，请先安装：python -m pip install 'kexie[analytics]'")
    from kexie.registers.verification import verify

    prepare_home()
    where = organisation_with_code(organisation) if organisation else None
    report = verify(progress=progress, organisation=where, first_month=first_month, last_month=last_month)
    span = f"{month_text(report.months[0])} 至 {month_text(report.months[-1])}" if report.months else "没有记录"
    results.print(f"重算 {report.totals:,} 个汇总数（{span}），逐项查询 {report.asked} 个组织，文件 {report.files} 个")
    organisations, indicators = Organisation.objects.in_bulk(), Indicator.objects.in_bulk()
    for each in report.differences[:_SHOWN]:
        unit, indicator = organisations.get(each.organisation), indicators.get(each.indicator)
        name = f"{unit.name}（{unit.code}）" if unit else f"组织 {each.organisation}"
        what = f"{indicator.name}（{indicator.code}）" if indicator else f"指标 {each.indicator}"
        scope = scope_word(each.scope, unit.kind if unit else "")  # type: ignore[arg-type]  # one of SCOPES
        results.print(
            f"不符：{name} {month_text(each.month)} {what} {scope}，{_WHERE[each.what]}："
            + "，".join(_difference(column, each.expected[column], each.found[column]) for column in each.expected)
        )
    if report.count > _SHOWN:
        results.print(f"……共 {report.count:,} 处不符")
    if report.broken_record:
        results.print(f"操作记录从第 {report.broken_record} 条起对不上：有记录被改过、删过或插入过")
    for sha256, reason in report.damaged:
        results.print(f"文件 {sha256}：{reason}")
    if not report.is_clean:
        raise typer.Exit(1)
    results.print("全部相符。")


def _difference(column: str, expected: Any, found: Any) -> str:
    """One column: what it should be, what it is, and by how much it is off."""
    text = f"{column} 应为 {expected}，实为 {found}"
    if column in ("value", "entries") and expected is not None and found is not None:
        text += f"（差 {found - expected:+}）"
    return text
