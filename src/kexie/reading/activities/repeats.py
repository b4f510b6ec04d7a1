"""One event told more than once: in the same paragraph, or in another chapter."""

from collections.abc import Sequence
from dataclasses import replace

from kexie.reading.activities.names import key_of
from kexie.reading.dates import Span
from kexie.reading.model import Activity

_LAST = 40  # events of a paragraph, or of one name, among which an earlier one is looked for


def mentioned(found: Sequence[Activity], first: int, title: str, own: Span | None, place: str | None) -> int | None:
    """The event of the same paragraph that a name without a day or a place of its own speaks of again.

    ``first`` is the paragraph's first event among ``found``.
    """
    if len(found) == first or (own is not None and all(a.start_date != own.first for a in found[first:])):
        return None
    key = key_of(title)
    for at in range(len(found) - 1, max(first, len(found) - _LAST) - 1, -1):
        other = key_of(found[at].title)
        if (key <= other or other <= key) and (place is None or place == found[at].place):
            return at
    return None


def same(found: Sequence[Activity]) -> list[Activity]:
    """Point at the earlier one where an event is told twice: alike names, and days and places that do not differ."""
    out: list[Activity] = []
    seen: dict[frozenset[str], list[Activity]] = {}
    for activity in found:
        known = seen.setdefault(key_of(activity.title), [])
        earlier = next((a for a in known if _agree(a, activity)), None)
        if earlier is None and len(known) < _LAST:
            known.append(activity)
        out.append(replace(activity, same_as=earlier.id) if earlier else activity)
    return out


def _agree(a: Activity, b: Activity) -> bool:
    if a.start_date and b.start_date and a.start_date != b.start_date:
        return False
    return not (a.place and b.place and not set(a.place) & set(b.place))
