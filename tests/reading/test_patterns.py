"""Patterns that skip say the same as the plain ones."""

import re

from hypothesis import given
from hypothesis import strategies as st

from kexie.catalogue.loader import load
from kexie.reading.context import clause_start, sentence_start
from kexie.reading.patterns import any_of, last_of, literal_first

WORDS = st.lists(st.text("甲乙丙.(", min_size=1, max_size=4), min_size=1, max_size=12)
TEXTS = st.text("甲乙丙.(丁", max_size=40)
MARKED = st.lists(st.sampled_from([*'甲乙丙丁，,。;:!?、“”"《》()\n ']), max_size=120).map("".join)


@given(WORDS, TEXTS)
def test_any_of_finds_what_an_alternation_of_the_longest_first_finds(words: list[str], text: str) -> None:
    plain = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    assert re.findall(any_of(words), text) == re.findall(plain, text)


@given(WORDS, TEXTS)
def test_any_of_guards_every_word(words: list[str], text: str) -> None:
    plain = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    assert re.findall(any_of(words, behind="(?!丁)"), text) == re.findall(f"(?:{plain})(?!丁)", text)


@given(st.sampled_from(["(?<![甲乙])丙(?!丁)", "(?<!甲|乙)丁", "丙(?!丙)", "(?<!甲)乙"]), TEXTS)
def test_a_look_behind_may_stand_behind_what_it_guards(pattern: str, text: str) -> None:
    moved = literal_first(pattern)
    assert not moved.startswith("(")
    assert [m.span() for m in re.finditer(moved, text)] == [m.span() for m in re.finditer(pattern, text)]


def test_no_pattern_of_the_lexicon_keeps_the_search_from_skipping() -> None:
    data = load("lexicon/context")
    for pattern in [*data["stop_patterns"], *data["planned_patterns"]]:
        assert not literal_first(pattern).startswith(("(", "["))


@given(TEXTS)
def test_the_last_match_is_the_last_of_all(text: str) -> None:
    pattern = re.compile("[甲乙]")
    spans = [m.span() for m in pattern.finditer(text, 2, 30)]
    found = last_of(pattern, text, 2, 30)
    assert (found.span() if found else None) == (spans[-1] if spans else None)


@given(MARKED, st.integers(0, 120), st.integers(1, 60))
def test_a_sentence_begins_behind_the_mark_before_it(text: str, position: int, limit: int) -> None:
    position = min(position, len(text))
    at = position
    while at > max(0, position - limit) and text[at - 1] not in "。;!?\n":
        at -= 1
    assert sentence_start(text, position, limit) == at


@given(MARKED, st.integers(0, 120), st.integers(1, 60))
def test_a_clause_begins_behind_the_mark_before_it_but_quotations_are_whole(
    text: str, position: int, limit: int
) -> None:
    position = min(position, len(text))
    at, depth = position, 0
    while at > max(0, position - limit):
        c = text[at - 1]
        if c in "”》)":
            depth += 1
        elif c in "“《(" and depth:
            depth -= 1
        elif c == "\n" or (depth == 0 and c in '“《(,。;:!?、"'):
            break
        at -= 1
    assert clause_start(text, position, limit) == at
