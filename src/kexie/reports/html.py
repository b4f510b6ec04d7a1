"""The document as HTML: a fragment for the page, and a file that stands alone.

Everything that comes from data is escaped. In the fragment a number is a link that opens its source in the side panel;
in the file it leads to a section at the end that lists its formula and entries. The file has no script.
"""

from collections.abc import Callable
from html import escape

from kexie.reports.model import Document, Heading, Number, Paragraph, Table, Text
from kexie.reports.sources import NumberSource, Sources, clean_text, date_words
from kexie.reports.wording import split_printed

UrlBuilder = Callable[[Number], str]

_ENTRIES_SHOWN = 200

_STYLE = """
:root { color: #1c2b30; background: #f4f6f5; font-variant-numeric: tabular-nums; }
body { margin: 0; font: 14px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif; }
main { box-sizing: border-box; max-width: 746px; margin: 24px auto; padding: 72px 78px; background: #fff;
  border: 1px solid #e2e7e6; }
.kx-sheet { font: 20px/1.85 "仿宋_GB2312","FangSong","STFangsong","仿宋","Noto Serif CJK SC",serif; text-align: justify; }
.kx-sheet h1 { margin: 0 0 32px; text-align: center; text-wrap: balance;
  font: 400 28px/1.6 "方正小标宋简体","FZXiaoBiaoSong-B05S","STSong","Noto Serif CJK SC",serif; }
.kx-sheet p, .kx-sheet h2, .kx-sheet h3 { margin: 0; text-indent: 2em; }
.kx-sheet h2 { font: 400 20px/1.85 "黑体","SimHei","Noto Sans CJK SC",sans-serif; }
.kx-sheet h3 { font: 400 20px/1.85 "楷体_GB2312","KaiTi","STKaiti","Noto Serif CJK SC",serif; }
.kx-sheet .kx-to, .kx-sheet .kx-sign { text-indent: 0; }
.kx-sheet .kx-sign { margin-top: 32px; padding-right: 2em; text-align: right; }
.kx-n { color: #0f5a66; text-decoration: underline dotted; text-underline-offset: 4px; }
.kx-n:hover, .kx-n:focus { background: #e5f0f0; }
.kx-table { overflow-x: auto; margin-top: 32px; }
table { width: 100%; border-collapse: collapse; font: 13.5px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif; }
caption { padding: 0 0 8px; font-size: 14.5px; font-weight: 600; text-align: left; }
th, td { padding: 5px 8px; border-bottom: 1px solid #e2e7e6; text-align: left; vertical-align: top; }
th { background: #f8faf9; color: #4a5a60; font-size: 12.5px; font-weight: 400; }
.kx-figure { text-align: right; white-space: nowrap; }
.sources { margin-top: 56px; border-top: 1px solid #cbd4d3; }
.sources h2 { font-size: 17px; font-weight: 600; }
.source { padding: 8px 0 16px; overflow-wrap: anywhere; }
.source:target { background: #f1f7f7; outline: 8px solid #f1f7f7; }
.source h3 { margin: 0; font-size: 14.5px; font-weight: 600; }
.source p { margin: 4px 0; color: #4a5a60; }
@media (max-width: 600px) { main { margin: 0; padding: 24px 16px; border: 0; }
  .kx-sheet, .kx-sheet h2, .kx-sheet h3 { font-size: 17px; } .kx-sheet { text-align: left; } .kx-sheet h1 { font-size: 21px; } }
@media print { main { margin: 0; border: 0; } .sources { display: none; }
  .kx-n { color: inherit; text-decoration: none; } }
"""


def render_fragment(*, document: Document, url: UrlBuilder, target: str = "#source", is_clean: bool = False) -> str:
    """Return the sheet for the page; a number is ``<a class="number" href hx-get hx-target>``, its URL from ``url``.

    ``is_clean`` hides all marks (清样); the links stay.
    """

    def link(number: Number) -> str:
        address = escape(url(number), quote=True)
        attributes = f'href="{address}" hx-get="{address}" hx-target="{escape(target, quote=True)}"'
        return _printed(number, f'<a class="kx-n number" {attributes} data-key="{escape(number.key, quote=True)}">')

    name = "kx-sheet is-clean" if is_clean else "kx-sheet"
    return f'<article class="{name}" lang="zh-CN">{_body(document, link)}</article>'


def render_file(*, document: Document, sources: Sources) -> str:
    """Return a whole HTML file: the sheet, then for each number its formula and entries (the first 200)."""

    def link(number: Number) -> str:
        return _printed(number, f'<a class="kx-n number" href="#s-{escape(number.key, quote=True)}">')

    parts = [_source(number, sources.get(number.key)) for number in document.distinct_numbers()]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<article class="kx-sheet">{_body(document, link)}</article>\n'
        f'<section class="sources"><h2>数字来源</h2>\n{"".join(parts)}</section>\n</main>\n</body>\n</html>\n'
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


def _body(document: Document, link: Callable[[Number], str]) -> str:
    lines = [f"<h1>{_text(document.title)}</h1>"]
    if document.addressee:
        lines.append(f'<p class="kx-to">{_text(document.addressee)}：</p>')
    for block in document.blocks:
        if isinstance(block, Heading):
            tag = "h2" if block.level == 1 else "h3"
            lines.append(f"<{tag}>{_text(block.text)}</{tag}>")
        elif isinstance(block, Paragraph):
            lines.append(f"<p>{''.join(_span(span, link) for span in block.spans)}</p>")
        else:
            lines.append(_table(block, link))
    if document.annexes:
        lines += [f"<p>{_text(line)}</p>" for line in annex_lines(document)]
    lines.append(f'<p class="kx-sign">{_text(document.signature)}<br>{date_words(document.date)}</p>')
    lines += [_table(table, link) for table in document.annexes]
    return "\n".join(lines)


def annex_lines(document: Document) -> list[str]:
    """Return the lines that announce the annexes (GB/T 9704-2012: no punctuation after the name)."""
    if len(document.annexes) == 1:
        return [f"附件：{document.annexes[0].title}"]
    return [f"{'附件：' if place == 1 else ''}{place}.{table.title}" for place, table in enumerate(document.annexes, 1)]


def _span(span: Text | Number | None, link: Callable[[Number], str]) -> str:
    if span is None:
        return ""
    return link(span) if isinstance(span, Number) else _text(span.text)


def _table(table: Table, link: Callable[[Number], str]) -> str:
    def cell(tag: str, place: int, content: str) -> str:
        return f'<{tag} class="kx-figure">{content}</{tag}>' if place else f"<{tag}>{content}</{tag}>"

    head = "".join(f'<th scope="col">{_text(words)}</th>' for words in table.header)
    rows = ["".join(cell("td", place, _span(span, link)) for place, span in enumerate(row)) for row in table.rows]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="kx-table"><table><caption>{_text(table.title)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _source(number: Number, source: NumberSource | None) -> str:
    head = f'<div class="source" id="s-{escape(number.key, quote=True)}"><h3>{_text(number.name)} {_text(number.text)}</h3>'
    if source is None:
        return f"{head}<p>没有来源</p></div>\n"
    facts = [source.organisation, source.period, source.scope, source.work_area]
    if number.as_of:
        facts.append(f"存量，截至{date_words(number.as_of)}")
    lines = [head, f"<p>{_text('，'.join(fact for fact in facts if fact))}</p>"]
    if formula := source.formula(number):
        lines.append(f"<p>{_text(formula)}</p>")
    if source.entries:
        rows = "".join(
            f"<tr><td>{entry.date.isoformat() if entry.date else ''}</td><td>{_text(entry.unit)}</td>"
            f'<td>{_text(entry.title)}</td><td>{_text(entry.source)}</td><td class="kx-figure">{_text(entry.value)}</td></tr>'
            for entry in source.entries[:_ENTRIES_SHOWN]
        )
        names = "".join(f'<th scope="col">{name}</th>' for name in ("日期", "单位", "记录", "来源", "数值"))
        lines.append(f'<div class="kx-table"><table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table></div>')
        if (rest := len(source.entries) - _ENTRIES_SHOWN) > 0:
            lines.append(f"<p>还有{rest}条，见来源表。</p>")
    return "".join(lines) + "</div>\n"
