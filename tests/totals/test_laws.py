"""Laws of totals, tried on random worlds: trees that change, entries of all sorts, in any order."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.periods import months_between
from kexie.registers.exchange import dump
from kexie.registers.models import Entry
from kexie.totals.measures import MEASURE_FIELDS
from kexie.totals.models import MonthSum, SumDelta
from kexie.totals.queries import SCOPES, Total, entry_ids, totals, totals_by_month, totals_by_organisation
from kexie.totals.services import fold, restamp, unpost
from tests.factories import Row, files_in, forgotten, load_folder, load_rows, organisation
from tests.totals import definition
from tests.totals.worlds import INDICATORS, PERIODS, laws, worlds

pytestmark = pytest.mark.django_db

World = tuple[list[Row], list[Row]]
FLOWS = [code for code in INDICATORS if code not in definition.VALID_MONTHS]


def told(found: dict[str, Total]) -> dict[str, Row]:
    """Totals in the shape of the definition."""
    names = ("value", "low", "high", "qualifier", "entries")
    return {code: {name: getattr(each, name) for name in names} for code, each in found.items()}


def asked(code: str, first: int, last: int, scope: str = "system", **others: object) -> dict[str, Row]:
    return told(
        totals(
            organisation=organisation(code),
            first_month=first,
            last_month=last,
            indicators=INDICATORS,
            scope=scope,  # type: ignore[arg-type]
            **others,  # type: ignore[arg-type]
        )
    )


def added(parts: Iterable[Row]) -> Row:
    """What totals add up to, without their qualifiers."""
    rows = list(parts)
    return {
        "value": sum((row["value"] for row in rows), Decimal(0)),
        "low": sum((row["low"] for row in rows), Decimal(0)),
        "high": None if any(row["high"] is None for row in rows) else sum((row["high"] for row in rows), Decimal(0)),
        "entries": sum(row["entries"] for row in rows),
    }


def snapshot(units: list[Row]) -> dict[str, dict[str, Row]]:
    """All totals of all units for a few periods."""
    return {
        f"{code} {first}-{last} {scope}": asked(code, first, last, scope)
        for code in sorted({row["code"] for row in units})
        for first, last in (PERIODS[0], PERIODS[2])
        for scope in SCOPES
    }


@laws(14)
@given(world=worlds(), periods=st.sets(st.sampled_from(PERIODS), min_size=1, max_size=2))
def test_totals_are_what_the_definition_says(world: World, periods: set[tuple[int, int]], tmp_path: Path) -> None:
    units, entries = world
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        for code in sorted({row["code"] for row in units}):
            for first, last in periods:
                for scope in SCOPES:
                    expected = definition.totals(units, entries, code, first, last, scope)
                    assert asked(code, first, last, scope) == expected, (code, first, last, scope)


@laws(7)
@given(world=worlds(), period=st.sampled_from(PERIODS[:3]), scope=st.sampled_from(sorted(SCOPES)))
def test_months_add_up_and_each_is_what_the_definition_says(
    world: World, period: tuple[int, int], scope: str, tmp_path: Path
) -> None:
    units, entries = world
    first, last = period
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        for code in sorted({row["code"] for row in units}):
            by_month = totals_by_month(
                organisation=organisation(code),
                first_month=first,
                last_month=last,
                indicators=INDICATORS,
                scope=scope,  # type: ignore[arg-type]
            )
            for month in months_between(first, last):
                expected = definition.totals(units, entries, code, month, month, scope)
                assert told(by_month.get(month, {})) == expected, (code, month)
            for indicator, total in asked(code, first, last, scope).items():
                if indicator in FLOWS:
                    months = [told(found)[indicator] for found in by_month.values() if indicator in found]
                    assert added(months) == added([total])


@laws(8)
@given(world=worlds(), period=st.sampled_from(PERIODS), scope=st.sampled_from(sorted(SCOPES)))
def test_children_and_own_add_up_to_the_parent(
    world: World, period: tuple[int, int], scope: str, tmp_path: Path
) -> None:
    units, entries = world
    first, last = period
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        for code in sorted({row["code"] for row in units}):
            parts = totals_by_organisation(
                organisation=organisation(code),
                first_month=first,
                last_month=last,
                indicators=INDICATORS,
                scope=scope,  # type: ignore[arg-type]
            )
            whole = asked(code, first, last, scope)
            assert {indicator for found in parts.values() for indicator in found} == set(whole)
            for indicator, total in whole.items():
                assert added(told(found)[indicator] for found in parts.values() if indicator in found) == added([total])
            own = told(parts.get("own", {}))
            assert {key: row for key, row in own.items() if key in FLOWS} == {
                key: row for key, row in asked(code, first, last, "own").items() if key in FLOWS
            }


@laws(8)
@given(world=worlds(), period=st.sampled_from(PERIODS), scope=st.sampled_from(sorted(SCOPES)))
def test_the_entries_behind_a_total_are_as_many_as_it_says(
    world: World, period: tuple[int, int], scope: str, tmp_path: Path
) -> None:
    units, entries = world
    first, last = period
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        counted = {row["id"] for row in definition.counting(entries)}
        for indicator, total in asked("A", first, last, scope).items():
            ids = entry_ids(
                organisation=organisation("A"),
                first_month=first,
                last_month=last,
                indicator=indicator,
                scope=scope,  # type: ignore[arg-type]
            )
            assert len(ids) == len(set(ids)) == total["entries"]
            assert set(Entry.objects.filter(pk__in=ids).values_list("uid", flat=True)) <= counted


@laws(5)
@given(world=worlds())
def test_totals_of_a_dump_in_an_empty_database_are_identical(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    units, entries = world
    folder, first, second = (tmp_path_factory.mktemp(name) for name in ("told", "first", "second"))
    with forgotten():
        load_rows(folder, organisations=units, entries=entries)
        before = snapshot(units)
        dump(first)
    with forgotten():
        assert not Entry.objects.exists()
        load_folder(first)
        assert snapshot(units) == before
        dump(second)
        assert files_in(second) == files_in(first)


@laws(3)
@given(world=worlds())
def test_loading_twice_and_one_by_one_changes_nothing(world: World, tmp_path: Path) -> None:
    units, entries = world
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        before = snapshot(units)
        again = load_rows(tmp_path, organisations=units, entries=entries)
        assert (again.entries.added, again.entries.replaced, again.entries.skipped) == (0, 0, len(entries))
        assert again.organisations.created == again.organisations.changed == 0
        assert snapshot(units) == before
    with forgotten():
        load_rows(tmp_path, organisations=units)
        for each in entries:
            load_rows(tmp_path, entries=[each])
        assert snapshot(units) == before


@laws(4)
@given(world=worlds())
def test_taking_back_all_that_was_posted_leaves_no_sums(world: World, tmp_path: Path) -> None:
    units, entries = world
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        before = snapshot(units)
        restamp(organisations=[organisation(row["code"]).pk for row in units])
        assert snapshot(units) == before
        unpost(entries=list(Entry.objects.values_list("pk", flat=True)))
        assert not any(snapshot(units).values())
        fold()
        assert not SumDelta.objects.exists()
        for row in MonthSum.objects.all():
            assert not any(getattr(row, name) for name in MEASURE_FIELDS)
