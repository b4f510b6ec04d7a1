"""``kexie report``."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kexie.cli.output import progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period, parse_day
from kexie.orgs.queries import organisation_with_code
from kexie.reports.services import write_report
from kexie.reports.wording import Style


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")],
    out: Annotated[Path, typer.Option(help="写到哪个文件夹")],
    kind: Annotated[str, typer.Option(help="种类：summary")] = "summary",
    as_of: Annotated[str, typer.Option(help="数据截至哪一天，2025-11-20")] = "",
    length: Annotated[str, typer.Option(help="篇幅：short、normal、full")] = "normal",
    addressee: Annotated[str, typer.Option(help="报给谁：upper-association、party-office、assessment")] = "",
    family: Annotated[str, typer.Option(help="标题句式")] = "",
    round_down: Annotated[bool, typer.Option("--round/--exact", help="一千以上的人次、份数写成“余”")] = False,
) -> None:
    """Write a report: Word, HTML and its source table."""
    chosen = Period.parse(period)
    options: dict[str, Any] = {"length": length}
    if as_of:
        options["as_of"] = parse_day(as_of)
    if addressee:
        options["addressee"] = addressee
    if family:
        options["family"] = family
    if round_down:
        options["style"] = Style(round_down=True)
    prepare_home()
    where = organisation_with_code(organisation)
    with progress("写报告"):
        paths = write_report(organisation=where, period=chosen, kind=kind, folder=out, actor="kexie report", **options)
    for path in paths:
        results.print(str(path))
