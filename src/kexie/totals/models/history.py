"""How entries counted before: what was taken back, kept with the time during which it counted."""

from django.db import models
from django.db.models import F, Q

from kexie.orgs.models import Organisation


class PastPosting(models.Model):
    """A posting that counted in ``[since, until)`` and then no more, or otherwise. Written once, never changed.

    ``path`` and ``departments`` stand for its stamps: the ancestors it was counted by (ids from the root, with
    slashes), of which the first ``departments`` count it outside their 科协系统. ``facts`` and ``skips`` are rows of
    ``totals.bookings``.
    """

    entry = models.PositiveBigIntegerField("记录", db_index=True)
    revision = models.PositiveBigIntegerField("版次", null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("结束日期")
    booked = models.DateField("计入日期")
    month = models.PositiveIntegerField("月份")
    group = models.PositiveBigIntegerField("同一活动", null=True)
    rank = models.PositiveSmallIntegerField("优先顺序", default=0)
    work_area = models.CharField("工作板块", max_length=40, blank=True)
    path = models.CharField("路径", max_length=400)
    departments = models.PositiveSmallIntegerField(default=0)
    facts = models.JSONField(default=list)
    skips = models.JSONField(default=list)
    since = models.DateTimeField("自")
    until = models.DateTimeField("至")

    class Meta:
        verbose_name = verbose_name_plural = "计入的沿革"
        indexes = (models.Index(fields=("month", "until"), name="past_posting_month"),)
        constraints = (models.CheckConstraint(condition=Q(since__lte=F("until")), name="past_posting_runs_forward"),)

    def __str__(self) -> str:
        return f"{self.entry} {self.since}–{self.until}"
