"""Scope: the only door from a person to targets."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

from kexie.orgs.querysets import in_reach, paths_of

if TYPE_CHECKING:
    from kexie.orgs.models import User
    from kexie.plans.models import Target  # noqa: F401 (named in a string below)


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: "User | AnonymousUser") -> "TargetQuerySet":
        """Return the targets of the units in the reach of ``user``."""
        return self.filter(in_reach(paths_of(user), "organisation__path"))
