"""A job kind for the tests with processes: it writes down in a file every step that it takes, and who took it."""

import os
import time
from pathlib import Path

from kexie.core.registry import JobHandle, job_kinds


def step_by_step(handle: JobHandle, *, file: str, steps: int, seconds: float) -> int:
    """Append a line for each step, ``seconds`` apart."""
    for step in range(steps):
        handle.progress(step, steps)
        with Path(file).open("a", encoding="utf-8") as written:
            written.write(f"{os.getpid()} {step}\n")
        time.sleep(seconds)
    return steps


job_kinds.add("step-by-step", "一步一步", step_by_step)
