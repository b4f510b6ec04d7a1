"""Targets (目标): a number that a unit has to reach in a run of months, by whom it was assigned, how firmly."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kexie.intake.models import Document
from kexie.orgs.models import Organisation
from kexie.plans.querysets import TargetQuerySet
from kexie.totals.models import Indicator


class Comparator(models.TextChoices):
    AT_LEAST = ">=", "不少于"
    AT_MOST = "<=", "不超过"
    EQUAL = "=", ""
    ABOUT = "about", "约"


class Strength(models.TextChoices):
    """Three different promises; which one it was is kept whatever becomes of the target."""

    FIRM = "firm", "完成"
    HOPED = "hoped", "力争"
    NONE = "none", "推动"


class State(models.TextChoices):
    DRAFT = "draft", "待确认"
    CONFIRMED = "confirmed", "已确认"
    DROPPED = "dropped", "已撤下"


class Target(models.Model):
    """A target of ``organisation`` for the months ``first_month`` to ``last_month`` (202401).

    With an ``indicator`` its progress follows from totals; without one ``metric`` says in words what is counted, and
    only a person can say how far it is. ``value`` is in ``unit``, the indicator's where there is one. ``order`` is the
    place in the letter of responsibility. A target that was split has its parts as ``parts``.
    """

    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="targets"
    )
    first_month = models.PositiveIntegerField("起始月")
    last_month = models.PositiveIntegerField("终止月")
    order = models.PositiveIntegerField("次序", default=0)
    metric = models.CharField("目标", max_length=120)
    indicator = models.ForeignKey(
        Indicator, verbose_name="指标", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    comparator = models.CharField("比较", max_length=5, choices=Comparator.choices, default=Comparator.AT_LEAST)
    value = models.DecimalField("目标值", max_digits=14, decimal_places=2)
    value_max = models.DecimalField("至", max_digits=14, decimal_places=2, null=True, blank=True)
    unit = models.CharField("计量单位", max_length=12, blank=True)
    per = models.CharField("每", max_length=12, blank=True)
    due = models.DateField("完成时限", null=True, blank=True)
    strength = models.CharField("力度", max_length=5, choices=Strength.choices, default=Strength.FIRM)
    assigned_by = models.CharField("交办单位", max_length=120, blank=True)
    responsible = models.ForeignKey(
        Organisation, verbose_name="责任单位", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CONFIRMED)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, null=True, blank=True, related_name="targets")
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    quote = models.CharField("原文", max_length=300, blank=True)
    split_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts", verbose_name="分解自"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("order", "pk")
        verbose_name = verbose_name_plural = "目标"
        indexes = (models.Index(fields=("organisation", "first_month", "last_month")),)
        constraints = (
            models.CheckConstraint(condition=Q(first_month__lte=F("last_month")), name="target_period_runs_forward"),
            models.CheckConstraint(condition=Q(value__gte=0), name="target_value_not_negative"),
            models.CheckConstraint(
                condition=Q(value_max=None) | Q(value_max__gte=F("value")), name="target_range_runs_forward"
            ),
            models.CheckConstraint(condition=~Q(metric=""), name="target_says_what"),
            models.CheckConstraint(condition=Q(comparator__in=Comparator.values), name="target_comparator_known"),
            models.CheckConstraint(condition=Q(strength__in=Strength.values), name="target_strength_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="target_state_known"),
            models.CheckConstraint(
                condition=Q(document=None) | Q(start__isnull=False, end__isnull=False), name="target_source_has_place"
            ),
            models.UniqueConstraint(fields=("document", "start", "end", "metric"), name="target_read_once"),
            models.UniqueConstraint(
                fields=("split_from", "organisation"), condition=~Q(state=State.DROPPED), name="target_part_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.metric} {self.value}{self.unit}"
