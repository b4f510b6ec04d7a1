"""``kexie read``: no Django, no home."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from kexie.cli.output import CommandError, progress
from kexie.reading import ReadingError, extract, read, read_file, read_standard_input, to_json

_STANDARD_INPUT = "-"
_CLUTTER = (".", "~$", "Thumbs.db", "desktop.ini")  # how the names of files begin that no person has written


def run(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="文件，或文件夹：.txt .md .html .docx .pdf，有 LibreOffice 时还有 .doc .wps .rtf .odt"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="每个文件一行 JSON")] = False,
    as_text: Annotated[bool, typer.Option("--text", help="只输出提取的文本")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="只输出 JSON 的格式说明（JSON Schema）")] = False,
) -> None:
    """Read files into facts: a JSON object a line with ``--json``, else a short overview.

    A file that cannot be read does not keep the others from being read; all such files are named at the end, and the
    exit code is 2. Nothing of a file is printed before all of it was read, and nothing is kept once it was printed.
    """
    if schema:
        from kexie.reading.contract import schema as shape

        typer.echo(json.dumps(shape(), ensure_ascii=False, indent=2))
        return
    if not files:
        raise typer.BadParameter("要写文件或文件夹", param_hint="files")
    wanted = list(_wanted(files))
    failures: list[str] = []
    with progress("读文件", len(wanted)) as advance:
        for path, name in wanted:
            try:
                typer.echo(_told(path, name, as_json=as_json, as_text=as_text), nl=not as_text)
            except ReadingError as error:
                failures.append(f"{path}：{error.reason}")
            except MemoryError:
                failures.append(f"{path}：内存不够")
            advance(1)
    if not wanted:
        raise CommandError("文件夹里没有文件")
    if failures:
        several = len(wanted) > 1
        raise CommandError("\n  ".join((f"{len(failures)} 个文件读不了：", *failures)) if several else failures[0])


def _wanted(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with the name by which it is told: its own, or in a folder the path from there."""
    for path in paths:
        if not path.is_dir():
            yield path, path.name
            continue
        # Links to folders are not followed: they may lead back.
        for folder, below, names in os.walk(path):
            below.sort()
            for name in sorted(names):
                if not name.startswith(_CLUTTER):
                    file = Path(folder, name)
                    yield file, file.relative_to(path).as_posix()


def _told(path: Path, name: str, *, as_json: bool, as_text: bool) -> str:
    content = read_standard_input() if str(path) == _STANDARD_INPUT else read_file(path)
    if as_text:
        return extract(content, name).text
    facts = to_json(read(content, name))
    return json.dumps(facts, ensure_ascii=False) if as_json else _overview(facts)


def _overview(facts: dict[str, Any]) -> str:
    source = facts["source"]
    lines = [f"{source['name']}：{source['characters']} 字，{len(facts['documents'])} 份材料"]
    for document in facts["documents"]:
        told = " ".join(str(document[key] or "—") for key in ("kind", "level", "period", "organisation"))
        lines.append(f"  {document['index']:>3} {told}：{len(document['figures'])} 个数  {document['title'] or ''}")
    return "\n".join(lines)
