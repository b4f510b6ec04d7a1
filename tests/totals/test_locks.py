"""Locks: what was handed up stays as it is, whatever is tried, until an exception is opened."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError, RowError
from kexie.core.models import AuditRecord
from kexie.core.periods import months_between
from kexie.orgs.models import Lineage
from kexie.registers import services
from kexie.registers.merging import merge, reorder, unmerge
from kexie.registers.models import Entry, MergeGroup, Revision
from kexie.totals import locks
from kexie.totals.models import Lock, LockException, PastPosting
from kexie.totals.queries import SCOPES
from kexie.totals.services import restamp
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, stored, unit
from tests.totals.test_laws import asked
from tests.totals.test_merges import groups
from tests.totals.worlds import PERIODS, laws, trees, worlds

pytestmark = pytest.mark.django_db

World = tuple[list[Row], list[Row]]
HOUR = timedelta(hours=1)


def lock(code: str, first: int = 202401, last: int = 202412) -> Lock:
    return locks.lock(
        organisation=organisation(code), first_month=first, last_month=last, occasion="年报", actor="tests"
    )


def counted(code: str, first: int, last: int) -> dict[str, dict[str, Row]]:
    """Totals of an organisation in these months and in some of them, in each scope."""
    months = months_between(first, last)
    periods = {(first, last), *((month, month) for month in (months[0], months[len(months) // 2]))}
    return {f"{period} {scope}": asked(code, *period, scope) for period in periods for scope in SCOPES}


@laws(10)
@given(world=worlds(), other=trees(), data=st.data(), period=st.sampled_from(PERIODS[:4]))
def test_totals_of_a_locked_period_never_change(
    world: World, other: list[Row], data: st.DataObject, period: tuple[int, int], tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    first, last = period
    half = len(entries) // 2
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries[:half])
        code = data.draw(st.sampled_from(sorted({row["code"] for row in units})))
        ever_below = Lineage.objects.filter(path__contains=f"/{organisation(code).pk}/")
        below = {code, *sorted(ever_below.values_list("organisation__code", flat=True))[:2]}
        lock(code, first, last)
        before = {each: counted(each, first, last) for each in sorted(below)}
        tried = refused = 0

        def attempt(act: object) -> None:
            nonlocal tried, refused
            tried += 1
            try:
                with transaction.atomic():
                    act()  # type: ignore[operator]
            except DomainError:
                refused += 1

        for each in entries[half:]:
            attempt(lambda each=each: load_rows(tmp_path, entries=[each]))
        for ids in merges:
            attempt(lambda ids=ids: load_rows(tmp_path, merges=[{"entries": ids}]))
        for group in MergeGroup.objects.all():
            members = [member.entry for member in group.members.select_related("entry")]
            attempt(lambda group=group, m=members: reorder(group=group, entries=m[::-1], actor="tests"))
            if data.draw(st.booleans()):
                attempt(lambda group=group: unmerge(group=group, actor="tests"))
        for each in Entry.objects.order_by("pk"):
            act = data.draw(st.sampled_from(["approve", "void", "nothing"]))
            if act == "approve":
                attempt(lambda each=each: services.approve(entry=each, actor="tests"))
            elif act == "void":
                attempt(lambda each=each: services.void(entry=each, reason="重复", actor="tests"))
        codes = {row["code"] for row in units}
        attempt(lambda: load_rows(tmp_path, organisations=[r for r in other if r["code"] in codes], replace=True))
        attempt(lambda: restamp(organisations=[organisation(each).pk for each in codes]))
        for each in before:
            assert counted(each, first, last) == before[each], each


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """Two townships of a county; what was approved in 2023 and 2024, and what is not decided."""
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("V", "T1", "village"), unit("T2", "C")]
    rows = [
        entry("a", "T1", figures=[figure("materials", 10)]),
        entry("v", "V", figures=[figure("materials", 20)]),
        entry("b", "T2", figures=[figure("materials", 30)]),
        entry("old", "T1", "2023-05-10", figures=[figure("materials", 40)]),
        entry("draft", "T1", status="draft", figures=[figure("materials", 1)]),
        entry("waits", "T2", status="submitted", figures=[figure("materials", 1)]),
        entry("stock", "T1", "2023-11-30", figures=[figure("galleries", 3)]),
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    return tmp_path


def amended(folder: Path, uid: str, code: str, value: int = 99, **others: object) -> None:
    load_rows(folder, entries=[entry(uid, code, figures=[figure("materials", value)], revision=2, **others)])


ACTS = {
    "approve": lambda folder: services.approve(entry=stored("draft"), actor="tests"),
    "approve all": lambda folder: services.approve_all(entries=[stored("draft").pk], actor="tests", subject="x"),
    "void": lambda folder: services.void(entry=stored("a"), reason="重复", actor="tests"),
    "void below": lambda folder: services.void(entry=stored("v"), reason="重复", actor="tests"),
    "amend": lambda folder: amended(folder, "a", "T1"),
    "amend the words alone": lambda folder: amended(folder, "a", "T1", 10, title="另一个名称"),
    "give away": lambda folder: amended(folder, "a", "T2", 10),
    "take over": lambda folder: amended(folder, "b", "T1", 30),
    "late entry": lambda folder: load_rows(folder, entries=[entry("late", "V", figures=[figure("materials", 5)])]),
    "late stock": lambda folder: load_rows(
        folder, entries=[entry("late", "T1", "2023-12-31", figures=[figure("galleries", 5)])]
    ),
    "void a stock of before": lambda folder: services.void(entry=stored("stock"), reason="重复", actor="tests"),
    "merge": lambda folder: merge(entries=[stored("a"), stored("v")], actor="tests"),
}


@pytest.mark.parametrize("name", sorted(ACTS))
def test_a_lock_refuses_and_names_what_is_wrong_and_an_exception_lets_it_through(county: Path, name: str) -> None:
    row = lock("T1")
    before, statuses = counted("T1", 202401, 202412), list(Revision.objects.values_list("pk", "status"))
    with pytest.raises(DomainError, match=r"T1科协2024年已上报锁定（年报），记录 \w+"):
        ACTS[name](county)
    assert counted("T1", 202401, 202412) == before
    assert list(Revision.objects.values_list("pk", "status")) == statuses
    assert not PastPosting.objects.exists()
    locks.open_exception(lock=row, reason="漏报", until=timezone.now() + HOUR, actor="tests")
    ACTS[name](county)


def test_what_is_not_of_the_locked_unit_and_period_stays_possible(county: Path) -> None:
    lock("T1")
    services.submit(entry=stored("draft"), actor="tests")
    services.return_entry(entry=stored("draft"), reason="再核", actor="tests")
    services.approve(entry=stored("waits"), actor="tests")
    services.void(entry=stored("b"), reason="重复", actor="tests")
    services.void(entry=stored("old"), reason="重复", actor="tests")
    load_rows(county, entries=[entry("next", "T1", "2025-01-01", figures=[figure("materials", 7)])])
    load_rows(county, entries=[entry("stock-2022", "T1", "2022-06-30", figures=[figure("galleries", 5)])])


def test_an_office_above_may_merge_what_locked_units_told_of(county: Path) -> None:
    lock("T1")
    lock("T2")
    before = [counted(code, 202401, 202412) for code in ("T1", "T2")]
    merge(entries=[stored("a"), stored("b")], actor="tests", confirmed_by=organisation("C"))
    assert [counted(code, 202401, 202412) for code in ("T1", "T2")] == before
    assert asked("C", 202401, 202412)["materials"]["value"] == 30


def test_a_merge_that_would_book_a_locked_entry_in_another_month_is_refused(county: Path) -> None:
    load_rows(county, entries=[entry("june", "T2", "2024-06-01", figures=[figure("materials", 1)])])
    lock("T1")
    with pytest.raises(DomainError, match="记录 a "):
        merge(entries=[stored("june"), stored("a")], actor="tests")


def test_the_tree_of_locked_days_is_not_corrected(county: Path) -> None:
    lock("C", 202401, 202406)
    with pytest.raises(RowError, match=r"C科协2024年上半年已上报锁定（年报），组织 V 在这段时间的隶属不能改"):
        load_rows(county, organisations=[unit("V", "T2", "village")], replace=True)
    with pytest.raises(RowError, match="组织 V"):
        load_rows(county, organisations=[unit("V", "T1", "department")], replace=True)
    after = [unit("V", "T1", "village", to="2024-06-30"), unit("V", "T2", "village", since="2024-07-01")]
    load_rows(county, organisations=after, replace=True)
    load_rows(county, organisations=[unit("T3", "C"), unit("T2", "C", short_name="二镇")], replace=True)


def test_a_locked_unit_may_be_given_another_parent(county: Path) -> None:
    lock("T1")
    load_rows(county, organisations=[unit("D", "C", "county"), unit("T1", "D")], replace=True)
    assert asked("D", 202401, 202412)["materials"]["value"] == 30


@pytest.mark.parametrize(
    ("first", "last", "occasion", "reason"),
    [
        (202412, 202401, "年报", "晚于终止月"),
        (209901, 209912, "年报", "还没有到"),
        (202401, 202412, "  ", "事由"),
    ],
)
def test_a_lock_that_cannot_be_is_refused(county: Path, first: int, last: int, occasion: str, reason: str) -> None:
    with pytest.raises(DomainError, match=reason):
        locks.lock(organisation=organisation("C"), first_month=first, last_month=last, occasion=occasion, actor="tests")
    assert not Lock.objects.exists()


def test_locking_twice_is_refused_with_the_lock_that_is_there(county: Path) -> None:
    lock("C")
    with pytest.raises(DomainError, match=r"C科协2024年已上报锁定（年报），不用再锁"):
        lock("C")
    lock("C", 202401, 202406)
    assert Lock.objects.count() == 2


@pytest.mark.parametrize(
    ("reason", "hours", "wrong"), [(" ", 1, "原因"), ("漏报", 0, "已经过了"), ("漏报", -1, "已经过了")]
)
def test_an_exception_needs_a_reason_and_a_time(county: Path, reason: str, hours: int, wrong: str) -> None:
    row = lock("C")
    with pytest.raises(DomainError, match=wrong):
        locks.open_exception(lock=row, reason=reason, until=timezone.now() + hours * HOUR, actor="tests")
    assert not LockException.objects.exists()


def test_an_exception_ends_by_itself_and_by_closing(county: Path) -> None:
    row = lock("T1")
    locks.open_exception(lock=row, reason="漏报", until=timezone.now() + HOUR, actor="tests")
    with pytest.raises(DomainError, match="例外已开着"):
        locks.open_exception(lock=row, reason="漏报", until=timezone.now() + HOUR, actor="tests")
    assert not Lock.objects.held().exists()
    assert Lock.objects.held(timezone.now() + 2 * HOUR).get() == row
    locks.close_exception(lock=row, actor="tests")
    assert Lock.objects.held().get() == row
    with pytest.raises(DomainError, match="没有开着的例外"):
        locks.close_exception(lock=row, actor="tests")
    now = timezone.now()
    LockException.objects.create(lock=row, reason="过期", opened_by="x", opened_at=now - 2 * HOUR, until=now - HOUR)
    with pytest.raises(DomainError, match="已上报锁定"):
        ACTS["void"](county)
    acts = AuditRecord.objects.filter(subject="lock:T1:2024").values_list("action", flat=True)
    assert list(acts) == ["lock", "open-lock", "close-lock"]


def test_the_database_itself_refuses_what_cannot_be(county: Path) -> None:
    row, now = lock("C"), timezone.now()
    for wrong in (
        Lock(organisation=row.organisation, first_month=202402, last_month=202401, occasion="x"),
        Lock(organisation=row.organisation, first_month=202401, last_month=202412, occasion="x"),
        Lock(organisation=row.organisation, first_month=202401, last_month=202401, occasion=""),
        LockException(lock=row, reason="", opened_by="x", until=now + HOUR),
        LockException(lock=row, reason="x", opened_by="x", opened_at=now, until=now),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong.save()


@pytest.fixture
def other_session() -> Iterator[Any]:
    """A second session of the test database, inside a transaction that has written something."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    psycopg = pytest.importorskip("psycopg")
    told = connection.get_connection_params()
    keys = ("host", "port", "user", "password", "dbname")
    with psycopg.connect(**{key: told[key] for key in keys if told.get(key)}) as session:
        session.execute("SELECT pg_current_xact_id()")
        yield session


def test_a_lock_waits_for_those_who_may_have_looked_before(county: Path, other_session: Any) -> None:
    ended = threading.Event()

    def end() -> None:
        ended.set()
        other_session.commit()

    timer = threading.Timer(0.3, end)
    timer.start()
    lock("C")
    assert ended.is_set()
    timer.join()
    other_session.execute("SELECT 1")  # has written nothing, so it cannot have approved anything
    locks.wait_for_others()


def test_a_lock_that_waits_too_long_says_so_and_holds(
    county: Path, other_session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_PATIENCE", 0.1)
    with pytest.raises(DomainError, match="还有写入没有结束"):
        lock("C")
    assert Lock.objects.held().count() == 1
