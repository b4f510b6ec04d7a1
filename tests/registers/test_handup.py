"""Handing up: numbered snapshots under a lock, what has changed since, who has reported."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.core.periods import Period
from kexie.orgs.models import Organisation, User
from kexie.registers import services
from kexie.registers.handup.models import NothingToReport, Snapshot
from kexie.registers.handup.queries import changed_since, completeness, handed_up_totals, waiting
from kexie.registers.handup.services import close_exception, declare_nothing, hand_up, open_exception
from kexie.registers.merging import merge
from kexie.registers.models import Entry, Register
from kexie.totals.models import Lock
from kexie.totals.queries import SCOPES, totals
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, person, stored, unit
from tests.totals.test_merges import groups
from tests.totals.worlds import laws, worlds

pytestmark = pytest.mark.django_db

YEAR = Period.parse("2024")
World = tuple[list[Row], list[Row]]


def handed_up(code: str = "C", period: Period = YEAR, user: User | None = None, actor: str = "tests") -> Snapshot:
    return hand_up(organisation=organisation(code), period=period, actor=actor, user=user)


def opened(code: str = "C", period: Period = YEAR, user: User | None = None) -> None:
    until = timezone.now() + timedelta(days=1)
    open_exception(organisation=organisation(code), period=period, reason="漏报", until=until, actor="tests", user=user)


@laws(8)
@given(world=worlds(), data=st.data(), period=st.sampled_from(["2023", "2023-04", "2023H2"]))
def test_each_number_differs_from_the_one_before_by_the_changes_that_explain_it(
    world: World, data: st.DataObject, period: str, tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    cut = data.draw(st.integers(0, len(entries)))
    scope = data.draw(st.sampled_from(SCOPES))
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries[:cut])
        first = handed_up("A", Period.parse(period))
        opened("A", Period.parse(period))
        load_rows(tmp_path, entries=entries[cut:], merges=[{"entries": ids} for ids in merges])
        for each in Entry.objects.filter(counting__isnull=False).order_by("pk"):
            if data.draw(st.sampled_from([True, False, False])):
                services.void(entry=each, reason="重复", actor="tests")
        second = handed_up("A", Period.parse(period))
        assert second.number == 2
        assert list(first.totals.order_by("pk").values()) == list(
            Snapshot.objects.get(pk=first.pk).totals.order_by("pk").values()
        )
        asked = {"organisation": first.organisation, "first_month": first.first_month, "last_month": first.last_month}
        assert handed_up_totals(second, scope) == totals(**asked, scope=scope)  # type: ignore[arg-type]
        told = changed_since(snapshot=first, until=second, scope=scope)
        differences = {each.indicator.code: each for each in told}
        before, after = handed_up_totals(first, scope), handed_up_totals(second, scope)
        for code in {**before, **after}:
            if before.get(code) != after.get(code):
                assert code in differences
        for each in told:
            values = [total.value if total else 0 for total in (each.before, each.after)]
            if not each.indicator.formula:
                assert values[1] - values[0] == sum(row.difference for row in each.entries)
        assert changed_since(snapshot=second, scope=scope) == []
        counted = dict(second.entries.values_list("entry", "revision"))
        assert counted == dict(Entry.objects.filter(pk__in=counted).values_list("pk", "counting"))


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A county with four townships: one has entries, one only waits, one says there is nothing, one says nothing."""
    tree = [unit("P", kind="province"), unit("C", "P", "county")]
    tree += [unit(f"T{number}", "C", order=number) for number in (1, 2, 3, 4)]
    rows = [
        entry("a", "T1", figures=[figure("books", 10)]),
        entry("b", "T1", "2024-06-01", figures=[figure("books", 20), figure("galleries", 3)]),
        entry("w", "T2", status="submitted", figures=[figure("books", 1)]),
        entry("old", "T4", "2023-06-01", figures=[figure("books", 9)]),
    ]
    load_rows(
        tmp_path,
        organisations=tree,
        entries=rows,
        statements=[{"organisation": "C", "period": "2024", "indicator": "books", "value": 40}],
    )
    return tmp_path


def states(code: str = "C", **others: object) -> dict[str, tuple[str, int]]:
    found = completeness(organisation=organisation(code), period=YEAR, **others)  # type: ignore[arg-type]
    return {each.code: (each.state, each.entries) for each in found}


def test_no_report_and_nothing_to_report_are_kept_apart(county: Path) -> None:
    declare_nothing(organisation=organisation("T3"), period=YEAR, actor="tests")
    missing = {"T2": ("missing", 0), "T4": ("missing", 0)}
    assert states() == {"T1": ("recorded", 2), "T3": ("nothing", 0), **missing}
    assert waiting(organisation=organisation("C"), period=YEAR) == 1
    load_rows(county, entries=[entry("late", "T3", figures=[figure("books", 1)])])
    assert states()["T3"] == ("recorded", 1)


def test_declarations_must_cover_the_period_and_may_be_of_one_register(county: Path) -> None:
    unit_, register = organisation("T3"), Register.objects.get(code="activity")
    declare_nothing(organisation=unit_, period=Period.parse("2024H1"), actor="tests")
    assert states()["T3"][0] == "missing"
    declare_nothing(organisation=unit_, period=Period.parse("2024H2"), actor="tests")
    declare_nothing(organisation=unit_, period=Period.parse("2024H2"), actor="tests")
    assert states()["T3"][0] == "nothing"
    assert NothingToReport.objects.count() == 2
    declare_nothing(organisation=organisation("T4"), period=YEAR, actor="tests", register=register)
    assert states()["T4"][0] == "missing"
    assert states(register=register)["T4"][0] == "nothing"
    other = Register.objects.exclude(pk=register.pk)[0]
    assert states(register=other)["T1"] == ("missing", 0)
    assert states(register=register)["T1"] == ("recorded", 2)


def test_a_unit_with_entries_cannot_say_that_there_is_nothing(county: Path) -> None:
    with pytest.raises(DomainError, match="T1科协2024年有 2 条已通过的记录"):
        declare_nothing(organisation=organisation("T1"), period=YEAR, actor="tests")
    with pytest.raises(DomainError, match="还没有到"):
        declare_nothing(organisation=organisation("T3"), period=Period.parse("2999"), actor="tests")
    assert not NothingToReport.objects.exists()


def test_handing_up_locks_and_keeps_totals_revisions_and_statements(county: Path) -> None:
    snapshot = handed_up()
    assert (snapshot.number, snapshot.unfinished, snapshot.exception) == (1, False, None)
    assert [(each["code"], each["state"]) for each in snapshot.completeness] == [
        ("T1", "recorded"), ("T2", "missing"), ("T3", "missing"), ("T4", "missing"),
    ]  # fmt: skip
    row = snapshot.totals.get(indicator__code="books", scope="system")
    assert (row.value, row.low, row.high, row.qualifier, row.entries) == (30, 30, 30, "exact", 2)
    assert {each.entry.uid: each.digest for each in snapshot.entries.select_related("entry")} == {
        uid: stored(uid).counting.digest
        for uid in ("a", "b")  # type: ignore[union-attr]
    }
    assert snapshot.statements.count() == 1
    assert Lock.objects.held().get().organisation.code == "C"
    with pytest.raises(DomainError, match="C科协2024年已上报锁定"):
        services.approve(entry=stored("w"), actor="tests")
    assert AuditRecord.objects.filter(action="hand-up", subject="snapshot:C:2024:1").count() == 1


def test_a_stock_of_the_year_before_that_still_stands_is_among_the_entries(county: Path) -> None:
    load_rows(county, entries=[entry("s", "T4", "2023-12-31", figures=[figure("galleries", 4)])])
    assert set(handed_up().entries.values_list("entry__uid", flat=True)) == {"a", "b", "s"}


def test_the_next_number_needs_an_exception(county: Path) -> None:
    handed_up()
    with pytest.raises(DomainError, match="第1号已经上报，以后没有开过例外"):
        handed_up()
    opened()
    services.approve(entry=stored("w"), actor="tests")
    second = handed_up()
    assert (second.number, second.exception.reason) == (2, "漏报")  # type: ignore[union-attr]
    with pytest.raises(DomainError, match="已上报锁定"):
        services.void(entry=stored("w"), reason="重复", actor="tests")
    with pytest.raises(DomainError, match="第2号已经上报"):
        handed_up()


def test_what_changed_since_is_told_by_entry_person_and_time(county: Path) -> None:
    first = handed_up()
    assert changed_since(snapshot=first) == []
    opened()
    services.approve(entry=stored("w"), actor=person("li", "C").username)
    load_rows(county, entries=[entry("a", "T1", figures=[figure("books", 12)], revision=2)])
    merge(entries=[stored("a"), stored("b")], actor="wang")
    (books,) = [each for each in changed_since(snapshot=first) if each.indicator.code == "books"]
    assert (books.before.value, books.after.value) == (30, 13)  # type: ignore[union-attr]
    told = {each.uid: (each.word, each.before, each.after, each.who) for each in books.entries}
    assert told == {
        "w": ("新计入", 0, 1, "li"),
        "a": ("更正", 10, 12, "wang"),
        "b": ("并为同一活动", 20, 0, "wang"),
    }
    second = handed_up()
    again = [each for each in changed_since(snapshot=first, until=second) if each.indicator.code == "books"]
    assert again == [books]
    assert changed_since(snapshot=second) == []


def test_entries_out_of_sight_are_counted_and_not_named(county: Path) -> None:
    first = handed_up()
    opened()
    secret = entry("secret", "T2", title="不公开的事", visibility="restricted", figures=[figure("books", 5)])
    load_rows(county, entries=[secret])
    clerk = person("clerk", "C", "reporter")
    (books,) = changed_since(snapshot=first, user=clerk)
    assert [(each.title, each.uid, each.difference) for each in books.entries] == [("（受限记录）", "", 5)]


def test_periods_that_have_not_begun_are_refused_and_running_ones_are_marked(county: Path) -> None:
    today = timezone.localdate()
    with pytest.raises(DomainError, match="还没有到"):
        handed_up(period=Period.parse(str(today.year + 1)))
    assert not Lock.objects.exists()
    assert handed_up(period=Period.parse(f"{today:%Y-%m}")).unfinished


@pytest.mark.parametrize(
    ("code", "role", "allowed"),
    [
        ("P", "leader", True),
        ("C", "reviewer", True),
        ("C", "steward", True),
        ("C", "leader", True),
        ("C", "administrator", True),
        ("C", "reporter", False),
        ("T1", "reviewer", False),
        (None, "", False),
    ],
)
def test_those_who_decide_at_the_office_or_above_hand_up_and_open(
    county: Path, code: str | None, role: str, allowed: bool
) -> None:
    user = person("who", code, role)
    if not allowed:
        with pytest.raises(DomainError, match="您的角色不能为C科协上报"):
            handed_up(user=user)
        assert not Lock.objects.exists()
        handed_up()
        with pytest.raises(DomainError, match="不能为C科协开例外"):
            opened(user=user)
        opened()
        with pytest.raises(DomainError, match="不能为C科协关例外"):
            close_exception(organisation=organisation("C"), period=YEAR, actor="tests", user=user)
    else:
        handed_up(user=user)
        opened(user=user)
        close_exception(organisation=organisation("C"), period=YEAR, actor="tests", user=user)
    if code != "C":
        return
    declare_nothing(organisation=organisation("T3"), period=YEAR, actor="tests", user=user)


def test_an_outsider_declares_nothing_for_others(county: Path) -> None:
    for code in ("T2", None):
        with pytest.raises(DomainError, match="不能为T3科协申报无"):
            declare_nothing(organisation=organisation("T3"), period=YEAR, actor="x", user=person(f"from-{code}", code))
    declare_nothing(organisation=organisation("T3"), period=YEAR, actor="x", user=person("own", "T3", "reporter"))


def test_a_township_and_its_county_hand_up_each_for_itself(county: Path) -> None:
    handed_up("T1")
    handed_up("C")
    opened("T1")
    with pytest.raises(DomainError, match="C科协2024年已上报锁定"):
        services.void(entry=stored("a"), reason="重复", actor="tests")
    opened("C")
    services.void(entry=stored("a"), reason="重复", actor="tests")
    assert handed_up("C").totals.get(indicator__code="books", scope="county").value == 20
    assert Organisation.objects.get(code="T1").snapshots.count() == 1


def test_without_a_lock_there_is_nothing_to_open(county: Path) -> None:
    with pytest.raises(DomainError, match="C科协2024年没有上报锁定"):
        opened()
