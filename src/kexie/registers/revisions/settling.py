"""What counts of an entry, and booking it: after a revision was stored, or its status has changed."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from kexie.core.bulk import batched
from kexie.orgs.locking import hold_tree
from kexie.orgs.queries import Standings
from kexie.registers.models import Entry, Figure, MergeGroup, MergeMember, Revision, Status
from kexie.totals.services import FactData, PostingData, post, unpost


class Decided(NamedTuple):
    """A revision and its status."""

    key: int
    status: str


def counting_of(revisions: Sequence[Decided]) -> int | None:
    """Return which of an entry's revisions, in the order of their numbers, counts.

    The highest one that is approved or void decides.
    """
    for revision in reversed(revisions):
        if revision.status == Status.APPROVED:
            return revision.key
        if revision.status == Status.VOID:
            return None
    return None


def lock_entries(entries: Iterable[int]) -> None:
    """Let nobody else change these entries until the transaction ends; the first step of every verb that books.

    Before them the tree is held still. Who locks several does it at once: they are locked in the order of their keys.
    """
    hold_tree()
    for batch in batched(sorted(set(entries))):
        rows = Entry.objects.select_for_update(no_key=True).filter(pk__in=batch).order_by("pk")
        list(rows.values_list("pk", flat=True))


def settle(*, entries: Iterable[int], standings: Standings | None = None) -> None:
    """Point these entries at their latest and their counting revision, and book exactly the counting ones.

    Merge groups that they are members of are booked again as a whole, under a lock on the group.
    """
    wanted = sorted(set(entries))
    if not wanted:
        return
    lock_entries(wanted)
    members: dict[int, MergeMember] = {}
    for batch in batched(wanted):
        groups = MergeMember.objects.filter(entry__in=batch).order_by().values("group").distinct()
        if list(MergeGroup.objects.select_for_update().filter(pk__in=groups).order_by("pk")):
            members |= {member.entry_id: member for member in MergeMember.objects.filter(group__in=groups)}
        _point(batch)
    alone = [pk for pk in wanted if pk not in members]
    by_group: dict[int, list[MergeMember]] = {}
    for member in members.values():
        by_group.setdefault(member.group_id, []).append(member)
    for batch in batched(alone):
        _book(batch, {}, standings)
    for group in by_group.values():
        _book([member.entry_id for member in group], {member.entry_id: member for member in group}, standings)


def _point(entries: Sequence[int]) -> None:
    """Point entries at their latest and their counting revision; the latest says whose they are."""
    revisions: dict[int, list[Decided]] = {pk: [] for pk in entries}
    owners: dict[int, int] = {}
    rows = Revision.objects.filter(entry__in=entries).order_by("entry_id", "number")
    for entry, key, status, organisation in rows.values_list("entry_id", "pk", "status", "organisation_id"):
        revisions[entry].append(Decided(key, status))
        owners[entry] = organisation
    pointers = Entry.objects.filter(pk__in=entries).values_list("pk", "latest_id", "counting_id", "organisation_id")
    for entry, *held in pointers:
        own = revisions[entry]
        wanted = [own[-1].key, counting_of(own), owners[entry]]
        if held != wanted:
            latest, counting, organisation = wanted
            Entry.objects.filter(pk=entry).update(latest=latest, counting=counting, organisation=organisation)


def _book(entries: Sequence[int], members: Mapping[int, MergeMember], standings: Standings | None) -> None:
    """Book what counts of ``entries``, which are all the members of one merge group, or of none."""
    postings = _postings(entries)
    unpost(entries=set(entries) - {posting.entry for posting in postings})
    if members and postings:
        first = min(postings, key=lambda each: members[each.entry].position)
        postings = [
            dataclasses.replace(
                each, booked=first.day, group=members[each.entry].group_id, rank=members[each.entry].position
            )
            for each in postings
        ]
    post(postings=postings, standings=standings)


def _postings(entries: Sequence[int]) -> list[PostingData]:
    """What the counting revisions of ``entries`` add."""
    # An approved revision has a day: the database says so.
    revisions = {
        revision.pk: revision
        for revision in Revision.objects.filter(
            pk__in=Entry.objects.filter(pk__in=entries, counting__isnull=False).values("counting")
        )
        .order_by("entry_id")
        .only("entry_id", "organisation_id", "end", "work_area")
        if revision.end
    }
    facts: dict[int, list[FactData]] = {key: [] for key in revisions}
    for figure in Figure.objects.filter(revision__in=revisions).order_by("revision_id", "position"):
        facts[figure.revision_id].append(
            FactData(
                indicator=figure.indicator_id,
                qualifier=figure.qualifier,  # type: ignore[arg-type]  # a CHECK constraint keeps it to these words
                value=figure.value,
                low=figure.low,
                high=figure.high,
                low_exclusive=figure.low_exclusive,
                high_exclusive=figure.high_exclusive,
                mode=figure.mode,
                groups=tuple(figure.groups),
                part=figure.is_part,
            )
        )
    return [
        PostingData(
            entry=revision.entry_id,
            organisation=revision.organisation_id,
            day=revision.end,
            work_area=revision.work_area,
            facts=tuple(facts[key]),
        )
        for key, revision in revisions.items()
        if revision.end
    ]
