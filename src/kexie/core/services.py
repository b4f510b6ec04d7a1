"""Verbs of the core: write an audit record, store a file, ask for a background job or for its end."""

import errno
import hashlib
import json
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from kexie.core.bulk import insert_tuples
from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord, Job, JobState, StoredFile
from kexie.core.registry import job_kinds

GENESIS = "0" * 64
SUBJECT_LENGTH = 200  # a longer one (a file deep in folders) keeps its beginning and its end
_AUDIT_LOCK = 0x4B58_4155  # "KXAU": an advisory lock, so that two sessions never continue the chain at one place


def digest_of(
    *, number: int, at: str, actor: str, action: str, subject: str, detail: Mapping[str, Any], previous: str
) -> str:
    """Return the hex SHA-256 that an audit record with this content must carry."""
    content = [number, at, actor, action, subject, detail, previous]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Act:
    """What one audit record tells of."""

    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]


class _AuditRow(NamedTuple):
    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    previous: str
    digest: str


_gathered: ContextVar[list[_Act] | None] = ContextVar("gathered", default=None)


@transaction.atomic
def audit(*, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Append one record to the audit trail, in the transaction of the act that it tells of, as its last step.

    ``actor`` is a user name or the name of a command; ``subject`` is ``"kind:identity"``. Personal data does not
    belong in ``detail``. On PostgreSQL the lock on the chain is held until the transaction ends: whoever took another
    lock after it could make two sessions wait for each other.
    """
    half = SUBJECT_LENGTH // 2
    subject = subject if len(subject) <= SUBJECT_LENGTH else f"{subject[:half]}…{subject[-half + 1 :]}"
    # As it comes back from the database, so that the check computes the same digest.
    act = _Act(timezone.now(), actor, action, subject, json.loads(json.dumps(detail, cls=DjangoJSONEncoder)))
    gathered = _gathered.get()
    if gathered is None:
        _append([act])
    else:
        gathered.append(act)


@contextmanager
def audited_together() -> Iterator[None]:
    """Write the audit records of all acts in the block at its end, so that they are the last step of them all.

    For verbs that call others; to be used inside the transaction. When the block fails, none is written.
    """
    if _gathered.get() is not None:
        yield
        return
    acts: list[_Act] = []
    token = _gathered.set(acts)
    try:
        yield
    finally:
        _gathered.reset(token)
    _append(acts)


def _append(acts: Sequence[_Act]) -> None:
    if not acts:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_AUDIT_LOCK])
    last = AuditRecord.objects.order_by("-number").values_list("number", "digest").first()
    number, previous = last or (0, GENESIS)
    records = []
    for act in acts:
        number += 1
        told: Any = {"number": number, "actor": act.actor, "action": act.action, "subject": act.subject}
        digest = digest_of(**told, at=act.at.isoformat(), detail=act.detail, previous=previous)
        records.append(_AuditRow(**told, at=act.at, detail=act.detail, previous=previous, digest=digest))
        previous = digest
    insert_tuples(AuditRecord, records)


def file_path(sha256: str) -> Path:
    """Return where the file with this SHA-256 lies, whether or not it is there."""
    return Path(settings.DATA_FOLDER) / "files" / sha256[:2] / sha256


def write_files(*, folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files by name into ``folder``, all or none; return their paths.

    All are complete under other names before the first takes its own, so that a reader sees an old file or a new one,
    never half of one. Raises OSError when the folder cannot be written or a name is that of a folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            if (folder / name).is_dir():
                raise IsADirectoryError(errno.EISDIR, f"{name} 是文件夹", str(folder / name))
            temporary = folder / f".writing-{uuid.uuid4().hex}"
            written.append((temporary, folder / name))
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for temporary_path, path in written:
            temporary_path.replace(path)
    finally:
        for temporary_path, _ in written:
            temporary_path.unlink(missing_ok=True)
    return [path for _, path in written]


def store_file(*, content: bytes, name: str) -> StoredFile:
    """Keep ``content`` in the file store and return its row; the same content twice is one file."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = file_path(sha256)
    if not path.exists():
        write_files(folder=path.parent, contents={path.name: content})
    row, _ = StoredFile.objects.get_or_create(sha256=sha256, defaults={"name": name[:255], "size": len(content)})
    return row


@transaction.atomic
def enqueue(*, kind: str, arguments: Mapping[str, Any] | None = None, user: Any = None, key: str = "") -> Job:
    """Ask for a background job and return its row; it starts when the transaction has been committed.

    ``arguments`` are what JSON can hold. ``user`` may see it and end it (None: only the command line can). While a job
    with the same ``key`` waits or runs, that one is returned. Raises LookupError for a kind that nobody registered.
    """
    if kind not in job_kinds.kinds:
        raise LookupError(f"no job kind {kind}")
    told = {"kind": kind, "key": key, "arguments": dict(arguments or {}), "user": user}
    job = Job.objects.open().filter(kind=kind, key=key).first() if key else None
    while job is None:
        try:
            with transaction.atomic():
                job = Job.objects.create(**told)
        except IntegrityError:  # another session was faster; unless its job has ended since, it is the one
            job = Job.objects.open().filter(kind=kind, key=key).first()
        else:
            audit(actor=_actor(user), action="enqueue", subject=f"job:{job.pk}", kind=kind, key=key)
    return job


@transaction.atomic
def cancel_job(*, job: Job, actor: str) -> Job:
    """End a job: one that waits at once, one that runs at its next step. Raises DomainError when it has ended."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING)
    changed = waiting.update(state=JobState.CANCELLED, finished_at=Now(), cancel_requested=True)
    changed = changed or Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)
    if not changed:
        raise DomainError(f"后台任务 {job.pk} 已经结束，不用取消")
    audit(actor=actor, action="cancel-job", subject=f"job:{job.pk}", kind=job.kind)
    job.refresh_from_db()
    return job


def _actor(user: Any) -> str:
    return user.get_username() if user is not None else "kexie"
