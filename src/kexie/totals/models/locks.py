"""Locks (上报锁定) and the exceptions to them."""

from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from kexie.core.periods import Period, month_text
from kexie.orgs.models import Organisation


class LockQuerySet(models.QuerySet["Lock"]):
    def held(self, at: datetime | None = None) -> "LockQuerySet":
        """Return the locks that are shut now (or were at ``at``): those without an exception that is open."""
        return self.filter(~Exists(LockException.objects.open(at).filter(lock=OuterRef("pk"))))


class Lock(models.Model):
    """What ``organisation`` and all below it have counted in these months may not change: it was handed up."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="locks", db_index=False
    )
    first_month = models.PositiveIntegerField("起始月")
    last_month = models.PositiveIntegerField("终止月")
    occasion = models.CharField("事由", max_length=100)
    made_by = models.CharField("锁定人", max_length=150)
    made_at = models.DateTimeField("锁定时间", default=timezone.now)

    objects = LockQuerySet.as_manager()

    class Meta:
        ordering = ("organisation_id", "first_month", "last_month")
        verbose_name = verbose_name_plural = "上报锁定"
        indexes = (models.Index(fields=("last_month",), name="lock_last_month"),)
        constraints = (
            models.UniqueConstraint(fields=("organisation", "first_month", "last_month"), name="locked_once"),
            models.CheckConstraint(condition=Q(first_month__lte=F("last_month")), name="lock_runs_forward"),
            models.CheckConstraint(condition=~Q(occasion=""), name="lock_has_occasion"),
        )

    def __str__(self) -> str:
        return f"{self.organisation.short_name}{self.period_label}（{self.occasion}）"

    @property
    def period_label(self) -> str:
        period = Period.of(self.first_month, self.last_month)
        return period.label if period else f"{month_text(self.first_month)} 至 {month_text(self.last_month)}"


class LockExceptionQuerySet(models.QuerySet["LockException"]):
    def open(self, at: datetime | None = None) -> "LockExceptionQuerySet":
        """Return the exceptions that are open now (or were at ``at``)."""
        at = at or timezone.now()
        return self.filter(Q(closed_at=None) | Q(closed_at__gt=at), opened_at__lte=at, until__gt=at)


class LockException(models.Model):
    """A lock is open from ``opened_at`` until ``until``, or until somebody closes it before."""

    lock = models.ForeignKey(Lock, on_delete=models.PROTECT, related_name="exceptions")
    reason = models.CharField("原因", max_length=200)
    opened_by = models.CharField("开例外的人", max_length=150)
    opened_at = models.DateTimeField("开始", default=timezone.now)
    until = models.DateTimeField("到期")
    closed_at = models.DateTimeField("提前关上", null=True, blank=True)
    closed_by = models.CharField("关上的人", max_length=150, blank=True)

    objects = LockExceptionQuerySet.as_manager()

    class Meta:
        ordering = ("lock_id", "opened_at")
        verbose_name = verbose_name_plural = "锁定的例外"
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="exception_has_reason"),
            models.CheckConstraint(condition=Q(opened_at__lt=F("until")), name="exception_lasts"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="exception_closed_after_opening"
            ),
        )

    def __str__(self) -> str:
        return f"{self.lock}：{self.reason}"
