"""One sentence with what was found in it."""

import re
from dataclasses import dataclass

from kexie.reading import circumstances as around
from kexie.reading.dates import Span, find_spans

LONGEST = 700  # characters of one sentence that are read; what is longer is cut
_QUOTE = re.compile(r"[“”\"《(]")
HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(slots=True)
class Sentence:
    """A sentence in the clean text of a document.

    ``start`` is its position there; ``hidden``, equally long, is without what stands in quotation marks. ``exact`` are
    those of its ``spans`` that are days or months.
    """

    start: int
    text: str
    hidden: str
    spans: list[Span]
    exact: list[Span]


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate; offsets are in its sentence.

    ``clause`` is where its clause begins, ``verb`` the verb that governs it. ``host`` is who held it as written, where
    others only took part.
    """

    start: int
    end: int
    title: str
    role: str
    score: int
    clause: int
    verb: int
    governed: bool = True
    place: str | None = None
    host: str | None = None


# An enumerator that ran into the month behind it: 55月16日, 2.9月15日.
_GLUED = re.compile(r"[ >]*(?:[2-9](?=[1-9]月|1[0-2]月)|1(?=[3-9]月|1[0-2]月)|\d{1,2}\.(?=(?:1[0-2]|[1-9])月))")


def read_sentence(start: int, text: str, year: int | None, before: Span | None = None) -> Sentence:
    """``before`` is the last day told before it."""
    glued = _GLUED.match(text)
    if glued:
        text = " " * glued.end() + text[glued.end() :]
    spans = find_spans(text, year, before)
    exact = [span for span in spans if span.exact and span.every is None]
    hidden = around.hide_quotes(text) if _QUOTE.search(text) else text
    return Sentence(start, text, hidden, spans, exact)
