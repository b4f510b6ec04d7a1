"""Texts that only the office itself may word: the year's guiding thought, the local central work, the leadership."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kexie.orgs.models import Organisation


class PhraseSort(models.TextChoices):
    """What a text is for; the opening of a summary has one place for each."""

    FORMULA = "formula", "本年度提法"
    FOCUS = "focus", "本地中心工作"
    LEADERSHIP = "leadership", "领导表述"


class OfficePhrase(models.Model):
    """A text as it was entered; it is printed as it is or not at all. Valid on ``[valid_from, valid_until)``."""

    organisation = models.ForeignKey(Organisation, verbose_name="单位", on_delete=models.CASCADE, related_name="+")
    sort = models.CharField("用处", max_length=12, choices=PhraseSort.choices)
    text = models.CharField("文字", max_length=300)
    source = models.CharField("出处", max_length=200)
    valid_from = models.DateField("开始使用")
    valid_until = models.DateField("停用日")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("organisation_id", "sort", "-valid_from")
        verbose_name = verbose_name_plural = "提法"
        constraints = (
            models.UniqueConstraint(fields=("organisation", "sort", "valid_from"), name="phrase_once_a_day"),
            models.CheckConstraint(condition=Q(sort__in=PhraseSort.values), name="phrase_sort_known"),
            models.CheckConstraint(condition=Q(valid_from__lte=F("valid_until")), name="phrase_runs_forward"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(source=""), name="phrase_has_text_and_source"),
        )

    def __str__(self) -> str:
        return self.text
