"""The tree as dated history: pure functions from versions to lineages, without a database.

A *version* says where an organisation stood from one day until another; a *lineage* says at which path. A unit whose
parent was merged into a successor, and that has no version of its own for the time after, stands below the successor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kexie.core.errors import DomainError


class TreeError(DomainError):
    """The history of the tree contradicts itself; ``code`` says at which organisation."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Version:
    """One row of an organisation's history, days ``[start, until)``; ``parent`` and ``successor`` are keys or None."""

    start: date
    until: date
    parent: str | None = None
    successor: str | None = None
    department: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """On the days ``[start, until)`` the organisation's ancestors were ``keys``, root first, itself last."""

    start: date
    until: date
    keys: tuple[str, ...]
    department_depth: int


def standings(history: Mapping[str, Sequence[Version]]) -> dict[str, list[Standing]]:
    """Return for each organisation of ``history`` its standings, in order of time and without overlap.

    Raises TreeError when versions of one organisation overlap, when a parent or successor is unknown, when a unit
    stands below itself, or when it exists on a day on which neither its parent nor a successor of that one does.
    """
    for code, versions in history.items():
        _check(code, versions, history)
    done: dict[str, list[Standing]] = {}
    # An explicit stack instead of recursion: a chain of a thousand levels is bad input, not a crash.
    for root in history:
        stack = [(root, False)]
        open_codes: set[str] = set()
        while stack:
            code, resolved = stack.pop()
            if code in done:
                continue
            if resolved:
                done[code] = _placed(code, history, done)
                open_codes.discard(code)
                continue
            if code in open_codes:
                raise TreeError(code, f"组织 {code} 成了自己的下级")
            open_codes.add(code)
            stack.append((code, True))
            for needed in _needed(code, history):
                if needed in open_codes:
                    raise TreeError(code, f"组织 {code} 与 {needed} 互为上下级")
                if needed not in done:
                    stack.append((needed, False))
    return done


def _check(code: str, versions: Sequence[Version], history: Mapping[str, Sequence[Version]]) -> None:
    for version in versions:
        if version.start >= version.until:
            raise TreeError(code, f"组织 {code} 的起始日期 {version.start} 不早于终止日期")
        for word, other in (("上级", version.parent), ("并入的组织", version.successor)):
            if other is not None and other not in history:
                raise TreeError(code, f"组织 {code} 的{word} {other} 不存在")
            if other == code:
                raise TreeError(code, f"组织 {code} 的{word}是它自己")
    for earlier, later in pairwise(versions):
        if later.start < earlier.until:
            raise TreeError(code, f"组织 {code} 的两段沿革重叠：{later.start} 在 {earlier.until} 之前")


def _needed(code: str, history: Mapping[str, Sequence[Version]]) -> list[str]:
    """All whose standings are needed to place ``code``: its parents and what they were merged into."""
    needed: list[str] = []
    for version in history[code]:
        other = version.parent
        while other is not None and other not in needed and other != code:
            needed.append(other)
            other = history[other][-1].successor
    return needed


def _placed(
    code: str, history: Mapping[str, Sequence[Version]], done: Mapping[str, Sequence[Standing]]
) -> list[Standing]:
    placed: list[Standing] = []
    for version in history[code]:
        if version.parent is None:
            depth = 0 if version.department else -1
            placed.append(Standing(version.start, version.until, (code,), depth))
            continue
        day = version.start
        while day < version.until:
            above = _standing_of(version.parent, day, history, done)
            if above is None:
                raise TreeError(code, f"组织 {code} 在 {day} 没有上级：{version.parent} 那天不存在，也没有并入的组织")
            if code in above.keys:
                raise TreeError(code, f"组织 {code} 成了自己的下级")
            until = min(version.until, above.until)
            depth = len(above.keys) if version.department else above.department_depth
            placed.append(Standing(day, until, (*above.keys, code), depth))
            day = until
    return placed


def _standing_of(
    code: str, day: date, history: Mapping[str, Sequence[Version]], done: Mapping[str, Sequence[Standing]]
) -> Standing | None:
    """The standing on ``day`` of ``code`` or, when it was merged by then, of what it was merged into."""
    current: str | None = code
    seen: set[str] = set()
    while current is not None and current in done and current not in seen:
        seen.add(current)
        for standing in done[current]:
            if standing.start <= day < standing.until:
                return standing
        last = history[current][-1]
        current = last.successor if day >= last.until else None
    return None
