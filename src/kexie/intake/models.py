"""Files that were read, the documents in them, and what was drafted from each."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kexie.core.models import StoredFile
from kexie.intake.querysets import DocumentQuerySet, SheetQuerySet
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
    REJECTED = "rejected", "不收"


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
    checks = models.JSONField("要核对的", default=list, blank=True, help_text="reading.Check，按出现次序")
    created_at = models.DateTimeField("读入时间", auto_now_add=True)
    entries = models.ManyToManyField(Entry, related_name="documents")
    statements = models.ManyToManyField(Statement, related_name="documents")

    objects = DocumentQuerySet.as_manager()

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


class Choice(models.TextChoices):
    """What a person decided about something that has to be looked at."""

    FILLED = "filled", "补上了"
    LEFT = "left", "空着"
    NOTED = "noted", "看过，照原文"


class Decision(models.Model):
    """A check of a document was decided: the one of kind ``check_kind`` at ``start``."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="decisions")
    check_kind = models.CharField(max_length=40)
    start = models.PositiveIntegerField()
    choice = models.CharField("决定", max_length=10, choices=Choice.choices)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "核对决定"
        constraints = (
            models.UniqueConstraint(fields=("document", "check_kind", "start"), name="check_decided_once"),
            models.CheckConstraint(condition=Q(choice__in=Choice.values), name="decision_choice_known"),
        )

    def __str__(self) -> str:
        return f"{self.check_kind} {self.start}: {self.get_choice_display()}"


class SheetUpload(models.Model):
    """A spreadsheet that was brought in: how it is taken (see ``sheets.rows.Layout``), and what came of it.

    ``register`` empty: each row tells the totals of a unit (申报总数). ``columns`` maps a column's number to its key.
    """

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="sheets")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sheets")
    sheet = models.CharField("工作表", max_length=120)
    register = models.CharField("台账", max_length=60, blank=True)
    period = models.CharField("期间", max_length=10, blank=True)
    columns = models.JSONField("各列的意思", default=dict)
    created_at = models.DateTimeField("读入时间", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    imported_at = models.DateTimeField("导入时间", null=True, blank=True)
    entries = models.ManyToManyField(Entry, related_name="sheets")
    statements = models.ManyToManyField(Statement, related_name="sheets")

    objects = SheetQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = verbose_name_plural = "表格"

    def __str__(self) -> str:
        return f"{self.file.name} {self.sheet}"


class SheetLayout(models.Model):
    """What the columns of a layout meant last time, for the office that said so."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    register = models.CharField(max_length=60, blank=True)
    columns = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("organisation", "signature"), name="layout_known_once"),)

    def __str__(self) -> str:
        return self.signature
