"""``kexie confirm``."""

from typing import Annotated

import typer
from django.db import transaction

from kexie.cli.output import CommandError, progress, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.core.services import audited_together
from kexie.intake.models import Document
from kexie.intake.services import Confirmed, confirm, document_with_id


def run(
    document: Annotated[list[int] | None, typer.Option(help="材料编号（可多次）")] = None,
    every: Annotated[bool, typer.Option("--all", help="所有材料")] = False,
    period: Annotated[str, typer.Option(help="给没有日期的记录定期间，如 2017")] = "",
) -> None:
    """Confirm drafts: a person says that they are right, and they count."""
    if bool(document) == every:
        raise CommandError("要么 --document 编号，要么 --all")
    chosen = Period.parse(period) if period else None
    prepare_home()
    documents = [document_with_id(pk) for pk in document or ()] or list(Document.objects.all())
    total = Confirmed()
    with progress("确认", len(documents)) as advance, transaction.atomic(), audited_together():
        for each in documents:
            done = confirm(document=each, actor="kexie confirm", period=chosen)
            total.entries += done.entries
            total.statements += done.statements
            total.undated += done.undated
            advance(1)
    results.print(f"确认 {total.entries} 条记录、{total.statements} 个申报总数")
    if total.undated:
        results.print(f"还有 {total.undated} 条没有期间，没有确认；用 --period 给它们定期间")
