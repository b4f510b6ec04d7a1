"""Totals by the structure of today: the same entries, where their units are now."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.periods import months_between
from kexie.registers.models import Entry
from kexie.totals.queries import SCOPES, STRUCTURES, entry_ids, totals, totals_by_month, totals_by_organisation
from tests.factories import entry, figure, forgotten, load_rows, organisation, unit
from tests.totals import definition
from tests.totals.test_laws import FLOWS, World, added, asked, told
from tests.totals.test_merges import groups
from tests.totals.worlds import CUTS, INDICATORS, PERIODS, laws, worlds

pytestmark = pytest.mark.django_db

TODAYS = [date(2026, 11, 22), date(2024, 1, 1), *(date.fromisoformat(cut) for cut in CUTS)]


@contextmanager
def today_is(day: date) -> Iterator[None]:
    with patch("django.utils.timezone.localdate", return_value=day):
        yield


@laws(14)
@given(world=worlds(), data=st.data(), period=st.sampled_from(PERIODS), today=st.sampled_from(TODAYS))
def test_totals_by_todays_structure_are_what_the_definition_says(
    world: World, data: st.DataObject, period: tuple[int, int], today: date, tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    with forgotten(), today_is(today):
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        for code in sorted({row["code"] for row in units}):
            for scope in SCOPES:
                expected = definition.totals(units, entries, code, *period, scope, merges, today=today)
                assert asked(code, *period, scope, structure="today") == expected, (code, scope)
                for indicator, row in expected.items():
                    behind = entry_ids(
                        organisation=organisation(code),
                        first_month=period[0],
                        last_month=period[1],
                        indicator=indicator,
                        scope=scope,
                        structure="today",
                    )
                    assert len(behind) == row["entries"], (code, scope, indicator)


@laws(10)
@given(
    world=worlds(),
    data=st.data(),
    period=st.sampled_from(PERIODS),
    scope=st.sampled_from(sorted(SCOPES)),
    today=st.sampled_from(TODAYS),
)
def test_children_own_and_what_is_shared_add_up_and_so_do_months(
    world: World, data: st.DataObject, period: tuple[int, int], scope: str, today: date, tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    with forgotten(), today_is(today):
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        for code in sorted({row["code"] for row in units}):
            question = {
                "organisation": organisation(code),
                "first_month": period[0],
                "last_month": period[1],
                "indicators": INDICATORS,
                "scope": scope,
                "structure": "today",
            }
            parts = totals_by_organisation(**question)  # type: ignore[arg-type]
            months = totals_by_month(**question)  # type: ignore[arg-type]
            whole = asked(code, *period, scope, structure="today")
            for indicator, total in whole.items():
                rows = [told(found)[indicator] for found in parts.values() if indicator in found]
                names = ("value", "low", "entries")
                assert [added(rows)[name] for name in names] == [total[name] for name in names]
                if indicator in FLOWS:
                    each = [told(found)[indicator] for found in months.values() if indicator in found]
                    assert added(each) == added([total])
            for child, found in parts.items():
                if child not in ("own", "shared"):
                    its_own = asked(child, *period, scope, structure="today")
                    assert told(found) == its_own, child
            for month in months_between(*period)[:2]:
                expected = definition.totals(units, entries, code, month, month, scope, merges, today=today)
                assert told(months.get(month, {})) == expected


TREE = [
    unit("P", kind="city"),
    unit("C1", "P", "county"),
    unit("C2", "P", "county"),
    unit("T1", "C1", to="2024-06-30", successor="T2"),
    unit("T2", "C1"),
    unit("V1", "T1", "village"),
    unit("V2", "T2", "village", to="2024-08-31"),
    unit("S", "C1", "society", to="2024-09-30"),
    unit("S", "C2", "society", since="2024-10-01"),
]


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Before anything changes each unit tells of one thing; values are powers of ten, in the order of the tree."""
    rows = [
        entry(code, code, "2024-03-01", figures=[figure("materials", 10**place)])
        for place, code in enumerate(["T1", "T2", "V1", "V2", "S"])
    ]
    load_rows(tmp_path, organisations=TREE, entries=rows)
    return tmp_path


def materials(code: str, structure: str, scope: str = "system") -> int:
    found = asked(code, 202401, 202412, scope, structure=structure)
    return int(found["materials"]["value"]) if "materials" in found else 0


def test_what_was_merged_goes_with_its_successor_and_is_its_own(city: Path) -> None:
    assert (materials("T1", "then"), materials("T2", "then"), materials("T2", "then", "own")) == (101, 1010, 10)
    assert (materials("T1", "today"), materials("T2", "today"), materials("T2", "today", "own")) == (0, 1111, 11)


def test_what_is_gone_without_successor_stays_below_its_last_parent(city: Path) -> None:
    assert materials("V2", "today") == 1000
    assert materials("T2", "today") == 1111


def test_what_moved_to_another_county_is_counted_there(city: Path) -> None:
    assert (materials("C1", "then"), materials("C2", "then"), materials("P", "then")) == (11111, 0, 11111)
    assert (materials("C1", "today"), materials("C2", "today"), materials("P", "today")) == (1111, 10000, 11111)
    parts = totals_by_organisation(
        organisation=organisation("C1"), first_month=202401, last_month=202412, structure="today"
    )
    assert {code: int(found["materials"].value) for code, found in parts.items()} == {"T2": 1111}
    ids = entry_ids(
        organisation=organisation("C2"),
        first_month=202401,
        last_month=202412,
        indicator="materials",
        structure="today",
        child=organisation("S"),
    )
    assert [each.uid for each in Entry.objects.filter(pk__in=ids)] == ["S"]


def test_a_stock_is_taken_as_it_stood_then_and_counted_where_its_unit_is_now(tmp_path: Path) -> None:
    rows = [
        entry(code, code, "2024-03-01", figures=[figure("galleries", value)])
        for code, value in (("T1", 1), ("T2", 10), ("S", 100))
    ]
    load_rows(tmp_path, organisations=TREE, entries=rows)
    for months, expected in (((202401, 202406), (11, 100)), ((202401, 202412), (10, 100))):
        found = [asked(code, *months, structure="today") for code in ("T2", "C2")]
        assert [int(each["galleries"]["value"]) for each in found] == list(expected)


def test_where_nothing_has_changed_hands_it_asks_only_whether_anything_has(tmp_path: Path) -> None:
    tree = [*TREE, unit("N", "C2"), unit("M", "N", "village")]
    rows = [entry(code, code, figures=[figure("materials", 1)]) for code in ("M", "T1")]
    load_rows(tmp_path, organisations=tree, entries=[rows[0], {**rows[1], "start": "2024-01-01", "end": "2024-01-01"}])
    counts = []
    for structure in STRUCTURES:
        with CaptureQueriesContext(connection) as queries:
            found = totals(
                organisation=organisation("N"),
                first_month=202401,
                last_month=202412,
                indicators=["materials"],
                structure=structure,
            )
        assert found["materials"].value == 1
        counts.append(len(queries))
    # Which units have moved in these months, where they are now, and where those went that are gone.
    assert counts[1] <= counts[0] + 4


def test_of_one_event_another_member_may_be_the_best_one_now(tmp_path: Path) -> None:
    """A department was merged into the county: its own record, which is preferred, is of the 科协系统 now."""
    tree = [unit("C", kind="county"), unit("D", "C", "department", to="2024-06-30", successor="C")]
    rows = [
        entry(code, code, "2024-03-01", figures=[figure("materials", value)]) for code, value in (("D", 7), ("C", 5))
    ]
    load_rows(tmp_path, organisations=tree, entries=rows, merges=[{"entries": ["D", "C"]}])
    assert (materials("C", "then"), materials("C", "today")) == (5, 7)
