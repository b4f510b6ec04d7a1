"""What commands print: results on standard output, progress and errors on standard error. No Django here."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_PATIENCE = 1.0  # seconds before a bar appears
_WIDTH = 160  # of what goes to a file or a pipe; a terminal has its own

errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
results = Console(soft_wrap=True, highlight=False, markup=False, width=None if sys.stdout.isatty() else _WIDTH)


class CommandError(Exception):
    """What was asked cannot be done; the message says what is wrong, where and why."""


@contextmanager
def ending() -> Iterator[None]:
    """Turn errors that a person can do something about into one sentence and exit code 2."""
    for stream in (sys.stdout, sys.stderr):  # a Windows console may not be UTF-8
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        yield
    except Exception as error:
        if not _is_expected(error):
            raise
        errors.print(f"错误：{error}")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        errors.print("已停下。")
        raise SystemExit(130) from None


def _is_expected(error: Exception) -> bool:
    """Whether ``error`` is one of ours. Told by name, so that ``kexie read`` need not import the rooms with Django."""
    ours = {"CommandError", "DomainError", "ReadingError", "SettingsError", "CatalogueError"}
    return any(kind.__module__.startswith("kexie.") and kind.__name__ in ours for kind in type(error).__mro__)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told how much more is done; the bar comes on standard error after one second.

    ``total`` None: it is not known how much there is to do, and the bar only says that something is being done.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=errors)
    task = bar.add_task(label, total=total)
    start = threading.Timer(_PATIENCE, bar.start)
    start.daemon = True
    start.start()
    try:
        yield lambda count: bar.advance(task, count)
    finally:
        start.cancel()
        start.join()
        if bar.live.is_started:
            bar.stop()
