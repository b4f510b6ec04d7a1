"""Numbered snapshots of what an office handed up, and declarations that there is nothing to report."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.totals.measures import QUALIFIERS
from kexie.totals.models import Indicator, LockException


class Snapshot(models.Model):
    """What ``organisation`` handed up for a period, ``number`` counting from 1. Written once, never changed.

    ``completeness`` is the list of units below with their states, as it was shown. ``exception``: what was opened since
    the number before. ``unfinished``: the period was not over.
    """

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="snapshots", db_index=False
    )
    first_month = models.PositiveIntegerField("起始月")
    last_month = models.PositiveIntegerField("终止月")
    number = models.PositiveIntegerField("号")
    occasion = models.CharField("事由", max_length=100)
    made_by = models.CharField("上报人", max_length=150)
    made_at = models.DateTimeField("上报时间", default=timezone.now)
    unfinished = models.BooleanField("期间未结束", default=False)
    completeness = models.JSONField("报送情况", default=list)
    exception = models.ForeignKey(LockException, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("organisation_id", "first_month", "last_month", "number")
        verbose_name = verbose_name_plural = "上报"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "first_month", "last_month", "number"), name="snapshot_numbered_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="snapshot_from_one"),
            models.CheckConstraint(condition=Q(first_month__lte=F("last_month")), name="snapshot_runs_forward"),
        )

    def __str__(self) -> str:
        return f"{self.organisation.short_name}{self.period.label}第{self.number}号"

    @property
    def period(self) -> Period:
        return Period(self.first_month, self.last_month)


class SnapshotTotal(models.Model):
    """A total that was handed up; integers in the smallest unit of the indicator."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="totals", db_index=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.CharField("口径", max_length=10)
    value = models.BigIntegerField("数值")
    low = models.BigIntegerField("下限")
    high = models.BigIntegerField("上限", null=True)
    low_exclusive = models.BooleanField(default=False)
    high_exclusive = models.BooleanField(default=False)
    qualifier = models.CharField("性质", max_length=10)
    entries = models.IntegerField("记录数")
    as_of = models.DateField("截至", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("snapshot", "scope", "indicator"), name="snapshot_total_once"),
            models.CheckConstraint(condition=Q(qualifier__in=QUALIFIERS), name="snapshot_qualifier_known"),
        )

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.indicator_id} {self.scope}: {self.value}"


class SnapshotEntry(models.Model):
    """An entry that was counted, with the revision that counted and the digest of what that said.

    The revision is named and not tied: an exception may let it be replaced; its digest is what shows that.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="entries", db_index=False)
    entry = models.ForeignKey("registers.Entry", on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveBigIntegerField("版次")
    number = models.PositiveIntegerField("第几版")
    digest = models.CharField("内容摘要", max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("snapshot", "entry"), name="snapshot_entry_once"),)

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.entry_id}.{self.number}"


class SnapshotStatement(models.Model):
    """A confirmed statement of a unit in reach, for exactly this period, that stood beside or in for its total."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="statements", db_index=False)
    statement = models.ForeignKey("registers.Statement", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField("内容摘要", max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("snapshot", "statement"), name="snapshot_statement_once"),)

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.statement_id}"


class NothingToReport(models.Model):
    """Somebody said that ``organisation`` has nothing to report for these months, in ``register`` (None: in any)."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    register = models.ForeignKey(
        "registers.Register", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_month = models.PositiveIntegerField("起始月")
    last_month = models.PositiveIntegerField("终止月")
    declared_by = models.CharField("申报人", max_length=150)
    declared_at = models.DateTimeField("申报时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "申报无"
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "first_month", "last_month"),
                condition=Q(register=None),
                name="nothing_declared_once",
            ),
            models.UniqueConstraint(
                fields=("organisation", "first_month", "last_month", "register"),
                name="nothing_declared_once_a_register",
            ),
            models.CheckConstraint(condition=Q(first_month__lte=F("last_month")), name="nothing_runs_forward"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.first_month}–{self.last_month}"
