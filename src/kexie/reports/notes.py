"""The notes at the side of a kept report, each with a number that also stands at the margin of the sheet. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kexie.reports.model import Document, Number, Span, Unsourced
from kexie.reports.recomputing import Changed
from kexie.reports.sources import unsourced_words


@dataclass(frozen=True, kw_only=True)
class Note:
    """A note: its number at the margin (None: it concerns the whole), one line, and another with what more there is."""

    place: int | None
    text: str
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Notes:
    lines: tuple[Note, ...]
    marks: dict[Span, int]


def notes_of(document: Document, changed: Sequence[Changed] = ()) -> Notes:
    """Return the notes: numbers without source, numbers that are others by now, then the composer's own notes."""
    lines: list[Note] = []
    marks: dict[Span, int] = {}
    by_key = {each.before.key: each for each in changed}
    places: dict[str, int] = {}
    for span in document.spans():
        if span in marks:
            continue
        if isinstance(span, Number):
            if (found := by_key.get(span.key)) is None:
                continue
            if span.key not in places:
                now = f"台账现在是{found.now.text}" if found.now else "台账里已没有"
                places[span.key] = len(lines) + 1
                lines.append(Note(place=len(lines) + 1, text=f"“{span.text}”，{now}", more=span.name))
            marks[span] = places[span.key]
        elif isinstance(span, Unsourced):
            marks[span] = len(lines) + 1
            lines.append(
                Note(place=len(lines) + 1, text=f"“{span.name}{span.text}”没有来源", more=unsourced_words(span))
            )
    lines += [Note(place=None, text=note) for note in document.notes]
    return Notes(lines=tuple(lines), marks=marks)
