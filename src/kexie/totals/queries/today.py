"""The structure of today: where what was booked under an older one belongs now.

Sums are kept under the structure of the day on which an entry was booked. Under that of today a total is the same sum
with corrections: less what its organisation counted then of units that are elsewhere now, and with what is its own now
of units that were elsewhere. The units that matter are those that had, in the months asked, a lineage other than that
of today; where nothing below an organisation has changed there are none, and its total costs what the stored sum does.

The rule: what was merged goes with its successor and counts as the successor's own; what is gone without one stands
under the parent that it had last, or where that one is now; what has not begun yet stands where it will.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from kexie.core.bulk import batched
from kexie.orgs.models import Kind, Lineage, Organisation, OrganisationVersion, ids_of_path
from kexie.totals.models import Fact, IndicatorKind, Posting
from kexie.totals.queries.asked import Asked


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit is counted today: the ids from the root down; the last is the unit that stands for it."""

    ids: tuple[int, ...]
    department_depth: int

    def way(self, organisation: int, scope: str) -> "Way | None":
        """How ``organisation`` comes to count it, None when it does not in this scope."""
        if organisation not in self.ids:
            return None
        depth = self.ids.index(organisation)
        if scope == "system" and depth < self.department_depth:
            return None
        return Way(self.ids[depth + 1] if depth + 1 < len(self.ids) else None)


@dataclass(frozen=True, slots=True)
class Way:
    """Through which child an organisation counts something; None: it is its own."""

    child: int | None


class Places:
    """Where units are counted ``today``; each is worked out once."""

    def __init__(self, today: date | None = None) -> None:
        self.today = today or timezone.localdate()
        self._places: dict[int, Place] = {}
        # Of units that do not stand today: the unit that stands for it, or its last parent and whether it is a
        # department.
        self._successors: dict[int, int] = {}
        self._last: dict[int, tuple[int | None, bool]] = {}

    def read(self, organisations: Iterable[int]) -> None:
        """Read what is needed to tell the places of ``organisations``: two queries for each step of a succession."""
        wanted = {pk for pk in organisations if not self._knows(pk)}
        while wanted:
            standing = self._read_standing(wanted)
            following = self._read_gone(wanted - standing)
            wanted = {pk for pk in following if not self._knows(pk)}

    def of(self, organisation: int) -> Place:
        """Return the place of a unit that was read."""
        if organisation not in self._places:
            self._places[organisation] = self._derived(organisation, ())
        return self._places[organisation]

    def _knows(self, organisation: int) -> bool:
        return organisation in self._places or organisation in self._successors or organisation in self._last

    def _read_standing(self, wanted: set[int]) -> set[int]:
        for batch in batched(sorted(wanted)):
            rows = on_day(self.today).filter(organisation__in=batch)
            for pk, path, depth in rows.values_list("organisation", "path", "department_depth"):
                self._places[pk] = Place(tuple(ids_of_path(path)), depth)
        return {pk for pk in wanted if pk in self._places}

    def _read_gone(self, gone: set[int]) -> set[int]:
        """Read the versions that say where these units went; return the units they name."""
        following: set[int] = set()
        for batch in batched(sorted(gone)):
            rows = OrganisationVersion.objects.filter(organisation__in=batch).order_by("organisation_id", "valid_from")
            said: dict[int, OrganisationVersion] = {}
            for row in rows:
                # The last that has begun; of one that has not begun at all the first.
                if row.valid_from <= self.today or row.organisation_id not in said:
                    said[row.organisation_id] = row
            for pk, row in said.items():
                if row.successor_id is not None and row.valid_from <= self.today:
                    self._successors[pk] = row.successor_id
                    following.add(row.successor_id)
                else:
                    self._last[pk] = (row.parent_id, row.kind == Kind.DEPARTMENT)
                    following |= {row.parent_id} if row.parent_id is not None else set()
        return following

    def _derived(self, pk: int, asking: tuple[int, ...]) -> Place:
        """A history that runs in a circle (loaded ones may) ends where it closes."""
        if pk in self._places:
            return self._places[pk]
        if pk in self._successors and self._successors[pk] not in asking:
            return self._derived(self._successors[pk], (*asking, pk))
        parent, department = self._last.get(pk, (None, False))
        above = Place((), -1) if parent is None or parent in asking else self._derived(parent, (*asking, pk))
        return Place((*above.ids, pk), len(above.ids) if department else above.department_depth)


def on_day(day: date) -> QuerySet[Lineage]:
    """The lineages that hold on ``day``."""
    return Lineage.objects.filter(valid_from__lte=day, valid_until__gt=day)


def own_units(organisation: Organisation, places: Places) -> list[int]:
    """Return the units that count as ``organisation`` itself today: itself and what was merged into it."""
    found: list[int] = []
    frontier, seen = {organisation.pk}, {organisation.pk}
    while frontier:
        places.read(frontier)
        found += [pk for pk in sorted(frontier) if places.of(pk).ids[-1] == organisation.pk]
        merged = OrganisationVersion.objects.filter(successor__in=frontier).values_list("organisation", flat=True)
        frontier = set(merged) - seen
        seen |= frontier
    return found


def gone_units(places: Places) -> list[int]:
    """Return the units that do not stand anywhere today."""
    standing = on_day(places.today).values("organisation")
    gone = list(Organisation.objects.exclude(pk__in=standing).values_list("pk", flat=True))
    places.read(gone)
    return gone


@dataclass
class Moves:
    """What an organisation counts otherwise under the structure of today than under that of the day.

    ``organisations``: units whose postings it counts otherwise; ``ways``: those of them that it counts today, and how.
    ``groups``: merge groups with a member of such a unit; ``chosen``: their facts that it counts today, ``through``
    those that each child does.
    """

    organisations: list[int] = field(default_factory=list)
    ways: dict[int, Way] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    chosen: list[int] = field(default_factory=list)
    through: dict[int, list[int]] = field(default_factory=dict)


def moves(asked: Asked, *, by_child: bool) -> Moves:
    """Return what is counted otherwise today; ``by_child``: or through another child."""
    places = Places()
    rows = _other_lineages(asked, places.today)
    places.read({organisation for organisation, _, _ in rows})
    found = Moves()
    where = asked.organisation.pk
    moved: set[int] = set()
    for organisation, path, depth in rows:
        then = Place(tuple(ids_of_path(path)), depth).way(where, asked.scope)
        now = places.of(organisation).way(where, asked.scope)
        if (then is None) != (now is None) or (by_child and then != now):
            moved.add(organisation)
            if now is not None:
                found.ways[organisation] = now
    found.organisations = sorted(moved)
    _choose(asked, found, places)
    return found


def _other_lineages(asked: Asked, today: date) -> list[tuple[int, str, int]]:
    """(unit, path, department depth) for lineages of the years asked other than that of today.

    Whole years: a member of a merge group is booked on the group's day, in its own year, and if its unit did not
    exist on that day, where it stood on its own.
    """
    first, last = date(asked.first_month // 100, 1, 1), date(asked.last_month // 100, 12, 31)
    held = Lineage.objects.filter(valid_from__lte=last, valid_until__gt=first)
    others = held.filter(Q(valid_from__gt=today) | Q(valid_until__lte=today)).order_by()
    return list(others.values_list("organisation", "path", "department_depth"))


def _choose(asked: Asked, found: Moves, places: Places) -> None:
    """Of merge groups with a moved member choose anew, for each indicator, the best member that is counted today."""
    groups: set[int | None] = set()
    months = Posting.objects.filter(month__range=asked.months)
    for batch in batched(found.organisations):
        groups |= set(months.filter(organisation__in=batch, group__isnull=False).values_list("group", flat=True))
    found.groups = sorted(group for group in groups if group is not None)
    for batch in batched(found.groups):
        rows = months.filter(group__in=batch).order_by("group", "rank", "entry")
        members = list(rows.values_list("pk", "group", "organisation"))
        places.read({organisation for _, _, organisation in members})
        facts: dict[int, list[tuple[int, int, bool]]] = {}
        told = Fact.objects.filter(posting__group__in=batch, posting__month__range=asked.months)
        told = told.exclude(indicator__kind=IndicatorKind.STOCK).order_by("pk")
        for pk, posting, indicator, part in told.values_list("pk", "posting", "indicator", "part"):
            facts.setdefault(posting, []).append((pk, indicator, part))
        taken: set[tuple[int | None, int | None, int]] = set()
        for posting, group, organisation in members:
            way = places.of(organisation).way(asked.organisation.pk, asked.scope)
            if way is None:
                continue
            own = facts.get(posting, [])
            wholes = {indicator for _, indicator, part in own if not part}
            for child in {None, way.child}:
                skipped = {indicator for indicator in wholes if (child, group, indicator) in taken}
                counted = [pk for pk, indicator, _ in own if indicator not in skipped]
                if child is None:
                    found.chosen += counted
                else:
                    found.through.setdefault(child, []).extend(counted)
                taken |= {(child, group, indicator) for indicator in wholes}
