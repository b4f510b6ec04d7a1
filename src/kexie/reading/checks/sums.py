"""Totals against what was listed, parts against their whole; also finds which figures are parts of others."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from kexie.reading.checks import ratios
from kexie.reading.checks.lexicon import lexicon
from kexie.reading.checks.ratios import number
from kexie.reading.figures import Match
from kexie.reading.model import Check, Figure

_FAR = 240  # characters: how far behind its whole a part may stand
_SESSIONS = frozenset(("次", "场", "场次"))


def with_parts(text: str, told: Sequence[tuple[Match, Figure]]) -> tuple[list[tuple[Match, Figure]], list[Check]]:
    """``told`` with ``part_of`` where it is certain, and what does not add up. Spans are those of the figures."""
    out = list(told)
    checks: list[Check] = []
    _of_which(text, out, checks)
    _totals(text, out, checks)
    checks += ratios.impossible(text, out)
    checks += ratios.differing(text, out)
    return out, checks


def _begin(text: str, position: int, marks: str, limit: int) -> int:
    """Where the stretch around ``position`` begins: behind the last of ``marks``, at most ``limit`` back."""
    floor = max(0, position - limit)
    return max(floor, *(text.rfind(mark, floor, max(position, 0)) + 1 for mark in marks))


def _plain(figure: Figure) -> bool:
    return figure.kind in ("count", "money") and figure.value is not None and figure.per is None and not figure.negated


def _of_which(text: str, out: list[tuple[Match, Figure]], checks: list[Check]) -> None:
    """Figures behind 其中, 含 and 包括 are parts of the nearest figure of the same unit before it."""
    at = 0
    for marker in lexicon().of_which.finditer(text):
        while at < len(out) and out[at][0].start < marker.start():
            at += 1
        begin = _begin(text, marker.start() - 1, "。;\n", _FAR)
        stop = min(
            (p for c in "。;\n" if (p := text.find(c, marker.end(), marker.end() + _FAR)) >= 0), default=marker.end()
        )
        opening = max(text.rfind("(", begin, marker.start()), text.rfind("（", begin, marker.start()))
        if opening >= 0 and not re.search(r"[)）]", text[opening : marker.start()]):
            close = re.compile(r"[)）]").search(text, marker.end(), stop)
            stop = close.start() if close else stop
        wholes: dict[str, int] = {}
        for i in range(at - 1, -1, -1):
            match, figure = out[i]
            if match.start < begin:
                break
            if _plain(figure) and match.unit not in wholes:
                wholes[match.unit] = i
        groups: dict[int, list[int]] = {}
        for i in range(at, len(out)):
            match, figure = out[i]
            if match.start >= stop:
                break
            whole = wholes.get(match.unit)
            if (
                whole is not None
                and _plain(figure)
                and figure.part_of is None
                and figure.status == out[whole][1].status
            ):
                groups.setdefault(whole, []).append(i)
        for whole, parts in groups.items():
            _compare(out, checks, whole, parts)


def _compare(out: list[tuple[Match, Figure]], checks: list[Check], whole: int, parts: list[int]) -> None:
    total = out[whole][1]
    limit = total.value
    assert limit is not None
    if total.qualifier == "at_least":
        limit = total.soft_high or Decimal("Infinity")
    amounts = [out[i][1].value or Decimal(0) for i in parts]
    spans = tuple((f.start, f.end) for f in [total, *(out[i][1] for i in parts)])
    if any(value > limit for value in amounts):
        checks.append(Check("part exceeds whole", f"“{total.quote}”小于其中的一项，可能有误", spans))
        return
    for i in parts:
        out[i] = (out[i][0], replace(out[i][1], part_of=whole))
    if len(parts) > 1 and sum(amounts, Decimal(0)) > limit:
        listed = "+".join(out[i][1].quote for i in parts)
        checks.append(
            Check(
                "parts exceed whole",
                f"其中各项之和{number(sum(amounts, Decimal(0)))}({listed})超过“{total.quote}”",
                spans,
            )
        )


def _totals(text: str, out: list[tuple[Match, Figure]], checks: list[Check]) -> None:
    """A figure behind 共 against those of its unit before it: in its sentence, else in its paragraph."""
    for i, (match, figure) in enumerate(out):
        if not _plain(figure) or figure.qualifier != "exact" or figure.status != "actual":
            continue
        if not lexicon().total.search(text, max(0, match.start - 10), match.start):
            continue
        sentence = _begin(text, match.start, "。;\n", _FAR)
        paragraph = _begin(text, match.start, "\n", 4 * _FAR)
        for begin, certain in ((sentence, True), (paragraph, False)):
            parts = _listed(out, i, begin)
            if len(parts) < 2:
                continue
            fitting = _fitting(out, parts, figure.value)
            if fitting:
                for j in fitting:
                    if out[j][1].part_of is None:
                        out[j] = (out[j][0], replace(out[j][1], part_of=i))
                break
            amount = sum((out[j][1].value or Decimal(0) for j in parts), Decimal(0))
            close = figure.value is not None and abs(amount - figure.value) * 5 <= figure.value
            if certain and close:
                listed = "+".join(out[j][1].quote for j in parts)
                spans = tuple((f.start, f.end) for f in [figure, *(out[j][1] for j in parts)])
                message = f"“{figure.quote}”与前列各项之和{number(amount)}({listed})不符，请核对"
                checks.append(Check("total differs", message, spans))
                break


def _fitting(out: list[tuple[Match, Figure]], parts: list[int], total: Decimal | None) -> list[int]:
    """The last two or more of ``parts`` that make the total, or none."""
    amount = Decimal(0)
    for k in range(len(parts) - 1, -1, -1):
        amount += out[parts[k]][1].value or Decimal(0)
        if amount == total and len(parts) - k >= 2:
            return parts[k:]
    return []


def _listed(out: list[tuple[Match, Figure]], total: int, begin: int) -> list[int]:
    """The figures from ``begin`` on that a total may add up: of its unit, exact, no totals themselves."""
    unit = out[total][0].unit
    parts: list[int] = []
    for j in range(total - 1, max(-1, total - 40), -1):
        match, figure = out[j]
        if match.start < begin:
            break
        same = match.unit == unit or (match.unit in _SESSIONS and unit in _SESSIONS)
        if same and _plain(figure) and figure.qualifier == "exact" and figure.status == "actual" and not figure.period:
            parts.append(j)
    return parts[::-1]
