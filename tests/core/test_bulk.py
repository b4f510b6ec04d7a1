"""Rows that go straight in are the rows that the models would have made."""

import datetime
from typing import Any, NamedTuple

import pytest
from django.db import IntegrityError, transaction

from kexie.core.bulk import batched, insert_rows, insert_tuples, take_keys
from kexie.core.models import Job

pytestmark = pytest.mark.django_db


class JobRow(NamedTuple):
    id: int
    kind: str
    key: str
    arguments: Any
    state: str
    created_at: datetime.datetime
    lease: int
    attempts: int
    cancel_requested: bool
    done: int
    total: int
    worker: str
    message: str
    error: str


NOW = datetime.datetime(2024, 5, 1, 12, 30, 15, 250000, tzinfo=datetime.UTC)


def row(key: int, arguments: Any = None, state: str = "waiting") -> JobRow:
    return JobRow(key, "餘", f"k{key}", arguments, state, NOW, 0, 0, True, 1, 2, "", "'；--", "")


def test_named_tuples_come_back_as_they_were_told() -> None:
    told = [{"a": [1, None, "二"]}, [], {}, [[]], {"day": datetime.date(2024, 5, 1)}]
    keys = take_keys(Job, len(told))
    insert_tuples(Job, [row(key, each) for key, each in zip(keys, told, strict=True)])
    stored = list(Job.objects.order_by("pk"))
    assert [job.pk for job in stored] == list(keys)
    assert [job.arguments for job in stored] == [{"a": [1, None, "二"]}, [], {}, [[]], {"day": "2024-05-01"}]
    assert {(job.kind, job.message, job.created_at, job.cancel_requested) for job in stored} == {
        ("餘", "'；--", NOW, True)
    }
    assert {(job.user_id, job.result, job.lease_until) for job in stored} == {(None, None, None)}


def test_keys_that_were_taken_are_given_to_nobody_else() -> None:
    first, second = take_keys(Job, 3), take_keys(Job, 2)
    made = Job.objects.create(kind="x")
    third = take_keys(Job, 1)
    every = [*first, *second, made.pk, *third]
    assert every == sorted(set(every))
    assert list(take_keys(Job, 0)) == []


def test_the_constraints_of_the_database_hold_and_their_error_is_that_of_django() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_tuples(Job, [row(key, state="unheard of") for key in take_keys(Job, 1)])
    assert not Job.objects.exists()


def test_nothing_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert_tuples(Job, [])
        insert_rows([])


def test_model_instances_go_in_without_their_keys() -> None:
    insert_rows([Job(kind="x", arguments={"n": n}, created_at=NOW) for n in range(3)])
    assert [job.arguments["n"] for job in Job.objects.order_by("pk")] == [0, 1, 2]


def test_a_long_list_comes_in_pieces() -> None:
    assert [list(piece) for piece in batched([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
