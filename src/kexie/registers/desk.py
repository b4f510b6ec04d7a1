"""What the registers put on the desk: what came back, what waits for review, what was sent."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from kexie.orgs.models import Role
from kexie.registers.models import Entry, Status
from kexie.registers.permissions import held_roles

_SHOWN = 6
_REPORTS = (Role.REPORTER, Role.STEWARD)
_REVIEWS = (Role.REVIEWER, Role.STEWARD, Role.LEADER)


def returned(request: HttpRequest) -> dict[str, Any] | None:
    """The entries of the own unit that were sent back, each with the reason."""
    return _panel(_of_own_unit(request, Status.RETURNED), "-latest__decided_at")


def to_review(request: HttpRequest) -> dict[str, Any] | None:
    """The entries that were handed in and that this person may approve, the oldest first."""
    reach = Q(pk__in=())
    for role, office in held_roles(request.user):
        if role in _REVIEWS:
            reach |= Q(organisation__path__startswith=office.path)
    entries = Entry.objects.visible_to(request.user).filter(reach, latest__status=Status.SUBMITTED)
    return _panel(entries, "latest__created_at")


def sent(request: HttpRequest) -> dict[str, Any] | None:
    """What the own unit has handed in and waits for somebody else."""
    return _panel(_of_own_unit(request, Status.SUBMITTED), "-latest__created_at")


def _of_own_unit(request: HttpRequest, status: str) -> QuerySet[Entry]:
    own = [office.pk for role, office in held_roles(request.user) if role in _REPORTS]
    return Entry.objects.visible_to(request.user).filter(organisation__in=own, latest__status=status)


def _panel(entries: QuerySet[Entry], *order: str) -> dict[str, Any] | None:
    count = entries.count()
    if not count:
        return None
    rows = entries.select_related("register", "latest__organisation", "latest__decided_by").order_by(*order, "pk")
    return {"entries": rows[:_SHOWN], "count": count, "rest": max(count - _SHOWN, 0)}
