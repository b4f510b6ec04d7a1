"""Background jobs, from the worker's side: taking one, doing it, showing that it is still being done.

A worker dies in the middle without a word: power, ``kill -9``, a closed laptop. So nothing is believed for longer than
a lease. While a worker lives, a thread of its own renews the lease of what it is doing, and does the duties.
"""

import json
import logging
import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from kexie.core.errors import DomainError
from kexie.core.models import Job, JobState
from kexie.core.registry import Duty, duties, job_kinds

LEASE = timedelta(seconds=60)
BEAT = 10.0  # seconds between two signs of life
POLL = 1.0  # seconds between two looks for work
TELL = 0.5  # seconds between two writings of progress
MOST_ATTEMPTS = 5  # a job that ended five workers is not given to a sixth

log = logging.getLogger("kexie.worker")


class Cancelled(BaseException):
    """The job shall end here. No Exception, so that no handler of a job's own swallows it."""


class GivenBack(Cancelled):
    """The worker shall end; the job waits for another one."""


class Handle:
    """A job in the hands of the worker that has its lease."""

    def __init__(self, job: Job, stopping: Callable[[], bool] = lambda: False) -> None:
        self.job = job
        self._stopping = stopping
        self._told = 0.0

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Say that ``done`` of ``total`` (0: not known) is done, and renew the lease. Call it between two steps.

        Inside a transaction it is seen when that is committed. Raises Cancelled when the job shall end.
        """
        if self._stopping():
            raise GivenBack
        if time.monotonic() - self._told < TELL and (done < total or not total):
            return
        done = min(done, total) if total else done
        told = {"done": done, "total": total, "message": message[:200], "lease_until": Now() + LEASE}
        if not self.held().filter(cancel_requested=False).update(**told):
            raise Cancelled
        self._told = time.monotonic()

    def held(self) -> Any:
        """The row of the job, as long as the lease is this worker's."""
        return Job.objects.filter(pk=self.job.pk, lease=self.job.lease, state=JobState.RUNNING)

    def renew(self) -> None:
        """Give a sign of life. A row that the job's own transaction holds is left alone: its lock says it, too."""
        with transaction.atomic():
            rows = self.held()
            if connection.features.has_select_for_update_skip_locked:
                rows = Job.objects.filter(
                    pk__in=list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
                )
            rows.update(lease_until=Now() + LEASE)


def claim(worker: str) -> Job | None:
    """Take the oldest job that waits or whose worker is gone, with a new lease; None when there is nothing to do.

    On the way, one that was interrupted too often fails, and one that was to be cancelled meanwhile is.
    """
    while Job.objects.to_do().exists():  # asked without a place in the queue of writers
        with transaction.atomic():
            rows = Job.objects.to_do().order_by("pk")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            job = rows.first()
            if job is None:  # others are taking what there is
                return None
            if _take(job, worker):
                job.refresh_from_db()
                return job
    return None


def _take(job: Job, worker: str) -> bool:
    row = Job.objects.filter(pk=job.pk, lease=job.lease, state=job.state)
    if job.cancel_requested:
        row.update(state=JobState.CANCELLED, finished_at=Now())
        return False
    if job.attempts >= MOST_ATTEMPTS:
        error = f"做了 {job.attempts} 次都被中断，不再试"
        row.update(state=JobState.FAILED, finished_at=Now(), error=error)
        return False
    taken = {"worker": worker[:120], "lease": job.lease + 1, "lease_until": Now() + LEASE, "started_at": Now()}
    return bool(row.update(state=JobState.RUNNING, attempts=job.attempts + 1, **taken))


def perform(handle: Handle) -> None:
    """Do a job that was claimed, and write down what came of it, unless the lease is another worker's by now."""
    job = handle.job
    outcome: dict[str, Any]
    try:
        if job.kind not in job_kinds.kinds:
            raise DomainError(f"这一版没有“{job.kind}”这种后台任务")
        result = job_kinds.kinds[job.kind].function(handle, **job.arguments)
        result = json.loads(json.dumps(result, cls=DjangoJSONEncoder))
        outcome = {"state": JobState.DONE, "result": result, "finished_at": Now(), "error": ""}
    except GivenBack:
        # Interrupted politely: that is none of the job's attempts.
        outcome = {"state": JobState.WAITING, "lease_until": None, "attempts": job.attempts - 1}
    except Cancelled:
        outcome = {"state": JobState.CANCELLED, "finished_at": Now()}
    except (OperationalError, InterfaceError) as error:
        # The database was busy for too long, or away: as if the worker had died here.
        log.warning("job %s (%s) was interrupted: %s", job.pk, job.kind, type(error).__name__)
        outcome = {"state": JobState.WAITING, "lease_until": None}
    except DomainError as error:
        outcome = {"state": JobState.FAILED, "error": str(error), "finished_at": Now()}
    except Exception as error:
        reference = secrets.token_hex(4)
        # The places, not the message: that may quote what somebody has entered.
        places = "".join(traceback.format_tb(error.__traceback__))
        log.error("job %s (%s) failed, reference %s: %s\n%s", job.pk, job.kind, reference, type(error).__name__, places)
        words = f"程序出错，没有做完。请把编号 {reference} 告诉管理员，日志里有同一编号"
        outcome = {"state": JobState.FAILED, "error": words, "finished_at": Now()}
    if not handle.held().update(**outcome):
        log.warning("job %s (%s): its lease had passed to another worker", job.pk, job.kind)


class Worker:
    """Takes jobs and does them, one after the other, in this thread; ``stop`` from another one ends it politely."""

    def __init__(self, name: str = "") -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self._stop = threading.Event()
        self._current: Handle | None = None

    def stop(self) -> None:
        """End after the current step of the current job, which is then given back."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped. A database that does not answer is waited for."""
        with self._pulse():
            while not self._stop.is_set():
                try:
                    found = self.run_one()
                except (DatabaseError, InterfaceError) as error:
                    log.warning("worker %s: the database does not answer (%s)", self.name, type(error).__name__)
                    connection.close()
                    found = False
                if not found:
                    self._stop.wait(POLL)

    def run_all(self) -> int:
        """Do all that waits, and return how many jobs that were."""
        with self._pulse():
            count = 0
            while not self._stop.is_set() and self.run_one():
                count += 1
        return count

    def run_one(self) -> bool:
        """Take a job and do it; return whether there was one."""
        job = claim(self.name)
        if job is None:
            return False
        self._current = Handle(job, self._stop.is_set)
        try:
            perform(self._current)
        finally:
            self._current = None
        return True

    @contextmanager
    def _pulse(self) -> Iterator[None]:
        ended = threading.Event()
        thread = threading.Thread(target=self._beat, args=(ended,), name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _beat(self, ended: threading.Event) -> None:
        """Renew the lease every few seconds, and do the duties when their time has come."""
        due: dict[Duty, float] = dict.fromkeys(duties.duties, 0.0)
        renewed = time.monotonic()
        while not ended.wait(min([BEAT, *(duty.seconds for duty in due)]) / 2):
            now = time.monotonic()
            try:
                current = self._current
                if current is not None and now - renewed >= BEAT:
                    current.renew()
                    renewed = now
                for duty, when in due.items():
                    if now >= when:
                        due[duty] = now + duty.seconds
                        duty.function()
            except Exception as error:  # most often a busy database; whatever it was, the next beat tries again
                log.warning("pulse of %s: %s", self.name, type(error).__name__)
                connection.close()
        connection.close()
