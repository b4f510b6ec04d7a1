"""Spans in which no figure lies: quoted names, titles, fixed words, enumerators, clock times and years."""

import re

from kexie.reading.figures.lexicon import lexicon

_QUOTED = re.compile(r"“[^“”\n]{0,40}”|《[^《》\n]{0,60}》|「[^「」\n]{0,40}」")
_STRAIGHT = re.compile(r'"([^"\n]{0,30})"')
# What opens a line; the first line has no line break before it.
_ENUMERATOR = re.compile(r"\n[ >]*(?:\d{1,2}(?:\.\d{1,2})*+(?=[.、)])|\(\d{1,2}\))")
_FIRST = re.compile(_ENUMERATOR.pattern.removeprefix(r"\n"))
# Written so that one digit comes first: re skips to digits, and tries nothing elsewhere.
_DAY = re.compile(r"\d(?:\d?[:时点]\d{1,2}分|\d?:\d\d|(?<=1)9\d\d(?=年)|(?<=2)0\d\d(?=年))")


def closed_spans(text: str) -> tuple[list[int], list[int]]:
    """Starts and ends of the spans in which no number begins, in order and apart from each other."""
    spans = [m.span() for p in (_QUOTED, _STRAIGHT, lexicon().terms, _ENUMERATOR, _DAY) for m in p.finditer(text)]
    first = _FIRST.match(text)
    if first is not None:
        spans.append(first.span())
    spans.sort()
    starts: list[int] = []
    ends: list[int] = []
    for start, end in spans:
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends
