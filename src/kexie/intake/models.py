"""Files that were read, the documents in them, and what was drafted from each."""

from django.db import models
from django.db.models import F, Q

from kexie.core.models import StoredFile
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry, Statement


class SourceText(models.Model):
    """The text of a file as ``kexie read --text`` prints it; all offsets are characters of it."""

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, primary_key=True, related_name="text")
    text = models.TextField("文本")

    class Meta:
        verbose_name = verbose_name_plural = "材料文本"

    def __str__(self) -> str:
        return self.file.name


class Outcome(models.TextChoices):
    DRAFTED = "drafted", "已起草"
    EMPTY = "empty", "没有可入账的数"
    OUTSIDE = "outside", "不是科协的材料"
    DUPLICATE = "duplicate", "与另一份相同"


class Document(models.Model):
    """One document of a file, taken in for an organisation."""

    source = models.ForeignKey(SourceText, on_delete=models.PROTECT, related_name="documents")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="documents")
    index = models.PositiveIntegerField("第几份")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    title = models.CharField("标题", max_length=200, blank=True)
    kind = models.CharField("种类", max_length=20)
    level = models.CharField("层级", max_length=20)
    period = models.CharField("期间", max_length=10, blank=True)
    named = models.CharField("文中单位", max_length=120, blank=True)
    content_digest = models.CharField(max_length=64, db_index=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices)
    reason = models.CharField("说明", max_length=200, blank=True)
    created_at = models.DateTimeField("读入时间", auto_now_add=True)
    entries = models.ManyToManyField(Entry, related_name="documents")
    statements = models.ManyToManyField(Statement, related_name="documents")

    class Meta:
        ordering = ("pk",)
        verbose_name = verbose_name_plural = "材料"
        constraints = (
            models.UniqueConstraint(fields=("source", "organisation", "index"), name="document_taken_in_once"),
            models.CheckConstraint(condition=Q(start__lt=F("end")), name="document_has_text"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="document_outcome_known"),
        )

    def __str__(self) -> str:
        return self.title or f"{self.source_id}:{self.index}"
