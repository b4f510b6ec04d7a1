"""The tree as it is stored: read under one lock, changed through one function.

Whoever changes the tree gives organisations another history; what follows from it (lineages, today's path and parent)
is worked out here and written where it differs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from kexie.core.bulk import batched, update_rows
from kexie.orgs.locking import lock_tree
from kexie.orgs.models import END, Kind, Lineage, Organisation, OrganisationVersion
from kexie.orgs.tree import Standing, Version, standings

_BATCH = 2000
_Row = tuple[date, date, str, int]


@dataclass(frozen=True, slots=True)
class Told:
    """One version with all that is stored of it."""

    name: str
    short_name: str
    kind: str
    order: int
    version: Version


@dataclass
class StoredTree:
    """All organisations by code and what is told of each, in order of time."""

    organisations: dict[str, Organisation]
    history: dict[str, list[Told]]

    def change(self, changed: Mapping[str, Sequence[Told]]) -> dict[int, date]:
        """Give the organisations of ``changed`` these histories; new codes are new organisations.

        Returns the ids of the organisations, these or others, whose ancestors are others now than before, each with
        the first day on which they are. Raises TreeError when the histories contradict each other; nothing is stored.
        """
        history = {**self.history, **{code: list(versions) for code, versions in changed.items()}}
        placed = standings({code: [each.version for each in versions] for code, versions in history.items()})
        self.history = history
        _store_organisations(list(changed), history, self.organisations)
        return _store_lineages(placed, self.organisations)


def open_tree() -> StoredTree:
    """Return the tree, and let nobody else change it, or book by it, until the transaction ends."""
    lock_tree()
    existing = {organisation.code: organisation for organisation in Organisation.objects.all()}
    return StoredTree(existing, _stored_history(existing))


def _stored_history(existing: Mapping[str, Organisation]) -> dict[str, list[Told]]:
    codes = {organisation.pk: organisation.code for organisation in existing.values()}
    history: dict[str, list[Told]] = {}
    for row in OrganisationVersion.objects.order_by("organisation_id", "valid_from"):
        version = Version(
            start=row.valid_from,
            until=row.valid_until,
            parent=codes[row.parent_id] if row.parent_id else None,
            successor=codes[row.successor_id] if row.successor_id else None,
            department=row.kind == Kind.DEPARTMENT,
        )
        told = Told(row.name, row.short_name, row.kind, row.order, version)
        history.setdefault(codes[row.organisation_id], []).append(told)
    return history


def _store_organisations(
    changed: Sequence[str], history: Mapping[str, Sequence[Told]], existing: dict[str, Organisation]
) -> None:
    today = timezone.localdate()
    fresh: list[Organisation] = []
    known: list[Organisation] = []
    for code in changed:
        now = _on(history[code], today)
        organisation = existing.get(code) or Organisation(code=code, path=f"/new/{code}")
        organisation.name, organisation.short_name = now.name, now.short_name
        organisation.kind, organisation.order = now.kind, now.order
        organisation.valid_from = history[code][0].version.start
        organisation.valid_until = history[code][-1].version.until
        (known if code in existing else fresh).append(organisation)
    for organisation in Organisation.objects.bulk_create(fresh, batch_size=_BATCH):
        existing[organisation.code] = organisation
    fields = ["name", "short_name", "kind", "order", "valid_from", "valid_until"]
    update_rows(known, fields)
    OrganisationVersion.objects.filter(organisation__in=known).delete()
    OrganisationVersion.objects.bulk_create(
        [
            OrganisationVersion(
                organisation=existing[code],
                name=told.name,
                short_name=told.short_name,
                kind=told.kind,
                order=told.order,
                parent=existing[told.version.parent] if told.version.parent else None,
                valid_from=told.version.start,
                valid_until=told.version.until,
                successor=existing[told.version.successor] if told.version.successor else None,
            )
            for code in changed
            for told in history[code]
        ],
        batch_size=_BATCH,
    )


def _on(versions: Sequence[Told], day: date) -> Told:
    """The version on ``day``; before the first the first, after the last the last."""
    past = [told for told in versions if told.version.start <= day]
    return past[-1] if past else versions[0]


def _store_lineages(placed: Mapping[str, Sequence[Standing]], existing: Mapping[str, Organisation]) -> dict[int, date]:
    """Write the lineages that differ, and today's path and parent; return what ``change`` does."""
    wanted: dict[int, list[Lineage]] = {}
    for code, rows in placed.items():
        organisation = existing[code]
        wanted[organisation.pk] = [
            Lineage(
                organisation=organisation,
                parent=existing[row.keys[-2]] if len(row.keys) > 1 else None,
                path="/" + "/".join(str(existing[key].pk) for key in row.keys) + "/",
                department_depth=row.department_depth,
                valid_from=row.start,
                valid_until=row.until,
            )
            for row in rows
        ]
    stored: dict[int, list[_Row]] = {}
    for lineage in Lineage.objects.order_by("organisation_id", "valid_from"):
        stored.setdefault(lineage.organisation_id, []).append(_content(lineage))
    told = {pk: [_content(row) for row in rows] for pk, rows in wanted.items()}
    moved = [pk for pk, rows in told.items() if rows != stored.get(pk)]
    for batch in batched(moved):
        Lineage.objects.filter(organisation__in=batch).delete()
    Lineage.objects.bulk_create([row for pk in moved for row in wanted[pk]], batch_size=_BATCH)
    today = timezone.localdate()
    by_id = {organisation.pk: organisation for organisation in existing.values()}
    for pk in moved:
        past = [row for row in wanted[pk] if row.valid_from <= today]
        now = past[-1] if past else wanted[pk][0]
        by_id[pk].path, by_id[pk].parent = now.path, now.parent
    update_rows([by_id[pk] for pk in moved], ["path", "parent"])
    return {pk: day for pk in moved if (day := _first_difference(stored.get(pk, []), told[pk])) is not None}


def _content(row: Lineage) -> _Row:
    return row.valid_from, row.valid_until, row.path, row.department_depth


def _first_difference(before: Sequence[_Row], now: Sequence[_Row]) -> date | None:
    """The first day on which two lists of lineages say different things; None when they only are cut differently."""

    def said(rows: Sequence[_Row], day: date) -> tuple[str, int] | None:
        return next((row[2:] for row in rows if row[0] <= day < row[1]), None)

    days = sorted({day for row in (*before, *now) for day in row[:2]} - {END})
    return next((day for day in days if said(before, day) != said(now, day)), None)
