"""Figures by grammar: hedge, number, scale, hedge, measure word, hedge. Names and enumerators are not figures."""

from kexie.reading.clean import clean
from kexie.reading.figures.fitting import denied
from kexie.reading.figures.grammar import Match, find
from kexie.reading.figures.told import told
from kexie.reading.model import Figure

__all__ = ["Match", "denied", "figures_of", "find", "told"]


def figures_of(text: str, year: str | None = None) -> list[Figure]:
    """The figures of a decoded text as one document, and nothing else: no activities, targets or checks.

    Offsets are those of ``text``. What needs the rest of the reading is not set: ``activity``, ``part_of``,
    ``suspect``, ``repaired_from``, and the status of what stands under the heading of a plan. ``year`` is the
    document's own, if known.
    """
    view = clean(text)
    return [figure for _, figure in told(view, 0, len(view.text), year, lambda at: False)]
