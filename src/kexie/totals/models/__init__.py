"""Indicators, postings and sums.

A *posting* is what an approved entry adds: its facts, stamped with the ancestors that its organisation had on the day
on which it ended. Sums by ancestor, month and indicator are kept in ``MonthSum``. On PostgreSQL, where the root's
row would be hot, approvals append to ``SumDelta``, which the worker folds into it; reads add what is not folded yet.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kexie.orgs.models import Organisation
from kexie.totals.measures import LIMIT, QUALIFIERS


class IndicatorKind(models.TextChoices):
    FLOW = "flow", "流量"
    STOCK = "stock", "存量"
    RATIO = "ratio", "比率"
    MEAN = "mean", "均值"
    DISTINCT = "distinct", "去重人数"


class Indicator(models.Model):
    """What is measured. Loaded from the catalogue; values are stored times ``10 ** scale``."""

    code = models.CharField("代码", max_length=60, unique=True)
    name = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=20)
    kind = models.CharField("类别", max_length=10, choices=IndicatorKind.choices)
    scale = models.PositiveSmallIntegerField("小数位", default=0)
    valid_months = models.PositiveSmallIntegerField("有效月数", default=0)
    formula = models.JSONField("公式", default=dict, blank=True)
    order = models.IntegerField("顺序", default=0)

    class Meta:
        ordering = ("order",)
        verbose_name = verbose_name_plural = "指标"
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind=IndicatorKind.STOCK) | Q(valid_months__gt=0), name="stock_has_valid_months"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Posting(models.Model):
    """What one approved entry adds, and where and when.

    ``day`` is its own; ``booked`` is the day of which it has its month and its ancestors: its own, or that of the
    merge group it is a member of. ``rank`` is its place in the group's order of preference. ``revision`` is what
    said so (an id of the registers; None: not told), ``since`` the moment from which it counts just like this; how it
    counted before stands in ``PastPosting``.
    """

    entry = models.PositiveBigIntegerField("记录", unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    day = models.DateField("结束日期")
    booked = models.DateField("计入日期")
    month = models.PositiveIntegerField("月份")
    group = models.PositiveBigIntegerField("同一活动", null=True, db_index=True)
    rank = models.PositiveSmallIntegerField("优先顺序", default=0)
    work_area = models.CharField("工作板块", max_length=40, blank=True)
    revision = models.PositiveBigIntegerField("版次", null=True)
    since = models.DateTimeField("计入时间", default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=("organisation", "month")),
            models.Index(fields=("since",), name="posting_since"),
        )

    def __str__(self) -> str:
        return f"{self.entry} {self.day}"


class Tag(models.TextChoices):
    """Sorts of tags that an entry may have several of."""

    KIND = "kind", "类别"
    CAMPAIGN = "campaign", "主题活动"


class PostingTag(models.Model):
    """A kind of the posted entry, or a campaign it belongs to; an entry may have several of each, or none."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="tags", db_index=False)
    sort = models.CharField(max_length=10, choices=Tag.choices)
    value = models.CharField(max_length=60)

    class Meta:
        constraints = (
            # In the order in which it is looked up: by the postings that are being summed.
            models.UniqueConstraint(fields=("posting", "sort", "value"), name="tagged_once"),
            models.CheckConstraint(condition=Q(sort__in=Tag.values), name="tag_sort_known"),
        )

    def __str__(self) -> str:
        return f"{self.posting_id} {self.sort}: {self.value}"


class Stamp(models.Model):
    """``ancestor`` counts the posting; on the way down it comes through ``child`` (None: its own).

    ``outside``: a member department lies between, so that it is not of the ancestor's 科协系统.
    """

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="stamps")
    ancestor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    child = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    outside = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("ancestor", "posting"), name="stamped_once"),)

    def __str__(self) -> str:
        return f"{self.posting_id} → {self.ancestor_id}"


class Skip(models.Model):
    """``ancestor`` does not count this posting's ``indicator``: a better member of its merge group is in its subtree.

    ``system`` says of which total: that of the 科协系统, or the widest one.
    """

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="skips")
    ancestor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", db_index=False)
    system = models.BooleanField()

    class Meta:
        constraints = (
            # In the order in which it is looked up; a truth value is no use to SQLite's index but at the end.
            models.UniqueConstraint(fields=("ancestor", "posting", "indicator", "system"), name="skipped_once"),
        )

    def __str__(self) -> str:
        return f"{self.posting_id} {self.indicator_id} ↛ {self.ancestor_id}"


class Fact(models.Model):
    """A posted figure. ``part``: it is "of which" (has a group or is part of another) and enters no total."""

    posting = models.ForeignKey(Posting, on_delete=models.CASCADE, related_name="facts")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    qualifier = models.CharField(max_length=10)
    value = models.BigIntegerField()
    low = models.BigIntegerField(null=True)
    high = models.BigIntegerField(null=True)
    low_exclusive = models.BooleanField(default=False)
    high_exclusive = models.BooleanField(default=False)
    mode = models.CharField(max_length=10, blank=True)
    group = models.CharField(max_length=60, blank=True)
    part = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(value__gte=0) & Q(value__lte=LIMIT), name="fact_value_in_limits"),
            models.CheckConstraint(
                condition=Q(low=None) | Q(high=None) | Q(low__lte=F("high")), name="fact_low_not_above_high"
            ),
            models.CheckConstraint(condition=Q(qualifier__in=QUALIFIERS), name="fact_qualifier_known"),
        )

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.value}"


class StandIn(models.Model):
    """A number that was stated for the whole of a unit and a period stands in for missing entries.

    It counts for the unit and its ancestors on ``day``, the last one of the period, as long as no entry of the unit's
    subtree has the indicator in these months; while one has, it rests. ``statement`` is the id of what was said.
    """

    statement = models.PositiveBigIntegerField("申报总数", unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_month = models.PositiveIntegerField("起始月")
    last_month = models.PositiveIntegerField("终止月")
    day = models.DateField("计入日期")
    qualifier = models.CharField(max_length=10)
    value = models.BigIntegerField()
    low = models.BigIntegerField(null=True)
    high = models.BigIntegerField(null=True)
    low_exclusive = models.BooleanField(default=False)
    high_exclusive = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("last_month", "first_month")),)
        constraints = (
            models.CheckConstraint(condition=Q(first_month__lte=F("last_month")), name="stand_in_runs_forward"),
            models.CheckConstraint(condition=Q(value__gte=0) & Q(value__lte=LIMIT), name="stand_in_value_in_limits"),
            models.CheckConstraint(condition=Q(qualifier__in=QUALIFIERS), name="stand_in_qualifier_known"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.indicator_id} {self.first_month}–{self.last_month}"


class MeasureColumns(models.Model):
    """The columns of a Measure."""

    value = models.BigIntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    entries = models.IntegerField()
    exact = models.IntegerField()
    at_least = models.IntegerField()
    at_most = models.IntegerField()
    about = models.IntegerField()
    range = models.IntegerField()
    without_high = models.IntegerField()
    low_exclusive = models.IntegerField()
    high_exclusive = models.IntegerField()

    class Meta:
        abstract = True


class Sums(MeasureColumns):
    """A Measure for one ancestor, month and indicator, inside or outside the 科协系统."""

    ancestor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.PositiveIntegerField()
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", db_index=False)
    outside = models.BooleanField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.ancestor_id} {self.month} {self.indicator_id}: {self.value}"


class MonthSum(Sums):
    """The folded sum."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("ancestor", "month", "indicator", "outside"), name="one_sum_a_month"),
        )


class SumDelta(Sums):
    """An addition that is not folded in yet."""

    class Meta:
        indexes = (models.Index(fields=("ancestor", "month")),)


class StockSpan(MeasureColumns):
    """A stock's value that stands at the ends of the months ``[first, until)`` at one place in the tree."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", db_index=False)
    first = models.PositiveIntegerField()
    until = models.PositiveIntegerField()
    day = models.DateField()
    path = models.CharField(max_length=400)
    department_depth = models.SmallIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(first__lt=F("until")), name="stock_stands_a_month"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.indicator_id} {self.first}–{self.until}: {self.value}"


class StockSteps(Sums):
    """By how much what ``ancestor`` holds changes in ``month``, of values of ``day``."""

    day = models.DateField()

    class Meta:
        abstract = True


class StockSum(StockSteps):
    """The folded steps."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("ancestor", "day", "indicator", "month", "outside"), name="one_stock_step"),
        )


class StockDelta(StockSteps):
    """An addition that is not folded in yet."""

    class Meta:
        indexes = (models.Index(fields=("ancestor", "day")),)


# Tables that belong to this app and have files of their own; they need what stands above.
from kexie.totals.models.history import PastPosting  # noqa: E402
from kexie.totals.models.locks import Lock, LockException  # noqa: E402

__all__ = [
    "Fact",
    "Indicator",
    "IndicatorKind",
    "Lock",
    "LockException",
    "MonthSum",
    "PastPosting",
    "Posting",
    "PostingTag",
    "Skip",
    "Stamp",
    "StandIn",
    "StockDelta",
    "StockSpan",
    "StockSum",
    "SumDelta",
    "Sums",
    "Tag",
]
