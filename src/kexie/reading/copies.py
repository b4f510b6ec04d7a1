"""Which documents of a file are copies of each other, and where their skeletons meet."""

import re

_WIDTH = 8  # Chinese characters of a run that two texts may share
_FEWEST = 10  # runs in common: with fewer, two texts only use the same phrases
_OFTEN = 60  # documents: a run that stands in more of them is a formula of all such texts
# Runs are compared where they begin with one of every fourth character: the same ones in all texts.
_BEGINS = re.compile(f"[{''.join(chr(code) for code in range(0x4E00, 0xA000, 4))}]")
_NOT_HAN = re.compile(r"[^\u4e00-\u9fff]+")


def skeleton(text: str) -> str:
    """The Chinese characters of ``text``."""
    return _NOT_HAN.sub("", text)


def runs(text: str) -> frozenset[str]:
    """Runs of eight Chinese characters of ``text``, about a quarter of all."""
    only = skeleton(text)
    last = len(only) - _WIDTH
    return frozenset(only[at : at + _WIDTH] for m in _BEGINS.finditer(only) if (at := m.start()) <= last)


def near_duplicates(texts: list[str], share: float = 0.5) -> list[int | None]:
    """For each text the position of the first earlier one that shares at least ``share`` of the runs of the one
    that has fewer, or None. Copies of copies point at the first."""
    sets = [runs(text) for text in texts]
    index: dict[str, list[int]] = {}
    out: list[int | None] = []
    for i, own in enumerate(sets):
        common: dict[int, int] = {}
        for run in own:
            for j in index.get(run, ()):
                common[j] = common.get(j, 0) + 1
        similar = [j for j, n in common.items() if n >= _FEWEST and n >= share * min(len(own), len(sets[j]))]
        out.append(min(similar) if similar else None)
        if not similar:
            # Only first ones are looked up.
            for run in own:
                known = index.setdefault(run, [])
                if len(known) < _OFTEN:
                    known.append(i)
    return out
