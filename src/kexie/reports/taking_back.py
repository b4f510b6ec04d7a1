"""An edited text against the report it was: which numbers are still right, changed, added without source, or gone.

The wording of the edited text becomes a new document. A number that is still right keeps its query; one that was
changed or added becomes an ``Unsourced`` number with who and why. Pure.
"""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from kexie.core.errors import DomainError
from kexie.reports.aligning import Old, is_equal, numbers_before, pair_elsewhere, pair_in_line, pair_lines, stands_at
from kexie.reports.findings import Finding, FindingKind
from kexie.reports.html import annex_lines
from kexie.reports.model import Block, Document, Heading, Number, Paragraph, Span, Text, Unsourced
from kexie.reports.returned_rows import RowsTaken, take_rows
from kexie.reports.sources import date_words
from kexie.reports.spotting import Spotted, plain_digits, spot

_LEAST_SHARE = 0.25  # of the lines before that an edited file must still know
_CHAPTER = re.compile(r"[一二三四五六七八九十]+、")
_PART = re.compile(r"（[一二三四五六七八九十]+）")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_LONGEST_HEADING = 40
_EXCERPT = 12


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """The document with the new wording, and a finding for each number in the order of the new text, gone ones last."""

    document: Document
    findings: tuple[Finding, ...]

    def of(self, kind: FindingKind) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == kind]

    @property
    def needs_reason(self) -> bool:
        """Whether a number stands in it now that no record gives."""
        return any(finding.kind in ("changed", "added") for finding in self.findings)


@dataclass
class _Line:
    """A line of text before: ``block`` is what it belongs to, None for the frame (signature, date, annex lines)."""

    role: Literal["title", "addressee", "block", "signature", "date", "frame"]
    spans: tuple[Span, ...]
    block: Heading | Paragraph | None = None

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


def take_back(
    *, document: Document, lines: Sequence[str], side_lines: Sequence[str] = (), by: str = "", reason: str = ""
) -> TakenBack:
    """Return what an edited text makes of ``document``.

    ``lines`` are its lines in order, cells of a row between tabs; ``side_lines`` stand beside it (headers, notes) and
    are only looked through for numbers. Raises DomainError when this is not the same report.
    """
    return _Taking(document=document, by=by, reason=reason).take(list(lines), list(side_lines))


@dataclass
class _Taking:
    document: Document
    by: str
    reason: str
    # of each new line: its numbers, each with what it was (None: new)
    kept: dict[int, list[tuple[Spotted, Old | None]]] = field(default_factory=dict)
    gone: list[tuple[str, Old]] = field(default_factory=list)

    def take(self, lines: list[str], side_lines: list[str]) -> TakenBack:
        before = _lines_of(self.document)
        texts = [(place, line) for place, line in enumerate(lines) if "\t" not in line]
        pairs = pair_lines([line.text for line in before], [line for _, line in texts])
        _refuse_another(self.document, before, pairs, [line for _, line in texts])
        roles = {texts[j][0]: before[i] for i, j in pairs}
        self._align(before, {texts[j][0]: i for i, j in pairs}, dict(texts))
        rows = take_rows(document=self.document, lines=lines, by=self.by, reason=self.reason)
        document = self._document(lines, roles, rows)
        findings = self._findings(lines, rows)
        findings += [self._beside(line, each) for line in side_lines for each in spot(line) if each.is_figure]
        return TakenBack(document=document, findings=(*findings, *self._gone(), *rows.gone))

    def _align(self, before: list[_Line], origin: dict[int, int], now: dict[int, str]) -> None:
        """Pair the numbers of paired lines, then what is left anywhere."""
        olds = [numbers_before(line.spans) for line in before]
        free_new: list[tuple[int, Spotted]] = []
        used: set[tuple[int, int]] = set()
        for place, line in now.items():
            news = spot(line)
            i = origin.get(place)
            paired = {j: k for k, j in pair_in_line(before[i].text, olds[i], line, news)} if i is not None else {}
            used.update((i, k) for k in paired.values() if i is not None)
            known = [(new, olds[i][paired[j]] if i is not None and j in paired else None) for j, new in enumerate(news)]
            self.kept[place] = known
            free_new += [(place, new) for new, old in known if old is None]
        free_old = [
            (line.text, old) for i, line in enumerate(before) for k, old in enumerate(olds[i]) if (i, k) not in used
        ]
        moved = pair_elsewhere(free_old, [(now[place], new) for place, new in free_new])
        for k, j in moved:
            place, new = free_new[j]
            self.kept[place] = [(each, free_old[k][1] if each is new else old) for each, old in self.kept[place]]
        taken = {k for k, _ in moved}
        self.gone = [each for k, each in enumerate(free_old) if k not in taken]

    def _spans(self, place: int, line: str) -> tuple[Span, ...]:
        """The spans of a new line: its words, and in them the numbers as they are known."""
        spans: list[Span] = []
        at = 0
        for new, old in self.kept.get(place, []):
            span, start, end = self._span(new, old, line)
            if span is None or start < at:
                continue
            if start > at:
                spans.append(Text(text=line[at:start]))
            spans.append(span)
            at = end
        if at < len(line):
            spans.append(Text(text=line[at:]))
        return tuple(spans)

    def _span(self, new: Spotted, old: Old | None, line: str) -> tuple[Span | None, int, int]:
        if old is not None and is_equal(old, new, line):
            start, end = stands_at(old, new, line) or (new.start, new.end)
            if isinstance(old.span, Text):
                return None, start, end
            return replace(old.span, text=line[start:end]), start, end
        if not (new.is_figure or (old is not None and not isinstance(old.span, Text))):
            return None, new.start, new.end
        return self._unsourced(new, old), new.start, new.end

    def _unsourced(self, new: Spotted, old: Old | None) -> Unsourced:
        span = old.span if old is not None and not isinstance(old.span, Text) else None
        return Unsourced(
            text=new.text,
            by=self.by,
            reason=self.reason,
            was=span.text if span else "",
            key=span.key if span else "",
            name=span.name if span else "",
            value=new.reading.value,
        )

    def _document(self, lines: list[str], roles: dict[int, _Line], rows: RowsTaken) -> Document:
        blocks: list[Block] = []
        values: dict[str, Any] = {}
        annex_start = next(
            (place for place, line in enumerate(lines) if line.strip() in _annex_marks(lines)), len(lines)
        )
        for place, line in enumerate(lines):
            if table := rows.blocks.get(place):
                blocks.append(table)
                continue
            if "\t" in line or not line.strip():
                continue
            role = roles.get(place)
            if role is None:
                if place < annex_start:
                    blocks.append(self._new_block(place, line.strip()))
            elif role.role == "title":
                values["title"] = line.strip()
            elif role.role == "addressee":
                values["addressee"] = line.strip().rstrip("：:")
            elif role.role == "signature":
                values["signature"] = line.strip()
            elif role.role == "date":
                values["date"] = _day(line) or self.document.date
            elif isinstance(role.block, Heading):
                blocks.append(Heading(text=line.strip(), level=role.block.level))
            elif role.role == "block":
                blocks.append(Paragraph(spans=self._spans(place, line)))
        return replace(self.document, blocks=tuple(blocks), annexes=tuple(rows.annexes), **values)

    def _new_block(self, place: int, line: str) -> Heading | Paragraph:
        if len(line) <= _LONGEST_HEADING and not line.endswith("。"):
            if _CHAPTER.match(line):
                return Heading(text=line)
            if _PART.match(line):
                return Heading(text=line, level=2)
        return Paragraph(spans=self._spans(place, line))

    def _findings(self, lines: list[str], rows: RowsTaken) -> list[Finding]:
        found: list[Finding] = []
        for place, line in enumerate(lines):
            found += rows.findings.get(place, [])
            for new, old in self.kept.get(place, []):
                words = _excerpt(line, new.start, new.end)
                span, start, end = self._span(new, old, line)
                if isinstance(span, Number):
                    found.append(
                        Finding(
                            kind="right",
                            before=old.text if old else "",
                            now=line[start:end],
                            name=span.name,
                            place=words,
                        )
                    )
                elif isinstance(span, Unsourced) and not (old and isinstance(old.span, Unsourced) and _kept(old, span)):
                    kind: FindingKind = "changed" if span.was else "added"
                    found.append(Finding(kind=kind, before=span.was, now=span.text, name=span.name, place=words))
        return found

    def _gone(self) -> list[Finding]:
        return [
            Finding(kind="gone", before=old.text, name=old.span.name, place=_excerpt(line, old.start, old.end))
            for line, old in self.gone
            if not isinstance(old.span, Text)
        ]

    def _beside(self, line: str, new: Spotted) -> Finding:
        return Finding(kind="added", now=new.text, place=f"页眉页脚或注：{_excerpt(line, new.start, new.end)}")


def _kept(old: Old, span: Unsourced) -> bool:
    return isinstance(old.span, Unsourced) and plain_digits(old.span.text) == plain_digits(span.text)


def _lines_of(document: Document) -> list[_Line]:
    """The lines of text of a document as its Word file has them."""
    found = [_Line("title", (Text(text=document.title),))]
    if document.addressee:
        found.append(_Line("addressee", (Text(text=f"{document.addressee}："),)))
    for block in document.blocks:
        if isinstance(block, Heading):
            found.append(_Line("block", (Text(text=block.text),), block))
        elif isinstance(block, Paragraph):
            found.append(_Line("block", block.spans, block))
    frame = annex_lines(document) if document.annexes else []
    found.append(_Line("signature", (Text(text=document.signature),)))
    found.append(_Line("date", (Text(text=date_words(document.date)),)))
    for place, table in enumerate(document.annexes, start=1):
        frame += [f"附件{place if len(document.annexes) > 1 else ''}", table.title]
    return found + [_Line("frame", (Text(text=line),)) for line in frame]


def _annex_marks(lines: Sequence[str]) -> set[str]:
    return {line.strip() for line in lines if re.fullmatch(r"附件\d*", line.strip())}


def _refuse_another(document: Document, before: list[_Line], pairs: list[tuple[int, int]], now: list[str]) -> None:
    """Refuse the file of another report: another title with other digits or office, or hardly a line that is known."""
    origin = dict(pairs)
    title = now[origin[0]].strip() if 0 in origin else ""
    if title and _numerals(title) != _numerals(document.title):
        raise DomainError(f"这份文件的标题是《{title}》，不是《{document.title}》，像是另一份报告")
    whole = "".join("".join(line.split()) for line in now)
    if document.signature not in whole and document.title not in whole:
        raise DomainError(f"这份文件里没有“{document.signature}”，不像是《{document.title}》改出来的")
    body = [place for place, line in enumerate(before) if line.role == "block"]
    known = sum(1 for place in body if place in origin)
    if body and known < max(len(body) * _LEAST_SHARE, 1):
        raise DomainError(f"这份文件和《{document.title}》几乎没有相同的段落，请看看是不是传错了文件")


def _day(line: str) -> datetime.date | None:
    found = _DAY.fullmatch(plain_digits("".join(line.split())))
    try:
        return datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _numerals(text: str) -> list[str]:
    return re.findall(r"\d+", plain_digits(text))


def _excerpt(line: str, start: int, end: int) -> str:
    return line[max(start - _EXCERPT, 0) : end + _EXCERPT].strip()
