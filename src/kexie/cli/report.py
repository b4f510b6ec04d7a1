"""``kexie report``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kexie.cli.output import progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period, parse_day
from kexie.orgs.queries import organisation_with_code
from kexie.reports.models import ReportKind
from kexie.reports.services import write_report
from kexie.reports.wording import Style

KINDS = "、".join(f"{value}（{label}）" for value, label in ReportKind.choices)


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")],
    out: Annotated[Path, typer.Option(help="写到哪个文件夹")],
    kind: Annotated[str, typer.Option(help=f"种类：{KINDS}")] = ReportKind.SUMMARY,
    campaign: Annotated[str, typer.Option(help="主题活动的代码，写活动总结用")] = "",
    entry: Annotated[str, typer.Option(help="记录编号，写工作信息用；不给就写最近一天人数最多的")] = "",
    as_of: Annotated[str, typer.Option(help="数据截至哪一天，2025-11-20")] = "",
    length: Annotated[str, typer.Option(help="篇幅：short、normal、full")] = "",
    addressee: Annotated[str, typer.Option(help="报给谁：upper-association、party-office、assessment")] = "",
    family: Annotated[str, typer.Option(help="标题句式")] = "",
    round_down: Annotated[bool, typer.Option("--round/--exact", help="一千以上的人次、份数写成“余”")] = False,
) -> None:
    """Write a report: Word, HTML and its source table."""
    chosen = Period.parse(period)
    told = {"campaign": campaign, "entry": entry, "length": length, "addressee": addressee, "family": family}
    options: dict[str, Any] = {name: value for name, value in told.items() if value}
    if as_of:
        options["as_of"] = parse_day(as_of)
    if round_down:
        options["style"] = Style(round_down=True)
    prepare_home()
    where = organisation_with_code(organisation)
    with progress("写报告"):
        paths = write_report(organisation=where, period=chosen, kind=kind, folder=out, actor="kexie report", **options)
    for path in paths:
        results.print(str(path))
