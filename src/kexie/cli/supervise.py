"""A child process that is started anew when it dies, and that ends when its parent does, however that ends.

The child reads its standard input, which nobody writes to: it is closed when the parent is gone, by ``kill -9``, too,
and on every system. Nothing here forks.
"""

import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_PATIENCE = 10.0  # seconds for a polite end
_STEADY = 30.0  # seconds after which a child that dies is started at once again
_LONGEST_PAUSE = 60.0

log = logging.getLogger("kexie.supervise")


@contextmanager
def kept_running(command: Sequence[str]) -> Iterator[None]:
    """Keep a process with ``command`` running inside the block: one that dies is replaced, at growing intervals."""
    stopping = threading.Event()
    thread = threading.Thread(target=_keep, args=(command, stopping), name="supervisor", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _keep(command: Sequence[str], stopping: threading.Event) -> None:
    pause = 0.5
    while not stopping.is_set():
        started = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 (our own command)
        while child.poll() is None and not stopping.wait(0.2):
            pass
        if stopping.is_set():
            _end(child)
            return
        lived = time.monotonic() - started
        pause = 0.5 if lived > _STEADY else min(pause * 2, _LONGEST_PAUSE)
        log.warning("worker ended with code %s after %.0f s, another one starts", child.returncode, lived)
        assert child.stdin is not None
        child.stdin.close()
        stopping.wait(pause)


def _end(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin is not None
    child.stdin.close()
    try:
        child.wait(_PATIENCE + 2)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def when_parent_ends(act: Callable[[], None]) -> None:
    """Call ``act`` once standard input is closed, and end this process for good if it is still there a while later."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        act()
        time.sleep(_PATIENCE)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()
