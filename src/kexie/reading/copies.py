"""Which documents of a file are copies of each other."""

import re

_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")


def shingles(text: str, width: int = 8) -> frozenset[str]:
    """The ``width``-character runs of Chinese characters in ``text`` that begin with one character in four.

    Which ones depends on the character alone, so two copies keep the same runs.
    """
    only = _NOT_HAN.sub("", text)
    starts = [i for i, code in enumerate(map(ord, only[: max(0, len(only) - width + 1)])) if code & 3 == 1]
    return frozenset([only[i : i + width] for i in starts])


_FEWEST = 10  # shingles: what two texts share by chance is less


def near_duplicates(texts: list[str], share: float = 0.5) -> list[int | None]:
    """For each text the position of the first earlier one that shares at least ``share`` of the shorter one's
    shingles, or None."""
    sets = [shingles(text) for text in texts]
    index: dict[str, list[int]] = {}
    out: list[int | None] = []
    for i, own in enumerate(sets):
        common: dict[int, int] = {}
        for h in own:
            for j in index.get(h, ()):
                common[j] = common.get(j, 0) + 1
        similar = [j for j, n in common.items() if n >= _FEWEST and n >= share * min(len(own), len(sets[j]))]
        out.append(min(similar) if similar else None)
        if out[-1] is None:
            # Copies point at the first one, so only first ones are looked up.
            for h in own:
                index.setdefault(h, []).append(i)
    return out
