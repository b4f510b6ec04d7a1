"""Entries and what belongs to them.

An *entry* is something that happened or exists; what is said of it stands in its *revisions*. The highest revision
that is approved or void decides whether the entry counts (``Entry.counting``), so that an approved revision goes on
counting while the next one is a draft or under review.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kexie.core.models import StoredFile
from kexie.orgs.models import Organisation
from kexie.registers.querysets import EntryQuerySet
from kexie.totals.measures import LIMIT, QUALIFIERS
from kexie.totals.models import Indicator


class Status(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "已通过"
    VOID = "void", "作废"


class PartRole(models.TextChoices):
    """The part that the organisation had in an event."""

    HOST = "host", "主办"
    ORGANISE = "organise", "承办"
    CO_ORGANISE = "co-organise", "协办"
    TAKE_PART = "take-part", "参与"
    LEAD_DELEGATION = "lead-delegation", "组织参加"


class Visibility(models.TextChoices):
    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    RESTRICTED = "restricted", "受限"


class Mode(models.TextChoices):
    UNSAID = "", "未说明"
    OFFLINE = "offline", "线下"
    ONLINE = "online", "线上"


class Basis(models.TextChoices):
    SIGNED_IN = "signed-in", "签到"
    TICKETED = "ticketed", "票务"
    ESTIMATED = "estimated", "估算"
    PLATFORM = "platform", "后台数据"
    UNKNOWN = "unknown", "未说明"


class Register(models.Model):
    """A kind of record. The definition is that of the catalogue, resolved."""

    code = models.CharField("代码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=60)
    order = models.IntegerField("顺序", default=0)
    version = models.PositiveIntegerField("版本", default=1)
    definition = models.JSONField("定义", default=dict)

    class Meta:
        ordering = ("order",)
        verbose_name = verbose_name_plural = "台账"

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """The identity of a record. ``uid`` is its id in the exchange format."""

    uid = models.CharField("编号", max_length=64, unique=True)
    register = models.ForeignKey(Register, verbose_name="台账", on_delete=models.PROTECT, related_name="entries")
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="entries"
    )
    latest = models.ForeignKey("Revision", on_delete=models.SET_NULL, null=True, related_name="+")
    counting = models.ForeignKey("Revision", on_delete=models.SET_NULL, null=True, related_name="+")

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "记录"

    def __str__(self) -> str:
        return self.uid


class Revision(models.Model):
    """What is said of an entry, once. ``figures_given``: the figures were told, not derived from the fields.

    ``created_*``: who wrote it down; ``changed_*``: who corrected it since, before it was approved; ``decided_*`` and
    ``reason``: who approved, returned or voided it last, and why. Nobody (None) where a command or a file did.
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField("版次", default=1)
    status = models.CharField("状态", max_length=10, choices=Status.choices, default=Status.DRAFT)
    organisation = models.ForeignKey(Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+")
    title = models.CharField("名称", max_length=200)
    start = models.DateField("开始日期", null=True)
    end = models.DateField("结束日期", null=True, db_index=True)
    place = models.CharField("地点", max_length=200, blank=True)
    places = models.JSONField("涉及地点", default=list, blank=True)
    work_area = models.CharField("工作板块", max_length=40, blank=True)
    kinds = models.JSONField("类别", default=list, blank=True)
    campaigns = models.JSONField("主题活动", default=list, blank=True)
    partners = models.JSONField("合作单位", default=list, blank=True)
    role = models.CharField("承担角色", max_length=20, choices=PartRole.choices, default=PartRole.HOST)
    occurrences = models.PositiveIntegerField("场次", default=1)
    visibility = models.CharField("可见范围", max_length=12, choices=Visibility.choices, default=Visibility.INTERNAL)
    fields = models.JSONField("字段", default=dict, blank=True)
    figures_given = models.BooleanField("数据直接给出", default=False)
    digest = models.CharField("内容摘要", max_length=64)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField("修改时间", null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField("退回或作废的原因", max_length=200, blank=True)

    class Meta:
        ordering = ("entry_id", "number")
        verbose_name = verbose_name_plural = "记录版次"
        constraints = (
            models.UniqueConstraint(fields=("entry", "number"), name="revision_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_from_one"),
            models.CheckConstraint(
                condition=Q(start=None) | Q(end=None) | Q(start__lte=F("end")), name="revision_starts_before_end"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.APPROVED) | Q(end__isnull=False), name="approved_revision_has_day"
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="revision_status_known"),
            models.CheckConstraint(condition=Q(occurrences__gte=1), name="revision_occurs"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(decided_at__isnull=False), name="revision_decision_has_time"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(status__in=(Status.APPROVED, Status.RETURNED, Status.VOID)),
                name="revision_decided_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None) | Q(status=Status.APPROVED) | ~Q(reason=""),
                name="revision_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(changed_by=None) | Q(changed_at__isnull=False), name="revision_change_has_time"
            ),
        )

    def __str__(self) -> str:
        return self.title


class FigureColumns(models.Model):
    """A number with its qualifier, as integers in the indicator's smallest unit."""

    indicator = models.ForeignKey(Indicator, verbose_name="指标", on_delete=models.PROTECT, related_name="+")
    value = models.BigIntegerField("数值")
    qualifier = models.CharField("性质", max_length=10, default="exact")
    low = models.BigIntegerField("下限", null=True, blank=True)
    high = models.BigIntegerField("上限", null=True, blank=True)
    low_exclusive = models.BooleanField(default=False)
    high_exclusive = models.BooleanField(default=False)

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(condition=Q(value__gte=0) & Q(value__lte=LIMIT), name="%(class)s_value_in_limits"),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(low__lte=F("high")), name="%(class)s_low_not_above_high"
            ),
            models.CheckConstraint(condition=Q(qualifier__in=QUALIFIERS), name="%(class)s_qualifier_known"),
        )


class Figure(FigureColumns):
    """One measured value of a revision. With groups or ``part_of`` it is "of which" and enters no total."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="figures")
    position = models.PositiveSmallIntegerField(default=0)
    mode = models.CharField("方式", max_length=10, choices=Mode.choices, blank=True, default=Mode.UNSAID)
    groups = models.JSONField("其中", default=list, blank=True)
    basis = models.CharField("口径", max_length=10, choices=Basis.choices, default=Basis.UNKNOWN)
    part_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="parts")

    class Meta(FigureColumns.Meta):
        ordering = ("revision_id", "position")
        verbose_name = verbose_name_plural = "数据"
        constraints = (
            *FigureColumns.Meta.constraints,
            models.UniqueConstraint(fields=("revision", "position"), name="figure_position_once"),
        )  # type: ignore[assignment]  # longer than the abstract one's

    def __str__(self) -> str:
        return f"{self.indicator}: {self.value}"

    @property
    def is_part(self) -> bool:
        return bool(self.groups) or self.part_of_id is not None


class Source(models.Model):
    """Where an entry, one of its fields or one of its figures came from: a span of a file, or a row of a sheet."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="sources")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    about = models.CharField("所指", max_length=80, blank=True, help_text="字段名，或 figures.序号")
    told = models.JSONField("来源", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "来源"

    def __str__(self) -> str:
        return str(self.told.get("name", ""))


class Statement(FigureColumns):
    """A number said of a whole (申报总数): shown beside the total, never added to it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statements")
    first_month = models.PositiveIntegerField("起始月", null=True, blank=True)
    last_month = models.PositiveIntegerField("终止月", null=True, blank=True)
    quote = models.CharField("原文", max_length=300, blank=True)
    told = models.JSONField("来源", default=list, blank=True)
    digest = models.CharField("内容摘要", max_length=64, unique=True)
    confirmed = models.BooleanField("已确认", default=True)

    class Meta(FigureColumns.Meta):
        ordering = ("organisation_id", "first_month", "indicator_id")
        verbose_name = verbose_name_plural = "申报总数"
        constraints = (
            *FigureColumns.Meta.constraints,
            models.CheckConstraint(
                condition=Q(first_month=None, last_month=None) | Q(first_month__lte=F("last_month")),
                name="statement_period_runs_forward",
            ),
            models.CheckConstraint(
                condition=Q(confirmed=False) | Q(first_month__isnull=False), name="confirmed_statement_has_period"
            ),
        )  # type: ignore[assignment]  # longer than the abstract one's

    def __str__(self) -> str:
        return f"{self.organisation} {self.indicator} {self.value}"


class ReviewRule(models.Model):
    """Who must approve what a unit enters. Holds for all below it that have no rule of their own."""

    class Rule(models.TextChoices):
        NONE = "none", "不审核"
        SELF = "self", "可以自审"
        OTHER = "other", "须由他人审核"

    organisation = models.OneToOneField(
        Organisation, verbose_name="单位", on_delete=models.CASCADE, related_name="review_rule"
    )
    rule = models.CharField("审核规则", max_length=6, choices=Rule.choices)

    class Meta:
        verbose_name = verbose_name_plural = "审核规则"
        constraints = (
            models.CheckConstraint(condition=Q(rule__in=("none", "self", "other")), name="review_rule_known"),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_rule_display()}"


class MergeGroup(models.Model):
    """Entries that tell of one event, in order of preference (同一活动).

    ``office`` and ``confirmed_by`` say who confirmed it; None: it was loaded, which counts as confirmed.
    """

    created_at = models.DateTimeField(auto_now_add=True)
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "同一活动"

    def __str__(self) -> str:
        return f"同一活动 {self.pk}"


class MergeMember(models.Model):
    """An entry's place in its merge group; an entry is in at most one."""

    group = models.ForeignKey(MergeGroup, on_delete=models.CASCADE, related_name="members")
    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="merge")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("group_id", "position")
        constraints = (models.UniqueConstraint(fields=("group", "position"), name="merge_position_once"),)

    def __str__(self) -> str:
        return f"{self.group_id}.{self.position}"


class ToldApart(models.Model):
    """Someone has said that two entries are different events. Each pair once, the one with the smaller key first.

    ``essence`` is what they said then (``merging.essence_of``): once that has changed a lot, the question is open.
    """

    entry_a = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    entry_b = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    essence = models.JSONField("当时的内容", default=list)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "不是同一活动"
        constraints = (
            models.UniqueConstraint(fields=("entry_a", "entry_b"), name="told_apart_once"),
            models.CheckConstraint(condition=Q(entry_a__lt=F("entry_b")), name="told_apart_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.entry_a_id} ≠ {self.entry_b_id}"


class ProposalSearch(models.Model):
    """What was last found of probable same events of an office in a period. Can be found again at any time.

    ``audit_number`` is that of the last audit record then: while there is no later one, nothing has changed.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    first_month = models.PositiveIntegerField()
    last_month = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now=True)
    audit_number = models.PositiveBigIntegerField(default=0)
    found = models.JSONField(default=list)

    class Meta:
        verbose_name = verbose_name_plural = "可能的同一活动"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "first_month", "last_month"), name="searched_once"),
            models.CheckConstraint(condition=Q(first_month__lte=F("last_month")), name="search_runs_forward"),
        )

    def __str__(self) -> str:
        return f"{self.organisation} {self.first_month}–{self.last_month}"


# Tables of handing up; they have a place of their own and need what stands above.
from kexie.registers.handup.models import (  # noqa: E402
    NothingToReport,
    Snapshot,
    SnapshotEntry,
    SnapshotStatement,
    SnapshotTotal,
)

HANDUP_MODELS = (NothingToReport, Snapshot, SnapshotEntry, SnapshotStatement, SnapshotTotal)
