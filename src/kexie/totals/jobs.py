"""Background jobs of the totals."""

from typing import Any

from kexie.core.registry import JobHandle
from kexie.totals.services import restamp


def restamp_job(handle: JobHandle, *, organisations: list[int]) -> dict[str, Any]:
    """Book again what these organisations did (ids) wherever the tree of its day has changed.

    Done twice it changes nothing the second time; interrupted, it goes on where it was.
    """
    changed = restamp(organisations=organisations, progress=handle.progress)
    return {"message": f"重新计入 {changed} 条" if changed else "没有要重新计入的记录", "changed": changed}
