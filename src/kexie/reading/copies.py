"""Which documents of a file are copies of each other."""

import re
from collections import Counter

_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")


def shingles(text: str, width: int = 8) -> frozenset[str]:
    """The ``width``-character runs of Chinese characters in ``text`` that begin with one character in four.

    Which ones depends on the character alone, so two copies keep the same runs.
    """
    only = _NOT_HAN.sub("", text)
    starts = [i for i, code in enumerate(map(ord, only[: max(0, len(only) - width + 1)])) if code & 3 == 1]
    return frozenset([only[i : i + width] for i in starts])


_FEWEST = 10  # shingles: what two texts share by chance is less
_MOST = 50  # texts that one shingle leads to, and texts that one is compared with: more share boilerplate


def _alike(one: frozenset[str], other: frozenset[str], share: float) -> bool:
    return len(one & other) >= max(_FEWEST, share * min(len(one), len(other)))


def near_duplicates(texts: list[str], share: float = 0.5) -> list[int | None]:
    """For each text the position of the first earlier one that shares at least ``share`` of the shorter one's
    shingles, or None. Among more than 50 texts with the same boilerplate, the 50 that share most are looked at."""
    sets = [shingles(text) for text in texts]
    index: dict[str, list[int]] = {}
    out: list[int | None] = []
    for i, own in enumerate(sets):
        common = Counter(j for h in own for j in index.get(h, ()))
        similar = [j for j, _ in common.most_common(_MOST) if _alike(own, sets[j], share)]
        out.append(min(similar, default=None))
        if out[-1] is None:
            # Copies point at the first one, so only first ones are looked up.
            for h in own:
                known = index.setdefault(h, [])
                if len(known) < _MOST:
                    known.append(i)
    return out
