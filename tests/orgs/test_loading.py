"""orgs.csv into the tree: what is stored, what is refused, and that a refusal leaves nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kexie.core.errors import RowError
from kexie.core.models import AuditRecord
from kexie.orgs.models import BEGINNING, END, Lineage, Organisation, OrganisationVersion
from kexie.orgs.queries import Standings, children_between, path_on
from kexie.registers.exchange import Paths, load
from kexie.totals.queries import totals
from tests.factories import Row, entry, figure, load_rows, organisation, unit, write_organisations

pytestmark = pytest.mark.django_db

TREE = [unit("C", kind="county"), unit("T1", "C", order=2), unit("T2", "C", order=1), unit("V", "T1", "village")]


def line_up(code: str, day: date) -> list[str]:
    """Codes from the root to ``code`` on ``day``, as stored."""
    place = Standings().on(organisation(code).pk, day)
    if place is None:
        return []
    codes = dict(Organisation.objects.values_list("pk", "code"))
    return [codes[int(part)] for part in place[0].strip("/").split("/")]


def test_it_stores_units_with_what_is_told_and_defaults_for_the_rest(tmp_path: Path) -> None:
    rows = [unit("C", kind="county"), unit("T", "C", order=3, short_name="某镇", since="2020-01-01", to="2023-12-31")]
    tree = load_rows(tmp_path, organisations=rows).organisations
    assert (tree.created, tree.changed, tree.unchanged) == (2, 0, 0)
    county, town = organisation("C"), organisation("T")
    assert (county.short_name, county.order, county.valid_from, county.valid_until) == ("C科协", 0, BEGINNING, END)
    assert (town.short_name, town.order, town.kind, town.parent) == ("某镇", 3, "township", county)
    assert (town.valid_from, town.valid_until) == (date(2020, 1, 1), date(2024, 1, 1))  # the last day is inclusive
    assert line_up("T", date(2023, 12, 31)) == ["C", "T"]
    assert line_up("T", date(2024, 1, 1)) == line_up("T", date(2019, 12, 31)) == []


def test_the_last_five_columns_may_be_missing(tmp_path: Path) -> None:
    path = write_organisations(tmp_path / "orgs.csv", [], columns=("code", "name", "kind", "parent_code"))
    path.write_text(path.read_text() + "C,青禾县科协,county,\nT,望川镇科协,township,C\n", encoding="utf-8")
    load(paths=Paths(organisations=path), actor="tests")
    assert organisation("T").parent == organisation("C")


@pytest.mark.parametrize(
    ("until", "shared_day"),
    [("2023-06-30", "T2"), ("2023-07-01", "T2"), ("", "T2")],
    ids=["day before", "shared day", "open end"],
)
def test_on_the_day_of_a_move_a_unit_stands_at_its_new_place(tmp_path: Path, until: str, shared_day: str) -> None:
    rows = [*TREE[:3], unit("V", "T1", "village", to=until), unit("V", "T2", "village", since="2023-07-01")]
    load_rows(tmp_path, organisations=rows)
    assert line_up("V", date(2023, 6, 30)) == ["C", "T1", "V"]
    assert line_up("V", date(2023, 7, 1)) == ["C", shared_day, "V"]
    assert organisation("V").parent == organisation("T2")


def test_a_rename_keeps_the_old_name_for_the_old_days(tmp_path: Path) -> None:
    rows = [unit("C", kind="county"), unit("T", "C", to="2023-06-30"), unit("T", "C", since="2023-07-01")]
    rows[1]["name"] = "旧名乡科协"
    load_rows(tmp_path, organisations=rows)
    names = OrganisationVersion.objects.filter(organisation=organisation("T")).values_list("name", "valid_until")
    assert list(names) == [("旧名乡科协", date(2023, 7, 1)), ("T科协", END)]
    assert organisation("T").name == "T科协"


def test_what_stood_below_a_merged_township_stands_below_its_successor(tmp_path: Path) -> None:
    rows = [*TREE[:1], unit("T1", "C", to="2023-12-31", successor="T2"), *TREE[2:]]
    load_rows(tmp_path, organisations=rows)
    assert line_up("V", date(2023, 12, 31)) == ["C", "T1", "V"]
    assert line_up("V", date(2024, 1, 1)) == ["C", "T2", "V"]
    assert organisation("V").path == f"{organisation('T2').path}{organisation('V').pk}/"
    assert path_on(organisation=organisation("T1"), day=date(2024, 1, 1)) is None
    county = organisation("C")
    year = {"first": date(2023, 1, 1), "last": date(2023, 12, 31)}
    assert [each.code for each in children_between(organisation=county, **year)] == ["T1", "T2"]
    year = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}
    assert [each.code for each in children_between(organisation=county, **year)] == ["T2"]


def test_a_unit_may_stand_before_its_parent_in_the_file(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=reversed(TREE))
    assert line_up("V", date(2024, 1, 1)) == ["C", "T1", "V"]


def test_units_may_come_in_several_files(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=TREE[:2])
    tree = load_rows(tmp_path, organisations=TREE).organisations
    assert (tree.created, tree.unchanged) == (2, 2)
    assert line_up("V", date(2024, 1, 1)) == ["C", "T1", "V"]


def test_the_same_file_twice_changes_and_records_nothing(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=TREE)
    before = list(Lineage.objects.values()), AuditRecord.objects.count()
    tree = load_rows(tmp_path, organisations=TREE).organisations
    assert (tree.created, tree.changed, tree.unchanged) == (0, 0, 4)
    assert (list(Lineage.objects.values()), AuditRecord.objects.count()) == before


def test_another_history_is_refused_unless_it_is_to_replace(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=TREE)
    rows = [*TREE[:3], unit("V", "T2", "village")]
    with pytest.raises(RowError, match="已在册") as caught:
        load_rows(tmp_path, organisations=rows)
    assert caught.value.line == 5
    assert line_up("V", date(2024, 1, 1)) == ["C", "T1", "V"]
    assert load_rows(tmp_path, organisations=rows, replace=True).organisations.changed == 1
    assert line_up("V", date(2024, 1, 1)) == ["C", "T2", "V"]


def test_an_end_in_the_year_9999_is_an_open_end(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=[unit("C", kind="county", to="9999-12-31")])
    assert line_up("C", date(2024, 1, 1)) == ["C"]


BAD: list[tuple[list[Row], int, str | None]] = [
    ([unit("X", "nowhere")], 3, "上级 nowhere 不存在"),
    ([unit("X", "C", successor="nowhere")], 3, "并入的组织 nowhere 不存在"),
    ([unit("X", "C", kind="club")], 3, "类别“club”不在册"),
    ([unit("X", "X")], 3, "是它自己"),
    ([unit("Y", "C"), unit("X", "Z"), unit("Z", "X")], 4, "下级"),
    ([unit("X", "C", since="2024-01-01", to="2023-12-31")], 3, "早于起始日期"),
    ([unit("X", "C", to="2023-12-31"), unit("X", "C", since="2023-06-01")], 4, "重叠"),
    ([unit("X", "C", to="2023-12-31"), unit("X", "C")], 4, "重叠"),
    ([unit("X", "C", since="2024-02-30")], 3, "不是日期"),
    ([unit("X", "C", since="soon")], 3, "不是日期"),
    ([unit("X", "C", order="first")], 3, "不是整数"),
    ([unit("X", "C", order=10**12)], 3, "order"),
    ([unit("", "C")], 3, "code 是空的"),
    ([unit("X", "C", kind="")], 3, "kind 是空的"),
    ([unit("X" * 65, "C")], 3, "超过 64"),
    ([{**unit("X", "C"), "name": "长" * 121}], 3, "超过 120"),
    ([unit("X", "C", short_name="长" * 61)], 3, "超过 60"),
    ([{**unit("X", "C"), "name": "科\0协"}], 3, None),
    # The parent is there for a part of the time only.
    (
        [unit("X", "C", since="2023-01-01", to="2023-12-31"), unit("Y", "X", since="2022-01-01")],
        4,
        "2022-01-01 没有上级",
    ),
    ([unit("X", "C", to="2023-12-31"), unit("Y", "X", since="2022-01-01")], 4, "2024-01-01 没有上级"),
]


@pytest.mark.parametrize(("rows", "line", "reason"), BAD, ids=[reason or "NUL" for _, _, reason in BAD])
def test_it_names_file_line_and_reason_and_stores_nothing(
    tmp_path: Path, rows: list[Row], line: int, reason: str | None
) -> None:
    good = unit("C", kind="county")
    with pytest.raises(RowError, match=reason) as caught:
        load_rows(tmp_path, organisations=[good, *rows])
    of_a_ring = {line, line + 1} if reason == "下级" else {line}  # any member of it may be named
    assert caught.value.line in of_a_ring
    assert caught.value.file == str(tmp_path / "orgs.csv")
    assert not Organisation.objects.exists()
    assert not OrganisationVersion.objects.exists()
    assert not AuditRecord.objects.exists()
    load_rows(tmp_path, organisations=[good])
    assert organisation("C").kind == "county"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("code,name,kind\nC,某县,county\n", 1, "缺少列 parent_code"),
        ("code,name,kind,parent_code,colour\nC,某县,county,,red\n", 1, "不认识的列 colour"),
        ("code,name,kind,parent_code\nC,某县\n", 2, "列数"),
        ("code,name,kind,parent_code\nC,某县,county,,2020-01-01\n", 2, "列数"),
        ("", 1, "缺少列"),
    ],
)
def test_it_refuses_other_columns(tmp_path: Path, text: str, line: int, reason: str) -> None:
    path = tmp_path / "orgs.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RowError, match=reason) as caught:
        load(paths=Paths(organisations=path), actor="tests")
    assert caught.value.line == line


def test_a_very_deep_tree_is_stored_or_refused_but_no_crash(tmp_path: Path) -> None:
    rows = [unit("0", kind="county"), *(unit(str(n), str(n - 1)) for n in range(1, 200))]
    try:
        load_rows(tmp_path, organisations=rows)
    except RowError:
        assert not Organisation.objects.exists()
    else:
        assert len(organisation("199").ancestor_ids) == 200


def test_entries_are_counted_where_the_unit_stood_then(tmp_path: Path) -> None:
    """And follow when the history is corrected."""
    moved = [unit("V", "T1", "village", to="2024-05-31"), unit("V", "T2", "village", since="2024-06-01")]
    rows = [
        entry("before", "V", "2024-05-31", figures=[figure("books", 1)]),
        entry("after", "V", "2024-06-01", figures=[figure("books", 10)]),
    ]
    load_rows(tmp_path, organisations=[*TREE[:3], *moved], entries=rows)

    def books(code: str) -> Any:
        found = totals(organisation=organisation(code), first_month=202401, last_month=202412)
        return found["books"].value if "books" in found else None

    assert [books(code) for code in ("T1", "T2", "V", "C")] == [1, 10, 11, 11]
    load_rows(tmp_path, organisations=[*TREE[:3], unit("V", "T1", "village")], replace=True)
    assert [books(code) for code in ("T1", "T2", "V", "C")] == [11, None, 11, 11]


def test_a_correction_that_leaves_counted_entries_without_a_unit_is_refused(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=TREE, entries=[entry("a", "V", "2024-05-31", figures=[figure("books", 1)])])
    with pytest.raises(RowError, match="不存在") as caught:
        load_rows(tmp_path, organisations=[unit("V", "T1", "village", since="2024-06-01")], replace=True)
    assert caught.value.file == str(tmp_path / "orgs.csv")
    assert line_up("V", date(2024, 5, 31)) == ["C", "T1", "V"]
    assert totals(organisation=organisation("C"), first_month=202401, last_month=202412)["books"].value == 1
