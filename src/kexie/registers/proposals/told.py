"""What is compared of an entry, read from the database for an office and a period."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kexie.orgs.models import Kind, Organisation
from kexie.registers.models import Entry, Status
from kexie.registers.proposals.gazetteer import Gazetteer
from kexie.registers.proposals.weights import merging

# A place of this kind is no place where people meet, so that two entries that name it need not have met.
_WIDE = frozenset({Kind.PROVINCE, Kind.CITY, Kind.COUNTY})
# Where a unit of this kind does something without saying where, it is at home.
_PLACES = frozenset({Kind.TOWNSHIP, Kind.COMMUNITY, Kind.VILLAGE, Kind.BASE, Kind.SCHOOL})
_MARKS = re.compile(r"[^\w]|_|(?:19|20)\d{2}年?度?")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry as it is compared. Days are ordinals, units are ids.

    ``places`` are those no wider than a township, ``around`` these and what they lie in; ``wide``: only a county or
    more is known.
    """

    entry: int
    organisation: int
    path: str
    title: str
    start: int
    end: int
    role: str
    place: str
    places: frozenset[int]
    around: frozenset[int]
    wide: bool
    partners: frozenset[int]


@dataclass
class Units:
    """The units of the tree, as far as comparing needs them."""

    paths: dict[int, str] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    gazetteer: Gazetteer = field(default_factory=lambda: Gazetteer(()))

    @classmethod
    def read(cls) -> "Units":
        """Read all of them: a place or partner may stand outside the office's reach."""
        units = cls()
        names = []
        for pk, code, path, kind, name, short in Organisation.objects.order_by().values_list(
            "pk", "code", "path", "kind", "name", "short_name"
        ):
            units.paths[pk], units.kinds[pk], units.codes[code] = path, kind, pk
            names.append((pk, path, (name, short)))
        units.gazetteer = Gazetteer(names)
        return units

    def narrow_parent(self, pk: int) -> int | None:
        """Return the unit right above ``pk``, unless that is as wide as a county."""
        above = self.paths[pk].split("/")[-3]
        return int(above) if above and self.kinds.get(int(above)) not in _WIDE else None


def read_told(*, office: Organisation, first: date, last: date, units: Units) -> list[Told]:
    """Return the entries at or below ``office`` that ended from ``first`` to ``last``, or just outside of it.

    Of each its latest revision, whatever its status; not those that are void, have no day or last too long.
    """
    margin = timedelta(days=merging().window_days + merging().longest_days)
    rows = (
        Entry.objects.filter(organisation__path__startswith=office.path)
        .filter(latest__end__gte=first - margin, latest__end__lte=last + margin)
        .exclude(latest__status=Status.VOID)
        .order_by("pk")
        .values_list(
            "pk", "organisation", "latest__title", "latest__start", "latest__end", "latest__role", "latest__place",
            "latest__places", "latest__partners",
        )
    )  # fmt: skip
    told = (_told(row, units) for row in rows.iterator(chunk_size=5000))
    return [each for each in told if each.end - each.start < merging().longest_days]


def _told(row: tuple[Any, ...], units: Units) -> Told:
    pk, organisation, title, start, end, role, place, places, partners = row
    path, find = units.paths[organisation], units.gazetteer.find
    in_title, rest = find(title, path)
    in_place, hall = find(place, path)
    named = {units.codes[code] for code in places if code in units.codes} | in_place
    where = {pk for pk in named if units.kinds[pk] not in _WIDE}
    where |= {pk for pk in in_title if units.kinds[pk] in _PLACES and pk != organisation} if not where else set()
    if not where and not place and units.kinds[organisation] in _PLACES:
        where = {organisation}
    others: set[int] = set()
    for partner in partners:
        others |= find(str(partner), path)[0]
    return Told(
        entry=pk,
        organisation=organisation,
        path=path,
        title=plain_title(rest),
        start=(start or end).toordinal(),
        end=end.toordinal(),
        role=role,
        place=_MARKS.sub("", unicodedata.normalize("NFKC", hall)),
        places=frozenset(where),
        around=frozenset(where | {above for pk in where if (above := units.narrow_parent(pk))}),
        wide=bool(named) and not where,
        partners=frozenset(others - {organisation}),
    )


def plain_title(title: str) -> str:
    """Return ``title`` without marks, years and the words that say nothing about which event it is."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", title).lower())
    for word in merging().title_noise:
        plain = plain.replace(word, "")
    return plain
