"""Totals by mode, work area, kind, campaign and group, against the definition."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.totals.models import PostingTag
from kexie.totals.queries import CUTS, SCOPES, Cut, Where, entry_ids, totals_by_cut
from kexie.totals.services import restamp
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, unit
from tests.totals import definition
from tests.totals.test_laws import FLOWS, World, added, asked, told
from tests.totals.test_merges import groups
from tests.totals.test_structures import TODAYS, today_is
from tests.totals.worlds import PERIODS, laws, worlds

pytestmark = pytest.mark.django_db


@st.composite
def tagged(draw: st.DrawFn, entries: list[Row]) -> list[Row]:
    """The same entries with modes, work areas, kinds and campaigns."""
    subsets = {
        "kind": st.lists(st.sampled_from(["lecture", "training", "contest"]), unique=True, max_size=2),
        "campaigns": st.lists(st.sampled_from(["science-day", "门前科普周"]), unique=True, max_size=2),
    }
    rows = []
    for row in entries:
        modes = st.sampled_from(["", "offline", "online"])
        figures = [{**each, "mode": draw(modes)} for each in row["figures"]]
        tags = {name: draw(values) for name, values in subsets.items()}
        rows.append({**row, **tags, "figures": figures, "work_area": draw(st.sampled_from(["literacy", "youth"]))})
    return rows


def cut(code: str, period: tuple[int, int], scope: str, by: Cut, **others: object) -> dict[str, dict[str, Row]]:
    found = totals_by_cut(
        organisation=organisation(code),
        first_month=period[0],
        last_month=period[1],
        by=by,
        indicators=FLOWS,
        scope=scope,  # type: ignore[arg-type]
        **others,  # type: ignore[arg-type]
    )
    return {value: told(rows) for value, rows in found.items()}


@laws(14)
@given(
    world=worlds(),
    data=st.data(),
    period=st.sampled_from(PERIODS),
    by=st.sampled_from(CUTS),
    today=st.sampled_from([None, *TODAYS]),
)
def test_cuts_are_what_the_definition_says(
    world: World, data: st.DataObject, period: tuple[int, int], by: Cut, today: object, tmp_path: Path
) -> None:
    units, entries = world
    entries = data.draw(tagged(entries))
    merges = data.draw(groups(entries))
    with forgotten(), today_is(today or TODAYS[0]):  # type: ignore[arg-type]
        load_rows(tmp_path, organisations=units, entries=entries, merges=[{"entries": ids} for ids in merges])
        structure = "today" if today else "then"
        for code in sorted({row["code"] for row in units}):
            for scope in SCOPES:
                expected = definition.cut(units, entries, code, *period, scope, by, merges, today=today)  # type: ignore[arg-type]
                found = cut(code, period, scope, by, structure=structure)
                assert found == expected, (code, scope)
                for value, rows in found.items():
                    for indicator, row in rows.items():
                        ids = entry_ids(
                            organisation=organisation(code),
                            first_month=period[0],
                            last_month=period[1],
                            indicator=indicator,
                            scope=scope,
                            structure=structure,  # type: ignore[arg-type]
                            where=Where(by, value),
                        )
                        assert len(ids) == row["entries"]
                if by in ("mode", "work_area"):
                    whole = asked(code, *period, scope, structure=structure)
                    for indicator in whole.keys() & set(FLOWS):
                        names = ["value", "low", "high", *(["entries"] if by == "work_area" else [])]
                        parts = added(rows[indicator] for rows in found.values() if indicator in rows)
                        assert [parts[name] for name in names] == [whole[indicator][name] for name in names]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    figures = [
        figure("person_times", 100, mode="offline"),
        figure("person_times", 900, mode="online"),
        figure("person_times", 40, groups=["女", "青少年"]),
        figure("activities", 1),
    ]
    rows = [
        entry("a", "T", figures=figures, kind=["lecture", "training"], campaigns=["science-day"], work_area="youth"),
        entry("b", "C", figures=[figure("person_times", 7)], kind="lecture", work_area="villages"),
    ]
    load_rows(tmp_path, organisations=[unit("C", kind="county"), unit("T", "C")], entries=rows)
    return tmp_path


def values(by: Cut) -> dict[str, Decimal]:
    found = totals_by_cut(
        organisation=organisation("C"), first_month=202401, last_month=202412, by=by, indicators=["person_times"]
    )
    return {value: rows["person_times"].value for value, rows in found.items()}


def test_each_cut_by_example_what_is_not_said_comes_last(county: Path) -> None:
    assert values("mode") == {"offline": 100, "online": 900, "": 7}
    assert values("work_area") == {"villages": 7, "youth": 1000}
    assert values("kind") == {"lecture": 1007, "training": 1000}
    assert values("campaign") == {"science-day": 1000}
    assert values("group") == {"女": 40, "青少年": 40}
    assert list(values("mode")) == ["offline", "online", ""]


def test_a_mean_is_that_of_a_kind_and_there_is_none_of_a_mode(county: Path) -> None:
    code = "attendance_per_activity"
    question = {"organisation": organisation("C"), "first_month": 202401, "last_month": 202412, "indicators": [code]}
    assert totals_by_cut(**question, by="kind")["training"][code].value == 1000  # type: ignore[arg-type]
    assert totals_by_cut(**question, by="mode") == {}  # type: ignore[arg-type]


def test_tags_stay_when_postings_are_stamped_anew(county: Path) -> None:
    before = sorted(PostingTag.objects.values_list("posting__entry", "sort", "value"))
    assert len(before) == 4
    restamp(organisations=[organisation("C").pk, organisation("T").pk])
    assert sorted(PostingTag.objects.values_list("posting__entry", "sort", "value")) == before
    assert values("kind") == {"lecture": 1007, "training": 1000}
