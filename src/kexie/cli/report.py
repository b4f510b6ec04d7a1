"""``kexie report``, ``kexie report check``, ``kexie report list``."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from kexie.cli.output import CommandError, errors, progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period, parse_day
from kexie.orgs.queries import organisation_with_code
from kexie.reports.findings import KINDS as FINDINGS
from kexie.reports.issuing import differences, names_of
from kexie.reports.keeping import Checked, bring_back, check_file, latest_version
from kexie.reports.models import Report, ReportKind
from kexie.reports.services import write_and_keep
from kexie.reports.wording import Style

_ACTOR = "kexie report"
KINDS = "、".join(f"{value}（{label}）" for value, label in ReportKind.choices)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, invoke_without_command=True)


@app.callback()
def run(
    context: typer.Context,
    organisation: Annotated[str, typer.Option(help="组织代码")] = "",
    period: Annotated[str, typer.Option(help="2017、2017H1、2017Q1 或 2017-03")] = "",
    out: Annotated[Path | None, typer.Option(help="写到哪个文件夹")] = None,
    kind: Annotated[str, typer.Option(help=f"种类：{KINDS}")] = ReportKind.SUMMARY,
    campaign: Annotated[str, typer.Option(help="主题活动的代码，写活动总结用")] = "",
    entry: Annotated[str, typer.Option(help="记录编号，写工作信息用；不给就写最近一天人数最多的")] = "",
    as_of: Annotated[str, typer.Option(help="数据截至哪一天，2025-11-20")] = "",
    length: Annotated[str, typer.Option(help="篇幅：short、normal、full")] = "",
    addressee: Annotated[str, typer.Option(help="报给谁：upper-association、party-office、assessment")] = "",
    family: Annotated[str, typer.Option(help="标题句式")] = "",
    round_down: Annotated[bool, typer.Option("--round/--exact", help="一千以上的人次、份数写成“余”")] = False,
) -> None:
    """Write a report: Word, HTML and its source table. What issued reports printed otherwise is said."""
    if context.invoked_subcommand is not None:
        return
    if not organisation or not period or out is None:
        raise CommandError("写报告要给 --organisation、--period 和 --out")
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
        written = write_and_keep(organisation=where, period=chosen, kind=kind, folder=out, actor=_ACTOR, **options)
    for path in written.paths:
        results.print(str(path))
    errors.print(
        f"存为报告 {written.report.pk}；改过的 Word 用 kexie report check 文件 --report {written.report.pk} 核对"
    )
    found = differences(document=written.document, organisation=where, report=written.report)
    if found:
        errors.print(f"和已签发的报告有{len(found)}个数不同：")
        for line in names_of(found):
            errors.print(f"  {line}")


@app.command("check", help="核对改过的 Word：哪些数还对，哪些改过、新增、没有了")
def check(
    file: Annotated[Path, typer.Argument(help="改过的 .docx")],
    report: Annotated[int, typer.Option(help="报告编号（kexie report list）")],
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    save: Annotated[bool, typer.Option("--save", help="把改过的文字存为下一稿")] = False,
    reason: Annotated[str, typer.Option(help="改数的理由（--save，有改过或新增的数时）")] = "",
) -> None:
    """Compare an edited Word file with the report; with ``--save`` its wording becomes the next version."""
    prepare_home()
    kept = Report.objects.filter(pk=report).first()
    if kept is None:
        raise CommandError(f"没有编号是 {report} 的报告；kexie report list 列出全部")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}：{error.strerror or error}") from error
    checked = check_file(report=kept, content=content, name=file.name, actor=_ACTOR, reason=reason)
    if as_json:
        rows = [asdict(finding) for finding in checked.taken.findings]
        typer.echo(json.dumps({"report": report, "version": checked.based_on, "numbers": rows}, ensure_ascii=False))
    else:
        _print(checked)
    if save:
        version = bring_back(
            report=kept, content=content, name=file.name, based_on=checked.based_on, reason=reason, actor=_ACTOR
        )
        errors.print(f"存为第{version.number}稿")


def _print(checked: Checked) -> None:
    for kind, word in FINDINGS.items():
        found = checked.taken.of(kind)
        results.print(f"{word}：{len(found)}个")
        if kind == "right":
            continue
        for each in found:
            arrow = " → ".join(part for part in (each.before, each.now) if part)
            results.print(f"  {arrow}  {each.name}（{each.place}）" if each.name else f"  {arrow}（{each.place}）")
    if checked.comments:
        errors.print(f"文件里有{checked.comments}条批注，没有读")


@app.command("list", help="列出存下的报告")
def list_reports(
    organisation: Annotated[str, typer.Option(help="只列这个组织的")] = "",
) -> None:
    """List the reports that are kept, newest first: number, unit, period, kind, status, versions."""
    prepare_home()
    reports = Report.objects.select_related("organisation")
    if organisation:
        reports = reports.filter(organisation=organisation_with_code(organisation))
    for each in reports:
        versions = latest_version(each).number
        words = (each.organisation.short_name, each.period, each.get_kind_display(), each.get_status_display())
        results.print(f"{each.pk}  {'  '.join(words)}  第{versions}稿")
