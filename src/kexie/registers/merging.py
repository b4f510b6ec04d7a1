"""Merge groups (同一活动): entries that tell of one event, in order of preference, the lead organiser's first.

Of the members an organisation counts, for each indicator, the first approved one in its subtree that has it; all are
booked on the day on which the first approved one ended. Stocks ignore groups.
"""

from collections.abc import Sequence

from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.services import audit
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry, MergeGroup, MergeMember, Revision, Status
from kexie.registers.revisions import lock_entries, settle


@transaction.atomic
def merge(*, entries: Sequence[Entry], actor: str, confirmed_by: Organisation | None = None) -> MergeGroup:
    """Say that ``entries``, the preferred one first, tell of one event; return their group.

    ``confirmed_by`` is the office that says so and must stand above all of them (None: loaded, counts as confirmed).
    Raises DomainError, naming what is wrong, when there are fewer than two, one stands twice, is void, is in another
    group already, ended in another year, or is not below the office; then nothing is changed.
    """
    lock_entries(entry.pk for entry in entries)
    check_members(entries)
    taken = MergeMember.objects.filter(entry__in=entries).select_related("entry")
    if taken:
        raise DomainError(f"记录 {_names([member.entry for member in taken])} 已在另一组同一活动里")
    if confirmed_by is not None:
        _check_office(entries, confirmed_by)
    group = MergeGroup.objects.create()
    MergeMember.objects.bulk_create(
        [MergeMember(group=group, entry=entry, position=position) for position, entry in enumerate(entries)]
    )
    settle(entries=[entry.pk for entry in entries])
    audit(actor=actor, action="merge", subject=f"merge:{group.pk}", entries=[entry.uid for entry in entries])
    return group


@transaction.atomic
def unmerge(*, group: MergeGroup, actor: str) -> None:
    """Take a group apart; each of its entries counts by itself again."""
    subject = f"merge:{group.pk}"
    lock_entries(group.members.values_list("entry", flat=True))
    members = list(group.members.select_related("entry"))
    group.delete()
    settle(entries=[member.entry_id for member in members])
    audit(actor=actor, action="unmerge", subject=subject, entries=[each.entry.uid for each in members])


@transaction.atomic
def reorder(*, group: MergeGroup, entries: Sequence[Entry], actor: str) -> None:
    """Prefer the members of ``group`` in the order of ``entries``. Raises DomainError unless they are just these."""
    lock_entries(group.members.values_list("entry", flat=True))
    members = {member.entry_id: member for member in group.members.select_related("entry")}
    if strangers := [entry for entry in entries if entry.pk not in members]:
        raise DomainError(f"记录 {_names(strangers)} 不在这组同一活动里")
    if len(entries) != len(members) or len({entry.pk for entry in entries}) != len(entries):
        raise DomainError("排次序要把这组的每条记录都写一次")
    # Two steps: a position is taken once at any time.
    for shift in (len(entries), 0):
        for position, entry in enumerate(entries):
            members[entry.pk].position = position + shift
        MergeMember.objects.bulk_update(members.values(), ["position"])
    settle(entries=list(members))
    audit(actor=actor, action="reorder-merge", subject=f"merge:{group.pk}", entries=[entry.uid for entry in entries])


def check_members(entries: Sequence[Entry]) -> None:
    """Raise DomainError unless ``entries`` could be one event: two or more, different, not void, of one year."""
    if len({entry.pk for entry in entries}) < 2 or len({entry.pk for entry in entries}) != len(entries):
        raise DomainError("同一活动至少要两条不同的记录")
    revisions = Revision.objects.filter(pk__in=[entry.latest_id for entry in entries]).select_related("entry")
    if void := [revision.entry for revision in revisions if revision.status == Status.VOID]:
        raise DomainError(f"记录 {_names(void)} 已作废")
    years = sorted({revision.end.year for revision in revisions if revision.end})
    if len(years) > 1:
        raise DomainError(f"记录 {_names(entries)} 不在同一年（{'、'.join(map(str, years))}），不会是同一活动")


def _check_office(entries: Sequence[Entry], office: Organisation) -> None:
    organisations = Organisation.objects.in_bulk([entry.organisation_id for entry in entries])
    strangers = [e for e in entries if not organisations[e.organisation_id].path.startswith(office.path)]
    if strangers:
        raise DomainError(f"{office.name}不在记录 {_names(strangers)} 的单位之上，不能确认同一活动")


def _names(entries: Sequence[Entry]) -> str:
    return "、".join(entry.uid for entry in entries[:5])
