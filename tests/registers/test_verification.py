"""Verification: the Ibis expression is the definition, and what was tampered with is named."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.services import file_path, store_file
from kexie.orgs.models import Lineage
from kexie.registers.verification import Report, verify
from kexie.registers.verification.differences import Difference
from kexie.registers.verification.engine import DuckDB
from kexie.registers.verification.export import export
from kexie.registers.verification.expression import totals
from kexie.totals.models import Fact, Indicator, MonthSum, Posting, Skip, Stamp, StandIn, StockSpan, StockSum
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, stored, unit
from tests.totals import definition
from tests.totals.test_merges import groups
from tests.totals.worlds import laws, worlds

pytestmark = pytest.mark.django_db

World = tuple[list[Row], list[Row]]
MONTHS = [202212, 202301, 202304, 202306, 202307, 202310, 202311, 202312, 202412]


@contextmanager
def silent(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    yield lambda count: None


def verified(code: str | None = None, first: int | None = None, last: int | None = None) -> Report:
    where = organisation(code) if code else None
    return verify(progress=silent, organisation=where, first_month=first, last_month=last)


def computed(folder: Path, months: list[int]) -> dict[tuple[str, int, str], dict[str, Row]]:
    """What the expression says of these months, in the shape of the definition."""
    folder.mkdir(exist_ok=True)
    export(folder, months)
    engine = DuckDB(folder)
    codes = {row.pk: row.code for row in organisation("A").__class__.objects.all()}
    indicators = {row.pk: row for row in Indicator.objects.all()}
    found: dict[tuple[str, int, str], dict[str, Row]] = {}
    answer = totals(engine)
    for table in (answer.flows, answer.stocks):
        for row in engine.rows(table):
            indicator = indicators[row["indicator"]]
            kinds = [kind for kind in ("at_least", "at_most", "about", "range") if row[kind]]
            place = found.setdefault((codes[row["ancestor"]], row["month"], row["scope"]), {})
            place[indicator.code] = {
                "value": Decimal(row["value"]).scaleb(-indicator.scale),
                "low": Decimal(row["low"]).scaleb(-indicator.scale),
                "high": None if row["without_high"] else Decimal(row["high"]).scaleb(-indicator.scale),
                "qualifier": "exact" if not kinds else kinds[0] if len(kinds) == 1 else "about",
                "entries": row["entries"],
            }
    engine.close()
    return found


@laws(2)
@given(world=worlds(), data=st.data())
def test_the_expression_is_what_the_definition_says_and_totals_are_what_it_says(
    world: World, data: st.DataObject, tmp_path: Path
) -> None:
    units, entries = world
    merges = data.draw(groups(entries))
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        found = computed(tmp_path / "export", MONTHS)
        for code in sorted({row["code"] for row in units}):
            for month in MONTHS:
                for scope in ("own", "system", "county"):
                    expected = definition.totals(units, entries, code, month, month, scope, merges)
                    assert found.get((code, month, scope), {}) == expected, (code, month, scope)
        report = verified(first=202301, last=202306)
        assert report.is_clean, report.differences[:3]


# A county with a township and a village, a department and a village that moved; two of them tell of one event.
UNITS = [
    unit("A", kind="county"),
    unit("T", "A"),
    unit("U", "A"),
    unit("D", "A", kind="department"),
    unit("V", "T", kind="village", to="2024-06-30"),
    unit("V", "U", kind="village", since="2024-07-01"),
]
ENTRIES = [
    entry("a", "V", "2024-03-05", figures=[figure("person_times", 100), figure("materials", 20)]),
    entry("b", "V", "2024-08-05", figures=[figure("person_times", 40)]),
    entry("c", "D", "2024-03-06", figures=[figure("person_times", 7, qualifier="at_least")]),
    entry("d", "U", "2024-03-06", figures=[figure("person_times", 90), figure("galleries", 3)]),
    entry("e", "T", "2024-05-01", figures=[figure("donated_value", "12.50"), figure("activities", 4)]),
]
MERGES = [{"entries": ["a", "d"]}]


@pytest.fixture
def county(tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=UNITS, entries=ENTRIES, merges=MERGES)


def told(report: Report) -> set[tuple[str, int, str, str, str]]:
    codes = {pk: row.code for pk, row in organisation("A").__class__.objects.in_bulk().items()}
    indicators = {pk: row.code for pk, row in Indicator.objects.in_bulk().items()}

    def key(each: Difference) -> tuple[str, int, str, str, str]:
        return codes[each.organisation], each.month, indicators[each.indicator], each.scope, each.what

    return {key(each) for each in report.differences}


def test_a_true_county_is_clean(county: None) -> None:
    report = verified()
    assert report.is_clean and report.totals > 50 and report.asked == 5
    assert report.months[0] == 202403 and report.months[-1] == 202408


def test_a_sum_that_was_changed_is_named(county: None) -> None:
    MonthSum.objects.filter(ancestor=organisation("T"), month=202403, indicator__code="materials").update(value=21)
    report = verified()
    wrong = {("T", 202403, "materials", scope) for scope in ("system", "county")}
    assert told(report) == {(*key, what) for key in wrong for what in ("sums", "answers")}
    assert {(each.expected["value"], each.found["value"]) for each in report.differences} == {(20, 21)}


def test_a_fact_that_was_changed_is_named_everywhere_above(county: None) -> None:
    Fact.objects.filter(posting__entry=stored("b").pk).update(value=41, low=41, high=41)
    found = told(verified())
    for code in ("V", "U", "A"):
        assert (code, 202408, "person_times", "county", "facts") in found
    assert ("V", 202408, "person_times", "own", "answers") in found
    assert not any(what == "sums" for *_, what in found)


def test_a_stock_that_was_changed_is_named(county: None) -> None:
    Fact.objects.filter(indicator__code="galleries").update(value=4, low=4, high=4)
    found = told(verified(code="A", first=202404, last=202404))
    assert found == {("A", 202404, "galleries", scope, "stocks") for scope in ("system", "county")}


def test_what_is_held_and_was_changed_is_named(county: None) -> None:
    StockSum.objects.filter(ancestor=organisation("A")).update(value=4)
    found = told(verified(first=202404, last=202404))
    assert found == {
        ("A", 202404, "galleries", scope, what) for scope in ("system", "county") for what in ("held", "answers")
    }
    StockSpan.objects.update(day=date(2024, 3, 7))
    assert ("U", 202404, "galleries", "own", "held") in told(verified(first=202404, last=202404))


def test_a_stamp_that_was_taken_away_is_named(county: None) -> None:
    Stamp.objects.filter(posting__entry=stored("b").pk, ancestor=organisation("U")).delete()
    assert told(verified()) == {("U", 202408, "person_times", scope, "facts") for scope in ("system", "county")}


def test_a_skip_that_was_taken_away_is_named(county: None) -> None:
    assert Skip.objects.filter(ancestor=organisation("A"), system=True).delete()[0] == 1
    assert told(verified()) == {("A", 202403, "person_times", "system", "facts")}


def test_a_posting_in_another_month_is_named(county: None) -> None:
    Posting.objects.filter(entry=stored("e").pk).update(month=202404)
    found = told(verified())
    assert {("T", month, "activities", "own", "facts") for month in (202404, 202405)} <= found


def test_a_lineage_that_is_not_the_history_is_named(county: None) -> None:
    Lineage.objects.filter(organisation=organisation("U")).update(valid_until=date(2024, 5, 1))
    found = told(verified())
    assert ("A", 202405, "galleries", "county", "stocks") in found
    assert ("A", 202404, "galleries", "county", "stocks") not in found


def test_a_revision_that_was_slipped_in_is_named(county: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registers_revision SET status = 'void' WHERE entry_id = %s", [stored("e").pk])
    found = told(verified())
    for what in ("sums", "facts", "answers"):
        assert ("T", 202405, "donated_value", "county", what) in found


def test_one_organisation_and_some_months_are_compared_alone(county: None) -> None:
    MonthSum.objects.update(value=0)
    assert {key[:2] for key in told(verified(code="T", first=202405, last=202406))} == {("T", 202405)}


def test_a_ratio_is_computed_from_its_parts(county: None) -> None:
    assert verified(code="T").is_clean
    MonthSum.objects.filter(ancestor=organisation("T"), indicator__code="activities").update(entries=2)
    # Of the mean, the entries are those of its part with more; there is no mean over nothing.
    assert {key[2] for key in told(verified(code="T"))} == {"activities"}


def test_a_statement_that_stands_in_is_expected_in_answers(county: None, tmp_path: Path) -> None:
    told_of = {"indicator": "books", "period": "2024Q2", "value": 30, "stands_in": True}
    load_rows(tmp_path, statements=[{"organisation": "T", **told_of}, {"organisation": "D", **told_of}])
    assert verified().is_clean
    StandIn.objects.filter(organisation=organisation("T")).update(value=31)
    wrong = {(code, 202406, "books", scope, "answers") for code in ("T", "A") for scope in ("system", "county")}
    assert told(verified()) == wrong
    load_rows(tmp_path, entries=[entry("late", "V", "2024-04-01", figures=[figure("books", 1)])])
    assert verified().is_clean


def test_files_that_are_gone_or_changed_are_named(county: None) -> None:
    gone, changed, kept = (store_file(content=name.encode(), name=name) for name in ("gone", "changed", "kept"))
    file_path(gone.sha256).unlink()
    file_path(changed.sha256).write_bytes(b"other")
    report = verified()
    assert report.damaged == sorted([(gone.sha256, "不见了"), (changed.sha256, "内容变了")])
    assert report.files == 3 and not report.is_clean and kept.sha256 not in dict(report.damaged)


def test_nothing_booked_is_clean() -> None:
    report = verified()
    assert report.is_clean and report.months == [] and report.totals == 0
