"""Conditions on the rows of the core."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

if TYPE_CHECKING:
    from kexie.core.models import Job  # noqa: F401 (named in quotes below)


class JobQuerySet(models.QuerySet["Job"]):
    """Background jobs. Leases are compared with the clock of the database: workers may run on several machines."""

    def visible_to(self, user: Any) -> "JobQuerySet":
        """Return the jobs that ``user`` has asked for."""
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def open(self) -> "JobQuerySet":
        """Return the jobs that wait or run."""
        return self.filter(state__in=("waiting", "running"))

    def expired(self) -> "JobQuerySet":
        """Return the running jobs whose worker has not been heard of for the length of a lease."""
        return self.filter(state="running", lease_until__lt=Now())

    def to_do(self) -> "JobQuerySet":
        """Return the jobs that a worker may take: those that wait, and those whose lease has expired."""
        return self.filter(Q(state="waiting") | Q(state="running", lease_until__lt=Now()))
