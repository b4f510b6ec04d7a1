"""Spans and steps of stocks: when a value stands where. That totals of stocks are right is one of the laws."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kexie.core.periods import last_day, months_between
from kexie.orgs.models import BEGINNING, END
from kexie.totals.holding import FAR, Value, spans
from kexie.totals.measures import Measure
from tests.totals.worlds import laws

HERE, THERE = "/1/2/9/", "/1/3/9/"
ALWAYS = [(BEGINNING, END, HERE, -1)]


def value(day: str, number: int, entry: int = 1) -> Value:
    return Value(7, date.fromisoformat(day), entry, Measure(value=number, entries=1))


def test_a_value_stands_until_the_month_of_the_next() -> None:
    found = list(spans([value("2024-05-20", 4, 2), value("2024-03-31", 3)], ALWAYS))
    assert [(span.first, span.until, span.measure.value) for span in found] == [(202403, 202405, 3), (202405, FAR, 4)]


def test_of_two_in_a_month_the_later_stands_and_of_two_on_a_day_the_later_entry() -> None:
    told = [value("2024-03-02", 3), value("2024-03-30", 4, 3), value("2024-03-30", 5, 2)]
    assert [(span.first, span.measure.value) for span in spans(told, ALWAYS)] == [(202403, 4)]


def test_a_unit_that_moves_takes_its_value_along_at_the_end_of_the_month() -> None:
    moved = [(BEGINNING, date(2024, 6, 15), HERE, -1), (date(2024, 6, 15), date(2024, 9, 30), THERE, 1)]
    found = list(spans([value("2024-03-01", 3)], moved))
    assert [(span.first, span.until, span.path) for span in found] == [(202403, 202406, HERE), (202406, 202409, THERE)]
    steps = {key[:2]: measure.value for span in found for key, measure in span.steps()}
    assert steps[2, 202403] == 3 and steps[2, 202406] == -3 and steps[3, 202406] == 3 and steps[3, 202409] == -3
    outside = {key[0]: key[3] for key, _ in found[1].steps()}
    assert outside == {1: True, 3: False, 9: False}


@laws(60)
@given(
    days=st.lists(st.dates(date(2023, 1, 1), date(2024, 12, 31)), max_size=6),
    cuts=st.sets(st.dates(date(2023, 1, 1), date(2024, 12, 31)), max_size=3),
)
def test_steps_until_a_month_add_up_to_what_stands_at_its_end(days: list[date], cuts: set[date]) -> None:
    values = [value(str(day), number + 1, number) for number, day in enumerate(days)]
    edges = [BEGINNING, *sorted(cuts), END]
    standings = [(since, until, (HERE, THERE)[n % 2], -1) for n, (since, until) in enumerate(pairwise(edges))]
    steps = [step for span in spans(values, standings) for step in span.steps()]
    for month in months_between(202212, 202502):
        end = last_day(month)
        past = [each for each in values if each.day <= end]
        last = max(past, key=lambda each: (each.day, each.entry)).measure.value if past else 0
        path = next(path for since, until, path, _ in standings if since <= end < until)
        for ancestor in (1, 2, 3, 9):
            held = sum(measure.value for key, measure in steps if key[0] == ancestor and key[1] <= month)
            assert held == (last if f"/{ancestor}/" in path else 0)
