"""Putting a document together: numbered headings, the notes on its length."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from kexie.reports.chapters import Spans, merge_text
from kexie.reports.model import Block, Document, Heading, Paragraph, Text

_NUMERALS = "一二三四五六七八九十"


def paragraph(spans: Iterable[Text] | Spans) -> Paragraph:
    """Return running text with neighbouring words joined."""
    return Paragraph(spans=merge_text(spans))


def numbered(parts: Iterable[tuple[str, list[Block]]]) -> list[Block]:
    """Return the parts under their headings, numbered 一、二、; a part without anything leaves no trace."""
    blocks: list[Block] = []
    place = 0
    for title, content in parts:
        if content:
            blocks += [Heading(text=f"{_NUMERALS[place]}、{title}"), *content]
            place += 1
    return blocks


def with_notes(
    document: Document, notes: Iterable[str], *, length: tuple[int, int], words: Mapping[str, str]
) -> Document:
    """Return the document with its notes, and one more when it is shorter or longer than its kind usually is."""
    found = list(notes)
    least, most = length
    count = document.characters
    if count < least:
        found.append(words["short"].format(n=count, least=least))
    elif count > most:
        found.append(words["long"].format(n=count, most=most))
    return replace(document, notes=tuple(found))
