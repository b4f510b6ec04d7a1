"""``kexie work``."""

import signal
from typing import Annotated

import typer

from kexie.cli.output import errors
from kexie.cli.runtime import prepare_home
from kexie.cli.supervise import when_parent_ends
from kexie.core.worker import Worker


def run(
    with_parent: Annotated[bool, typer.Option("--with-parent", help="标准输入关上就停", hidden=True)] = False,
) -> None:
    """Do background jobs until stopped; several may run, on several machines."""
    prepare_home()
    worker = Worker()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):  # the last one is how Windows asks
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: worker.stop())
    if with_parent:
        when_parent_ends(worker.stop)
    else:
        errors.print("在做后台任务，按 Ctrl+C 停下")
    worker.run()
