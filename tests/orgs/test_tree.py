"""The tree as dated history, by pure functions."""

from datetime import date

import pytest

from kexie.orgs.models import BEGINNING, END
from kexie.orgs.tree import MOST_LEVELS, Standing, TreeError, Version, standings

D1, D2, D3 = date(2023, 4, 15), date(2023, 7, 1), date(2024, 1, 1)


def version(parent: str | None = None, start: date = BEGINNING, until: date = END, **others: object) -> Version:
    return Version(start, until, parent, **others)  # type: ignore[arg-type]


def lines(found: list[Standing]) -> list[tuple[date, date, str]]:
    return [(each.start, each.until, "/".join(each.keys)) for each in found]


def test_a_unit_stands_below_its_parent_from_its_first_day_to_its_last() -> None:
    found = standings({"C": [version()], "T": [version("C", D1, D2)]})
    assert lines(found["C"]) == [(BEGINNING, END, "C")]
    assert lines(found["T"]) == [(D1, D2, "C/T")]


def test_a_move_of_the_parent_moves_what_stands_below_it() -> None:
    found = standings({
        "P": [version()],
        "A": [version("P")],
        "B": [version("P")],
        "T": [version("A", until=D2), version("B", D2)],
        "V": [version("T", D1)],
    })  # fmt: skip
    assert lines(found["V"]) == [(D1, D2, "P/A/T/V"), (D2, END, "P/B/T/V")]


def test_what_stood_below_a_merged_unit_stands_below_its_successor() -> None:
    found = standings({
        "C": [version()],
        "T": [version("C", until=D1, successor="U")],
        "U": [version("C", until=D3, successor="W")],
        "W": [version("C", start=D2)],
        "V": [version("T")],
        "X": [version("T", until=D1), version("C", D1)],  # has a row of its own for the time after
    })  # fmt: skip
    assert lines(found["V"]) == [(BEGINNING, D1, "C/T/V"), (D1, D3, "C/U/V"), (D3, END, "C/W/V")]
    assert lines(found["X"]) == [(BEGINNING, D1, "C/T/X"), (D1, END, "C/X")]


def test_the_deepest_department_of_the_line_is_known_for_every_time() -> None:
    found = standings({
        "C": [version()],
        "D": [version("C", until=D2, department=True), version("C", D2)],
        "B": [version("D")],
    })  # fmt: skip
    assert [each.department_depth for each in found["C"]] == [-1]
    assert [each.department_depth for each in found["B"]] == [1, -1]


@pytest.mark.parametrize(
    ("history", "code", "reason"),
    [
        ({"T": [version("X")]}, "T", "上级 X 不存在"),
        ({"T": [version(successor="X")]}, "T", "并入的组织 X 不存在"),
        ({"T": [version("T")]}, "T", "上级是它自己"),
        ({"T": [version(until=D1, successor="T")]}, "T", "并入的组织是它自己"),
        ({"T": [version(start=D2, until=D2)]}, "T", "不早于"),
        ({"T": [version(until=D2), version(start=D1)]}, "T", "重叠"),
        ({"A": [version("B")], "B": [version("A")]}, "A", "下级"),
        ({"A": [version("C")], "B": [version("A")], "C": [version("B")]}, "A", "下级"),
        ({"C": [version(start=D1)], "T": [version("C")]}, "T", "没有上级"),
        ({"C": [version(until=D2)], "T": [version("C")]}, "T", "没有上级"),
        ({"C": [version(until=D1), version(start=D2)], "T": [version("C")]}, "T", f"在 {D1} 没有上级"),
        # Merged into one that is itself not there yet.
        ({"C": [version(until=D1, successor="E")], "E": [version(start=D2)], "T": [version("C")]}, "T", "没有上级"),
    ],
)
def test_it_refuses_a_history_that_contradicts_itself(
    history: dict[str, list[Version]], code: str, reason: str
) -> None:
    with pytest.raises(TreeError, match=reason) as caught:
        standings(history)
    if reason != "下级":  # of a ring any member may be named
        assert caught.value.code == code


def test_two_units_may_change_places_over_time() -> None:
    found = standings({
        "C": [version()],
        "A": [version("C", until=D1), version("B", D1)],
        "B": [version("A", until=D1), version("C", D1)],
    })  # fmt: skip
    assert lines(found["A"]) == [(BEGINNING, D1, "C/A"), (D1, END, "C/B/A")]
    assert lines(found["B"]) == [(BEGINNING, D1, "C/A/B"), (D1, END, "C/B")]


def test_a_village_whose_township_was_merged_into_it_stands_on_its_own_row() -> None:
    found = standings({
        "C": [version()],
        "T": [version("C", until=D1, successor="V")],
        "V": [version("T", until=D1), version("C", D1)],
        "W": [version("T")],
    })  # fmt: skip
    assert lines(found["V"]) == [(BEGINNING, D1, "C/T/V"), (D1, END, "C/V")]
    assert lines(found["W"]) == [(BEGINNING, D1, "C/T/W"), (D1, END, "C/V/W")]


@pytest.mark.parametrize("upwards", [False, True])
def test_a_chain_that_is_too_long_is_refused_and_no_crash(upwards: bool) -> None:
    def chain(length: int) -> dict[str, list[Version]]:
        rows = [("0", [version()]), *((str(n), [version(str(n - 1))]) for n in range(1, length))]
        return dict(reversed(rows) if upwards else rows)

    assert len(standings(chain(MOST_LEVELS))[str(MOST_LEVELS - 1)][0].keys) == MOST_LEVELS
    with pytest.raises(TreeError, match="超过"):
        standings(chain(1500))
