"""Merge groups: one event that several report counts once, at every place where they meet, and nowhere else."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError, RowError
from kexie.core.models import AuditRecord
from kexie.registers import services
from kexie.registers.exchange import dump
from kexie.registers.merging import (
    add_to_group,
    join_groups,
    members_of,
    merge,
    reorder,
    same_event,
    take_out,
    tell_apart,
    unmerge,
)
from kexie.registers.models import MergeGroup, MergeMember, ToldApart
from kexie.totals.measures import MEASURE_FIELDS
from kexie.totals.models import MonthSum, Skip, SumDelta
from kexie.totals.queries import SCOPES, entry_ids, totals_by_organisation
from kexie.totals.services import fold
from tests.factories import Row, entry, figure, forgotten, load_folder, load_rows, organisation, stored, unit
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


def groups_now() -> list[list[str]]:
    return [[each.uid for each in members_of(group)] for group in MergeGroup.objects.order_by("pk")]


class TestChangingAGroup:
    """A group takes in, gives away and joins others; each time the sums are those of the groups as they are now."""

    def test_it_takes_in_another_entry_behind_the_others(self, county: Path) -> None:
        group = merge(entries=[stored("C"), stored("T1")], actor="tests")
        add_to_group(group=group, entries=[stored("T2"), stored("V")], actor="tests")
        assert groups_now() == [["C", "T1", "T2", "V"]]
        assert (reached("C"), reached("T1")) == (1000, 100)

    def test_it_gives_one_away_and_a_group_of_one_is_none(self, county: Path) -> None:
        group = merge(entries=[stored("C"), stored("T1"), stored("T2")], actor="tests")
        take_out(group=group, entry=stored("C"), actor="tests")
        assert groups_now() == [["T1", "T2"]]
        assert reached("C") == 1000 + 100 + 1
        assert reached("T1", first=202405, last=202405) == 101
        take_out(group=group, entry=stored("T1"), actor="tests")
        assert groups_now() == []
        assert reached("C") == 1000 + 100 + 10 + 1
        assert not Skip.objects.exists()

    def test_two_groups_become_one(self, county: Path) -> None:
        groups = [merge(entries=[stored(a), stored(b)], actor="tests") for a, b in (("T2", "V"), ("C", "T1"))]
        join_groups(groups=groups, actor="tests")
        assert groups_now() == [["T2", "V", "C", "T1"]]
        assert (reached("C"), reached("T1")) == (10, 1)

    def test_what_is_said_of_entries_in_groups_brings_the_groups_together(self, county: Path) -> None:
        merge(entries=[stored("T2"), stored("V")], actor="tests")
        merge(entries=[stored("C"), stored("D")], actor="tests")
        same_event(entries=[stored(uid) for uid in ("C", "V", "T1")], actor="tests")
        assert groups_now() == [["C", "V", "T1", "T2", "D"]]
        with pytest.raises(DomainError, match="已确认为同一活动"):
            same_event(entries=[stored("C"), stored("V")], actor="tests")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda group: add_to_group(group=group, entries=[stored("old")], actor="x"), "不在同一年"),
            (lambda group: add_to_group(group=group, entries=[stored("void")], actor="x"), "void 已作废"),
            (lambda group: add_to_group(group=group, entries=[stored("C")], actor="x"), "至少要两条不同"),
            (lambda group: add_to_group(group=group, entries=[stored("D")], actor="x"), "D 已在另一组"),
            (lambda group: take_out(group=group, entry=stored("T2"), actor="x"), "T2 不在这组"),
            (lambda group: join_groups(groups=[group, group], actor="x"), "两组不同"),
            (lambda group: reorder(group=group, entries=[stored("C"), stored("T2")], actor="x"), "T2 不在这组"),
            (lambda group: tell_apart(entries=[stored("C"), stored("T1")], actor="x"), "先从那组里取出"),
            (lambda group: tell_apart(entries=[stored("C"), stored("C")], actor="x"), "至少要两条"),
        ],
    )
    def test_what_cannot_be_is_refused_with_names_and_changes_nothing(
        self, county: Path, change: Callable[[MergeGroup], object], reason: str
    ) -> None:
        group = merge(entries=[stored("C"), stored("T1")], actor="tests")
        merge(entries=[stored("D"), stored("V")], actor="tests")
        before = (groups_now(), sums_now(), ToldApart.objects.count())
        with pytest.raises(DomainError, match=reason):
            change(group)
        assert (groups_now(), sums_now(), ToldApart.objects.count()) == before

    @pytest.mark.parametrize("verb", ["add", "take-out", "reorder", "unmerge", "join", "apart"])
    def test_an_office_that_does_not_stand_above_all_changes_nothing(self, county: Path, verb: str) -> None:
        group = merge(entries=[stored("T1"), stored("V"), stored("T2")], actor="tests")
        other = merge(entries=[stored("C"), stored("D")], actor="tests")
        others = {"actor": "x", "confirmed_by": organisation("T1")}
        verbs: dict[str, Callable[[], object]] = {
            "add": lambda: add_to_group(group=other, entries=[stored("T1")], **others),  # type: ignore[arg-type]
            "take-out": lambda: take_out(group=group, entry=stored("V"), **others),  # type: ignore[arg-type]
            "reorder": lambda: reorder(
                group=group,
                entries=[stored(uid) for uid in ("V", "T1", "T2")],
                **others,  # type: ignore[arg-type]
            ),
            "unmerge": lambda: unmerge(group=group, **others),  # type: ignore[arg-type]
            "join": lambda: join_groups(groups=[group, other], **others),  # type: ignore[arg-type]
            "apart": lambda: tell_apart(entries=[stored("T1"), stored("C")], **others),  # type: ignore[arg-type]
        }
        before = (groups_now(), sums_now())
        with pytest.raises(DomainError, match=r"T1科协不在记录 .* 的单位之上"):
            verbs[verb]()
        assert (groups_now(), sums_now()) == before

    def test_who_confirmed_is_kept(self, county: Path) -> None:
        group = merge(entries=[stored("C"), stored("T1")], actor="tests", confirmed_by=organisation("C"))
        assert MergeGroup.objects.get().office == organisation("C")
        assert AuditRecord.objects.latest("number").subject == f"merge:{group.pk}"


def test_a_voided_member_stays_counts_nothing_and_is_not_dumped(county: Path, tmp_path: Path) -> None:
    group = merge(entries=[stored("C"), stored("T1"), stored("T2")], actor="tests")
    services.void(entry=stored("C"), reason="没有这回事", actor="tests")
    assert groups_now() == [["C", "T1", "T2"]]
    expected = [asked(code, 202401, 202412, "county") for code in ("C", "T1", "T2")]
    dump(tmp_path / "dumped")
    assert '{"entries":["T1","T2"]}' in (tmp_path / "dumped" / "merges.jsonl").read_text(encoding="utf-8")
    unmerge(group=group, actor="tests")
    load_folder(tmp_path / "dumped")
    assert groups_now() == [["T1", "T2"]]
    assert [asked(code, 202401, 202412, "county") for code in ("C", "T1", "T2")] == expected


def test_a_group_of_voided_members_and_one_other_is_not_dumped(county: Path, tmp_path: Path) -> None:
    merge(entries=[stored("C"), stored("T1")], actor="tests")
    services.void(entry=stored("C"), reason="没有这回事", actor="tests")
    dump(tmp_path / "dumped")
    assert (tmp_path / "dumped" / "merges.jsonl").read_text(encoding="utf-8") == ""


def test_an_office_cannot_confirm_what_counts_in_another_year(county: Path) -> None:
    services.amend(entry=stored("old"), changes={"start": None, "end": date(2024, 5, 31)}, actor="tests")
    with pytest.raises(DomainError, match="不在同一年"):
        merge(entries=[stored("old"), stored("T1")], actor="tests", confirmed_by=organisation("C"))
    services.approve(entry=stored("old"), actor="tests")
    merge(entries=[stored("old"), stored("T1")], actor="tests", confirmed_by=organisation("C"))
    assert MergeMember.objects.count() == 2


def test_drafts_of_any_month_of_the_year_are_merged_and_count_when_approved(county: Path) -> None:
    rows = [entry("d", "T2", "2024-12-31", status="draft", figures=[figure("person_times", 7)])]
    load_rows(county, entries=rows, merges=[{"entries": ["d", "T1"]}])
    assert reached("C") == 1000 + 100 + 10 + 1
    services.approve(entry=stored("d"), actor="tests")
    assert reached("C") == 1000 + 10 + 1 + 7
    assert reached("T1", first=202412, last=202412) == 100


def test_a_draft_of_a_merge_cannot_be_corrected_into_another_year(tmp_path: Path) -> None:
    rows = [entry("a", "T", "2024-01-01"), entry("b", "A", "2024-01-01", status="draft")]
    load_rows(tmp_path, organisations=[unit("A", kind="county"), unit("T", "A")], entries=rows)
    merge(entries=[stored("a"), stored("b")], actor="tests")
    day = date(2023, 1, 1)
    with pytest.raises(DomainError, match="2023年"):
        services.revise(entry=stored("b"), changes={"start": day, "end": day}, actor="tests")
    assert str(stored("b").latest.end) == "2024-01-01"  # type: ignore[union-attr]


def test_what_is_booked_before_its_unit_came_is_among_the_children(tmp_path: Path) -> None:
    """The best member is of April; the other one's unit came in July, and has what the first one lacks."""
    units = [unit("C", kind="county"), unit("T1", "C"), unit("B", "C", since="2023-07-01")]
    units.append(unit("V", "B", "village", since="2023-07-01"))
    rows = [
        entry("t", "T1", "2023-04-15", figures=[figure("person_times", 100)]),
        entry("b", "B", "2023-08-01", figures=[figure("person_times", 7), figure("materials", 30)]),
        entry("v", "V", "2023-08-02", figures=[figure("materials", 4), figure("donated_value", 5)]),
    ]
    load_rows(tmp_path, organisations=units, entries=rows, merges=[{"entries": ["t", "b", "v"]}])
    question = {"first_month": 202304, "last_month": 202304, "indicators": INDICATORS}
    for code, expected in (("C", {"T1", "B", "shared"}), ("B", {"V", "own", "shared"})):
        for scope in SCOPES[1:]:
            whole = asked(code, 202304, 202304, scope)
            assert whole == definition.totals(units, rows, code, 202304, 202304, scope, [["t", "b", "v"]])
            parts = totals_by_organisation(organisation=organisation(code), scope=scope, **question)  # type: ignore[arg-type]
            assert set(parts) == expected
            for indicator, total in whole.items():
                found = [told(each)[indicator] for each in parts.values() if indicator in each]
                assert added(found) == added([total]), (code, scope, indicator)
    assert {key: each["value"] for key, each in asked("C", 202304, 202304).items()} == {
        "person_times": 100,
        "materials": 30,
        "donated_value": 5,
    }
    assert asked("C", 202308, 202308) == {}
