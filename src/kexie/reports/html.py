"""The document as HTML: a fragment for the page, and a file that stands alone.

Everything that comes from data is escaped. In the fragment a number is a link that opens its source in the side panel;
in the file it leads to a section at the end that lists its formula and entries. The file has no script.
"""

from collections.abc import Callable, Mapping
from html import escape
from importlib.resources import files

from kexie.reports.model import Cell, Document, Heading, Number, Paragraph, Span, Table, Unsourced
from kexie.reports.sources import NumberSource, SourceEntry, Sources, clean_text, date_words, unsourced_words
from kexie.reports.wording import split_printed

UrlBuilder = Callable[[Number], str]

_ENTRIES_SHOWN = 200

_STYLE = files("kexie.reports").joinpath("standalone.css").read_text(encoding="utf-8")


def render_fragment(
    *,
    document: Document,
    url: UrlBuilder,
    target: str = "#source",
    is_clean: bool = False,
    marks: Mapping[Span, int] | None = None,
) -> str:
    """Return the sheet for the page; a number is ``<a class="number" href hx-get hx-target>``, its URL from ``url``.

    ``is_clean`` hides all marks (清样); the links stay. ``marks`` are the numbers of notes at the margin, by span.
    """
    noted = {} if is_clean or marks is None else marks

    def link(number: Number) -> str:
        address = escape(url(number), quote=True)
        attributes = f'href="{address}" hx-get="{address}" hx-target="{escape(target, quote=True)}"'
        opening = f'<a class="kx-n number" {attributes} data-key="{escape(number.key, quote=True)}">'
        return _noted(_printed(number, opening), noted.get(number))

    def unsourced(span: Unsourced) -> str:
        return _noted(_unsourced(span, is_clean=is_clean), noted.get(span))

    name = "kx-sheet is-clean" if is_clean else "kx-sheet"
    return f'<article class="{name}" lang="zh-CN">{_body(document, _Spans(link, unsourced))}</article>'


def render_file(*, document: Document, sources: Sources) -> str:
    """Return a whole HTML file: the sheet, then for each number its formula and entries (the first 200)."""

    def link(number: Number) -> str:
        return _printed(number, f'<a class="kx-n number" href="#s-{escape(number.key, quote=True)}">')

    def unsourced(span: Unsourced) -> str:
        return f'<a class="kx-n" href="#u-{places[span]}">{_unsourced(span)}</a>'

    places = {span: place for place, span in enumerate(dict.fromkeys(document.unsourced()), start=1)}
    parts = [_source(number, sources.get(number.key)) for number in document.distinct_numbers()]
    parts += [_unsourced_source(span, place) for span, place in places.items()]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<article class="kx-sheet">{_body(document, _Spans(link, unsourced))}</article>\n'
        f'<section class="sources"><h2>数字来源</h2>\n{"".join(parts)}</section>\n</main>\n</body>\n</html>\n'
    )


class _Spans:
    """How spans of each kind are written."""

    def __init__(self, link: Callable[[Number], str], unsourced: Callable[[Unsourced], str]) -> None:
        self._link, self._unsourced = link, unsourced

    def __call__(self, span: Cell) -> str:
        if isinstance(span, Number):
            return self._link(span)
        if isinstance(span, Unsourced):
            return self._unsourced(span)
        return _text(span.text) if span else ""


def _noted(html: str, place: int | None) -> str:
    return f'<span class="kx-note" data-note="{place}">{html}</span>' if place else html


def _unsourced(span: Unsourced, *, is_clean: bool = False) -> str:
    if is_clean:
        return _text(span.text)
    return f'<span class="kx-unsourced" title="{_text(f"无来源：{unsourced_words(span)}")}">{_text(span.text)}</span>'


def _unsourced_source(span: Unsourced, place: int) -> str:
    return (
        f'<div class="source" id="u-{place}"><h3>{_text(f"{span.name} {span.text}".strip())}</h3>'
        f"<p>无来源：{_text(unsourced_words(span))}</p></div>\n"
    )


def _text(text: str) -> str:
    return escape(clean_text(text), quote=True)


def _printed(number: Number, opening: str) -> str:
    """The link around digits and unit, markers at its sides outside of it; other texts are linked as they are."""
    try:
        part = split_printed(number.text)
    except ValueError:
        return f"{opening}{_text(number.text)}</a>"

    def mark(words: str) -> str:
        return f'<span class="kx-q">{_text(words)}</span>' if words else ""

    inside = f"{_text(part.digits)}{mark(part.inner)}{_text(part.unit)}"
    return f'<span class="kx-num">{mark(part.before)}{opening}{inside}</a>{mark(part.after)}</span>'


def _body(document: Document, write: _Spans) -> str:
    lines = [f"<h1>{_text(document.title)}</h1>"]
    if document.addressee:
        lines.append(f'<p class="kx-to">{_text(document.addressee)}：</p>')
    for block in document.blocks:
        if isinstance(block, Heading):
            tag = "h2" if block.level == 1 else "h3"
            lines.append(f"<{tag}>{_text(block.text)}</{tag}>")
        elif isinstance(block, Paragraph):
            lines.append(f"<p>{''.join(write(span) for span in block.spans)}</p>")
        else:
            lines.append(_table(block, write))
    if document.annexes:
        lines += [f"<p>{_text(line)}</p>" for line in annex_lines(document)]
    if document.signature:
        lines.append(f'<p class="kx-sign">{_text(document.signature)}<br>{date_words(document.date)}</p>')
    lines += [_table(table, write) for table in document.annexes]
    return "\n".join(lines)


def annex_lines(document: Document) -> list[str]:
    """Return the lines that announce the annexes (GB/T 9704-2012: no punctuation after the name)."""
    if len(document.annexes) == 1:
        return [f"附件：{document.annexes[0].title}"]
    return [f"{'附件：' if place == 1 else ''}{place}.{table.title}" for place, table in enumerate(document.annexes, 1)]


def _table(table: Table, write: _Spans) -> str:
    def cell(tag: str, place: int, content: str) -> str:
        return f'<{tag} class="kx-figure">{content}</{tag}>' if place else f"<{tag}>{content}</{tag}>"

    head = "".join(cell("th", place, _text(words)) for place, words in enumerate(table.header))
    rows = ["".join(cell("td", place, write(span)) for place, span in enumerate(row)) for row in table.rows]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="kx-table"><table><caption>{_text(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _source(number: Number, source: NumberSource | None) -> str:
    title = f"{_text(number.name)} {_text(number.text)}"
    head = f'<div class="source" id="s-{escape(number.key, quote=True)}"><h3>{title}</h3>'
    if source is None:
        return f"{head}<p>没有来源</p></div>\n"
    facts = [source.organisation, source.period, source.scope, source.work_area]
    if number.as_of:
        facts.append(f"存量，截至{date_words(number.as_of)}")
    lines = [head, f"<p>{_text('，'.join(fact for fact in facts if fact))}</p>"]
    if formula := source.formula(number):
        lines.append(f"<p>{_text(formula)}</p>")
    if source.entries:
        rows = "".join(_entry(entry) for entry in source.entries[:_ENTRIES_SHOWN])
        names = "".join(f'<th scope="col">{name}</th>' for name in ("日期", "单位", "记录", "来源"))
        names += '<th scope="col" class="kx-figure">数值</th>'
        lines.append(f'<div class="kx-table"><table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table></div>')
        if (rest := len(source.entries) - _ENTRIES_SHOWN) > 0:
            lines.append(f"<p>还有{rest}条，见来源表。</p>")
    return "".join(lines) + "</div>\n"


def _entry(entry: SourceEntry) -> str:
    date = entry.date.isoformat() if entry.date else ""
    words = "".join(f"<td>{_text(each)}</td>" for each in (date, entry.unit, entry.title, entry.source))
    return f'<tr>{words}<td class="kx-figure">{_text(entry.value)}</td></tr>'
