"""The audit trail, the file store and the background jobs."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from kexie.core.querysets import JobQuerySet


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


class JobState(models.TextChoices):
    WAITING = "waiting", "等待"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class Job(models.Model):
    """A piece of background work: what is to be done, how far it is, and what came of it.

    A worker that takes it gets a lease: a number, which every claim raises, and a time. It must show itself before that
    time is over, or another worker takes the job. All that a worker writes is conditional on its lease number, so that
    one that was believed dead changes nothing any more.
    """

    kind = models.CharField("种类", max_length=40)
    key = models.CharField("标识", max_length=120, blank=True)
    arguments = models.JSONField("参数", default=dict, encoder=DjangoJSONEncoder)
    state = models.CharField("状态", max_length=10, choices=JobState.choices, default=JobState.WAITING)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    lease = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    cancel_requested = models.BooleanField(default=False)
    done = models.PositiveIntegerField("已做", default=0)
    total = models.PositiveIntegerField("共", default=0)
    message = models.CharField("进展", max_length=200, blank=True)
    result = models.JSONField("结果", null=True, encoder=DjangoJSONEncoder)
    error = models.TextField("出错", blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = verbose_name_plural = "后台任务"
        indexes = (models.Index(fields=("state", "id"), name="job_by_state"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(lease_until__isnull=False), name="running_job_has_lease"
            ),
            models.CheckConstraint(condition=Q(total=0) | Q(done__lte=F("total")), name="job_done_within_total"),
            models.UniqueConstraint(
                fields=("kind", "key"),
                condition=Q(state__in=(JobState.WAITING, JobState.RUNNING)) & ~Q(key=""),
                name="open_job_with_key_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)
