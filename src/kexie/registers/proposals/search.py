"""``propose``: which entries below an office probably tell of one event."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kexie.core.bulk import batched
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.registers.merging import essence_of
from kexie.registers.models import Entry, Figure, MergeMember, PartRole, Status, ToldApart
from kexie.registers.proposals.groups import Cluster, Pair, clusters
from kexie.registers.proposals.pairs import candidates
from kexie.registers.proposals.score import Figures, Likeness, compare, like_figures, like_title
from kexie.registers.proposals.told import Told, Units, plain_title, read_told
from kexie.registers.proposals.weights import merging

_RANK = {role: place for place, role in enumerate(PartRole.values)}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Entries (keys) that probably tell of one event, the one to be preferred first.

    ``score`` in percent; ``alike``: in what some of them are alike (keys of ``score.ALIKE_WORDS``).
    """

    entries: tuple[int, ...]
    score: int
    alike: tuple[str, ...] = ()


def propose(*, organisation: Organisation, period: Period) -> list[Proposal]:
    """Return the probable same events of the entries at or below ``organisation`` in ``period``, the likeliest first.

    Neither different reports of one unit nor entries of different years come together; what was told apart stays so.
    A proposal may add to a group that is confirmed, or join two.
    """
    told = read_told(office=organisation, first=period.start, last=period.end, units=Units.read())
    likely = _likely_pairs(told)
    by_key = {each.entry: each for each in told}
    pairs = _with_figures(likely, by_key)
    keys = {key for pair in pairs for key in (pair.a, pair.b)}
    found = clusters(
        pairs=pairs,
        organisations=_organisations(by_key, confirmed := _confirmed(keys)),
        confirmed=confirmed,
        apart=_apart(keys),
    )
    return [
        Proposal(_in_order(cluster, by_key, confirmed), round(cluster.score * 100), tuple(sorted(cluster.alike)))
        for cluster in found
        if any(_within(by_key[key], period) for key in cluster.entries if key in by_key)
    ]


def still_open(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Return those of ``proposals`` that nobody has decided since they were found."""
    keys = sorted({key for each in proposals for key in each.entries})
    apart = _apart(set(keys))
    group = {key: number for number, members in enumerate(_confirmed(set(keys))) for key in members}
    void = {
        key
        for batch in batched(keys)
        for key in Entry.objects.filter(pk__in=batch, latest__status=Status.VOID).values_list("pk", flat=True)
    }

    def is_open(each: Proposal) -> bool:
        pairs = {(a, b) for a in each.entries for b in each.entries if a < b}
        together = len({group.get(key, -key) for key in each.entries}) == 1
        return not (pairs & apart or together or void.intersection(each.entries))

    return [each for each in proposals if is_open(each)]


def default_order(told: Sequence[Told]) -> list[Told]:
    """Return ``told``, the lead organiser's first: by role, then the office further up, then by key."""
    return sorted(told, key=lambda each: (_RANK.get(each.role, len(_RANK)), each.path.count("/"), each.entry))


def _likely_pairs(told: Sequence[Told]) -> list[tuple[int, int, Likeness]]:
    likely = []
    for a, b in candidates(told):
        one, other = told[a], told[b]
        if date.fromordinal(one.end).year != date.fromordinal(other.end).year:
            continue
        likeness = compare(one, other)
        if likeness.best_case >= merging().threshold:
            likely.append((min(one.entry, other.entry), max(one.entry, other.entry), likeness))
    return likely


def _with_figures(likely: Sequence[tuple[int, int, Likeness]], by_key: dict[int, Told]) -> list[Pair]:
    figures = figures_of(sorted({key for a, b, _ in likely for key in (a, b)}))
    pairs = []
    for a, b, likeness in likely:
        whole = replace(likeness, figures=like_figures(figures.get(a, {}), figures.get(b, {})))
        if whole.score >= merging().threshold:
            pairs.append(Pair(a, b, whole.score, whole.alike))
    return pairs


def figures_of(entries: Sequence[int]) -> dict[int, Figures]:
    """Return the values of the latest revisions of these entries by indicator, of what is no part of another."""
    found: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for batch in batched(entries):
        rows = Figure.objects.filter(
            revision__in=Entry.objects.filter(pk__in=batch).values("latest"), part_of=None, groups=[]
        )
        for entry, indicator, value in rows.order_by().values_list("revision__entry", "indicator", "value"):
            found[entry][indicator].append(value)
    return {entry: {indicator: tuple(values) for indicator, values in rows.items()} for entry, rows in found.items()}


def _confirmed(keys: set[int]) -> list[list[int]]:
    """The groups, in their order, that one of the entries is a member of."""
    groups: dict[int, list[int]] = {}
    for batch in batched(sorted(keys)):
        mine = MergeMember.objects.filter(entry__in=batch).values("group")
        for group, entry in (
            MergeMember.objects.filter(group__in=mine).order_by("group", "position").values_list("group", "entry")
        ):
            if entry not in (members := groups.setdefault(group, [])):
                members.append(entry)
    return list(groups.values())


def _organisations(by_key: dict[int, Told], confirmed: list[list[int]]) -> dict[int, int]:
    missing = [key for group in confirmed for key in group if key not in by_key]
    others = dict(Entry.objects.filter(pk__in=missing).values_list("pk", "organisation"))
    return {**{key: each.organisation for key, each in by_key.items()}, **others}


def _apart(keys: set[int]) -> frozenset[tuple[int, int]]:
    """The pairs that were told apart and say nearly the same as then."""
    found = set()
    for batch in batched(sorted(keys)):
        rows = ToldApart.objects.filter(entry_a__in=batch).select_related("entry_a__latest", "entry_b__latest")
        for row in rows:
            now = [essence_of(each.latest) for each in (row.entry_a, row.entry_b) if each.latest]
            if all(is_nearly(*pair) for pair in zip(row.essence, now, strict=True)):
                found.add((row.entry_a_id, row.entry_b_id))
    return frozenset(found)


def is_nearly(then: Sequence[str | None], now: Sequence[str | None]) -> bool:
    """Return whether an entry's essence (``merging.essence_of``) is nearly what it was."""
    if like_title(plain_title(then[0] or ""), plain_title(now[0] or "")) * 100 < merging().same_title:
        return then[0] == now[0]
    moved = timedelta(days=merging().same_days)
    for before, after in zip(then[1:], now[1:], strict=True):
        if (before is None) != (after is None):
            return False
        if before and after and abs(date.fromisoformat(before) - date.fromisoformat(after)) > moved:
            return False
    return True


def _in_order(cluster: Cluster, by_key: dict[int, Told], confirmed: list[list[int]]) -> tuple[int, ...]:
    """Confirmed groups keep their order and stand first; the others by default."""
    kept = [key for group in confirmed if cluster.entries.issuperset(group) for key in group]
    rest = default_order([by_key[key] for key in cluster.entries - set(kept)])
    return (*kept, *(each.entry for each in rest))


def _within(told: Told, period: Period) -> bool:
    return period.start.toordinal() <= told.end <= period.end.toordinal()
