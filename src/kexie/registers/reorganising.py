"""Changing the tree with all that hangs on it: a verb of ``orgs.changes``, then what was booked is booked again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.services import audited_together
from kexie.orgs.changes import Change
from kexie.orgs.models import Lineage
from kexie.orgs.queries import Standings
from kexie.registers.locked import naming_entries
from kexie.registers.models import Entry
from kexie.totals.locks import may_hold, refuse_tree_change
from kexie.totals.services import fold, restamp

_NAMED = 5


@transaction.atomic
def reorganise(verb: Callable[..., Change], /, **arguments: Any) -> tuple[Change, int]:
    """Do ``verb`` of ``orgs.changes`` with these arguments, and book again what is counted elsewhere now.

    Returns the change and the number of entries that were booked again. Raises DomainError as the verb does, and,
    naming them, when approved entries would be left on days on which their unit does not exist, or when a lock forbids
    the change; nothing is changed.
    """
    with audited_together():
        return _reorganise(verb, arguments)


def _reorganise(verb: Callable[..., Change], arguments: Mapping[str, Any]) -> tuple[Change, int]:
    before = Standings() if may_hold() else None
    change = verb(**arguments)
    moved = list(change.moved)
    if before is not None:
        refuse_tree_change(organisations=moved, before=before, after=Standings())
    if homeless := _without_unit(moved):
        names = "、".join(f"{entry.uid}（{entry.counting.end}）" for entry in homeless if entry.counting)
        raise DomainError(f"{change.organisation.name}那时已通过的记录没有了单位：{names}；先作废或改到别的单位")
    with naming_entries():
        count = restamp(organisations=moved)
    fold()
    return change, count


def _without_unit(organisations: Sequence[int]) -> list[Entry]:
    """The first few counting entries that ended on a day on which their unit stands nowhere."""
    end = OuterRef("counting__end")
    standing = Lineage.objects.filter(
        organisation=OuterRef("counting__organisation"), valid_from__lte=end, valid_until__gt=end
    )
    for batch in batched(organisations):
        entries = Entry.objects.filter(counting__organisation__in=batch).exclude(Exists(standing))
        if found := list(entries.select_related("counting").order_by("pk")[:_NAMED]):
            return found
    return []
