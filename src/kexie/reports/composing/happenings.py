"""The events behind a report, as light rows: loaded once for all chapters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kexie.core.bulk import batched
from kexie.registers.models import Entry, Figure, Mode, PartRole, Visibility
from kexie.reports.wording import Reading

HOSTING = (PartRole.HOST, PartRole.ORGANISE)
ATTENDING = (PartRole.TAKE_PART, PartRole.LEAD_DELEGATION)

_COLUMNS = (
    *("organisation_id", "organisation__short_name", "title", "start", "end", "place", "role"),
    *("kinds", "campaigns", "partners", "work_area", "visibility"),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """What counts of an entry: who did what, when, where, in which role and with whom."""

    entry: int
    uid: str
    revision: int
    organisation: int
    unit: str
    title: str
    start: date | None
    end: date
    place: str
    role: str
    kinds: list[str]
    campaigns: list[str]
    partners: list[str]
    work_area: str
    visibility: str

    @property
    def may_be_told(self) -> bool:
        """Whether a report may name it; what is restricted is counted only."""
        return self.visibility != Visibility.RESTRICTED

    @property
    def day(self) -> date:
        return self.start or self.end


def load_happenings(entries: Iterable[int]) -> list[Happening]:
    """Return the entries with these ids that count, in the order of their days."""
    found: list[Happening] = []
    columns = [f"counting__{name}" for name in _COLUMNS]
    for batch in batched(sorted(entries)):
        rows = Entry.objects.filter(pk__in=batch, counting__isnull=False)
        found += [Happening(*row) for row in rows.values_list("pk", "uid", "counting", *columns)]
    return sorted(found, key=lambda each: (each.end, each.entry))


def attendance_of(happenings: Iterable[Happening]) -> dict[int, Reading]:
    """Return, by entry, the person-times of each that has exactly one figure of them that is not online or a part."""
    revisions = {each.revision: each.entry for each in happenings}
    found: dict[int, list[Figure]] = {}
    for batch in batched(sorted(revisions)):
        rows = Figure.objects.filter(revision__in=batch, indicator__code="person_times").exclude(mode=Mode.ONLINE)
        for figure in rows:
            if not figure.is_part:
                found.setdefault(revisions[figure.revision_id], []).append(figure)
    return {entry: _reading(figures[0]) for entry, figures in found.items() if len(figures) == 1}


def _reading(figure: Figure) -> Reading:
    return Reading(
        value=Decimal(figure.value),
        low=Decimal(figure.low or 0),
        high=None if figure.high is None else Decimal(figure.high),
        low_exclusive=figure.low_exclusive,
        high_exclusive=figure.high_exclusive,
        qualifier=figure.qualifier,
    )
