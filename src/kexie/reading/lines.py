"""Lines of a clean text, with their offsets."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank. ``text`` is stripped; ``start:end`` is where it stands in the clean text."""

    start: int
    end: int
    text: str


_LINE = re.compile(r"[^\r\n]+")


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """The lines of ``text[start:end]`` that are not blank."""
    out = []
    for match in _LINE.finditer(text, start, len(text) if end is None else end):
        raw = match.group()
        stripped = raw.strip(" >\u2003\f\v")
        if stripped:
            at = match.start() + raw.find(stripped)
            out.append(Line(at, at + len(stripped), stripped))
    return out
