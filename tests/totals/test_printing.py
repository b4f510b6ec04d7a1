"""What is printed beside a sum is true of it, whatever it is the sum of and whatever was taken away again."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.registers.definitions import complete
from kexie.totals.measures import QUALIFIERS, Measure, printed_word, total
from kexie.totals.services import FactData
from tests.totals.worlds import laws

NUMBERS = st.one_of(st.none(), st.integers(0, 9999).map(Decimal))


@st.composite
def told(draw: st.DrawFn) -> Measure:
    """The measure of a figure as it may be told and is stored."""
    qualifier = draw(st.sampled_from(QUALIFIERS))
    low, high = sorted([draw(st.integers(0, 9999)), draw(st.integers(0, 9999))])
    bounds = {
        "exact": (low, None, None),
        "at_least": (low, None, draw(st.sampled_from([high, None]))),
        "at_most": (high, draw(st.sampled_from([low, None])), None),
        "about": (
            draw(st.sampled_from([low, high])),
            *draw(st.sampled_from([(low, high), (None, None), (None, high)])),
        ),
        "range": (None, *draw(st.sampled_from([(low, high), (low, None), (None, high)]))),
    }[qualifier]
    value, *rest = (None if each is None else Decimal(each) for each in bounds)
    done = complete(value=value, qualifier=qualifier, low=rest[0], high=rest[1])
    numbers = (None if each is None else int(each) for each in (done.value, done.low, done.high))
    data = FactData(0, qualifier, *numbers, done.low_exclusive, done.high_exclusive)  # type: ignore[arg-type]
    return Measure.of(data)


def read_back(word: str, value: int) -> tuple[int | None, int | None]:
    """The bounds that a reader takes from a printed number."""
    return {"": (value, value), "以上": (value, None), "以下": (0, value), "约": (None, None)}[word]


def word_of(measure: Measure) -> str:
    return printed_word(qualifier=measure.qualifier, value=measure.value, low=measure.low, high=measure.upper)


@laws(300)
@given(st.lists(told(), min_size=1, max_size=4), st.data())
def test_the_printed_words_contain_the_sum(parts: list[Measure], data: st.DataObject) -> None:
    taken = data.draw(st.lists(st.sampled_from(range(len(parts))), unique=True, max_size=len(parts) - 1))
    sum_ = total(parts) - total(parts[index] for index in taken)
    low, high = read_back(word_of(sum_), sum_.value)
    assert low is None or low <= sum_.low
    assert high is None or (sum_.upper is not None and sum_.upper <= high)


@pytest.mark.parametrize(
    ("measure", "word"),
    [
        (Measure.of(FactData(0, "exact", 34, 34, 34)), ""),
        (
            Measure.of(FactData(0, "exact", 234, 234, 234)) + Measure.of(FactData(0, "at_least", 5000, 5000, 6000)),
            "以上",
        ),
        (Measure.of(FactData(0, "at_most", 20, None, 20)), "以下"),
        (Measure.of(FactData(0, "about", 30000, None, 30000)), "约"),
        (Measure.of(FactData(0, "range", 1, 1, 2)), "以上"),
        (Measure.of(FactData(0, "range", 2, None, 2)), "以下"),
        (-Measure.of(FactData(0, "exact", 7, 7, 7)), ""),
        (-Measure.of(FactData(0, "at_least", 5000, 5000, 6000)), "约"),
    ],
)
def test_words_by_example(measure: Measure, word: str) -> None:
    assert word_of(measure) == word
