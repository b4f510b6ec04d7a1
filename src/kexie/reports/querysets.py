"""The only door from a person to reports."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models

from kexie.orgs.querysets import in_reach, paths_of

if TYPE_CHECKING:
    from kexie.orgs.models import User
    from kexie.reports.models import Report  # noqa: F401  (named in the class below)


class ReportQuerySet(models.QuerySet["Report"]):
    """Reports, with the questions that are asked of them."""

    def visible_to(self, user: "User | AnonymousUser") -> "ReportQuerySet":
        """Return the reports of the organisations in the reach of ``user``."""
        return self.filter(in_reach(paths_of(user), "organisation__path"))

    def with_last_number(self) -> "ReportQuerySet":
        """Return them with ``last_number``, how many versions each has."""
        return self.annotate(last_number=models.Max("versions__number"))
