"""Background jobs: what is asked for is done once, visibly, and can be ended. Kills are in test_job_processes."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kexie.core import worker
from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord, Job, JobState
from kexie.core.registry import JobKinds, job_kinds
from kexie.core.services import cancel_job, enqueue
from kexie.core.worker import Handle, Worker, claim, perform
from kexie.orgs.models import User
from tests.factories import load_rows, person, unit

pytestmark = pytest.mark.django_db

Do = Callable[[Callable[..., Any]], None]


@pytest.fixture
def do(monkeypatch: pytest.MonkeyPatch) -> Iterator[Do]:
    """Let jobs of the kind ``tried`` do what the test says, telling every step of their progress."""
    monkeypatch.setattr(job_kinds, "kinds", dict(job_kinds.kinds))
    monkeypatch.setattr(worker, "TELL", 0)

    def kind(function: Callable[..., Any]) -> None:
        job_kinds.kinds.pop("tried", None)
        job_kinds.add("tried", "试一试", function)

    kind(lambda handle, **arguments: arguments)
    yield kind


def ask(**others: Any) -> Job:
    return enqueue(kind="tried", **others)


def taken(name: str = "one") -> Job:
    job = claim(name)
    assert job is not None
    return job


def expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def after(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def test_a_job_is_done_with_its_arguments_and_keeps_its_result(do: Do) -> None:
    job = ask(arguments={"names": ["甲", "乙"]})
    assert Worker().run_all() == 1
    job = after(job)
    assert (job.state, job.result, job.attempts) == (JobState.DONE, {"names": ["甲", "乙"]}, 1)
    assert job.finished_at is not None
    assert Worker().run_all() == 0


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(do: Do) -> None:
    seen: list[int] = []
    do(lambda handle, number: seen.append(number))
    for number in (3, 1, 2):
        ask(arguments={"number": number})
    Worker().run_all()
    assert seen == [3, 1, 2]


def test_the_same_key_is_the_same_job_until_it_has_ended(do: Do) -> None:
    first = ask(key="all", arguments={"n": 1})
    assert ask(key="all", arguments={"n": 2}).pk == first.pk
    assert claim("one") == first
    assert ask(key="all").pk == first.pk
    assert ask(key="other").pk != first.pk
    perform(Handle(after(first)))
    assert ask(key="all").pk != first.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="tried", key="all")


def test_an_unknown_kind_is_refused_at_once_and_a_forgotten_one_fails(do: Do) -> None:
    with pytest.raises(LookupError):
        enqueue(kind="nobody")
    job = ask()
    job_kinds.kinds.pop("tried")
    Worker().run_all()
    assert after(job).state == JobState.FAILED
    assert "tried" in after(job).error


def test_a_kind_and_a_name_are_registered_once() -> None:
    kinds = JobKinds()
    kinds.add("one", "一", print)
    with pytest.raises(ValueError, match="one"):
        kinds.add("one", "二", print)


def test_progress_is_written_down_and_renews_the_lease(do: Do) -> None:
    seen: list[Job] = []

    def count(handle: Handle) -> None:
        expire(handle.job)
        handle.progress(1, 3, "第一步")
        seen.append(after(handle.job))

    do(count)
    job = ask()
    Worker().run_all()
    assert (seen[0].done, seen[0].total, seen[0].message) == (1, 3, "第一步")
    assert seen[0].lease_until is not None
    assert seen[0].lease_until > timezone.now() + timedelta(seconds=30)
    assert after(job).state == JobState.DONE


def test_a_refusal_is_shown_in_its_words(do: Do) -> None:
    def refuse(handle: Handle) -> None:
        raise DomainError("组织 T 在 2024-05-01 不存在")

    do(refuse)
    job = ask()
    Worker().run_all()
    assert (after(job).state, after(job).error) == (JobState.FAILED, "组织 T 在 2024-05-01 不存在")


def test_an_error_is_a_reference_and_its_message_stays_out_of_the_log(do: Do, caplog: pytest.LogCaptureFixture) -> None:
    def break_down(handle: Handle, telephone: str) -> None:
        raise ValueError(telephone)

    do(break_down)
    job = ask(arguments={"telephone": "13800001111"})
    with caplog.at_level(logging.ERROR, logger="kexie.worker"):
        Worker().run_all()
    job = after(job)
    assert job.state == JobState.FAILED
    record = caplog.records[-1].getMessage()
    assert job.error.split("编号 ")[1].split(" ")[0] in record
    assert "ValueError" in record
    assert "break_down" in record
    assert "13800001111" not in record + job.error


def test_a_busy_database_is_an_interruption_and_not_a_failure_until_it_is_too_often(do: Do) -> None:
    seen: list[int] = []

    def wait(handle: Handle) -> None:
        seen.append(handle.job.attempts)
        raise OperationalError("database is locked")

    do(wait)
    job = ask()
    Worker().run_all()
    assert seen == list(range(1, worker.MOST_ATTEMPTS + 1))
    assert after(job).state == JobState.FAILED
    assert "中断" in after(job).error


def test_a_result_that_json_cannot_hold_is_an_error_and_not_a_dead_worker(do: Do) -> None:
    do(lambda handle: object())
    job = ask()
    assert Worker().run_all() == 1
    assert after(job).state == JobState.FAILED


def test_a_waiting_job_is_cancelled_at_once(do: Do) -> None:
    job = cancel_job(job=ask(), actor="tests")
    assert job.state == JobState.CANCELLED
    assert claim("one") is None
    with pytest.raises(DomainError):
        cancel_job(job=job, actor="tests")
    assert list(AuditRecord.objects.order_by("number").values_list("action", flat=True))[-2:] == [
        "enqueue", "cancel-job",
    ]  # fmt: skip


def test_a_running_job_is_cancelled_at_its_next_step_although_it_catches_exceptions(do: Do) -> None:
    steps: list[int] = []

    def count(handle: Handle) -> None:
        for step in range(10):
            try:
                handle.progress(step, 10)
            except Exception:
                steps.append(-1)
            steps.append(step)
            if step == 3:
                assert cancel_job(job=handle.job, actor="tests").is_open

    do(count)
    job = ask()
    Worker().run_all()
    assert steps == [0, 1, 2, 3]
    assert (after(job).state, after(job).done) == (JobState.CANCELLED, 3)


def test_a_job_whose_lease_has_expired_is_taken_up_and_the_first_worker_changes_nothing(do: Do) -> None:
    do(lambda handle, **_: {"by": handle.job.worker})
    job = ask()
    lost = Handle(taken("one"))
    assert claim("two") is None
    expire(job)
    second = taken("two")
    assert (second.pk, second.attempts, second.lease) == (job.pk, 2, lost.job.lease + 1)
    perform(lost)
    assert after(job).state == JobState.RUNNING
    with pytest.raises(worker.Cancelled):
        lost.progress(9, 9)
    lost.renew()
    perform(Handle(second))
    assert (after(job).state, after(job).result) == (JobState.DONE, {"by": "two"})


def test_a_sign_of_life_keeps_the_job(do: Do) -> None:
    ask()
    handle = Handle(taken())
    expire(handle.job)
    handle.renew()
    assert claim("two") is None


def test_a_cancelled_job_of_a_dead_worker_is_not_done_again(do: Do) -> None:
    job = ask()
    taken()
    cancel_job(job=job, actor="tests")
    expire(job)
    assert claim("two") is None
    assert after(job).state == JobState.CANCELLED


def test_a_job_that_ends_every_worker_fails_in_the_end_and_others_go_on(do: Do) -> None:
    job, other = ask(), ask()
    for _ in range(worker.MOST_ATTEMPTS):
        assert taken().pk == job.pk
        expire(job)
    assert taken().pk == other.pk
    assert after(job).state == JobState.FAILED
    assert "中断" in after(job).error


def test_a_worker_that_is_stopped_gives_its_job_back_and_that_is_no_attempt(do: Do) -> None:
    ours = Worker()
    steps: list[int] = []

    def count(handle: Handle) -> None:
        for step in range(1, 4):
            handle.progress(step, 3)
            steps.append(step)
            if step == 2 and len(steps) == 2:
                ours.stop()

    do(count)
    job = ask()
    ours.run_all()
    assert steps == [1, 2]
    assert (after(job).state, after(job).attempts) == (JobState.WAITING, 0)
    Worker().run_all()
    assert steps == [1, 2, 1, 2, 3]
    assert (after(job).state, after(job).attempts) == (JobState.DONE, 1)


@pytest.fixture
def cast(tmp_path: Path) -> tuple[User, User]:
    load_rows(tmp_path, organisations=[unit("C", kind="county"), unit("T", "C")])
    return person("alice", "C"), person("bob", "T")


def test_people_see_and_cancel_their_own_jobs_and_no_others(do: Do, cast: tuple[User, User], client: Client) -> None:
    alice, bob = cast
    job, others = ask(user=alice), ask(user=bob)
    nobodys = ask()
    client.force_login(alice)
    page = client.get("/jobs/").content.decode()
    assert f"/jobs/{job.pk}/" in page
    assert f"/jobs/{others.pk}/" not in page
    assert f"/jobs/{nobodys.pk}/" not in page
    assert client.get(f"/jobs/{job.pk}/").status_code == 200
    for hidden in (others, nobodys):
        assert client.get(f"/jobs/{hidden.pk}/").status_code == 404
        assert client.post(f"/jobs/{hidden.pk}/cancel/").status_code == 404
        assert after(hidden).state == JobState.WAITING
    assert client.get(f"/jobs/{job.pk}/cancel/").status_code == 405
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    assert after(job).state == JobState.CANCELLED


def test_the_page_asks_again_while_the_job_is_open_and_then_shows_what_came_of_it(
    do: Do, cast: tuple[User, User], client: Client
) -> None:
    alice, _ = cast
    do(lambda handle: {"message": "重新汇总了 12 条", "url": "/totals/"})
    job = ask(user=alice)
    client.force_login(alice)
    handle = Handle(taken())
    handle.progress(5, 12, "青山镇")
    state = client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in state
    assert '<progress max="12" value="5"' in state
    assert "青山镇" in state
    assert "<html" not in state
    perform(handle)
    state = client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" not in state
    assert "重新汇总了 12 条" in state
    assert 'href="/totals/"' in state


def test_a_result_leads_to_no_other_host(do: Do, cast: tuple[User, User], client: Client) -> None:
    do(lambda handle: {"url": "//example.org/"})
    job = ask(user=cast[0])
    Worker().run_all()
    client.force_login(cast[0])
    assert "example.org" not in client.get(f"/jobs/{job.pk}/").content.decode()


def test_the_list_asks_the_same_few_questions_for_one_job_and_for_many(
    do: Do, cast: tuple[User, User], client: Client
) -> None:
    client.force_login(cast[0])
    ask(user=cast[0])
    client.get("/jobs/")
    with CaptureQueriesContext(connection) as few:
        client.get("/jobs/")
    for _ in range(5):
        ask(user=cast[0])
    with CaptureQueriesContext(connection) as many:
        client.get("/jobs/")
    assert len(many) == len(few)
