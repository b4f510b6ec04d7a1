"""Scope: the only door from a person to organisations."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

if TYPE_CHECKING:
    from kexie.orgs.models import Organisation, User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, with the questions that are asked of the tree as it stands today."""

    def visible_to(self, user: "User | AnonymousUser") -> "OrganisationQuerySet":
        """Return the organisations in the reach of ``user``: those of the roles held today, and all below them."""
        return self.filter(in_reach(paths_of(user), "path"))

    def below(self, organisation: "Organisation") -> "OrganisationQuerySet":
        """Return ``organisation`` and all that stand below it today."""
        return self.filter(path__startswith=organisation.path)

    def existing_on(self, day: date) -> "OrganisationQuerySet":
        """Return the organisations that exist on ``day``."""
        return self.filter(valid_from__lte=day, valid_until__gt=day)

    def in_official_order(self) -> "OrganisationQuerySet":
        return self.order_by("order", "code")


def paths_of(user: "User | AnonymousUser", *, but: str = "") -> list[str]:
    """Return the paths of the organisations where ``user`` holds a role today, one other than ``but``."""
    if not user.is_authenticated or not user.is_active:
        return []
    today = timezone.localdate()
    held: Any = user.assignments.filter(valid_from__lte=today, valid_until__gt=today).exclude(role=but)
    return sorted(set(held.values_list("organisation__path", flat=True)))


def in_reach(paths: list[str], field: str) -> Q:
    """Return the condition that path column ``field`` lies at or below one of ``paths``; no path, nothing."""
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition
