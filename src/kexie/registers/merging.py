"""Merge groups (同一活动): entries that tell of one event, in order of preference, the lead organiser's first.

Of the members an organisation counts, for each indicator, the first approved one in its subtree that has it; all are
booked on the day on which the first approved one ended. Stocks ignore groups.

An office that confirms a group, or changes it, stands at or above all its members. All members end in one year, by
what is said of them last (and, where an office confirms, by what counts of them, too): an amendment into another year
is refused while the entry is in a group. A voided member stays in its group, counts nothing there, and is not dumped
with it.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.services import audit
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Entry, MergeGroup, MergeMember, Revision, Status, ToldApart
from kexie.registers.revisions import lock_entries, settle


@transaction.atomic
def merge(
    *, entries: Sequence[Entry], actor: str, confirmed_by: Organisation | None = None, user: User | None = None
) -> MergeGroup:
    """Say that ``entries``, the preferred one first, tell of one event; return their group.

    ``confirmed_by`` is the office that says so and must stand above all of them (None: loaded, counts as confirmed).
    Raises DomainError, naming what is wrong, when there are fewer than two, one stands twice, is void, is in another
    group already, ended in another year, or is not below the office; then nothing is changed.
    """
    lock_entries(entry.pk for entry in entries)
    check_members(entries)
    if confirmed_by is not None:
        _check_one_year(entries, counting=True)
    _check_office(entries, confirmed_by)
    _check_free(entries)
    group = MergeGroup.objects.create(office=confirmed_by, confirmed_by=user)
    _place(group, entries)
    _forget_told_apart(entries)
    settle(entries=[entry.pk for entry in entries])
    _audit("merge", group.pk, actor, entries)
    return group


@transaction.atomic
def unmerge(*, group: MergeGroup, actor: str, confirmed_by: Organisation | None = None) -> None:
    """Take a group apart; each of its entries counts by itself again. Raises DomainError as ``merge`` does."""
    entries = _locked_members(group)
    _check_office(entries, confirmed_by)
    key = group.pk
    group.delete()
    settle(entries=[entry.pk for entry in entries])
    _audit("unmerge", key, actor, entries)


@transaction.atomic
def reorder(
    *, group: MergeGroup, entries: Sequence[Entry], actor: str, confirmed_by: Organisation | None = None
) -> None:
    """Prefer the members of ``group`` in the order of ``entries``. Raises DomainError unless they are just these."""
    members = _locked_members(group)
    known = {entry.pk for entry in members}
    if strangers := [entry for entry in entries if entry.pk not in known]:
        raise DomainError(f"记录 {_names(strangers)} 不在这组同一活动里")
    if sorted(entry.pk for entry in entries) != sorted(known):
        raise DomainError("排次序要把这组的每条记录都写一次")
    _check_office(members, confirmed_by)
    _place(group, entries)
    settle(entries=sorted(known))
    _audit("reorder-merge", group.pk, actor, entries)


@transaction.atomic
def add_to_group(
    *, group: MergeGroup, entries: Sequence[Entry], actor: str, confirmed_by: Organisation | None = None
) -> None:
    """Put ``entries`` behind the members of ``group``. Raises DomainError as ``merge`` does."""
    members = _locked_members(group, *entries)
    together = [*members, *entries]
    check_members([*_not_void(members), *entries])
    _check_office(together, confirmed_by)
    _check_free(entries)
    _place(group, together)
    _forget_told_apart(together)
    settle(entries=[entry.pk for entry in together])
    _audit("add-to-merge", group.pk, actor, entries)


@transaction.atomic
def take_out(*, group: MergeGroup, entry: Entry, actor: str, confirmed_by: Organisation | None = None) -> None:
    """Take ``entry`` out of ``group``; a group of one is none. Raises DomainError when it is not in it."""
    members = _locked_members(group)
    rest = [each for each in members if each.pk != entry.pk]
    if len(rest) == len(members):
        raise DomainError(f"记录 {_names([entry])} 不在这组同一活动里")
    _check_office(members, confirmed_by)
    key = group.pk
    if len(rest) < 2:
        group.delete()
    else:
        _place(group, rest)
    settle(entries=[each.pk for each in members])
    _audit("take-out-of-merge", key, actor, [entry])


@transaction.atomic
def join_groups(*, groups: Sequence[MergeGroup], actor: str, confirmed_by: Organisation | None = None) -> MergeGroup:
    """Make one group of several, those of the first one first; return it. Raises DomainError as ``merge`` does."""
    if len({group.pk for group in groups}) < 2 or len({group.pk for group in groups}) != len(groups):
        raise DomainError("合并要两组不同的同一活动")
    lock_entries(entry.pk for group in groups for entry in members_of(group))
    together = [entry for group in groups for entry in members_of(group)]
    check_members(_not_void(together))
    _check_office(together, confirmed_by)
    first, *others = groups
    MergeGroup.objects.filter(pk__in=[group.pk for group in others]).delete()
    _place(first, together)
    _forget_told_apart(together)
    settle(entries=[entry.pk for entry in together])
    _audit("join-merges", first.pk, actor, together)
    return first


@transaction.atomic
def same_event(
    *, entries: Sequence[Entry], actor: str, confirmed_by: Organisation | None = None, user: User | None = None
) -> MergeGroup:
    """Say that ``entries`` tell of one event, whatever groups some of them are in; return their group.

    The members are preferred in the order of ``entries``; members of those groups that are not named follow.
    Raises DomainError as ``merge`` does.
    """
    keys = list(dict.fromkeys(entry.pk for entry in entries))
    groups = list(MergeGroup.objects.filter(members__entry__in=keys).distinct().order_by("pk"))
    placed = {entry.pk: entry for group in groups for entry in members_of(group)}
    rest = [entry for entry in entries if entry.pk not in placed]
    if not groups:
        return merge(entries=entries, actor=actor, confirmed_by=confirmed_by, user=user)
    if len(groups) > 1:
        group = join_groups(groups=groups, actor=actor, confirmed_by=confirmed_by)
    elif rest:
        group = groups[0]
    else:
        raise DomainError(f"记录 {_names(entries)} 已确认为同一活动")
    if rest:
        add_to_group(group=group, entries=rest, actor=actor, confirmed_by=confirmed_by)
    unnamed = [entry for key, entry in placed.items() if key not in keys]
    reorder(group=group, entries=[*entries, *unnamed], actor=actor, confirmed_by=confirmed_by)
    return group


@transaction.atomic
def tell_apart(
    *, entries: Sequence[Entry], actor: str, confirmed_by: Organisation | None = None, user: User | None = None
) -> None:
    """Remember that ``entries`` are all different events; they are not proposed again until they change a lot.

    Raises DomainError when there are fewer than two, or when two of them stand in one merge group.
    """
    if len({entry.pk for entry in entries}) < 2:
        raise DomainError("要说不是同一活动，至少要两条不同的记录")
    _check_office(entries, confirmed_by)
    placed = list(MergeMember.objects.filter(entry__in=entries).values_list("group", flat=True))
    if len(placed) != len(set(placed)):
        raise DomainError(f"记录 {_names(entries)} 有的已确认为同一活动，先从那组里取出")
    essence = _essences(entries)
    ordered = sorted({entry.pk for entry in entries})
    for index, a in enumerate(ordered):
        for b in ordered[index + 1 :]:
            told = {"essence": [essence[a], essence[b]], "said_by": user}
            ToldApart.objects.update_or_create(entry_a_id=a, entry_b_id=b, defaults=told)
    audit(
        actor=actor,
        action="tell-apart",
        subject=f"entry:{entries[0].uid}",
        entries=[entry.uid for entry in entries],
    )


def members_of(group: MergeGroup) -> list[Entry]:
    """Return the entries of ``group``, the preferred one first."""
    return [member.entry for member in group.members.select_related("entry").order_by("position")]


def essence_of(revision: Revision) -> list[Any]:
    """Return what decides whether two entries may be one event, as JSON: title, first and last day."""
    days = [day.isoformat() if day else None for day in (revision.start, revision.end)]
    return [revision.title, *days]


def check_members(entries: Sequence[Entry]) -> None:
    """Raise DomainError unless ``entries`` could be one event: two or more, different, not void, of one year."""
    if len({entry.pk for entry in entries}) < 2 or len({entry.pk for entry in entries}) != len(entries):
        raise DomainError("同一活动至少要两条不同的记录")
    if void := [entry for entry in entries if entry not in _not_void(entries)]:
        raise DomainError(f"记录 {_names(void)} 已作废")
    _check_one_year(entries)


def check_year_of_member(*, entry: Entry, end: date | None) -> None:
    """Raise DomainError when ``entry``, told to end on ``end``, would leave the year of its merge group."""
    group = MergeMember.objects.filter(entry=entry).values_list("group", flat=True).first()
    if group is None:
        return
    others = [member.entry for member in _fellows([group]) if member.entry_id != entry.pk]
    years = _years(others)
    if end is not None and years and years != {end.year}:
        raise DomainError(
            f"“{entry.uid}”与 {_names(others)} 已确认为同一活动（{_listed(years)}年），改到{end.year}年要先把它取出来"
        )


def check_years(*, entries: Iterable[int]) -> None:
    """Raise DomainError when one of these entries (keys) is in a merge group whose members end in several years."""
    for batch in batched(sorted(entries)):
        groups: dict[int, list[Entry]] = {}
        for member in _fellows(MergeMember.objects.filter(entry__in=batch).values("group")):
            groups.setdefault(member.group_id, []).append(member.entry)
        for members in groups.values():
            _check_one_year(_not_void(members))


def _fellows(groups: Any) -> list[MergeMember]:
    return list(MergeMember.objects.filter(group__in=groups).select_related("entry").order_by("group", "position"))


def _check_one_year(entries: Sequence[Entry], *, counting: bool = False) -> None:
    if len(years := _years(entries, counting=counting)) > 1:
        raise DomainError(f"记录 {_names(entries)} 不在同一年（{_listed(years)}），不会是同一活动")


def _years(entries: Sequence[Entry], *, counting: bool = False) -> set[int]:
    """The years in which ``entries`` end, by what is said last (void: not) and, with ``counting``, by what counts."""
    rows = Entry.objects.filter(pk__in=[entry.pk for entry in entries]).order_by()
    ends = set(rows.exclude(latest__status=Status.VOID).values_list("latest__end", flat=True))
    if counting:
        ends |= set(rows.values_list("counting__end", flat=True))
    return {end.year for end in ends if end}


def _not_void(entries: Sequence[Entry]) -> list[Entry]:
    keys = [entry.pk for entry in entries]
    void = set(Entry.objects.filter(pk__in=keys, latest__status=Status.VOID).values_list("pk", flat=True))
    return [entry for entry in entries if entry.pk not in void]


def _check_free(entries: Sequence[Entry]) -> None:
    taken = MergeMember.objects.filter(entry__in=entries).select_related("entry").order_by("pk")
    if taken:
        raise DomainError(f"记录 {_names([member.entry for member in taken])} 已在另一组同一活动里")


def _check_office(entries: Sequence[Entry], office: Organisation | None) -> None:
    if office is None:
        return
    organisations = Organisation.objects.in_bulk([entry.organisation_id for entry in entries])
    strangers = [e for e in entries if not organisations[e.organisation_id].path.startswith(office.path)]
    if strangers:
        raise DomainError(f"{office.name}不在记录 {_names(strangers)} 的单位之上，不能确认同一活动")


def _place(group: MergeGroup, entries: Sequence[Entry]) -> None:
    """Let ``entries``, in this order, be the members of ``group``, and no others."""
    group.members.all().delete()
    MergeMember.objects.bulk_create(
        [MergeMember(group=group, entry=entry, position=position) for position, entry in enumerate(entries)]
    )


def _forget_told_apart(entries: Sequence[Entry]) -> None:
    keys = [entry.pk for entry in entries]
    ToldApart.objects.filter(entry_a__in=keys, entry_b__in=keys).delete()


def _essences(entries: Sequence[Entry]) -> dict[int, list[Any]]:
    revisions = Revision.objects.filter(pk__in=Entry.objects.filter(pk__in=[e.pk for e in entries]).values("latest"))
    return {revision.entry_id: essence_of(revision) for revision in revisions}


def _locked_members(group: MergeGroup, *others: Entry) -> list[Entry]:
    """The entries of ``group``, locked together with ``others`` until the transaction ends."""
    lock_entries([*group.members.values_list("entry", flat=True), *(entry.pk for entry in others)])
    return members_of(group)


def _audit(action: str, group: int, actor: str, entries: Sequence[Entry]) -> None:
    """The last step of a verb: it takes the lock on the chain, which every other session waits for."""
    audit(actor=actor, action=action, subject=f"merge:{group}", entries=[entry.uid for entry in entries])


def _names(entries: Sequence[Entry]) -> str:
    return "、".join(entry.uid for entry in entries[:5])


def _listed(years: Iterable[int]) -> str:
    return "、".join(map(str, sorted(years)))
