"""Why a total changed: what counted at a moment is what the total was, and the entries are exactly the difference."""

from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from kexie.registers import services
from kexie.registers.merging import merge, unmerge
from kexie.registers.models import Entry, MergeGroup, Revision
from kexie.totals.changes import changes_between, totals_at
from kexie.totals.models import Indicator, PastPosting, Posting
from kexie.totals.queries import SCOPES
from kexie.totals.services import restamp
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, stored, unit
from tests.totals.test_laws import asked, told
from tests.totals.test_merges import groups
from tests.totals.worlds import INDICATORS, PERIODS, laws, worlds

pytestmark = pytest.mark.django_db

World = tuple[list[Row], list[Row]]
YEAR = {"first_month": 202401, "last_month": 202412}


def acts(world: World, data: st.DataObject, folder: Path) -> list[datetime]:
    """Tell of the world's entries a few at a time, merge, void, take apart; return the moment after each act."""
    units, entries = world
    merges = data.draw(groups(entries))
    load_rows(folder, organisations=units)
    moments = [timezone.now()]
    size = data.draw(st.integers(1, 4))
    for start in range(0, len(entries), size):
        load_rows(folder, entries=entries[start : start + size])
        moments.append(timezone.now())
    load_rows(folder, merges=[{"entries": ids} for ids in merges])
    moments.append(timezone.now())
    for group in MergeGroup.objects.all():
        if data.draw(st.booleans()):
            unmerge(group=group, actor="tests")
            moments.append(timezone.now())
    for each in Entry.objects.filter(counting__isnull=False).order_by("pk"):
        if data.draw(st.sampled_from([True, False, False])):
            services.void(entry=each, reason="重复", actor="tests")
            moments.append(timezone.now())
    restamp(organisations=[organisation(row["code"]).pk for row in units])
    moments.append(timezone.now())
    return moments


@laws(12)
@given(world=worlds(), data=st.data(), period=st.sampled_from(PERIODS), scope=st.sampled_from(sorted(SCOPES)))
def test_a_total_of_the_past_is_what_it_was_then(
    world: World, data: st.DataObject, period: tuple[int, int], scope: str, tmp_path: Path
) -> None:
    units, entries = world
    first, last = period
    codes = sorted({row["code"] for row in units})[:3]
    with forgotten():
        load_rows(tmp_path, organisations=units)
        seen: list[tuple[datetime, dict[str, dict[str, Row]]]] = []
        size = data.draw(st.integers(1, 4))
        steps = [entries[start : start + size] for start in range(0, len(entries), size)]
        merges = [{"entries": ids} for ids in data.draw(groups(entries))]
        for step in (*steps, []):
            load_rows(tmp_path, entries=step, merges=[] if step else merges)
            totals_now = {code: asked(code, first, last, scope) for code in codes}
            seen.append((timezone.now(), totals_now))
        for each in Entry.objects.filter(counting__isnull=False).order_by("pk")[:3]:
            services.void(entry=each, reason="重复", actor="tests")
        for moment, expected in seen:
            for code in codes:
                found = totals_at(
                    organisation=organisation(code),
                    first_month=first,
                    last_month=last,
                    at=moment,
                    scope=scope,  # type: ignore[arg-type]
                )
                assert {key: row for key, row in told(found).items() if key in INDICATORS} == expected[code], code


@laws(16)
@given(world=worlds(), data=st.data(), period=st.sampled_from(PERIODS), scope=st.sampled_from(sorted(SCOPES)))
def test_the_entries_that_explain_a_change_add_up_to_it(
    world: World, data: st.DataObject, period: tuple[int, int], scope: str, tmp_path: Path
) -> None:
    units, _ = world
    with forgotten():
        moments = acts(world, data, tmp_path)
        one, other = sorted(data.draw(st.permutations(range(len(moments))))[:2])
        codes = {each.pk: each for each in Indicator.objects.all()}
        for code in sorted({row["code"] for row in units}):
            found = changes_between(
                organisation=organisation(code),
                first_month=period[0],
                last_month=period[1],
                since=moments[one],
                until=moments[other],
                scope=scope,  # type: ignore[arg-type]
            )
            changed = {
                key
                for key in {**found.before, **found.after}
                if found.before.get(key) != found.after.get(key) and not Indicator.objects.get(code=key).formula
            }
            explained = {codes[pk].code for pk in found.entries}
            assert changed <= explained
            for pk, rows in found.entries.items():
                indicator = codes[pk]
                before, after = found.before.get(indicator.code), found.after.get(indicator.code)
                step = 10**indicator.scale
                sizes = [int(total.value * step) if total else 0 for total in (before, after)]
                assert sizes[1] - sizes[0] == sum(each.difference for each in rows)
                counts = [total.entries if total else 0 for total in (before, after)]
                assert counts[1] - counts[0] == sum(each.after.entries - each.before.entries for each in rows)
                assert all(moments[one] < each.at <= moments[other] for each in rows)


@laws(6)
@given(world=worlds(), data=st.data())
def test_what_is_booked_again_unchanged_leaves_no_past(world: World, data: st.DataObject, tmp_path: Path) -> None:
    units, _ = world
    with forgotten():
        acts(world, data, tmp_path)
        past, since = PastPosting.objects.count(), dict(Posting.objects.values_list("entry", "since"))
        restamp(organisations=[organisation(row["code"]).pk for row in units])
        assert PastPosting.objects.count() == past
        assert dict(Posting.objects.values_list("entry", "since")) == since


@pytest.fixture
def county(tmp_path: Path) -> datetime:
    """A county with two townships and four entries; the moment after they were told."""
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C")]
    rows = [
        entry("a", "T1", figures=[figure("books", 10)]),
        entry("b", "T1", figures=[figure("books", 20)]),
        entry("c", "T2", figures=[figure("books", 30)]),
        entry("g1", "T2", "2024-03-01", figures=[figure("galleries", 3)]),
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    return timezone.now()


def explained(code: str, since: datetime, indicator: str = "books") -> dict[str, tuple[str, int, int]]:
    found = changes_between(organisation=organisation(code), since=since, **YEAR)
    pk = Indicator.objects.get(code=indicator).pk
    uids = dict(Entry.objects.values_list("pk", "uid"))
    return {uids[each.entry]: (each.why, each.before.value, each.after.value) for each in found.entries.get(pk, [])}


def test_it_says_what_was_added_amended_voided_and_merged(county: datetime, tmp_path: Path) -> None:
    load_rows(
        tmp_path,
        entries=[
            entry("late", "T2", figures=[figure("books", 5)]),
            entry("a", "T1", figures=[figure("books", 11)], revision=2),
        ],
    )
    services.void(entry=stored("b"), reason="没有这回事", actor="tests")
    merge(entries=[stored("late"), stored("c")], actor="tests")
    assert explained("C", county) == {
        "late": ("added", 0, 5),
        "a": ("amended", 10, 11),
        "b": ("voided", 20, 0),
        "c": ("merged", 30, 0),
    }
    before = Revision.objects.get(entry__uid="a", number=1).pk
    found = changes_between(organisation=organisation("T1"), since=county, **YEAR).entries
    changes = {each.entry: each for rows in found.values() for each in rows}
    assert changes[stored("a").pk].revision_before == before
    assert changes[stored("a").pk].revision_after == stored("a").counting_id


def test_an_amendment_that_gives_an_entry_to_another_unit_leaves_one_and_comes_to_the_other(
    county: datetime, tmp_path: Path
) -> None:
    load_rows(tmp_path, entries=[entry("a", "T2", figures=[figure("books", 10)], revision=2)])
    assert explained("T1", county) == {"a": ("amended", 10, 0)}
    assert explained("T2", county) == {"a": ("amended", 0, 10)}
    assert explained("C", county) == {}


def test_a_corrected_tree_moves_entries(county: datetime, tmp_path: Path) -> None:
    tree = [unit("X", "C", "county"), unit("T2", "X")]
    load_rows(tmp_path, organisations=tree, replace=True)
    assert explained("X", county) == {"c": ("moved", 0, 30)}
    assert explained("C", county) == {}


def test_a_newer_stock_takes_the_place_of_the_older(county: datetime, tmp_path: Path) -> None:
    load_rows(tmp_path, entries=[entry("g2", "T2", "2024-06-01", figures=[figure("galleries", 5)])])
    assert explained("C", county, "galleries") == {"g1": ("superseded", 3, 0), "g2": ("added", 0, 5)}


def test_a_ratio_of_the_past_is_that_of_its_parts_then(county: datetime, tmp_path: Path) -> None:
    tell = [figure("villages_total", 10), figure("villages_organised", 5)]
    load_rows(tmp_path, entries=[entry("v", "T2", "2024-03-01", figures=tell)])
    moment = timezone.now()
    tell = [figure("villages_total", 10), figure("villages_organised", 8)]
    load_rows(tmp_path, entries=[entry("v", "T2", "2024-03-01", figures=tell, revision=2)])
    formulas = [each for each in Indicator.objects.all() if "villages_organised" in each.formula.values()]
    assert formulas
    found = changes_between(organisation=organisation("C"), since=moment, **YEAR)
    for each in formulas:
        assert (found.before[each.code].value, found.after[each.code].value) == (50, 80)
