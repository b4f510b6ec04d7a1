"""What counts of an entry, and booking it: after a revision was stored, or its status has changed."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import NamedTuple

from django.db import connection

from kexie.core.bulk import batched, update_tuples
from kexie.orgs.locking import hold_tree
from kexie.orgs.queries import Standings
from kexie.registers.locked import naming_entries
from kexie.registers.models import Entry, Figure, MergeGroup, MergeMember, Revision, Status
from kexie.totals.holdings import lock_units
from kexie.totals.models import Fact, IndicatorKind
from kexie.totals.services import FactData, PostingData, post, unpost


class Decided(NamedTuple):
    """What of a revision decides whether it counts, and where."""

    key: int
    status: str
    organisation: int
    end: date | None
    work_area: str
    kinds: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()


class _Pointers(NamedTuple):
    id: int
    latest_id: int
    counting_id: int | None
    organisation_id: int


def counting_of(revisions: Sequence[Decided]) -> Decided | None:
    """Return which of an entry's revisions, in the order of their numbers, counts.

    The highest one that is approved or void decides.
    """
    for revision in reversed(revisions):
        if revision.status == Status.APPROVED:
            return revision
        if revision.status == Status.VOID:
            return None
    return None


def lock_entries(entries: Iterable[int]) -> None:
    """Let nobody else change these entries until the transaction ends; the first step of every verb that books.

    Before them the tree is held still. Who locks several does it at once: they are locked in the order of their keys.
    """
    hold_tree()
    if connection.features.has_select_for_update:
        for batch in batched(sorted(set(entries))):
            rows = Entry.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk")
            list(rows.values_list("pk", flat=True))


@naming_entries()
def settle(*, entries: Iterable[int], standings: Standings | None = None) -> None:
    """Point these entries at their latest and their counting revision, and book exactly the counting ones.

    Merge groups that they are members of are booked again as a whole, under a lock on the group.
    """
    wanted = sorted(set(entries))
    lock_entries(wanted)
    members = _locked_members(wanted)
    if len({*wanted, *members}) > 1:
        _lock_units_of_stocks({*wanted, *members})
    for batch in batched([pk for pk in wanted if pk not in members]):
        _book(batch, {}, set(wanted), standings)
    by_group: dict[int, dict[int, MergeMember]] = {}
    for member in members.values():
        by_group.setdefault(member.group_id, {})[member.entry_id] = member
    for group in by_group.values():
        _book(list(group), group, set(wanted), standings)


def _lock_units_of_stocks(entries: Iterable[int]) -> None:
    """Lock at once the units of which these entries tell, or told, stocks: they are booked in several steps."""
    if not connection.features.has_select_for_update:
        return
    units: set[int] = set()
    for batch in batched(sorted(entries)):
        told = Figure.objects.filter(revision__entry__in=batch, indicator__kind=IndicatorKind.STOCK).order_by()
        units |= set(told.values_list("revision__organisation", flat=True).distinct())
        posted = Fact.objects.filter(posting__entry__in=batch, indicator__kind=IndicatorKind.STOCK).order_by()
        units |= set(posted.values_list("posting__organisation", flat=True).distinct())
    lock_units(units)


def _locked_members(entries: Sequence[int]) -> dict[int, MergeMember]:
    """All members, by entry, of the merge groups that ``entries`` are in, the groups locked."""
    members: dict[int, MergeMember] = {}
    for batch in batched(entries):
        groups = set(MergeMember.objects.filter(entry__in=batch).order_by().values_list("group_id", flat=True))
        if groups:
            list(MergeGroup.objects.select_for_update().filter(pk__in=groups).order_by("pk"))
            members |= {member.entry_id: member for member in MergeMember.objects.filter(group__in=groups)}
    return members


def _book(
    entries: Sequence[int], members: Mapping[int, MergeMember], changed: Set[int], standings: Standings | None
) -> None:
    """Book what counts of ``entries``, which are all the members of one merge group, or of none.

    Those among ``changed`` are pointed at their latest and their counting revision; the others, which are not locked,
    point there already. The latest says whose an entry is.
    """
    revisions = _decided(entries)
    counting = {entry: found for entry, own in revisions.items() if (found := counting_of(own))}
    pointers = []
    for entry in changed & revisions.keys():
        latest, counts = revisions[entry][-1], counting.get(entry)
        pointers.append(_Pointers(entry, latest.key, counts.key if counts else None, latest.organisation))
    update_tuples(Entry, pointers)
    if uncounted := set(entries) - set(counting):
        unpost(entries=uncounted)
    if not counting:
        return
    postings = _postings(counting)
    if members:
        first = min(postings, key=lambda each: members[each.entry].position)
        postings = [
            dataclasses.replace(
                each, booked=first.day, group=members[each.entry].group_id, rank=members[each.entry].position
            )
            for each in postings
        ]
    post(postings=postings, standings=standings)


def _decided(entries: Sequence[int]) -> dict[int, list[Decided]]:
    """The revisions of each entry in the order of their numbers."""
    revisions: dict[int, list[Decided]] = {pk: [] for pk in entries}
    rows = Revision.objects.filter(entry__in=entries).order_by("entry_id", "number")
    for entry, key, status, organisation, end, work_area, kinds, campaigns in rows.values_list(
        "entry_id", "pk", "status", "organisation_id", "end", "work_area", "kinds", "campaigns"
    ):
        told = Decided(key, status, organisation, end, work_area, tuple(kinds), tuple(campaigns))
        revisions[entry].append(told)
    return revisions


def _postings(counting: Mapping[int, Decided]) -> list[PostingData]:
    """What these revisions add to the totals, by their entries."""
    facts: dict[int, list[FactData]] = {revision.key: [] for revision in counting.values()}
    columns = ("indicator_id", "qualifier", "value", "low", "high", "low_exclusive", "high_exclusive", "mode")
    figures = Figure.objects.filter(revision__in=facts).order_by("revision_id", "position")
    for row in figures.values_list("revision_id", "part_of_id", "groups", *columns):
        revision_key, part_of, groups, number = row[0], row[1], tuple(row[2]), row[3:]
        facts[revision_key].append(FactData._make((*number, groups, bool(groups) or part_of is not None)))
    return [
        PostingData(
            entry=entry,
            organisation=revision.organisation,
            day=revision.end,
            work_area=revision.work_area,
            facts=tuple(facts[revision.key]),
            kinds=revision.kinds,
            campaigns=revision.campaigns,
            revision=revision.key,
        )
        for entry, revision in counting.items()
        if revision.end  # an approved revision has a day: the database says so
    ]
