"""Reports that were written: the document as it was, so that its numbers stay what they were."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kexie.orgs.models import Organisation
from kexie.reports.phrase_bank.models import OfficePhrase as OfficePhrase  # a table of this app


class ReportKind(models.TextChoices):
    """Kinds of document; the values are part of the names of the files."""

    SUMMARY = "summary", "工作总结"
    CAMPAIGN = "campaign", "活动总结"
    BRIEF = "brief", "工作信息"
    ORAL = "oral", "汇报材料"
    PLAN = "plan", "工作计划"
    SUMMARY_AND_PLAN = "summary+plan", "总结和计划"
    TARGETS = "targets", "目标对照表"


class Report(models.Model):
    """A document that was written to files. ``content`` is the document model (``reports.model.to_json``)."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="reports"
    )
    period = models.CharField("期间", max_length=7)
    kind = models.CharField("种类", max_length=20, choices=ReportKind.choices)
    as_of = models.DateField("数据截至", null=True, blank=True)
    content = models.JSONField("内容")
    created_at = models.DateTimeField("写成时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-pk",)
        verbose_name = verbose_name_plural = "报告"
        indexes = (models.Index(fields=("organisation", "period", "kind")),)
        constraints = (models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_known"),)

    def __str__(self) -> str:
        return f"{self.organisation} {self.period} {self.get_kind_display()}"
