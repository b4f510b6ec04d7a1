"""``kexie read``: no Django, no home."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kexie.cli.output import CommandError, progress
from kexie.reading import extract, read, to_json


def run(
    files: Annotated[list[Path], typer.Argument(help=".txt .html .docx .pdf")],
    as_json: Annotated[bool, typer.Option("--json", help="每个文件一行 JSON")] = False,
    as_text: Annotated[bool, typer.Option("--text", help="只输出提取的文本")] = False,
) -> None:
    """Read files into facts: a JSON object a line with ``--json``, else a short overview."""
    contents = [(path, _content(path)) for path in files]
    lines = []
    with progress("读文件", len(files)) as advance:
        for path, content in contents:
            if as_text:
                lines.append(extract(content, path.name).text)
            else:
                facts = to_json(read(content, path.name))
                lines.append(json.dumps(facts, ensure_ascii=False) if as_json else _overview(facts))
            advance(1)
    # Nothing is printed before every file could be read.
    for line in lines:
        typer.echo(line, nl=not as_text)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}：读不了（{error.strerror}）") from error


def _overview(facts: dict[str, Any]) -> str:
    source = facts["source"]
    lines = [f"{source['name']}：{source['characters']} 字，{len(facts['documents'])} 份材料"]
    for document in facts["documents"]:
        told = " ".join(str(document[key] or "—") for key in ("kind", "level", "period", "organisation"))
        lines.append(f"  {document['index']:>3} {told}：{len(document['figures'])} 个数  {document['title'] or ''}")
    return "\n".join(lines)
