"""The document as a Word file with the geometry of GB/T 9704-2012.

A4, type area 156 × 225 mm, 22 lines of 28 characters: line grid of 579 twips and characters set 0.25 pt closer, at
16 pt and single spacing (measured; a grid of characters or a pitch of 580 loses lines or characters). A number is
plain text here: the clean file has no trace of where it came from. The same document gives the same bytes.
"""

import datetime
import zipfile
from io import BytesIO
from typing import Any, Final

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from kexie.reports.html import annex_lines
from kexie.reports.model import Document, Heading, Paragraph, Table
from kexie.reports.sources import clean_text, date_words

BODY_FONT: Final = "仿宋_GB2312"
TITLE_FONT: Final = "方正小标宋简体"
CHAPTER_FONT: Final = "黑体"
PART_FONT: Final = "楷体_GB2312"
FOOTER_FONT: Final = "宋体"

_LINE_PITCH = "579"
_TIGHTER = "-5"  # twentieths of a point
_CHARACTER = 315  # twips that one character takes: 16 pt − 0.25 pt
_KEPT: Final = 168  # characters: six lines
_FIXED_TIME = (2000, 1, 1, 0, 0, 0)
# Parts of the library's template that name a program or show a picture of another document.
_DROPPED = ("docProps/thumbnail.jpeg", "docProps/app.xml")


def render_word(*, document: Document) -> bytes:
    """Return the bytes of the .docx."""
    word = docx.Document()
    _set_page(word)
    _set_styles(word)
    _set_footers(word)
    _set_properties(word, document)
    _line(word, document.title, style="Title")
    _line(word, "")
    if document.addressee:
        _indent(_line(word, f"{document.addressee}："), first=0)
    for block in document.blocks:
        if isinstance(block, Heading):
            _line(word, block.text, style=f"Heading {min(block.level, 2)}")
        elif isinstance(block, Paragraph):
            _line(word, block.text)
        else:
            _table(word, block)
    _sign(word, document)
    for place, table in enumerate(document.annexes, start=1):
        _annex(word, table, place if len(document.annexes) > 1 else None)
    buffer = BytesIO()
    word.save(buffer)
    return _pack(buffer.getvalue())


def _line(word: Any, text: str, *, style: str = "Normal") -> Any:
    paragraph = word.add_paragraph(style=style)
    if text:
        paragraph.add_run(clean_text(text))
    return paragraph


def _set_page(word: Any) -> None:
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(22)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), _LINE_PITCH)
    settings = word.settings
    settings.odd_and_even_pages_header_footer = True
    for mode in settings.element.iter(qn("w:compatSetting")):
        if mode.get(qn("w:name")) == "compatibilityMode":
            mode.set(qn("w:val"), "15")
    for language in settings.element.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _set_styles(word: Any) -> None:
    _style(word, "Normal", font=BODY_FONT, points=16)
    _indent(word.styles["Normal"], first=2)
    _style(word, "Title", font=TITLE_FONT, points=22)
    word.styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _indent(word.styles["Title"], first=0)
    _style(word, "Heading 1", font=CHAPTER_FONT, points=16)
    _style(word, "Heading 2", font=PART_FONT, points=16)
    for name in ("Heading 1", "Heading 2"):
        _indent(word.styles[name], first=2)
    word.styles["Normal"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for name in ("Heading 1", "Heading 2"):
        word.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _style(word, "Footer", font=FOOTER_FONT, points=14)
    _indent(word.styles["Footer"], first=0)


def _style(word: Any, name: str, *, font: str, points: int) -> None:
    """Set type and spacing of a style, and take away what the library's template gave it."""
    style = word.styles[name]
    style.font.size, style.font.bold, style.font.italic = Pt(points), False, False
    style.font.color.rgb = RGBColor(0, 0, 0)
    run = style.element.get_or_add_rPr()
    _set_font(run, font)
    for tag in ("w:spacing", "w:kern", "w:lang"):
        for old in run.findall(qn(tag)):
            run.remove(old)
    _child(run, "w:spacing", {"w:val": _TIGHTER}, before=("w:w", "w:kern", "w:position", "w:sz"))
    _child(run, "w:lang", {"w:val": "en-US", "w:eastAsia": "zh-CN"}, before=())
    layout = style.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(0), Pt(0), 1.0
    layout.widow_control = False
    layout.keep_with_next = name.startswith("Heading")
    paragraph = style.element.get_or_add_pPr()
    for tag in ("w:pBdr", "w:contextualSpacing", "w:tabs"):
        for old in paragraph.findall(qn(tag)):
            paragraph.remove(old)
    for tag in ("w:autoSpaceDN", "w:autoSpaceDE"):
        _child(paragraph, tag, {"w:val": "0"}, before=("w:autoSpaceDN", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"))


def _set_font(run: Any, font: str) -> None:
    fonts = run.get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)
    fonts.set(qn("w:hint"), "eastAsia")


def _child(parent: Any, tag: str, attributes: dict[str, str], *, before: tuple[str, ...]) -> Any:
    """Put a new child before the first of the named siblings (the schema has an order), else at the end."""
    child = OxmlElement(tag)
    for name, value in attributes.items():
        child.set(qn(name), value)
    for sibling in parent:
        if sibling.tag in {qn(name) for name in before}:
            sibling.addprevious(child)
            return child
    parent.append(child)
    return child


def _indent(target: Any, *, first: float = 0, right: float = 0) -> None:
    """Indent a style or paragraph by characters, with the same in twips for programs that do not count characters."""
    element = getattr(target, "element", None)
    element = target._p if element is None else element
    ind = element.get_or_add_pPr().get_or_add_ind()
    for name, value in (("firstLine", first), ("right", right)):
        ind.set(qn(f"w:{name}Chars"), str(round(value * 100)))
        ind.set(qn(f"w:{name}"), str(round(value * _CHARACTER)))


def _set_footers(word: Any) -> None:
    """Page numbers outside, between dashes, one character from the edge: odd right, even left."""
    section = word.sections[0]
    for footer, is_odd in ((section.footer, True), (section.even_page_footer, False)):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = word.styles["Footer"]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_odd else WD_ALIGN_PARAGRAPH.LEFT
        ind = paragraph._p.get_or_add_pPr().get_or_add_ind()
        side = "right" if is_odd else "left"
        ind.set(qn(f"w:{side}Chars"), "100")
        ind.set(qn(f"w:{side}"), "280")
        paragraph.add_run("— ")
        for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
            run = paragraph.add_run(text if kind == "text" else "")
            if kind == "":
                instruction = OxmlElement("w:instrText")
                instruction.set(qn("xml:space"), "preserve")
                instruction.text = text
                run._r.append(instruction)
            elif kind != "text":
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
                run._r.append(mark)
        paragraph.add_run(" —")


def _set_properties(word: Any, document: Document) -> None:
    made = datetime.datetime.combine(document.date, datetime.time())
    core = word.core_properties
    core.title, core.author, core.last_modified_by = clean_text(document.title)[:255], "", ""
    core.comments = core.keywords = core.subject = core.category = ""
    core.created = core.modified = made
    core.revision = 1
    core.language = "zh-CN"


def _sign(word: Any, document: Document) -> None:
    """Office and date without seal (GB/T 9704-2012, 7.3.5): the office two characters from the right edge.

    The date begins two characters right of the office; if it is the longer of the two, it stands two from the edge.
    A document without a signature (a brief names its author in its last line) has no date either.
    """
    if not document.signature:
        return
    lead = ["", *annex_lines(document), ""] if document.annexes else [""]
    # A signature does not stand alone on a page. LibreOffice moves the whole paragraph that is kept, Word its last
    # line: so only a short one is kept.
    last = [paragraph for paragraph in word.paragraphs[-1:] if len(paragraph.text) <= _KEPT]
    for paragraph in (*last, *[_line(word, text) for text in lead]):
        paragraph.paragraph_format.keep_with_next = True
    date = date_words(document.date)
    office_width, date_width = _width(document.signature), _width(date)
    office_right, date_right = 2.0, office_width - date_width
    if date_right < 0:
        office_right, date_right = max(date_width + 4 - office_width, 2.0), 2.0
    for text, right in ((document.signature, office_right), (date, date_right)):
        paragraph = _line(word, text)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.keep_together = True
        paragraph.paragraph_format.keep_with_next = text == document.signature
        _indent(paragraph, right=right)


def _width(text: str) -> float:
    """Width in Chinese characters; a Latin digit takes half."""
    return sum(0.5 if mark.isascii() else 1.0 for mark in text)


def _annex(word: Any, table: Table, place: int | None) -> None:
    """An annex on its own page: 附件 flush left, the title centred, the table."""
    mark = word.add_paragraph()
    mark.paragraph_format.page_break_before = True
    _indent(mark)
    _set_font(mark.add_run(f"附件{place or ''}")._r.get_or_add_rPr(), CHAPTER_FONT)
    _line(word, "")
    _line(word, table.title, style="Title")
    _line(word, "")
    _table(word, table)


def _table(word: Any, table: Table) -> None:
    """A table that may break over pages, between rows only; its header is repeated."""
    grid = word.add_table(rows=1, cols=len(table.header), style="Table Grid")
    grid.alignment = 1
    first = 0.28 if len(table.header) > 2 else 0.5
    widths = [Mm(156 * first)] + [Mm(156 * (1 - first) / max(len(table.header) - 1, 1))] * (len(table.header) - 1)
    for column, text in enumerate(table.header):
        _cell(grid.rows[0].cells[column], text.replace("（", "\n（"), font=CHAPTER_FONT, is_first=True)
    head = grid.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:cantSplit"))
    head.append(OxmlElement("w:tblHeader"))
    for row in table.rows:
        added = grid.add_row()
        added._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        cells = added.cells
        for column, span in enumerate(row):
            _cell(cells[column], span.text if span else "", font=BODY_FONT, is_first=column == 0)
    for row_ in grid.rows:
        for cell, width in zip(row_.cells, widths, strict=True):
            cell.width = width


def _cell(cell: Any, text: str, *, font: str, is_first: bool) -> None:
    paragraph = cell.paragraphs[0]
    _indent(paragraph)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if font == CHAPTER_FONT else WD_ALIGN_PARAGRAPH.LEFT
    if not is_first:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(clean_text(text))
    run.font.size = Pt(12)
    _set_font(run._r.get_or_add_rPr(), font)
    off = OxmlElement("w:snapToGrid")
    off.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(off, "w:spacing", "w:ind", "w:jc")


def _pack(data: bytes) -> bytes:
    """Return the package with fixed times and without parts that tell of another program or document."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name in _DROPPED:
                continue
            content = old.read(name)
            if name == "_rels/.rels":
                content = _without_dropped(content)
            elif name == "[Content_Types].xml":
                content = content.replace(
                    b'<Override PartName="/docProps/app.xml" ContentType='
                    b'"application/vnd.openxmlformats-officedocument.extended-properties+xml"/>',
                    b"",
                )
            info = zipfile.ZipInfo(name, _FIXED_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            new.writestr(info, content)
    return buffer.getvalue()


def _without_dropped(relations: bytes) -> bytes:
    from lxml import etree

    root = etree.fromstring(relations)
    for relation in list(root):
        if relation.get("Target", "").lstrip("/") in _DROPPED:
            root.remove(relation)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
