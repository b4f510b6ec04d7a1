"""``kexie report``."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kexie.cli.output import progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.orgs.queries import organisation_with_code
from kexie.reports.models import ReportKind
from kexie.reports.services import write_report

KINDS = "、".join(f"{value}（{label}）" for value, label in ReportKind.choices)


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")],
    out: Annotated[Path, typer.Option(help="写到哪个文件夹")],
    kind: Annotated[str, typer.Option(help=f"种类：{KINDS}")] = ReportKind.SUMMARY,
    campaign: Annotated[str | None, typer.Option(help="主题活动的代码，写活动总结用")] = None,
    entry: Annotated[str | None, typer.Option(help="记录编号，写工作信息用；不给就写最近一天人数最多的")] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="数据截至哪一天")] = None,
    length: Annotated[str | None, typer.Option(help="篇幅：short、normal、full")] = None,
    addressee: Annotated[str | None, typer.Option(help="报给：upper、party-office")] = None,
) -> None:
    """Write a report: Word, HTML and its source table."""
    chosen = Period.parse(period)
    choices = {"campaign": campaign, "entry": entry, "length": length, "addressee": addressee}
    prepare_home()
    where = organisation_with_code(organisation)
    with progress("写报告"):
        paths = write_report(
            organisation=where,
            period=chosen,
            kind=kind,
            folder=out,
            actor="kexie report",
            as_of=as_of.date() if as_of else None,
            **{name: value for name, value in choices.items() if value is not None},
        )
    for path in paths:
        results.print(str(path))
