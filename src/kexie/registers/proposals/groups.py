"""From pairs to proposals: entries of three and more units that tell of one event are one proposal. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two entries (keys) that are alike enough; ``alike`` says in what (``score.ALIKE_WORDS``)."""

    a: int
    b: int
    score: float
    alike: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Entries (keys) that would be one event; ``score`` is the mean of the pairs that brought them together."""

    entries: frozenset[int]
    score: float
    alike: frozenset[str]


def clusters(
    *,
    pairs: Iterable[Pair],
    organisations: Mapping[int, int],
    confirmed: Iterable[Sequence[int]] = (),
    apart: frozenset[tuple[int, int]] = frozenset(),
) -> list[Cluster]:
    """Return the clusters that ``pairs`` make, the best first; the best pairs are joined first.

    Two entries of one organisation never come together, nor two that were told ``apart`` (the smaller key first).
    ``confirmed`` are groups that exist: they are taken as they are, and returned only if something is added.
    """
    home: dict[int, int] = {}
    members: dict[int, set[int]] = {}
    for number, group in enumerate(confirmed):
        members[-1 - number] = set(group)
        home.update(dict.fromkeys(group, -1 - number))
    links: dict[int, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda each: (-each.score, each.a, each.b)):
        for entry in (pair.a, pair.b):
            if entry not in home:
                home[entry] = entry
                members[entry] = {entry}
        one, other = home[pair.a], home[pair.b]
        if one == other:
            continue
        if not _may_join(members[one], members[other], organisations, apart):
            continue
        links[one] = [*links.get(one, []), *links.pop(other, []), pair]
        members[one] |= members.pop(other)
        home.update(dict.fromkeys(members[one], one))
    found = [
        Cluster(
            entries=frozenset(members[key]),
            score=sum(pair.score for pair in own) / len(own),
            alike=frozenset().union(*(pair.alike for pair in own)),
        )
        for key, own in links.items()
    ]
    return sorted(found, key=lambda each: (-each.score, sorted(each.entries)))


def _may_join(
    one: set[int], other: set[int], organisations: Mapping[int, int], apart: frozenset[tuple[int, int]]
) -> bool:
    if {organisations[entry] for entry in one} & {organisations[entry] for entry in other}:
        return False
    return not any((min(a, b), max(a, b)) in apart for a in one for b in other)
