"""Long lists in pieces: a database takes only so many parameters in one statement."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")
BATCH = 500


def batched(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Yield ``items`` in runs of at most ``size``, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
