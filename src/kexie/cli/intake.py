"""``kexie intake``."""

from pathlib import Path
from typing import Annotated

import typer
from django.db import transaction
from rich.table import Table

from kexie.cli.output import progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.intake.services import TakenIn, take_in
from kexie.orgs.queries import organisation_with_code
from kexie.reading import read_file


def run(
    files: Annotated[
        list[Path], typer.Argument(help=".txt .md .html .docx .pdf，有 LibreOffice 时还有 .doc .wps .rtf .odt")
    ],
    organisation: Annotated[str, typer.Option(help="记到哪个组织名下（代码）")],
    period: Annotated[str, typer.Option(help="文中没有写明期间的，用这个期间，如 2017")] = "",
) -> None:
    """Read documents into drafts; they count only when a person has confirmed them."""
    contents = [(file, read_file(file)) for file in files]
    chosen = Period.parse(period) if period else None
    prepare_home()
    where = organisation_with_code(organisation)
    done: list[tuple[Path, TakenIn]] = []
    # All files or none: the second of two that cannot be read takes the first back.
    with progress("读材料", len(files)) as advance, transaction.atomic():
        for file, content in contents:
            taken = take_in(content=content, name=file.name, organisation=where, actor="kexie intake", period=chosen)
            done.append((file, taken))
            advance(1)
    for file, taken in done:
        _print(file, taken)


def _print(file: Path, taken: TakenIn) -> None:
    table = Table(box=None, pad_edge=False)
    for name, justify in (("编号", "right"), ("期间", "left"), ("记录", "right"), ("结果", "left"), ("材料", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]  # the two words that Rich knows
    for document in taken.documents:
        outcome = document.get_outcome_display() + (f"：{document.reason}" if document.reason else "")
        title = document.title or document.named or f"第{document.index}份"
        table.add_row(str(document.pk), document.period or "不明", str(document.entries.count()), outcome, title[:36])
    results.print(f"{file.name}：{len(taken.documents)} 份材料，{taken.new} 份是新的")
    if taken.documents:
        results.print(table)
    results.print(f"起草 {taken.drafts} 条记录、{taken.statements} 个申报总数，等人确认（kexie confirm）")
