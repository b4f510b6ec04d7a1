"""Statements that stand in for missing entries: never both, at one place of a line only, and marked."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError, RowError
from kexie.core.models import AuditRecord
from kexie.registers.exchange import dump
from kexie.registers.models import Statement
from kexie.registers.services import approve, void
from kexie.registers.statements import stand_in, withdraw
from kexie.totals import locks
from kexie.totals.models import Lock, StandIn
from kexie.totals.queries import (
    SCOPES,
    statements_within,
    totals,
    totals_by_cut,
    totals_by_month,
    totals_by_organisation,
)
from tests.factories import Row, entry, figure, files_in, forgotten, load_folder, load_rows, organisation, stored, unit
from tests.totals import definition
from tests.totals.test_laws import FLOWS, World, added, asked, told
from tests.totals.test_merges import groups
from tests.totals.test_structures import TODAYS, today_is
from tests.totals.worlds import PERIODS, laws, numbers, worlds

pytestmark = pytest.mark.django_db

SPANS = {"2023": (202301, 202312), "2023H1": (202301, 202306), "2023Q2": (202304, 202306), "2023-10": (202310, 202310)}


@st.composite
def statements(draw: st.DrawFn, units: list[Row]) -> list[Row]:
    """Lines of statements.jsonl that stand in for missing entries."""
    codes = sorted({row["code"] for row in units})
    return [
        {
            **draw(numbers(draw(st.sampled_from(FLOWS)))),
            "organisation": draw(st.sampled_from(codes)),
            "period": draw(st.sampled_from(sorted(SPANS))),
            "stands_in": True,
        }
        for _ in range(draw(st.integers(1, 4)))
    ]


@laws(14)
@given(
    world=worlds(),
    data=st.data(),
    period=st.sampled_from([*PERIODS, (202301, 202306)]),
    today=st.sampled_from([None, TODAYS[0]]),
)
def test_what_stands_in_is_what_the_definition_says_and_parts_add_up(
    world: World, data: st.DataObject, period: tuple[int, int], today: object, tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    rows = data.draw(statements(units))
    structure = "today" if today else "then"
    with forgotten(), today_is(today or TODAYS[0]):  # type: ignore[arg-type]
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        booked = []
        for row in rows:
            try:
                load_rows(tmp_path, statements=[row])
            except RowError:
                continue  # overlaps another one, or its unit is gone: refused
            booked.append({**row, "first": SPANS[row["period"]][0], "last": SPANS[row["period"]][1]})
        assert StandIn.objects.count() == len({tuple(sorted(map(str, row.items()))) for row in booked})
        booked = list({str(sorted(map(str, row.items()))): row for row in booked}.values())
        for code in sorted({row["code"] for row in units}):
            for scope in SCOPES:
                expected = definition.totals(
                    units,
                    entries,
                    code,
                    *period,
                    scope,
                    merges,
                    statements=booked,
                    today=today,  # type: ignore[arg-type]
                )
                whole = asked(code, *period, scope, structure=structure)
                assert whole == expected, (code, scope)
                question = {"organisation": organisation(code), "first_month": period[0], "last_month": period[1]}
                question |= {"indicators": FLOWS, "scope": scope, "structure": structure}
                names = ("value", "low", "entries")
                for parts in (
                    totals_by_organisation(**question),  # type: ignore[arg-type]
                    totals_by_month(**question),  # type: ignore[arg-type]
                    totals_by_cut(**question, by="work_area"),  # type: ignore[arg-type]
                ):
                    for indicator in whole.keys() & set(FLOWS):
                        found = [told(each)[indicator] for each in parts.values() if indicator in each]
                        assert [added(found)[name] for name in names] == [whole[indicator][name] for name in names]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C"), unit("V", "T1", "village")]
    tree.append(unit("D", "C", "department"))
    rows = [entry("a", "T2", "2024-02-10", figures=[figure("books", 5)])]
    load_rows(tmp_path, organisations=tree, entries=rows, statements=[said("T1", "2024H1", 300), said("D", "2024", 40)])
    return tmp_path


def said(code: str, period: str, value: int, indicator: str = "books", **others: object) -> Row:
    return {"organisation": code, "period": period, "indicator": indicator, "value": value, **others}


def statement(code: str) -> Statement:
    return Statement.objects.get(organisation__code=code)


def books(code: str, first: int = 202401, last: int = 202412, scope: str = "system") -> tuple[int, int, int]:
    found = totals(
        organisation=organisation(code),
        first_month=first,
        last_month=last,
        scope=scope,  # type: ignore[arg-type]
    ).get("books")
    return (int(found.value), found.entries, found.stated) if found else (0, 0, 0)


def test_it_counts_for_its_unit_and_those_above_and_for_nobody_as_their_own(county: Path) -> None:
    assert (books("C"), books("T1")) == ((5, 1, 0), (0, 0, 0))
    stand_in(statement=statement("T1"), actor="tests")
    assert (books("C"), books("T1"), books("V")) == ((305, 1, 1), (300, 0, 1), (0, 0, 0))
    assert books("T1", scope="own") == (0, 0, 0)
    parts = totals_by_organisation(organisation=organisation("C"), first_month=202401, last_month=202412)
    assert {key: (int(found["books"].value), found["books"].stated) for key, found in parts.items()} == {
        "T1": (300, 1),
        "T2": (5, 0),
    }
    parts = totals_by_organisation(organisation=organisation("T1"), first_month=202401, last_month=202412)
    assert {key: int(found["books"].value) for key, found in parts.items()} == {"stated": 300}
    within = statements_within(organisation=organisation("C"), first_month=202401, last_month=202412, indicator="books")
    assert [each.row.statement for each in within] == [statement("T1").pk]


def test_a_department_s_is_of_the_whole_county_only(county: Path) -> None:
    stand_in(statement=statement("D"), actor="tests")
    assert (books("C", scope="county"), books("C")) == ((45, 1, 1), (5, 1, 0))
    assert books("D") == (40, 0, 1)


def test_it_shows_where_the_months_cover_its_period_in_the_last_month_of_it(county: Path) -> None:
    stand_in(statement=statement("T1"), actor="tests")
    assert books("T1", 202401, 202406) == (300, 0, 1)
    assert books("T1", 202406, 202406) == books("T1", 202402, 202412) == (0, 0, 0)
    months = totals_by_month(organisation=organisation("C"), first_month=202401, last_month=202412)
    assert {month: int(found["books"].value) for month, found in months.items()} == {202402: 5, 202406: 300}


def test_it_rests_while_there_is_an_entry_and_comes_back_when_that_is_void(county: Path) -> None:
    stand_in(statement=statement("T1"), actor="tests")
    load_rows(county, entries=[entry("late", "V", "2024-03-01", figures=[figure("books", 1)])])
    assert books("T1") == (1, 1, 0)
    assert books("C") == (6, 2, 0)
    void(entry=stored("late"), reason="没有这回事", actor="tests")
    assert books("T1") == (300, 0, 1)


def test_withdrawn_it_stands_beside_again_and_both_are_recorded(county: Path) -> None:
    stand_in(statement=statement("T1"), actor="tests")
    withdraw(statement=statement("T1"), actor="tests")
    assert books("T1") == (0, 0, 0)
    assert list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))[-2:] == [
        "stand-in",
        "withdraw-stand-in",
    ]
    with pytest.raises(DomainError, match="没有代替"):
        withdraw(statement=statement("T1"), actor="tests")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (said("T2", "2024", 9), r"已有 1 条记录（a）"),
        (said("C", "2024", 9), r"已有 1 条记录（a）"),
        (said("T1", "2024", 9), "T1科协 2024-01 至 2024-06 .*重叠"),
        (said("V", "2024-06", 9), "T1科协 2024-01 至 2024-06 .*重叠"),
        (said("T2", "2024", 9, "galleries"), "科普画廊是存量"),
        (said("N", "2023", 9), "不存在"),
    ],
)
def test_it_refuses_what_would_count_twice_or_nowhere_and_changes_nothing(county: Path, row: Row, reason: str) -> None:
    load_rows(county, organisations=[unit("N", "C", since="2024-01-01")], statements=[row])
    stand_in(statement=statement("T1") if row["organisation"] != "T1" else first_of("T1"), actor="tests")
    before = AuditRecord.objects.count()
    latest = Statement.objects.order_by("-pk")[0]
    with pytest.raises(DomainError, match=reason):
        stand_in(statement=latest, actor="tests")
    assert (StandIn.objects.count(), AuditRecord.objects.count()) == (1, before)


def first_of(code: str) -> Statement:
    return Statement.objects.filter(organisation__code=code).order_by("pk")[0]


def test_one_that_is_not_confirmed_is_refused(county: Path) -> None:
    Statement.objects.filter(pk=statement("T1").pk).update(confirmed=False)
    with pytest.raises(DomainError, match="还没有确认"):
        stand_in(statement=statement("T1"), actor="tests")


def test_dump_and_load_keep_what_stands_in_and_what_rests(
    county: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stand_in(statement=statement("T1"), actor="tests")
    stand_in(statement=statement("D"), actor="tests")
    load_rows(county, entries=[entry("late", "D", "2024-03-01", figures=[figure("books", 1)])])
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    dump(first)
    before = [books(code, scope="county") for code in ("C", "T1", "D")]
    StandIn.objects.all().delete()
    load_folder(first)
    assert [books(code, scope="county") for code in ("C", "T1", "D")] == before == [(306, 2, 1), (300, 0, 1), (1, 1, 0)]
    dump(second)
    assert files_in(second) == files_in(first)


def lock(code: str, first: int = 202401, last: int = 202406) -> Lock:
    return locks.lock(
        organisation=organisation(code), first_month=first, last_month=last, occasion="半年报", actor="tests"
    )


def open_up(row: Lock) -> None:
    until = timezone.now() + timedelta(hours=1)
    locks.open_exception(lock=row, reason="漏报", until=until, actor="tests")


@pytest.mark.parametrize("code", ["T1", "C"])
def test_a_lock_of_its_unit_or_above_keeps_it_as_it_is_until_an_exception(county: Path, code: str) -> None:
    row = lock(code)
    with pytest.raises(DomainError, match=f"{code}科协2024年上半年已上报锁定（半年报），申报数"):
        stand_in(statement=statement("T1"), actor="tests")
    with pytest.raises(RowError, match="已上报锁定（半年报），申报数"):
        load_rows(county, statements=[said("T1", "2024H1", 300, stands_in=True)])
    assert not StandIn.objects.exists()
    open_up(row)
    stand_in(statement=statement("T1"), actor="tests")
    locks.close_exception(lock=row, actor="tests")
    before = AuditRecord.objects.count()
    with pytest.raises(DomainError, match="已上报锁定（半年报），申报数"):
        withdraw(statement=statement("T1"), actor="tests")
    assert (StandIn.objects.count(), AuditRecord.objects.count()) == (1, before)
    assert books(code, 202401, 202406)[2] == 1


def test_a_lock_of_others_or_of_months_in_which_it_is_not_seen_does_not_matter(county: Path) -> None:
    for code, first, last in (("T2", 202401, 202406), ("V", 202401, 202406), ("C", 202404, 202406)):
        lock(code, first, last)
    stand_in(statement=statement("T1"), actor="tests")
    assert books("C", 202404, 202406) == (0, 0, 0)
    withdraw(statement=statement("T1"), actor="tests")


def test_an_entry_of_before_its_unit_came_does_not_make_a_locked_one_rest(county: Path) -> None:
    """The entry is another county's, the statement counts here: the unit moved in between."""
    units = [unit("P", kind="province"), unit("C", "P", "county"), unit("E", "P", "county")]
    units += [unit("N", "E", to="2024-03-31"), unit("N", "C", since="2024-04-01")]
    load_rows(county, organisations=units, statements=[said("N", "2024H1", 70)], replace=True)
    stand_in(statement=statement("N"), actor="tests")
    load_rows(county, entries=[entry("early", "N", "2024-02-01", status="draft", figures=[figure("books", 1)])])
    row = lock("C")
    assert books("C", 202401, 202406) == (75, 1, 1)
    with pytest.raises(DomainError, match="C科协2024年上半年已上报锁定（半年报），记录 early "):
        approve(entry=stored("early"), actor="tests")
    assert books("C", 202401, 202406) == (75, 1, 1)
    open_up(row)
    approve(entry=stored("early"), actor="tests")
    assert (books("C", 202401, 202406), books("E", 202401, 202406)) == ((5, 1, 0), (1, 1, 0))
    locks.close_exception(lock=row, actor="tests")
    with pytest.raises(DomainError, match="记录 early "):
        void(entry=stored("early"), reason="没有这回事", actor="tests")


def test_its_unit_is_not_moved_under_a_lock(county: Path) -> None:
    units = [unit("P", kind="province"), unit("C", "P", "county"), unit("E", "P", "county")]
    load_rows(county, organisations=units, replace=True)
    stand_in(statement=statement("T1"), actor="tests")
    lock("C")
    with pytest.raises(DomainError, match="C科协2024年上半年已上报锁定（半年报），组织 T1"):
        load_rows(county, organisations=[unit("T1", "E")], replace=True)
    assert books("C", 202401, 202406)[2] == 1
