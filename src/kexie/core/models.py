"""The audit trail and the file store."""

from django.db import models


class AuditRecord(models.Model):
    """One act: who did what to which object. Append-only (triggers refuse UPDATE and DELETE) and hash-chained.

    ``digest`` is the SHA-256 of the record before it and of this one's own content, so that a record that was
    changed, taken out or slipped in is found by ``core.queries.broken_audit_record``.
    """

    number = models.PositiveBigIntegerField("序号", unique=True)
    at = models.DateTimeField("时间")
    actor = models.CharField("操作人", max_length=150)
    action = models.CharField("动作", max_length=60)
    subject = models.CharField("对象", max_length=200, db_index=True)
    detail = models.JSONField("详情", default=dict)
    previous = models.CharField("前一条摘要", max_length=64)
    digest = models.CharField("摘要", max_length=64, unique=True)

    class Meta:
        ordering = ("number",)
        verbose_name = verbose_name_plural = "操作记录"

    def __str__(self) -> str:
        return f"{self.number} {self.actor} {self.action} {self.subject}"


class StoredFile(models.Model):
    """A file below ``KEXIE_HOME/data/files``, known by the SHA-256 of its content."""

    sha256 = models.CharField("SHA-256", max_length=64, primary_key=True)
    name = models.CharField("文件名", max_length=255)
    size = models.PositiveBigIntegerField("字节")
    created_at = models.DateTimeField("存入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "文件"

    def __str__(self) -> str:
        return self.name
