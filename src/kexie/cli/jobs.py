"""``kexie jobs``."""

from enum import StrEnum
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from kexie.cli.output import CommandError, errors, results
from kexie.cli.runtime import prepare_home
from kexie.core.models import Job
from kexie.core.registry import job_kinds
from kexie.core.services import cancel_job
from kexie.core.worker import Worker

_SHOWN = 30


class Action(StrEnum):
    LIST = "list"
    CANCEL = "cancel"
    RUN = "run"


def run(
    action: Annotated[Action, typer.Argument(help="list 看，cancel 取消，run 当场做完")] = Action.LIST,
    number: Annotated[int | None, typer.Argument(help="编号（cancel 时）")] = None,
) -> None:
    """List background jobs, cancel one, or do all that wait, here and now."""
    if action != Action.CANCEL and number is not None:
        raise CommandError(f"{action} 不要编号")
    if action == Action.CANCEL and number is None:
        raise CommandError("取消要写编号，如 kexie jobs cancel 12")
    prepare_home()
    match action, number:
        case Action.LIST, _:
            _print_jobs()
        case Action.CANCEL, int():
            job = Job.objects.filter(pk=number).first()
            if job is None:
                raise CommandError(f"没有编号是 {number} 的后台任务")
            job = cancel_job(job=job, actor="kexie jobs")
            results.print(f"{job.pk}：{job.get_state_display() if not job.is_open else '做到下一步就停'}")
        case Action.RUN, _:
            results.print(f"做了 {Worker().run_all()} 个后台任务")


def _print_jobs() -> None:
    table = Table(box=None, pad_edge=False)
    for name, justify in (("编号", "right"), ("任务", "left"), ("状态", "left"), ("进展", "right"), ("提交", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]  # the two words that Rich knows
    table.add_column("说明")
    jobs = list(Job.objects.all()[:_SHOWN])
    for job in jobs:
        progress = f"{job.done}/{job.total}" if job.total else ""
        at = timezone.localtime(job.created_at).strftime("%m-%d %H:%M")
        title = job_kinds.title_of(job.kind)
        table.add_row(str(job.pk), title, job.get_state_display(), progress, at, job.error or job.message)
    if jobs:
        results.print(table)
    else:
        errors.print("没有后台任务")
