"""Storing checked revisions, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any, NamedTuple

import msgspec
from django.utils import timezone

from kexie.core.bulk import batched, insert_tuples, take_keys
from kexie.core.models import StoredFile
from kexie.orgs.locking import hold_tree
from kexie.orgs.models import User
from kexie.orgs.queries import Standings
from kexie.registers.locked import naming_entries
from kexie.registers.models import Entry, Figure, Revision, Source
from kexie.registers.revisions.checking import Ready, ReadyFigure
from kexie.registers.revisions.settling import Decided, counting_of, settle
from kexie.registers.revisions.told import EntryError
from kexie.totals.services import FactData, PostingData, post


@dataclass
class Stored:
    """What ``store`` did, in revisions."""

    added: int = 0
    replaced: int = 0
    skipped: int = 0
    entries: set[int] = field(default_factory=set)

    def add(self, other: "Stored") -> None:
        self.added += other.added
        self.replaced += other.replaced
        self.skipped += other.skipped
        self.entries |= other.entries


class _EntryRow(NamedTuple):
    id: int
    uid: str
    register_id: int
    organisation_id: int
    latest_id: int
    counting_id: int | None


class _RevisionRow(NamedTuple):
    id: int
    entry_id: int
    number: int
    status: str
    organisation_id: int
    title: str
    start: date | None
    end: date | None
    place: str
    places: list[str]
    work_area: str
    kinds: list[str]
    campaigns: list[str]
    partners: list[str]
    role: str
    occurrences: int
    visibility: str
    fields: dict[str, Any]
    figures_given: bool
    reason: str
    digest: str
    created_at: datetime
    created_by_id: int | None


class _FigureRow(NamedTuple):
    id: int
    revision_id: int
    position: int
    indicator_id: int
    value: int
    qualifier: str
    low: int | None
    high: int | None
    low_exclusive: bool
    high_exclusive: bool
    mode: str
    groups: list[str]
    basis: str
    part_of_id: int | None


class _SourceRow(NamedTuple):
    revision_id: int
    file_id: str | None
    about: str
    told: dict[str, Any]


@dataclass(slots=True)
class _Fresh:
    """A revision that is to be stored, with the keys that it and its entry have got."""

    ready: Ready
    key: int
    entry: int


@naming_entries()
def store(*, ready: Sequence[Ready], actor: User | None, replace: bool, standings: Standings) -> Stored:
    """Store checked revisions and book what now counts. To be called inside a transaction.

    The same entry and revision with the same content is skipped; with other content it is refused (EntryError)
    unless ``replace``.
    """
    hold_tree()
    result = Stored()
    known = _known_entries(ready)
    fresh = _sort_out(ready, known, replace, result)
    new_uids = list(dict.fromkeys(each.told.id for each in fresh if each.told.id not in known))
    keys = {uid: entry.pk for uid, entry in known.items()}
    keys.update(zip(new_uids, take_keys(Entry, len(new_uids)), strict=True))
    rows = [
        _Fresh(each, key, keys[each.told.id]) for each, key in zip(fresh, take_keys(Revision, len(fresh)), strict=True)
    ]
    postings = _insert_entries([row for row in rows if row.ready.told.id not in known])
    insert_tuples(Revision, [_revision(row, actor, timezone.now()) for row in rows])
    _insert_figures(rows)
    _insert_sources(rows)
    # A new entry has no history and is in no merge group: what counts of it is at hand. For others it is looked up.
    post(postings=postings, standings=standings)
    result.entries = {row.entry for row in rows}
    settle(entries={row.entry for row in rows if row.ready.told.id in known}, standings=standings)
    return result


def _known_entries(ready: Sequence[Ready]) -> dict[str, Entry]:
    """The entries that are there already, by uid, locked."""
    found: dict[str, Entry] = {}
    for uids in batched(sorted({each.told.id for each in ready})):
        rows = Entry.objects.select_for_update(of=("self",), no_key=True).select_related("register")
        found.update({entry.uid: entry for entry in rows.filter(uid__in=uids).order_by("pk")})
    return found


def _sort_out(ready: Sequence[Ready], known: dict[str, Entry], replace: bool, result: Stored) -> list[Ready]:
    """What is to be stored of ``ready``; counts it in ``result``, and takes away what is to be replaced."""
    stored = {
        (revision.entry_id, revision.number): revision
        for chunk in batched([entry.pk for entry in known.values()])
        for revision in Revision.objects.filter(entry__in=chunk)
    }
    fresh: dict[tuple[str, int], Ready] = {}
    registers = {uid: entry.register for uid, entry in known.items()}
    for each in ready:
        told = each.told
        entry = known.get(told.id)
        existing = stored.get((entry.pk, told.revision)) if entry else None
        twice = fresh.get((told.id, told.revision))
        if (existing and not twice and _same(existing, each)) or (twice and _content(twice) == _content(each)):
            result.skipped += 1
            continue
        if twice:
            raise EntryError(told, "给了两次，内容不同")
        if existing and not replace:
            raise EntryError(told, "已在册，内容与此不同（要改用 --replace）")
        register = registers.setdefault(told.id, each.register)
        if register.pk != each.register.pk:
            raise EntryError(told, f"已在台账“{register.code}”里，不能换台账")
        if existing:
            existing.delete()
            result.replaced += 1
        else:
            result.added += 1
        fresh[told.id, told.revision] = each
    return list(fresh.values())


def _same(revision: Revision, ready: Ready) -> bool:
    return (revision.digest, revision.status, revision.reason) == _content(ready)


def _content(ready: Ready) -> tuple[str, str, str]:
    return ready.digest, ready.told.status, ready.told.void_reason or ""


def _insert_entries(rows: Sequence[_Fresh]) -> list[PostingData]:
    """Insert the new entries that ``rows`` are all the revisions of; return what counts of them."""
    by_entry: dict[int, list[_Fresh]] = {}
    for row in rows:
        by_entry.setdefault(row.entry, []).append(row)
    entries, postings = [], []
    for key, own in by_entry.items():
        own.sort(key=lambda row: row.ready.told.revision)
        latest, first = own[-1], own[0].ready
        counting = counting_of([_decided(row) for row in own])
        organisation = latest.ready.organisation
        counts = counting.key if counting else None
        entries.append(_EntryRow(key, first.told.id, first.register.pk, organisation, latest.key, counts))
        postings += [_posting(row) for row in own if row.key == counts]
    insert_tuples(Entry, entries)
    return postings


def _decided(row: _Fresh) -> Decided:
    told = row.ready.told
    return Decided(row.key, told.status, row.ready.organisation, told.end, told.work_area or "")


def _posting(row: _Fresh) -> PostingData:
    told = row.ready.told
    assert told.end is not None  # an approved revision has a day: the check has seen to it
    return PostingData(
        entry=row.entry,
        organisation=row.ready.organisation,
        day=told.end,
        work_area=told.work_area or "",
        facts=tuple(_fact(each) for each in row.ready.figures),
        kinds=tuple(row.ready.kinds),
        campaigns=tuple(told.campaigns),
        revision=row.key,
    )


def _fact(figure: ReadyFigure) -> FactData:
    number = figure.units
    return FactData(
        figure.indicator,
        number.qualifier,
        number.value,
        number.low,
        number.high,
        number.low_exclusive,
        number.high_exclusive,
        figure.mode,
        tuple(figure.groups),
        figure.is_part,
    )


def _revision(row: _Fresh, actor: User | None, now: datetime) -> _RevisionRow:
    told = row.ready.told
    return _RevisionRow(
        id=row.key,
        entry_id=row.entry,
        number=told.revision,
        status=told.status,
        organisation_id=row.ready.organisation,
        title=told.title,
        start=told.start,
        end=told.end,
        place=told.place or "",
        places=told.places,
        work_area=told.work_area or "",
        kinds=row.ready.kinds,
        campaigns=told.campaigns,
        partners=told.partners,
        role=told.role or "",
        occurrences=told.occurrences,
        visibility=told.visibility,
        fields=msgspec.to_builtins(told.fields),
        figures_given=told.figures is not None,
        reason=told.void_reason or "",
        digest=row.ready.digest,
        created_at=now,
        created_by_id=actor.pk if actor else None,
    )


def _insert_figures(rows: Sequence[_Fresh]) -> None:
    keys = take_keys(Figure, sum(len(row.ready.figures) for row in rows))
    starts = count(0)
    figures = []
    for row in rows:
        own = [keys[next(starts)] for _ in row.ready.figures]
        for position, each in enumerate(row.ready.figures):
            part_of = None if each.whole is None else own[each.whole]
            figures.append(
                _FigureRow(
                    own[position],
                    row.key,
                    position,
                    each.indicator,
                    *each.units,
                    each.mode,
                    each.groups,
                    each.basis,
                    part_of,
                )
            )
    insert_tuples(Figure, figures)


def _insert_sources(rows: Sequence[_Fresh]) -> None:
    wanted = {str(told.get("file", "")) for row in rows for told in row.ready.told.sources} - {""}
    files = {
        sha256
        for batch in batched(sorted(wanted))
        for sha256 in StoredFile.objects.filter(sha256__in=batch).values_list("sha256", flat=True)
    }
    sources = [
        _SourceRow(
            revision_id=row.key,
            file_id=told.get("file") if told.get("file") in files else None,
            about=str(told.get("field", ""))[:80],
            told=msgspec.to_builtins(told),
        )
        for row in rows
        for told in row.ready.told.sources
    ]
    insert_tuples(Source, sources)
