"""One event told more than once: in the same paragraph, in another chapter, under another date."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kexie.reading.activities.names import key_of
from kexie.reading.activities.sentence import Sentence
from kexie.reading.dates import Span
from kexie.reading.model import Activity

_LAST = 40  # events of a paragraph, or of one name, among which an earlier one is looked for
_LONG_ENOUGH = 4  # characters of a key that a bare name must have to speak of an event told long before
_ALIKE = 0.5  # share of the runs of three characters that two tellings of one event have in common
_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Telling:
    """Where an event is told: its sentence, and the position of the heading that governs the paragraph."""

    sentence: Sentence
    chapter: int

    def words(self) -> str:
        """The sentence without its times."""
        text, at = [], 0
        for span in self.sentence.spans:
            text.append(self.sentence.text[at : span.start])
            at = max(at, span.end)
        return "".join([*text, self.sentence.text[at:]])


def mentioned(found: Sequence[Activity], first: int, title: str, own: Span | None, place: str | None) -> int | None:
    """The event told before of which a name without a day or a place of its own speaks again.

    ``first`` is the paragraph's first event among ``found``. Behind it any name will do that says no more; before it
    only one that says enough to be known again.
    """
    key = key_of(title)
    if own is None and place is None and len(key) >= _LONG_ENOUGH:
        for at in range(len(found) - 1, max(0, len(found) - 3) - 1, -1):
            if key < key_of(found[at].title) and found[at].role != "participant":
                return at
    if own is not None:
        for at in range(len(found) - 1, max(0, len(found) - 3) - 1, -1):
            earlier = found[at]
            if earlier.start_date is None and key_of(earlier.title) == key and (place is None or earlier.place is None):
                return at  # first only named, then told
    if len(found) == first or (own is not None and all(a.start_date != own.first for a in found[first:])):
        return None
    for at in range(len(found) - 1, max(first, len(found) - _LAST) - 1, -1):
        other = key_of(found[at].title)
        if (key <= other or other <= key) and (place is None or place == found[at].place):
            return at
    return None


def same(found: Sequence[Activity], tellings: Sequence[Telling]) -> list[Activity]:
    """Point at the earlier one where an event is told twice: alike names, and days and places that do not differ; or
    days that differ and nearly the same words in another chapter."""
    out: list[Activity] = []
    seen: dict[frozenset[str], list[int]] = {}
    for position, activity in enumerate(found):
        known = seen.setdefault(key_of(activity.title), [])
        earlier = next(
            (
                found[at]
                for at in known
                if _agree(found[at], activity)
                or (found[at].place == activity.place and _retold(tellings[at], tellings[position]))
            ),
            None,
        )
        if earlier is None and len(known) < _LAST:
            known.append(position)
        out.append(replace(activity, same_as=earlier.id) if earlier else activity)
    return out


def _agree(a: Activity, b: Activity) -> bool:
    if a.start_date and b.start_date and a.start_date != b.start_date:
        return False
    return not (a.place and b.place and not set(a.place) & set(b.place))


def _retold(a: Telling, b: Telling) -> bool:
    """Whether two chapters tell of an event in nearly the same words and with the same numbers."""
    if a.chapter == b.chapter:
        return False  # a series
    one, other = a.words(), b.words()
    if _NUMBERS.findall(one) != _NUMBERS.findall(other):
        return False
    runs, others = _runs(one), _runs(other)
    return len(runs & others) >= _ALIKE * max(len(runs), len(others), 1)


def _runs(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))
