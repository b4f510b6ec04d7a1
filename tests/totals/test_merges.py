"""Merge groups: one event that several report counts once, at every place where they meet, and nowhere else."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError, RowError
from kexie.registers import services
from kexie.registers.merging import merge, reorder, unmerge
from kexie.registers.models import MergeGroup
from kexie.totals.measures import MEASURE_FIELDS
from kexie.totals.models import MonthSum, Skip, SumDelta
from kexie.totals.queries import SCOPES, entry_ids, totals_by_organisation
from kexie.totals.services import fold
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, stored, unit
from tests.totals import definition
from tests.totals.test_laws import added, asked, told
from tests.totals.worlds import INDICATORS, PERIODS, laws, worlds

pytestmark = pytest.mark.django_db

World = tuple[list[Row], list[Row]]
FLOWS = [code for code in INDICATORS if code not in definition.VALID_MONTHS]


@st.composite
def groups(draw: st.DrawFn, entries: list[Row]) -> list[list[str]]:
    """Disjoint lists of entries that could be one event: their latest revisions are not void and of one year."""
    latest: dict[str, Row] = {}
    for row in entries:
        if row["id"] not in latest or row.get("revision", 1) > latest[row["id"]].get("revision", 1):
            latest[row["id"]] = row
    years: dict[str, list[str]] = {}
    for key, row in latest.items():
        if row["status"] != "void" and row["end"]:
            years.setdefault(row["end"][:4], []).append(key)
    found: list[list[str]] = []
    for ids in years.values():
        mixed = draw(st.permutations(ids))
        while len(mixed) > 1:
            size = draw(st.integers(2, 3))
            found.append(list(mixed[:size]))
            mixed = mixed[size:]
    return [ids for ids in found if len(ids) > 1]


@laws(16)
@given(world=worlds(), data=st.data(), periods=st.sets(st.sampled_from(PERIODS), min_size=1, max_size=2))
def test_totals_with_merges_are_what_the_definition_says(
    world: World, data: st.DataObject, periods: set[tuple[int, int]], tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        for code in sorted({row["code"] for row in units}):
            for first, last in periods:
                for scope in SCOPES:
                    expected = definition.totals(units, entries, code, first, last, scope, merges)
                    assert asked(code, first, last, scope) == expected, (code, first, last, scope)
                    for indicator, row in expected.items():
                        behind = entry_ids(
                            organisation=organisation(code),
                            first_month=first,
                            last_month=last,
                            indicator=indicator,
                            scope=scope,
                        )
                        assert len(behind) == row["entries"], (code, scope, indicator)


@laws(10)
@given(world=worlds(), data=st.data(), period=st.sampled_from(PERIODS), scope=st.sampled_from(sorted(SCOPES)))
def test_children_own_and_what_is_shared_add_up_to_the_parent(
    world: World, data: st.DataObject, period: tuple[int, int], scope: str, tmp_path: Path
) -> None:
    units, entries = world
    merges = [{"entries": ids} for ids in data.draw(groups(entries))]
    first, last = period
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries, merges=merges)
        for code in sorted({row["code"] for row in units}):
            parts = totals_by_organisation(
                organisation=organisation(code),
                first_month=first,
                last_month=last,
                indicators=FLOWS,
                scope=scope,  # type: ignore[arg-type]
            )
            for indicator, total in asked(code, first, last, scope).items():
                if indicator in FLOWS:
                    rows = [told(found)[indicator] for found in parts.values() if indicator in found]
                    # A high that one part lacks may be what is taken away again: bounds are compared elsewhere.
                    names = ("value", "low", "entries")
                    assert [added(rows)[name] for name in names] == [total[name] for name in names]


@laws(8)
@given(world=worlds(), data=st.data())
def test_when_all_groups_are_taken_apart_nothing_of_them_is_left(
    world: World, data: st.DataObject, tmp_path: Path
) -> None:
    units, entries = world
    merges = [{"entries": ids} for ids in data.draw(groups(entries))]
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries)
        fold()
        before = sums()
        load_rows(tmp_path, merges=merges)
        for group in MergeGroup.objects.all():
            unmerge(group=group, actor="tests")
        fold()
        assert sums() == before
        assert not Skip.objects.exists()


def sums() -> dict[tuple[int, ...], tuple[int, ...]]:
    assert not SumDelta.objects.exists()
    keys = ("ancestor_id", "month", "indicator_id", "outside")
    rows = MonthSum.objects.values_list(*keys, *MEASURE_FIELDS)
    return {tuple(row[:4]): tuple(row[4:]) for row in rows if any(row[4:])}


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A county, two townships and a department; each tells of one event, with other numbers."""
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C"), unit("V", "T1", "village")]
    tree.append(unit("D", "C", "department"))
    told = {"C": 1000, "T1": 100, "T2": 10, "V": 1, "D": 10000}
    days = {"C": "2024-06-01", "T1": "2024-05-31", "T2": "2024-05-31", "V": "2024-05-30", "D": "2024-06-02"}
    rows = [entry(code, code, days[code], figures=[figure("person_times", value)]) for code, value in told.items()]
    rows.append(entry("void", "T2", status="void", void_reason="重复"))
    rows.append(entry("old", "T2", "2023-05-10"))
    load_rows(tmp_path, organisations=tree, entries=rows)
    return tmp_path


def reached(code: str, scope: str = "system", first: int = 202401, last: int = 202412) -> int:
    return int(asked(code, first, last, scope).get("person_times", {"value": 0})["value"])


def test_it_counts_the_preferred_one_where_they_meet_and_each_where_it_stands_alone(county: Path) -> None:
    merge(entries=[stored("T2"), stored("V"), stored("T1")], actor="tests")
    assert reached("C") == 1000 + 10
    assert (reached("T1"), reached("T1", "own"), reached("V"), reached("T2")) == (1, 100, 1, 10)


def test_all_members_are_booked_in_the_month_of_the_preferred_one(county: Path) -> None:
    assert reached("T1", first=202405, last=202405) == 101
    merge(entries=[stored("C"), stored("T1")], actor="tests")
    assert reached("T1", first=202405, last=202405) == 1
    assert reached("T1", first=202406, last=202406) == 100


def test_the_system_and_the_whole_county_each_take_their_own_best(county: Path) -> None:
    merge(entries=[stored("D"), stored("T2")], actor="tests")
    assert reached("C", "system") == 1000 + 100 + 1 + 10
    assert reached("C", "county") == 1000 + 100 + 1 + 10000


def test_what_is_shared_is_a_row_of_its_own(county: Path) -> None:
    merge(entries=[stored("C"), stored("T1"), stored("T2")], actor="tests")
    parts = totals_by_organisation(
        organisation=organisation("C"), first_month=202401, last_month=202412, indicators=["person_times"]
    )
    values = {code: int(found["person_times"].value) for code, found in parts.items()}
    assert values == {"T1": 101, "T2": 10, "own": 1000, "shared": -110}
    assert parts["shared"]["person_times"].entries == -2


def test_when_the_preferred_one_is_voided_the_next_one_counts(county: Path) -> None:
    merge(entries=[stored("C"), stored("T1")], actor="tests")
    assert reached("C") == 1000 + 10 + 1
    services.void(entry=stored("C"), reason="没有这回事", actor="tests")
    assert reached("C") == 100 + 10 + 1
    assert reached("T1", first=202405, last=202405) == 101


def test_another_order_is_another_choice(county: Path) -> None:
    group = merge(entries=[stored("C"), stored("T1")], actor="tests")
    reorder(group=group, entries=[stored("T1"), stored("C")], actor="tests")
    assert reached("C") == 100 + 10 + 1


@pytest.mark.parametrize(
    ("uids", "office", "reason"),
    [
        (["T1"], None, "至少要两条"),
        (["T1", "T1"], None, "至少要两条"),
        (["T1", "void"], None, "void 已作废"),
        (["T1", "old"], None, "不在同一年"),
        (["T1", "T2"], "T1", "不在记录 T2"),
        (["T1", "V"], "V", "不在记录 T1"),
    ],
)
def test_a_merge_that_cannot_be_is_refused_with_names_and_changes_nothing(
    county: Path, uids: list[str], office: str | None, reason: str
) -> None:
    before = sums_now()
    confirmed_by = organisation(office) if office else None
    with pytest.raises(DomainError, match=reason):
        merge(entries=[stored(uid) for uid in uids], actor="tests", confirmed_by=confirmed_by)
    assert not MergeGroup.objects.exists()
    assert sums_now() == before
    merge(entries=[stored("T1"), stored("T2")], actor="tests", confirmed_by=organisation("C"))
    assert sums_now() != before


def sums_now() -> dict[tuple[int, ...], tuple[int, ...]]:
    fold()
    return sums()


def test_an_entry_is_in_one_group_at_most(county: Path) -> None:
    group = merge(entries=[stored("T1"), stored("T2")], actor="tests")
    with pytest.raises(DomainError, match="T2 已在另一组"):
        merge(entries=[stored("T2"), stored("V")], actor="tests")
    with pytest.raises(DomainError, match="V 不在这组"):
        reorder(group=group, entries=[stored("T1"), stored("V")], actor="tests")
    with pytest.raises(DomainError, match="每条记录"):
        reorder(group=group, entries=[stored("T1")], actor="tests")


def test_a_loaded_merge_across_years_names_file_and_line(county: Path) -> None:
    with pytest.raises(RowError, match=r"第 1 行.*不在同一年"):
        load_rows(county, merges=[{"entries": ["T1", "old"]}])
    assert not MergeGroup.objects.exists()


def test_a_draft_of_a_merge_cannot_be_corrected_into_another_year(tmp_path: Path) -> None:
    rows = [entry("a", "T", "2024-01-01"), entry("b", "A", "2024-01-01", status="draft")]
    load_rows(tmp_path, organisations=[unit("A", kind="county"), unit("T", "A")], entries=rows)
    merge(entries=[stored("a"), stored("b")], actor="tests")
    day = date(2023, 1, 1)
    with pytest.raises(DomainError, match="2023年"):
        services.revise(entry=stored("b"), changes={"start": day, "end": day}, actor="tests")
    assert str(stored("b").latest.end) == "2024-01-01"  # type: ignore[union-attr]
