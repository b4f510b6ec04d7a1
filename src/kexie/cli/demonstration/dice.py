"""Chance that comes out the same everywhere: only ``random.Random.random`` is used, and only + and * on its result."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices of its own for each key: a change in one unit's year leaves all others as they were."""

    def __init__(self, *key: object) -> None:
        self._next = random.Random("/".join(str(part) for part in key)).random  # noqa: S311  # not a secret

    def chance(self, share: float) -> bool:
        return self._next() < share

    def whole(self, low: int, high: int) -> int:
        """An integer from low to high, both possible, all equally likely."""
        return low + int(self._next() * (high - low + 1))

    def size(self, low: int, high: int) -> int:
        """An integer from low to high; small ones are more likely, as with audiences."""
        return low + int(self._next() * (0.45 + 0.55 * self._next()) * (high - low + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self._next() * len(choices))]

    def weighted(self, choices: Sequence[tuple[T, float]]) -> T:
        rest = self._next() * sum(weight for _, weight in choices)
        for choice, weight in choices:
            rest -= weight
            if rest < 0:
                return choice
        return choices[-1][0]

    def take(self, choices: Sequence[T], count: int) -> list[T]:
        """``count`` different ones (fewer when there are not so many), in the order in which they were given."""
        left = list(range(len(choices)))
        taken = [left.pop(int(self._next() * len(left))) for _ in range(min(count, len(left)))]
        return [choices[index] for index in sorted(taken)]
