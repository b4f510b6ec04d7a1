"""``kexie report``."""

from pathlib import Path
from typing import Annotated

import typer

from kexie.cli.output import progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.orgs.queries import organisation_with_code
from kexie.reports.services import write_report


def run(
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")],
    out: Annotated[Path, typer.Option(help="写到哪个文件夹")],
    kind: Annotated[str, typer.Option(help="种类：summary")] = "summary",
) -> None:
    """Write a report: Word, HTML and its source table."""
    chosen = Period.parse(period)
    prepare_home()
    where = organisation_with_code(organisation)
    with progress("写报告"):
        paths = write_report(organisation=where, period=chosen, kind=kind, folder=out, actor="kexie report")
    for path in paths:
        results.print(str(path))
