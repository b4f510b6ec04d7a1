"""Another program for a part of the work, bounded in time and memory, which leaves nothing running."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    memory: int,
    data: bytes = b"",
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run ``command`` with ``data`` on its standard input; return its exit code and what it wrote.

    ``memory`` (bytes of address space for each of its processes) is held on Linux only. Raises TimeoutError after
    ``seconds``, when the program and all that it started have been killed, and OSError when it cannot be started.
    """
    process = subprocess.Popen(  # noqa: S603  # the callers name fixed programs
        [os.fspath(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=None if environment is None else dict(environment),
        start_new_session=True,  # a group of its own, so that it can be killed whole
    )
    with process:
        try:
            _limit(process.pid, memory)
            out, err = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            _kill(process)
            raise TimeoutError from error
        except BaseException:
            _kill(process)
            raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def _limit(pid: int, memory: int) -> None:
    """Set the limit from outside: code between fork and exec is not safe in a program with threads."""
    if sys.platform != "linux":
        return
    import resource

    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):  # it has already ended, or may not be limited here
        return


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        killer = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "taskkill.exe"
        command = [os.fspath(killer), "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
