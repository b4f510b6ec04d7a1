"""The targets of one document."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

from kexie.reading import context
from kexie.reading.clean import Clean
from kexie.reading.documents import Piece
from kexie.reading.figures import Match
from kexie.reading.model import Figure, Target
from kexie.reading.targets import clauses, terms, worded
from kexie.reading.targets.lexicon import lexicon


def find(
    view: Clean,
    piece: Piece,
    told: Sequence[tuple[Match, Figure]],
    planned: Callable[[int], bool],
    year_at: Callable[[int], str | None],
) -> list[Target]:
    """The targets of one document, in order.

    ``told`` are its figures; ``planned`` says whether its plan lies at a position of the clean text, ``year_at`` for
    which year the plan there is made.
    """
    text = view.text[piece.start : piece.end]
    taken = [(m.start, m.end) for m, _ in told]
    bounds = [end for _, end in taken]
    out: list[tuple[int, Target]] = []
    last = 0
    for match, figure in told:
        if figure.status == "planned" and _promises(text, match, figure):
            target = _target(view, piece, text, match, figure, last, year_at(piece.start + match.start))
            if out and lexicon().empty.fullmatch(target.metric):
                target = replace(target, metric=out[-1][1].metric)  # 建成2个,力争3个
            elif out and lexicon().growth.fullmatch(target.metric):
                target = replace(target, metric=f"{out[-1][1].metric}{target.metric}")  # 经费2元,并逐年增长10%
            out.append((match.start, target))
            last = match.end
    for promise in worded.find(text):
        at = promise.start
        if planned(piece.start + at) and not any(a < promise.end and at < b for a, b in _near(taken, bounds, at)):
            out.append((at, worded.target(view, piece, text, promise, year_at(piece.start + at))))
    out.sort(key=lambda row: row[0])
    return [target for _, target in out]


def _near(taken: list[tuple[int, int]], bounds: list[int], start: int) -> list[tuple[int, int]]:
    """The first two spans of ``taken`` that end behind ``start``; ``bounds`` are the ends of all of them."""
    at = bisect_right(bounds, start)
    return taken[at : at + 2]


def _promises(text: str, match: Match, figure: Figure) -> bool:
    """Whether a planned figure is something to be reached, not a part of the plan, an age or a condition."""
    words = lexicon()
    if figure.kind in ("age", "magnitude") or figure.negated or not (figure.period or "2").startswith("2"):
        return False  # last year's numbers are no promise
    if match.value is None and match.low is None:
        return False
    if figure.unit in words.abstract_units:
        if figure.unit in ("大", "方面"):
            return False
        after = text[match.end : min(match.end + 8, clauses.end_of(text, match.end))]
        if words.abstract.search(figure.counted or "") or words.abstract.search(after):
            return False
    if lexicon().baseline.search(text, max(0, match.start - 4), match.end + 8):
        return False  # 由18个增加到25个: from where it starts
    before = text[max(0, match.start - 12) : match.start]
    # 每1万人建一所: the one that each of the first number gets.
    return not (match.value == 1 and re.search(r"每[\d一二三四五六七八九十百千万]+[^,。;]{0,6}[建设配有]$", before))


def _target(view: Clean, piece: Piece, text: str, match: Match, figure: Figure, floor: int, year: str | None) -> Target:
    sentence = context.sentence_start(text, match.start)
    begin = max(clauses.begin_of(text, match.start, floor), floor)
    end = clauses.end_of(text, match.end)
    before = text[begin : match.start]
    value, value_max = (match.low, match.high) if match.qualifier == "range" else (match.value, None)
    assert value is not None
    comparator = {"at_least": ">=", "at_most": "<=", "about": "about"}.get(match.qualifier, "=")
    if match.qualifier == "exact" and (lexicon().reach.search(before) or lexicon().lower.search(before)):
        comparator = ">="
    start, stop = view.start(piece.start + begin), view.end(piece.start + end)
    return Target(
        start=start,
        end=stop,
        quote=view.original[start:stop],
        metric=clauses.metric_of(text, match, figure, before, end),
        comparator=comparator,
        value=value,
        value_max=value_max,
        unit=match.unit,
        per=terms.per_of(before, figure.per),
        due=terms.due_of(text, sentence, match.start, match.end, year),
        strength=terms.strength_of(text[max(sentence, match.start - 60) : match.start] + _hedges(text, match)),
        assigned_by=terms.assigned_by(text[sentence : match.start]),
    )


def _hedges(text: str, match: Match) -> str:
    """The hedges of a figure, as written."""
    return re.sub(r"[\d.,% ]", "", text[match.start : match.end])
