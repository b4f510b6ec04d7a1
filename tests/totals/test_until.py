"""Totals up to a day within a month, and of what is online or not, against the definition."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.totals.queries import OWN, SCOPES, entry_ids, totals, totals_by_organisation
from tests.factories import entry, figure, forgotten, load_rows, organisation, unit
from tests.totals import definition
from tests.totals.test_laws import FLOWS, World, asked
from tests.totals.worlds import laws, worlds

pytestmark = pytest.mark.django_db

UNTIL = [
    (202301, date(2023, 4, 15)),
    (202304, date(2023, 4, 14)),
    (202307, date(2023, 10, 30)),
    (202212, date(2023, 1, 1)),
]


@laws(10)
@given(world=worlds(), question=st.sampled_from(UNTIL))
def test_totals_until_a_day_are_those_of_what_had_ended_by_then(
    world: World, question: tuple[int, date], tmp_path: Path
) -> None:
    units, entries = world
    first, until = question
    last = until.year * 100 + until.month
    ended = [each for each in definition.counting(entries) if each["end"] <= str(until)]
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        for code in sorted({row["code"] for row in units}):
            for scope in SCOPES:
                expected = definition.totals(units, ended, code, first, last, scope)
                found = asked(code, first, last, scope, until=until)
                for indicator in FLOWS:
                    assert found.get(indicator) == expected.get(indicator), (code, scope, indicator)
                    ids = entry_ids(
                        organisation=organisation(code),
                        first_month=first,
                        last_month=last,
                        indicator=indicator,
                        scope=scope,
                        until=until,
                    )
                    assert len(ids) == (expected[indicator]["entries"] if indicator in expected else 0)


@laws(6)
@given(world=worlds(), question=st.sampled_from(UNTIL))
def test_units_add_up_to_the_total_until_a_day(world: World, question: tuple[int, date], tmp_path: Path) -> None:
    units, entries = world
    first, until = question
    months = {"first_month": first, "last_month": until.year * 100 + until.month, "until": until}
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        whole = totals(organisation=organisation("A"), indicators=FLOWS, **months)  # type: ignore[arg-type]
        parts = totals_by_organisation(organisation=organisation("A"), indicators=FLOWS, **months)  # type: ignore[arg-type]
        for indicator in FLOWS:
            added = sum(found[indicator].value for found in parts.values() if indicator in found)
            assert added == (whole[indicator].value if indicator in whole else 0)


@laws(6)
@given(world=worlds(), marks=st.lists(st.sampled_from(["online", "offline", ""]), min_size=7, max_size=7))
def test_online_and_all_else_add_up_to_the_total(world: World, marks: list[str], tmp_path: Path) -> None:
    units, entries = world
    for place, each in enumerate(each for row in entries for each in row["figures"]):
        each["mode"] = marks[place % len(marks)]
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        for scope in SCOPES:
            both, online, others = (asked("A", 202301, 202312, scope, online=each) for each in (None, True, False))
            for code in FLOWS:
                parts = [found[code] for found in (online, others) if code in found]
                assert sum(part["value"] for part in parts) == (both[code]["value"] if code in both else 0)
                if code in both:
                    assert sum(part["low"] for part in parts) == both[code]["low"]


def test_online_is_what_is_said_to_be_online(db: None, tmp_path: Path) -> None:
    rows = [
        entry("a", "A", "2024-03-05", figures=[figure("person_times", 40, mode="online"), figure("person_times", 7)]),
        entry("b", "A", "2024-03-06", figures=[figure("person_times", 500, mode="offline")]),
    ]
    load_rows(tmp_path, organisations=[unit("A", kind="county")], entries=rows)
    assert asked("A", 202403, 202403, online=True)["person_times"]["value"] == 40
    assert asked("A", 202403, 202403, online=False)["person_times"]["value"] == 507
    early = date(2024, 3, 5)
    assert asked("A", 202401, 202403, online=False, until=early)["person_times"]["value"] == 7
    found = totals_by_organisation(organisation=organisation("A"), first_month=202403, last_month=202403, until=early)
    assert found[OWN]["person_times"].value == 47


def test_a_day_outside_the_last_month_is_refused(db: None, tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=[unit("A", kind="county")], entries=[])
    with pytest.raises(DomainError):
        totals(organisation=organisation("A"), first_month=202401, last_month=202403, until=date(2024, 2, 1))
