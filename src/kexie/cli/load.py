"""``kexie load``."""

from pathlib import Path
from typing import Annotated

import typer

from kexie.cli.output import CommandError, progress, results
from kexie.cli.runtime import prepare_home
from kexie.registers.exchange import Paths, load


def run(
    organisations: Annotated[Path | None, typer.Option(help="组织树 orgs.csv")] = None,
    entries: Annotated[Path | None, typer.Option(help="记录 entries.jsonl")] = None,
    merges: Annotated[Path | None, typer.Option(help="同一活动 merges.jsonl")] = None,
    statements: Annotated[Path | None, typer.Option(help="申报总数 statements.jsonl")] = None,
    replace: Annotated[bool, typer.Option(help="内容不同的同一版次以文件为准")] = False,
) -> None:
    """Load exchange files, all or nothing."""
    paths = Paths(organisations=organisations, entries=entries, merges=merges, statements=statements)
    given = [path for path in (organisations, entries, merges, statements) if path]
    if not given:
        raise CommandError("没有给文件：至少要 --organisations、--entries、--merges、--statements 之一")
    if missing := [str(path) for path in given if not path.is_file()]:
        raise CommandError(f"没有文件 {'、'.join(missing)}")
    prepare_home()
    lines = entries.read_bytes().count(b"\n") if entries else 0
    with progress("装入记录", lines) as advance:
        loaded = load(paths=paths, actor="kexie load", replace=replace, progress=advance)
    tree, stored = loaded.organisations, loaded.entries
    results.print(f"组织：新增 {tree.created}，改动 {tree.changed}，不变 {tree.unchanged}")
    results.print(f"记录：新增 {stored.added}，替换 {stored.replaced}，跳过 {stored.skipped}")
    results.print(f"同一活动：新增 {loaded.merges}；申报总数：新增 {loaded.statements}")
