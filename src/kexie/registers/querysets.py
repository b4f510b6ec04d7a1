"""Scope: the only door from a person to entries."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from kexie.orgs.models import Role, ids_of_path
from kexie.orgs.querysets import in_reach, paths_of
from kexie.totals.models import Stamp

if TYPE_CHECKING:
    from kexie.orgs.models import User
    from kexie.registers.models import Entry  # noqa: F401 (named in a string below)


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: "User | AnonymousUser") -> "EntryQuerySet":
        """Return the entries in the reach of ``user``.

        For work, those whose unit stands below one of the user's organisations today; for reading the past, also
        those that were counted there on their day. Restricted ones a reporter sees of the own unit only.
        """
        paths = paths_of(user)
        held = [ids_of_path(path)[-1] for path in paths]
        counted_there = Exists(Stamp.objects.filter(posting__entry=OuterRef("pk"), ancestor__in=held))
        # Both what is said now and what still counts: an amendment under review opens nothing.
        unrestricted = ~Q(latest__visibility="restricted") & ~Q(counting__visibility="restricted")
        above_reporter = in_reach(paths_of(user, but=Role.REPORTER), "organisation__path")
        return self.filter(
            in_reach(paths, "organisation__path") | counted_there,
            unrestricted | above_reporter | Q(organisation__in=held),
        )
