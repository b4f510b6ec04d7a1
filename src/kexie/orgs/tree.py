"""The tree as dated history: pure functions from versions to lineages, without a database.

A *version* says where an organisation stood from one day until another; a *lineage* says at which path. A unit whose
parent was merged into a successor, and that has no version of its own for the time after, stands below the successor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from kexie.core.errors import DomainError

MOST_LEVELS = 32  # from the nation down to a group of households is less than ten


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
    stands below itself or too deep, or when it exists on a day on which neither its parent nor a successor of that
    one does.
    """
    for code, versions in history.items():
        _check(code, versions, history)
    tree = _Tree(history)
    placed: dict[str, list[Standing]] = {}
    for code, versions in history.items():
        placed[code] = []
        for version in versions:
            day = version.start
            while day < version.until:
                standing = tree.standing(code, day, ())
                assert standing is not None  # the version covers the day
                placed[code].append(standing)
                day = standing.until
    return placed


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


class _Tree:
    """Standings by organisation and day, each worked out once for the whole time that it holds."""

    def __init__(self, history: Mapping[str, Sequence[Version]]) -> None:
        self._history = history
        self._known: dict[str, list[Standing]] = {}

    def standing(self, code: str, day: date, below: tuple[str, ...]) -> Standing | None:
        """Where ``code`` stood on ``day``, None when it did not exist; ``below`` are those that ask, lowest first."""
        for standing in self._known.get(code, ()):
            if standing.start <= day < standing.until:
                return standing
        version = next((each for each in self._history[code] if each.start <= day < each.until), None)
        if version is None:
            return None
        if code in below:
            raise TreeError(code, f"组织 {code} 在 {day} 成了自己的下级（经 {'、'.join(below)}）")
        if len(below) >= MOST_LEVELS:
            raise TreeError(below[0], f"组织 {below[0]} 之上超过 {MOST_LEVELS} 级")
        standing = self._placed(code, version, day, (*below, code))
        self._known.setdefault(code, []).append(standing)
        return standing

    def _placed(self, code: str, version: Version, day: date, below: tuple[str, ...]) -> Standing:
        if version.parent is None:
            return Standing(version.start, version.until, (code,), 0 if version.department else -1)
        above, since = self._above(version.parent, day, below)
        if above is None:
            raise TreeError(code, f"组织 {code} 在 {day} 没有上级：{version.parent} 那天不存在，也没有并入的组织")
        if code in above.keys:
            raise TreeError(code, f"组织 {code} 在 {day} 成了自己的下级")
        if len(above.keys) >= MOST_LEVELS:
            raise TreeError(code, f"组织 {code} 之上超过 {MOST_LEVELS} 级")
        depth = len(above.keys) if version.department else above.department_depth
        start, until = max(version.start, above.start, since), min(version.until, above.until)
        return Standing(start, until, (*above.keys, code), depth)

    def _above(self, parent: str, day: date, below: tuple[str, ...]) -> tuple[Standing | None, date]:
        """The standing on ``day`` of ``parent`` or of what it was merged into, and since when that is so."""
        code: str | None = parent
        since, seen = date.min, set[str]()
        while code is not None and code not in seen:
            seen.add(code)
            if (standing := self.standing(code, day, below)) is not None:
                return standing, since
            last = self._history[code][-1]
            if day < last.until:
                break
            code, since = last.successor, max(since, last.until)
        return None, since
