"""Splitting a number into whole parts that add up to it. Pure."""

from collections.abc import Sequence
from decimal import Decimal


def quotas(total: Decimal, weights: Sequence[int], *, step: Decimal = Decimal(1)) -> list[Decimal]:
    """Return parts of ``total``, multiples of ``step`` that add up to it, by the largest remainder.

    Each is within one step of its exact share; of equal remainders the earlier one is served first. Without any weight
    all weigh the same. Raises ValueError for negative numbers, no weights, or a total that is no multiple of ``step``.
    """
    if not weights or min(weights) < 0 or total < 0 or total % step:
        raise ValueError("cannot be split")
    shares = list(weights) if any(weights) else [1] * len(weights)
    whole, count = sum(shares), int(total / step)
    parts = [count * share // whole for share in shares]
    remainders = [count * share % whole for share in shares]
    order = sorted(range(len(shares)), key=lambda place: (-remainders[place], place))
    for place in order[: count - sum(parts)]:
        parts[place] += 1
    return [part * step for part in parts]
