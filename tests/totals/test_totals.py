"""Totals by example: kinds of indicator, scopes, stocks, unfolded sums."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection

from kexie.core.errors import DomainError, RowError
from kexie.registers.exchange import dump
from kexie.registers.services import approve
from kexie.totals.measures import LIMIT, SUM_LIMIT
from kexie.totals.models import Fact, Indicator, MonthSum, Posting, Stamp, SumDelta
from kexie.totals.queries import Total, entry_ids, refuse_missing_formula, totals, totals_by_organisation
from kexie.totals.services import FactData, PostingData, fold, post, sync_indicators, unpost
from tests.factories import Row, entry, figure, forgotten, load_folder, load_rows, organisation, stored, unit

pytestmark = pytest.mark.django_db

TREE = [
    unit("C", kind="county"),
    unit("T1", "C", order=2),
    unit("T2", "C", order=1),
    unit("V", "T1", "village"),
    unit("D", "C", "department"),
    unit("B", "D", "base"),
]


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE)
    return tmp_path


def year(code: str, *, year: int = 2024, scope: str = "system", **others: object) -> dict[str, Total]:
    asked = {"organisation": organisation(code), "first_month": year * 100 + 1, "last_month": year * 100 + 12}
    return totals(**asked, scope=scope, **others)  # type: ignore[arg-type]


def posting(number: int, code: str, value: int, day: date = date(2024, 5, 10)) -> PostingData:
    indicator = Indicator.objects.get(code="person_times").pk
    return PostingData(
        number, organisation(code).pk, day, "literacy", (FactData(indicator, "exact", value, value, value),)
    )


def test_it_counts_what_all_below_did_and_leaves_departments_to_the_county(tree: Path) -> None:
    rows = [
        entry(code, code, figures=[figure("person_times", 10**place)])
        for place, code in enumerate(["C", "T1", "V", "D", "B"])
    ]
    load_rows(tree, entries=rows)
    assert year("C", scope="own")["person_times"].value == 1
    assert year("C", scope="system")["person_times"].value == 111
    assert year("C", scope="county")["person_times"].value == 11111
    assert year("T1")["person_times"].value == 110
    assert year("T1", scope="own")["person_times"].value == 10
    # A department's own totals are its own: what lies above it decides.
    assert year("D", scope="system")["person_times"].value == 11000
    assert "person_times" not in year("T2")


def test_it_lists_children_in_official_order_and_own_last(tree: Path) -> None:
    load_rows(tree, entries=[entry(code, code, figures=[figure("person_times", 5)]) for code in ("C", "T1", "T2", "D")])
    asked = {"organisation": organisation("C"), "first_month": 202401, "last_month": 202412}
    assert list(totals_by_organisation(**asked)) == ["T2", "T1", "own"]  # type: ignore[arg-type]
    assert list(totals_by_organisation(**asked, scope="county")) == ["D", "T2", "T1", "own"]  # type: ignore[arg-type]


def test_it_shows_only_the_indicators_that_were_asked_for_and_only_those_with_entries(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "T1", figures=[figure("person_times", 5), figure("books", 1)])])
    assert list(year("C")) == ["books", "person_times"]
    assert list(year("C", indicators=["person_times", "boards"])) == ["person_times"]
    assert year("C", indicators=[]) == {}
    assert year("C", year=2023) == {}


def test_a_figure_of_nothing_is_an_entry_that_says_nothing_happened(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "T1", figures=[figure("person_times", 0)])])
    assert (year("C")["person_times"].value, year("C")["person_times"].entries) == (0, 1)


def test_an_of_which_enters_no_total(tree: Path) -> None:
    figures = [
        figure("person_times", 100),
        figure("person_times", 60, groups=["女"]),
        figure("person_times", 30, part_of=0),
        figure("books", 7, groups=["儿童", "女"]),
    ]
    load_rows(tree, entries=[entry("a", "T1", figures=figures)])
    assert {code: each.value for code, each in year("C").items()} == {"person_times": 100}
    # They are kept, one row a group, for breakdowns.
    assert Fact.objects.filter(part=True).count() == 4


def test_online_and_offline_add_up(tree: Path) -> None:
    figures = [figure("person_times", 100, mode="offline"), figure("person_times", 900, mode="online")]
    load_rows(tree, entries=[entry("a", "T1", figures=figures)])
    total = year("C")["person_times"]
    assert (total.value, total.entries) == (1000, 1)


def test_money_keeps_its_decimals(tree: Path) -> None:
    load_rows(tree, entries=[entry(str(n), "T1", figures=[figure("donated_value", 0.1)]) for n in range(3)])
    assert year("C")["donated_value"].value == Decimal("0.30")


def test_it_counts_an_entry_in_the_month_in_which_it_ends(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "T1", "2024-01-03", start="2023-12-20", figures=[figure("books", 8)])])
    assert year("C", year=2023) == {}
    assert year("C", year=2024)["books"].value == 8


def test_by_work_area_there_are_flows_only(tree: Path) -> None:
    rows = [
        entry("a", "T1", figures=[figure("books", 8), figure("galleries", 3)], work_area="youth"),
        entry("b", "T1", figures=[figure("books", 1)], work_area="villages"),
    ]
    load_rows(tree, entries=rows)
    assert {code: each.value for code, each in year("C", work_area="youth").items()} == {"books": 8}


class TestStocks:
    """The last value of each unit at or before the period's end, while it is valid and the unit exists."""

    def test_it_takes_the_last_value_of_each_unit_and_adds_them(self, tree: Path) -> None:
        rows = [
            entry("old", "T1", "2023-06-30", figures=[figure("galleries", 5)]),
            entry("new", "T1", "2024-02-01", figures=[figure("galleries", 7)]),
            entry("late", "T1", "2025-01-01", figures=[figure("galleries", 100)]),
            entry("other", "T2", "2023-09-01", figures=[figure("galleries", 2)]),
        ]
        load_rows(tree, entries=rows)
        total = year("C")["galleries"]
        assert (total.value, total.entries, total.as_of) == (9, 2, date(2023, 9, 1))
        assert year("C", year=2023)["galleries"].value == 7

    @pytest.mark.parametrize(("day", "counts"), [("2023-07-01", True), ("2023-05-31", False)])
    def test_a_value_is_valid_for_so_many_months(self, tree: Path, day: str, counts: bool) -> None:
        assert Indicator.objects.get(code="galleries").valid_months == 18
        load_rows(tree, entries=[entry("a", "T1", day, figures=[figure("galleries", 5)])])
        assert ("galleries" in year("C")) is counts

    def test_a_unit_that_is_gone_at_the_end_gives_nothing(self, tmp_path: Path) -> None:
        tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C", to="2024-08-31", successor="T1")]
        rows = [entry(code, code, "2024-03-01", figures=[figure("galleries", 4)]) for code in ("T1", "T2")]
        load_rows(tmp_path, organisations=tree, entries=rows)
        asked = {"organisation": organisation("C"), "first_month": 202401}
        assert totals(**asked, last_month=202408)["galleries"].value == 8  # type: ignore[arg-type]
        assert totals(**asked, last_month=202409)["galleries"].value == 4  # type: ignore[arg-type]

    def test_a_unit_that_moved_gives_its_value_where_it_stands_at_the_end(self, tmp_path: Path) -> None:
        tree = [
            *(unit("C", kind="county"), unit("T1", "C"), unit("T2", "C")),
            *(unit("V", "T1", "village", to="2024-06-30"), unit("V", "T2", "village", since="2024-07-01")),
        ]
        load_rows(
            tmp_path, organisations=tree, entries=[entry("a", "V", "2024-03-01", figures=[figure("galleries", 4)])]
        )
        asked = {"first_month": 202401, "indicators": ["galleries"]}
        for last_month, there, gone in ((202406, "T1", "T2"), (202407, "T2", "T1")):
            assert totals(organisation=organisation(there), last_month=last_month, **asked)  # type: ignore[arg-type]
            assert not totals(organisation=organisation(gone), last_month=last_month, **asked)  # type: ignore[arg-type]

    def test_of_two_on_one_day_the_same_counts_after_dump_and_load(
        self, db: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("dumped")
        rows = [entry("z", "T1", figures=[figure("galleries", 5)]), entry("a", "T1", figures=[figure("galleries", 7)])]
        with forgotten():
            load_rows(tmp_path, organisations=TREE, entries=rows)
            before = year("C")["galleries"].value
            dump(folder)
        with forgotten():
            load_folder(folder)
            assert year("C")["galleries"].value == before


class TestFormulas:
    """Ratios and means are computed from totals, never averaged."""

    def rows(self) -> list[Row]:
        return [
            entry("a", "T1", figures=[figure("villages_organised", 1), figure("villages_total", 3)]),
            entry("b", "T2", figures=[figure("villages_organised", 5), figure("villages_total", 5)]),
        ]

    def test_a_ratio_is_that_of_the_sums(self, tree: Path) -> None:
        load_rows(tree, entries=self.rows())
        total = year("C", indicators=["organisation_coverage"])["organisation_coverage"]
        assert (total.value, total.low, total.high, total.qualifier) == (75, 75, 75, "exact")
        assert year("T1")["organisation_coverage"].value == Decimal("33.3")

    def test_a_ratio_of_an_approximate_number_is_about(self, tree: Path) -> None:
        rows = self.rows()
        rows[0]["figures"][0]["qualifier"] = "at_least"
        load_rows(tree, entries=rows)
        total = year("C")["organisation_coverage"]
        assert (total.value, total.low, total.high, total.qualifier) == (75, 0, None, "about")

    def test_there_is_no_ratio_over_nothing(self, tree: Path) -> None:
        load_rows(
            tree, entries=[entry("a", "T1", figures=[figure("villages_organised", 1), figure("villages_total", 0)])]
        )
        assert "organisation_coverage" not in year("C")
        assert "villages_total" in year("C")

    def test_a_mean_is_that_of_the_sums(self, tree: Path) -> None:
        load_rows(tree, entries=[
            entry("a", "T1", figures=[figure("person_times", 10), figure("activities", 1)]),
            entry("b", "T2", figures=[figure("person_times", 20), figure("activities", 3)]),
        ])  # fmt: skip
        assert year("C")["attendance_per_activity"].value == Decimal("7.5")

    def test_the_entries_behind_a_ratio_are_those_of_both_parts(self, tree: Path) -> None:
        load_rows(tree, entries=self.rows())
        ids = entry_ids(
            organisation=organisation("C"), first_month=202401, last_month=202412, indicator="organisation_coverage"
        )
        assert len(ids) == 2


class TestPosting:
    """Posting is booking: exactly once, under the structure of the day, all or nothing."""

    def test_posting_again_replaces_what_was_posted(self, tree: Path) -> None:
        post(postings=[posting(1, "V", 30)])
        post(postings=[posting(1, "T2", 7)])
        assert year("C")["person_times"].value == 7
        assert "person_times" not in year("T1")
        assert Posting.objects.count() == 1
        assert set(Stamp.objects.values_list("ancestor__code", flat=True)) == {"C", "T2"}

    def test_taking_back_what_was_never_posted_is_nothing(self, tree: Path) -> None:
        post(postings=[posting(1, "V", 30)])
        unpost(entries=[2, 3])
        assert year("C")["person_times"].value == 30

    def test_an_organisation_that_did_not_exist_stops_the_whole_booking(self, tmp_path: Path) -> None:
        load_rows(tmp_path, organisations=[unit("C", kind="county"), unit("T", "C", since="2024-01-01")])
        fine, bad = posting(1, "C", 5), posting(2, "T", 5, date(2023, 12, 31))
        with pytest.raises(DomainError, match="2023-12-31 不存在"):
            post(postings=[fine, bad])
        assert not Posting.objects.exists()
        assert year("C") == {}
        post(postings=[fine])
        assert year("C")["person_times"].value == 5

    def test_unfolded_sums_are_part_of_every_answer(self, tree: Path) -> None:
        post(postings=[posting(1, "V", 30)])
        fold()
        key = {"ancestor": organisation("C"), "month": 202405, "indicator": Indicator.objects.get(code="person_times")}
        row = MonthSum.objects.get(**key)
        assert (row.value, row.entries, row.exact, row.outside) == (30, 1, 1, False)
        SumDelta.objects.create(
            **key, outside=False, value=5, low=5, high=5, entries=1, exact=1, at_least=0, at_most=0, about=0, range=0,
            without_high=0, low_exclusive=0, high_exclusive=0,
        )  # fmt: skip
        assert year("C")["person_times"].value == 35
        fold()
        fold()
        assert year("C")["person_times"].value == 35
        assert not SumDelta.objects.exists()
        assert MonthSum.objects.get(**key).value == 35

    def test_on_sqlite_nothing_waits_to_be_folded(self, tree: Path) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL folds in a worker")
        post(postings=[posting(1, "V", 30)])
        assert not SumDelta.objects.exists()


def test_synchronising_the_catalogue_twice_changes_nothing(db: None) -> None:
    before = list(Indicator.objects.order_by("pk").values())
    Indicator.objects.filter(code="books").update(name="别的名字")
    sync_indicators()
    sync_indicators()
    assert list(Indicator.objects.order_by("pk").values()) == before


def test_a_total_takes_the_same_queries_for_one_entry_and_for_many(
    tree: Path, django_assert_max_num_queries: object
) -> None:
    load_rows(tree, entries=[entry("a", "T1", figures=[figure("books", 1), figure("galleries", 1)])])
    where = organisation("C")
    asked = {"organisation": where, "first_month": 202401, "last_month": 202412}
    for count in (1, 30):
        rows = [entry(f"{n}", "V", figures=[figure("books", 1), figure("members", 1)]) for n in range(count)]
        load_rows(tree, entries=rows)
        with django_assert_max_num_queries(7):  # type: ignore[operator]
            totals(**asked)  # type: ignore[arg-type]
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            totals_by_organisation(**asked)  # type: ignore[arg-type]


class TestBadInput:
    """What cannot be booked or computed is refused by name, and nothing has changed."""

    def test_a_stock_of_a_dissolved_unit(self, tmp_path: Path) -> None:
        tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C", to="2024-08-31", successor="T1")]
        rows = [entry("a", "T2", "2024-09-01", figures=[figure("galleries", 4), figure("books", 1)])]
        reason = r"T2 在 2024-09-01 不存在：T2科协到 2024-08-31 为止，并入T1科协，存量科普画廊不能"
        with pytest.raises(RowError, match=reason):
            load_rows(tmp_path, organisations=tree, entries=rows)
        load_rows(tmp_path, organisations=tree, entries=[{**rows[0], "status": "draft"}])
        with pytest.raises(DomainError, match=reason):
            approve(entry=stored("a"), actor="tests")
        assert not Posting.objects.exists()
        assert stored("a").counting is None
        load_rows(tmp_path, entries=[entry("b", "T1", "2024-09-01", figures=[figure("galleries", 4)])])
        assert year("C")["galleries"].value == 4

    def test_a_sum_that_overflows(self, tree: Path) -> None:
        most = SUM_LIMIT // LIMIT
        load_rows(tree, entries=[entry(str(n), "V", figures=[figure("person_times", LIMIT)]) for n in range(most)])
        assert year("C")["person_times"].value == SUM_LIMIT
        with pytest.raises(DomainError, match=r"C科协 2024-05 的惠及人次（person_times）加起来太大"):
            load_rows(tree, entries=[entry("more", "T2", figures=[figure("person_times", LIMIT)])])
        assert year("C")["person_times"].value == SUM_LIMIT
        assert Posting.objects.count() == most

    def test_a_single_value_that_overflows(self, tree: Path) -> None:
        for code, value in (("person_times", LIMIT + 1), ("donated_value", LIMIT)):
            with pytest.raises(RowError, match=rf"{code}.*超出"):
                load_rows(tree, entries=[entry("a", "V", figures=[figure(code, value)])])
        assert not Posting.objects.exists()

    @pytest.mark.parametrize(
        ("figures", "reason"),
        [
            ([], "建有科普组织的村（社区）没有记录，村（社区）总数没有记录"),
            ([figure("villages_organised", 1)], "村（社区）总数没有记录"),
            ([figure("villages_organised", 1), figure("villages_total", 0)], "村（社区）总数是 0"),
        ],
    )
    def test_a_ratio_over_nothing_that_was_asked_for_by_name(self, tree: Path, figures: list[Row], reason: str) -> None:
        load_rows(tree, entries=[entry("a", "T1", figures=figures)])
        indicator = Indicator.objects.get(code="organisation_coverage")
        with pytest.raises(DomainError, match=f"科普组织覆盖率算不出来：{reason}"):
            refuse_missing_formula(indicator=indicator, found=year("C"))
        whole = [figure("villages_organised", 1), figure("villages_total", 2)]
        load_rows(tree, entries=[entry("b", "T2", figures=whole)])
        refuse_missing_formula(indicator=indicator, found=year("C"))
