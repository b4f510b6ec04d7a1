"""``kexie org``: changes of the tree."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from kexie.cli.output import results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import parse_day
from kexie.orgs import changes
from kexie.orgs.models import BEGINNING
from kexie.orgs.queries import organisation_with_code
from kexie.registers.reorganising import reorganise

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

Code = Annotated[str, typer.Argument(help="组织代码")]
Since = Annotated[str, typer.Option(help="从哪天起，如 2024-07-01；可以是过去的日子")]


@app.command("add", help="新增一个单位")
def add(
    code: Code,
    name: Annotated[str, typer.Option(help="名称")],
    kind: Annotated[str, typer.Option(help="类别，如 township")],
    parent: Annotated[str, typer.Option(help="上级的代码；没有就是最上一级")] = "",
    short_name: Annotated[str, typer.Option(help="简称")] = "",
    order: Annotated[int, typer.Option(help="规范顺序")] = 0,
    since: Annotated[str, typer.Option(help="从哪天起有；不写就是一直有")] = "",
) -> None:
    prepare_home()
    _do(
        changes.add_organisation,
        "新增",
        code=code,
        name=name,
        kind=kind,
        parent=organisation_with_code(parent) if parent else None,
        short_name=short_name,
        order=order,
        since=parse_day(since) if since else BEGINNING,
    )


@app.command("rename", help="改名，从某天起")
def rename(
    code: Code,
    name: Annotated[str, typer.Option(help="新名称")],
    since: Since,
    short_name: Annotated[str, typer.Option(help="新简称")] = "",
) -> None:
    prepare_home()
    where = organisation_with_code(code)
    day = parse_day(since)
    _do(changes.rename_organisation, "改名", organisation=where, name=name, short_name=short_name, since=day)


@app.command("move", help="移到另一个上级之下，从某天起")
def move(code: Code, to: Annotated[str, typer.Option(help="新上级的代码")], since: Since) -> None:
    prepare_home()
    where, parent = organisation_with_code(code), organisation_with_code(to)
    _do(changes.move_organisation, "移动", organisation=where, parent=parent, since=parse_day(since))


@app.command("merge", help="并入另一个单位；--since 是并入后的第一天")
def merge(code: Code, into: Annotated[str, typer.Option(help="并入的单位的代码")], since: Since) -> None:
    prepare_home()
    where, successor = organisation_with_code(code), organisation_with_code(into)
    _do(changes.merge_organisation, "并入", organisation=where, into=successor, since=parse_day(since))


@app.command("close", help="撤销，没有并入的单位；--since 是不再有它的第一天")
def close(code: Code, since: Since) -> None:
    prepare_home()
    _do(changes.close_organisation, "撤销", organisation=organisation_with_code(code), since=parse_day(since))


def _do(verb: Callable[..., changes.Change], word: str, **arguments: Any) -> None:
    change, entries = reorganise(verb, actor="kexie org", **arguments)
    results.print(
        f"{change.organisation.name}：已{word}，{len(change.moved)} 个单位的上级有变，重新计入 {entries} 条记录"
    )
