"""Targets without digits: one (举办一期讲座), all (全部建成, 全覆盖), none (零事故), twice as much (翻一番)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from kexie.reading import context
from kexie.reading.clean import Clean
from kexie.reading.documents import Piece
from kexie.reading.model import Target
from kexie.reading.targets import clauses, terms
from kexie.reading.targets.lexicon import lexicon


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised in words, at ``start:end`` of a document's clean text; ``metric`` None: as its clause says."""

    start: int
    end: int
    value: Decimal
    unit: str
    metric: str | None = None


def find(text: str) -> list[Promise]:
    """The promises in ``text`` that are made in words, in order."""
    words = lexicon()
    found = []
    for one in words.one.finditer(text):
        start, end = one.span("one") if one["one"] else one.span("one2")
        found.append(Promise(start, end, Decimal(1), one["unit"] or one["unit2"]))
    found += _shares(text)
    for match in words.none.finditer(text):
        group, unit = ("what", "起") if match["what"] else ("what2", "个")
        start = match.start(group) - 1  # at 零
        found.append(Promise(start, match.end(), Decimal(0), unit, f"{match[group]}数"))
    for match in words.doubled.finditer(text):
        metric = clauses.named(text[clauses.begin_of(text, match.start(), 0) : match.start()])
        found.append(Promise(match.start(), match.end(), Decimal(2), "倍", metric or None))
    return sorted(found, key=lambda promise: promise.start)


def _shares(text: str) -> Iterator[Promise]:
    """全县学校全部建立辅导员队伍 → all of them; 科普员全覆盖 → all villages."""
    for match in lexicon().whole.finditer(text):
        if text.endswith(("、", "和"), 0, match.start()):
            continue
        begin = clauses.begin_of(text, match.start(), 0)
        subject = clauses.named(text[begin : match.start()])
        if len(subject) < 2:
            continue
        if match["cover"]:
            if not lexicon().covered.search(subject):
                continue  # 服务对象全覆盖: nothing that could be counted
            metric = f"{subject.removesuffix('的')}覆盖率"
        else:
            done = text[match.end() : clauses.end_of(text, match.end())].strip(" 的")
            if not done:
                continue
            metric = f"{done}的{subject}比例"
        yield Promise(match.start(), match.end(), Decimal(100), "%", metric)


def target(view: Clean, piece: Piece, text: str, promise: Promise, year: str | None) -> Target:
    """The target of a promise in words; ``year`` is the one for which the plan is made."""
    start, end = promise.start, promise.end
    begin, stop = clauses.begin_of(text, start + 1, 0), clauses.end_of(text, end)
    sentence = context.sentence_start(text, start)
    first, after = view.start(piece.start + begin), view.end(piece.start + stop)
    before = text[begin:start]
    return Target(
        start=first,
        end=after,
        quote=view.original[first:after],
        metric=promise.metric or text[end:stop].strip(" 的") or clauses.named(before) or text[start:end],
        comparator="=",
        value=promise.value,
        value_max=None,
        unit=promise.unit,
        per=terms.per_of(before, context.per_of(before)),
        due=terms.due_of(text, sentence, start, end, year),
        strength=terms.strength_of(text[max(sentence, start - 60) : start]),
        assigned_by=terms.assigned_by(text[sentence:start]),
    )
