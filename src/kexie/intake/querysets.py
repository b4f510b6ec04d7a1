"""Scope: the only door from a person to what was brought in."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

from kexie.orgs.querysets import in_reach, paths_of

if TYPE_CHECKING:
    from kexie.intake.models import Document, SheetUpload  # noqa: F401 (named in strings below)
    from kexie.orgs.models import User


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: "User | AnonymousUser") -> "DocumentQuerySet":
        """Return the documents of the units in the reach of ``user``."""
        return self.filter(in_reach(paths_of(user), "organisation__path"))


class SheetQuerySet(models.QuerySet["SheetUpload"]):
    def visible_to(self, user: "User | AnonymousUser") -> "SheetQuerySet":
        """Return the spreadsheets of the units in the reach of ``user``."""
        return self.filter(in_reach(paths_of(user), "organisation__path"))
