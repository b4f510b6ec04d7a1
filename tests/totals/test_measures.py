"""The arithmetic of approximate numbers: the design's "Sums"."""

from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.totals.measures import QUALIFIERS, Measure, Qualifier, total
from kexie.totals.services import FactData
from tests.totals.worlds import laws


def measure(
    qualifier: Qualifier,
    value: int,
    low: int | None = None,
    high: int | None = None,
    *,
    low_exclusive: bool = False,
    high_exclusive: bool = False,
) -> Measure:
    return Measure.of(FactData(0, qualifier, value, low, high, low_exclusive, high_exclusive))


FIGURES: dict[Qualifier, Measure] = {
    "exact": measure("exact", 34, 34, 34),
    "at_least": measure("at_least", 5000, 5000, 6000, high_exclusive=True),
    "at_most": measure("at_most", 20, None, 20),
    "about": measure("about", 3000),
    "range": measure("range", 1, 1, 2),
}
NUMBERS = st.one_of(st.none(), st.integers(0, 10**15))
MEASURES = st.builds(
    measure,
    value=st.integers(0, 10**15),
    qualifier=st.sampled_from(QUALIFIERS),
    low=NUMBERS,
    high=NUMBERS,
    low_exclusive=st.booleans(),
    high_exclusive=st.booleans(),
)


@laws(100)
@given(MEASURES, MEASURES, MEASURES)
def test_it_adds_up_in_any_order(one: Measure, two: Measure, three: Measure) -> None:
    assert (one + two) + three == one + (two + three)
    assert one + two == two + one
    assert one + Measure() == one
    assert total([one, two, three]) == one + two + three


@laws(100)
@given(MEASURES, MEASURES)
def test_it_takes_back_what_it_added(one: Measure, two: Measure) -> None:
    assert one + two - two == one
    assert (one + two - two).qualifier == one.qualifier
    assert one - one == Measure() == -Measure()


@pytest.mark.parametrize(
    ("first", "second"), [*combinations_with_replacement(QUALIFIERS, 2)], ids=lambda name: str(name)
)
def test_it_says_how_exact_a_sum_is(first: Qualifier, second: Qualifier) -> None:
    result = FIGURES[first] + FIGURES[second]
    others = {first, second} - {"exact"}
    if not others:
        expected = "exact"
    elif len(others) == 1 and others != {"about"}:
        expected = others.pop()
    else:
        expected = "about"
    assert result.qualifier == expected
    assert (FIGURES[second] + FIGURES[first]).qualifier == expected


def test_a_missing_low_counts_as_nothing() -> None:
    result = FIGURES["exact"] + FIGURES["at_most"]
    assert (result.value, result.low, result.upper) == (54, 34, 54)


def test_a_missing_high_leaves_the_sum_without_one_until_it_is_taken_back() -> None:
    result = FIGURES["exact"] + FIGURES["about"]
    assert result.upper is None
    assert (result - FIGURES["about"]).upper == 34


def test_the_value_of_a_range_is_its_low() -> None:
    result = FIGURES["range"] + FIGURES["range"]
    assert (result.value, result.low, result.upper, result.qualifier) == (2, 2, 4, "range")


def test_an_exclusive_bound_stays_one_through_sums_and_corrections() -> None:
    result = FIGURES["exact"] + FIGURES["at_least"]
    assert (result.low, result.upper, result.high_exclusive) == (5034, 6034, 1)
    assert (result - FIGURES["at_least"]).high_exclusive == 0


def test_a_bound_that_is_not_there_cannot_be_exclusive() -> None:
    lone = measure("at_least", 100, low_exclusive=True, high_exclusive=True)
    assert (lone.low_exclusive, lone.high_exclusive) == (0, 0)
