"""Reports that are kept: their versions, what was signed, and the numbers that an issued one holds for ever."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from kexie.core.models import StoredFile
from kexie.orgs.models import Organisation
from kexie.reports.phrase_bank.models import OfficePhrase as OfficePhrase  # a table of this app
from kexie.reports.querysets import ReportQuerySet


class ReportKind(models.TextChoices):
    """Kinds of document; the values are part of the names of the files."""

    SUMMARY = "summary", "工作总结"
    CAMPAIGN = "campaign", "活动总结"
    BRIEF = "brief", "工作信息"
    ORAL = "oral", "汇报材料"
    PLAN = "plan", "工作计划"
    SUMMARY_AND_PLAN = "summary+plan", "总结和计划"
    TARGETS = "targets", "目标对照表"


class ReportStatus(models.TextChoices):
    """Where a report stands: written, looked through and waiting for the leader, signed."""

    DRAFT = "draft", "起草"
    REVIEW = "review", "等签发"
    ISSUED = "issued", "已签发"


class Origin(models.TextChoices):
    """How a version came to be."""

    COMPOSED = "composed", "按台账起草"
    EDITED = "edited", "在网页上改"
    RETURNED = "returned", "从 Word 改回"


class Report(models.Model):
    """A document of an office for a period. What it says stands in its versions; the last one holds."""

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="reports"
    )
    period = models.CharField("期间", max_length=7)
    kind = models.CharField("种类", max_length=20, choices=ReportKind.choices)
    addressee = models.CharField("报送对象", max_length=40, blank=True, default="")
    as_of = models.DateField("数据截至", null=True, blank=True)
    status = models.CharField(
        "状态", max_length=10, choices=ReportStatus.choices, default=ReportStatus.DRAFT, db_default=ReportStatus.DRAFT
    )
    created_at = models.DateTimeField("写成时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_on = models.DateField("核稿日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_on = models.DateField("签发日期", null=True, blank=True)
    issued_to = models.CharField("报送单位", max_length=100, blank=True, default="")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    scan = models.ForeignKey(
        StoredFile, verbose_name="盖章扫描件", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = verbose_name_plural = "报告"
        indexes = (models.Index(fields=("organisation", "period", "kind")),)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="report_kind_known"),
            models.CheckConstraint(condition=Q(status__in=ReportStatus.values), name="report_status_known"),
            models.CheckConstraint(
                condition=Q(status=ReportStatus.ISSUED, issued_on__isnull=False) & ~Q(issued_to="")
                | ~Q(status=ReportStatus.ISSUED) & Q(issued_on__isnull=True, issued_to="", scan__isnull=True),
                name="report_issued_with_day_and_addressee",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.period} {self.get_kind_display()}"


class ReportVersion(models.Model):
    """One wording of a report. ``content`` is the document model (``reports.model.to_json``); it is never changed."""

    report = models.ForeignKey(Report, verbose_name="报告", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("第几稿")
    content = models.JSONField("内容")
    origin = models.CharField("来历", max_length=10, choices=Origin.choices)
    reason = models.CharField("理由", max_length=300, blank=True, default="")
    file = models.ForeignKey(
        StoredFile, verbose_name="改回的文件", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("写成时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("report", "number")
        verbose_name = verbose_name_plural = "报告各稿"
        constraints = (
            models.UniqueConstraint(fields=("report", "number"), name="report_version_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="report_version_from_one"),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="report_version_origin_known"),
        )

    def __str__(self) -> str:
        return f"{self.report} 第{self.number}稿"


class FrozenNumber(models.Model):
    """A number as an issued report printed it. ``quantity`` is the SHA-256 of ``Number.key``, which has any length.

    ``value``, ``low`` and ``high`` are decimals as text, "" for a bound that is not known.
    """

    report = models.ForeignKey(Report, verbose_name="报告", on_delete=models.CASCADE, related_name="frozen")
    quantity = models.CharField("指标", max_length=64, db_index=True)
    name = models.CharField("名称", max_length=100)
    text = models.CharField("印出", max_length=100)
    value = models.CharField("数值", max_length=60)
    low = models.CharField("下限", max_length=60, blank=True, default="")
    high = models.CharField("上限", max_length=60, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "签发时的数"
        constraints = (models.UniqueConstraint(fields=("report", "quantity"), name="frozen_number_once"),)

    def __str__(self) -> str:
        return f"{self.name} {self.text}"
