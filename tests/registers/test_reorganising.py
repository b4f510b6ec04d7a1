"""The tree changes, in the past too, and every total is what it would be had the tree been told so at once."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.orgs.changes import close_organisation, merge_organisation, move_organisation, rename_organisation
from kexie.orgs.models import Lineage
from kexie.registers.exchange import dump
from kexie.registers.reorganising import reorganise
from kexie.totals.queries import SCOPES, STRUCTURES
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, unit
from tests.totals import definition
from tests.totals.test_laws import World, asked
from tests.totals.test_merges import groups
from tests.totals.test_structures import TODAYS, today_is
from tests.totals.worlds import CUTS, PERIODS, laws, worlds

pytestmark = pytest.mark.django_db

DAYS = [date.fromisoformat(cut) for cut in (*CUTS, "2022-07-01", "2024-03-01")]


def tree_of(folder: Path) -> list[Row]:
    """The tree as it is dumped: rows of orgs.csv."""
    dump(folder)
    with (folder / "orgs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@st.composite
def acts(draw: st.DrawFn, codes: list[str]) -> list[tuple[Any, str, dict[str, str], date]]:
    """Verbs with a unit, other units by argument, and a day."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        code, other = draw(st.sampled_from(codes)), draw(st.sampled_from(codes))
        verb, arguments = draw(
            st.sampled_from(
                [
                    (move_organisation, {"parent": other}),
                    (move_organisation, {"parent": other}),
                    (merge_organisation, {"into": other}),
                    (close_organisation, {}),
                    (rename_organisation, {}),
                ]
            )
        )
        found.append((verb, code, arguments, draw(st.sampled_from(DAYS))))
    return found


@laws(14)
@given(world=worlds(), data=st.data(), period=st.sampled_from(PERIODS))
def test_totals_after_changes_are_what_the_definition_says_of_the_tree_as_it_is_told_then(
    world: World, data: st.DataObject, period: tuple[int, int], tmp_path: Path
) -> None:
    units, entries = world
    codes = sorted({row["code"] for row in units})
    merges = data.draw(groups(entries))
    with forgotten(), today_is(TODAYS[0]):
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        for verb, code, others, since in data.draw(acts(codes)):
            arguments: dict[str, Any] = {name: organisation(other) for name, other in others.items()}
            if verb is rename_organisation:
                arguments["name"] = f"{code}新名"
            before = sorted(Lineage.objects.values_list("organisation", "valid_from", "valid_until", "path"))
            try:
                reorganise(verb, organisation=organisation(code), since=since, actor="王", **arguments)
            except DomainError:
                after = sorted(Lineage.objects.values_list("organisation", "valid_from", "valid_until", "path"))
                assert after == before
        told = tree_of(tmp_path / "dump")
        for code in codes:
            for scope in SCOPES:
                for structure in STRUCTURES:
                    today = TODAYS[0] if structure == "today" else None
                    expected = definition.totals(told, entries, code, *period, scope, merges, today=today)
                    assert asked(code, *period, scope, structure=structure) == expected, (code, scope, structure)


def test_a_unit_with_entries_after_its_end_is_not_closed_and_they_are_named(tmp_path: Path) -> None:
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C")]
    rows = [entry("late", "T1", "2024-05-10", figures=[figure("materials", 5)])]
    load_rows(tmp_path, organisations=tree, entries=rows)
    with pytest.raises(DomainError, match=r"late（2024-05-10）"):
        reorganise(
            merge_organisation,
            organisation=organisation("T1"),
            into=organisation("T2"),
            since=date(2024, 5, 1),
            actor="王",
        )
    assert int(asked("T1", 202401, 202412)["materials"]["value"]) == 5
    change, count = reorganise(
        merge_organisation, organisation=organisation("T1"), into=organisation("T2"), since=date(2024, 6, 1), actor="王"
    )
    assert (list(change.moved.values()), count) == (
        [date(2024, 6, 1)],
        0,
    )  # what happened before stays as it was booked
    assert int(asked("T2", 202401, 202412, structure="today")["materials"]["value"]) == 5
