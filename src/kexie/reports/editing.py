"""Editing in the browser: the paragraphs of a report as texts, and such texts as the next version.

A linked number stands in ⟦brackets⟧. They only show what is linked: what became of each number is found in the same
way as for a Word file that comes back, so that a browser without scripts can edit too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kexie.reports.html import annex_lines
from kexie.reports.keeping import (
    Actor,
    VersionConflict,
    add_version,
    latest_version,
    refuse_issued,
    require_reason,
    shown_name,
)
from kexie.reports.model import Document, Heading, Paragraph, Table, Text, from_json
from kexie.reports.models import Origin, Report, ReportVersion
from kexie.reports.sources import date_words
from kexie.reports.taking_back import TakenBack, take_back

OPENING, CLOSING = "⟦", "⟧"
TITLE = -1  # the place of the title among the paragraphs
_BARE = str.maketrans({OPENING: None, CLOSING: None, "\t": " ", "\r": None})


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A paragraph or heading that can be edited; ``place`` is its index among the blocks, ``TITLE`` for the title."""

    place: int
    text: str
    level: int = 0  # of a heading; 0 is running text

    def with_text(self, text: str) -> "Piece":
        """Return the piece with what somebody wrote into it."""
        return replace(self, text=text)

    @property
    def rows(self) -> int:
        """How many lines a field for it should have."""
        return max(len(self.text) // 32 + 1, 1)


def pieces_of(document: Document) -> list[Piece]:
    """Return what can be edited of a document, numbers in brackets. Tables are changed in Word or by the records."""
    found = [Piece(place=TITLE, text=document.title, level=1)]
    for place, block in enumerate(document.blocks):
        if isinstance(block, Heading):
            found.append(Piece(place=place, text=block.text, level=block.level + 1))
        elif isinstance(block, Paragraph):
            parts = [span.text if isinstance(span, Text) else f"{OPENING}{span.text}{CLOSING}" for span in block.spans]
            found.append(Piece(place=place, text="".join(parts)))
    return found


def lines_with(document: Document, texts: Mapping[int, str]) -> list[str]:
    """Return the lines of a document with other texts for some of its pieces; an empty text takes the piece out."""
    title = texts.get(TITLE, "").translate(_BARE).strip().replace("\n", "") or document.title
    lines = [title]
    if document.addressee:
        lines.append(f"{document.addressee}：")
    for place, block in enumerate(document.blocks):
        if isinstance(block, Table):
            lines += _rows(block)
        else:
            lines += texts.get(place, block.text).translate(_BARE).split("\n")
    lines += annex_lines(document) if document.annexes else []
    lines += [document.signature, date_words(document.date)]
    for place, table in enumerate(document.annexes, start=1):
        lines += [f"附件{place if len(document.annexes) > 1 else ''}", table.title, *_rows(table)]
    return [line.strip(" ") for line in lines if line.strip(" ")]


def try_edit(*, report: Report, texts: Mapping[int, str], actor: Actor = None, reason: str = "") -> TakenBack:
    """Return what the texts make of the last version; nothing is stored."""
    document = from_json(latest_version(report).content)
    return _taken(document, texts, actor, reason)


def edit_report(
    *, report: Report, texts: Mapping[int, str], based_on: int, reason: str = "", actor: Actor = None
) -> ReportVersion:
    """Make the texts the next version of a report.

    Raises VersionConflict when somebody else has written one since ``based_on``, DomainError when numbers were changed
    or added and no reason is given, or the report is signed.
    """
    refuse_issued(report)
    latest = latest_version(report)
    if latest.number != based_on:
        raise VersionConflict(latest)
    taken = _taken(from_json(latest.content), texts, actor, reason)
    require_reason(taken, reason)
    return add_version(
        report=report,
        document=taken.document,
        based_on=based_on,
        origin=Origin.EDITED,
        reason=reason,
        actor=actor,
    )


def _taken(document: Document, texts: Mapping[int, str], actor: Actor, reason: str) -> TakenBack:
    return take_back(document=document, lines=lines_with(document, texts), by=shown_name(actor), reason=reason)


def _rows(table: Table) -> list[str]:
    rows = [table.header, *(tuple(cell.text if cell else "" for cell in row) for row in table.rows)]
    return ["\t".join(row) for row in rows]
