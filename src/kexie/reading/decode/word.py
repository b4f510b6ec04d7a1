"""Word files (.docx) to text, straight from their XML: paragraphs, tables and text boxes in the order of the text.

python-docx is not used here. It leaves out what stands in smart tags, content controls and tracked insertions, and
older Chinese editions of Word put every number with a measure word into a smart tag.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from kexie.reading.decode.limits import MAX_CHARACTERS, MAX_MEMBERS, MAX_PART, MAX_TAGS, MAX_UNPACKED, MEBIBYTE
from kexie.reading.decode.numbering import Numbering, local_name, numbering
from kexie.reading.model import ReadingError

MAIN_PART = "word/document.xml"
_MAX_SIDE_PART = 8 * MEBIBYTE  # of the members that say how things are named, styled and numbered
_SKIPPED = frozenset(
    {"pPr", "rPr", "tblPr", "trPr", "tcPr", "sdtPr", "tblGrid", "sectPr"}  # how it looks
    | {"del", "moveFrom", "delText", "instrText", "delInstrText"}  # what a reader does not see
    | {"Fallback", "rt"}  # the same text box for older programs; the pinyin of a ruby
)
_MARKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def docx_text(data: bytes, name: str) -> str:
    """A line for each paragraph; a row of a table is a line with tabs between its cells."""
    # Each entry of the directory has this mark: the directory of a bomb would fill the memory by itself.
    if data.count(b"PK\x01\x02") > MAX_MEMBERS:
        raise ReadingError(name, "里面的文件多得不合常理")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            part = _main_part(archive, name)
            numbers = numbering(_root(archive, "word/numbering.xml"), _root(archive, "word/styles.xml"))
            with archive.open(part) as stream:
                return _joined(_Bounded(stream, name), name, numbers)
    except (zipfile.BadZipFile, zlib.error, EOFError, etree.XMLSyntaxError, NotImplementedError) as error:
        raise ReadingError(name, f".docx 文件坏了（{type(error).__name__}）") from error
    except (ValueError, OSError, RuntimeError) as error:  # what zipfile raises on some damaged headers
        raise ReadingError(name, f".docx 文件坏了（{type(error).__name__}）") from error


class _Bounded:
    """A stream that ends in an error when more comes out of it than was declared, or more tags than a text has."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream, self._name = stream, name
        self._bytes = self._tags = 0

    def read(self, size: int = -1) -> bytes:
        chunk: bytes = self._stream.read(size if size > 0 else 65536)
        self._bytes += len(chunk)
        self._tags += chunk.count(b"<")
        if self._bytes > MAX_PART or self._tags > 2 * MAX_TAGS:
            raise ReadingError(self._name, "解开后大得不合常理")
        return chunk


def _main_part(archive: zipfile.ZipFile, name: str) -> str:
    """The member with the text, once it is certain that this is a Word file of a bearable size."""
    members = archive.infolist()
    if any(info.flag_bits & 1 for info in members):
        raise ReadingError(name, "文档加了密")
    if sum(info.file_size for info in members) > MAX_UNPACKED:
        raise ReadingError(name, "解开后大得不合常理")
    names = set(archive.namelist())
    part = MAIN_PART if MAIN_PART in names else _declared(archive)
    if part not in names:
        kind = "压缩包"
        if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
            kind = "电子表格"
        elif "ppt/presentation.xml" in names:
            kind = "演示文稿"
        raise ReadingError(name, f"这是{kind}，不是文档")
    info = archive.getinfo(part)
    if info.file_size > MAX_PART:
        raise ReadingError(name, "解开后大得不合常理")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadingError(name, ".docx 文件坏了（压缩方式不对）")
    return part


def _declared(archive: zipfile.ZipFile) -> str:
    """The main part by the package's relations: some programs give it another name."""
    root = _root(archive, "_rels/.rels")
    for relation in root if root is not None else ():
        target = str(relation.get("Target", "")).lstrip("/")
        if str(relation.get("Type", "")).endswith("/officeDocument") and target.startswith("word/"):
            return target
    return ""


def _root(archive: zipfile.ZipFile, part: str) -> Any:
    """The XML of a small member, or None where there is none or it is too large to be what it should be."""
    if part not in archive.namelist() or archive.getinfo(part).file_size > _MAX_SIDE_PART:
        return None
    return etree.fromstring(archive.read(part), etree.XMLParser(resolve_entities=False, no_network=True))


def _joined(stream: _Bounded, name: str, numbers: Numbering) -> str:
    lines, length = [], 0
    for line in _lines_of_body(stream, name, numbers):
        lines.append(line)
        length += len(line) + 1
        if length > MAX_CHARACTERS:
            raise ReadingError(name, f"文字超过 {MAX_CHARACTERS} 字，请分成几个文件")
    return "\n".join(lines)


def _lines_of_body(stream: _Bounded, name: str, numbers: Numbering) -> Iterator[str]:
    """Lines as the parser comes by; what has been read is dropped, so that a long document needs no more memory."""
    blocks = ("{*}p", "{*}tbl", "{*}sdt", "{*}customXml", "{*}ins", "{*}AlternateContent")
    parser = etree.iterparse(
        stream, events=("end",), tag=blocks, resolve_entities=False, no_network=True, remove_comments=True
    )
    for _, element in parser:
        parent = element.getparent()
        if parent is None or local_name(parent) != "body":
            continue
        yield from _block(element, numbers)
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del parent[0]
    if parser.root is not None and parser.root.getroottree().docinfo.doctype:
        raise ReadingError(name, ".docx 文件坏了（里面有实体定义）")


def _block(element: Any, numbers: Numbering) -> Iterator[str]:
    kind = local_name(element)
    if kind == "p":
        text: list[str] = []
        boxes: list[Any] = []
        _inline(element, text, boxes)
        label = numbers.label(element)  # counted even before nothing, but not shown there
        yield label + "".join(text) if any(text) else ""
        for box in boxes:
            yield from _blocks(box, numbers)
    elif kind == "tr":
        cells = [" ".join(" ".join(_blocks(cell, numbers)).split()) for cell in _cells(element)]
        yield "\t".join(cells)
    elif kind not in _SKIPPED:
        yield from _blocks(element, numbers)


def _blocks(parent: Any, numbers: Numbering) -> Iterator[str]:
    for child in parent:
        yield from _block(child, numbers)


def _cells(row: Any) -> Iterator[Any]:
    """The cells of a row; content controls and tracked insertions may stand around them."""
    for child in row:
        kind = local_name(child)
        if kind == "tc":
            yield child
        elif kind not in _SKIPPED:
            yield from _cells(child)


def _inline(parent: Any, text: list[str], boxes: list[Any]) -> None:
    for child in parent:
        kind = local_name(child)
        if kind == "t":
            text.append(child.text or "")
        elif kind in _MARKS:
            text.append(_MARKS[kind])
        elif kind == "txbxContent":
            boxes.append(child)
        elif kind and kind not in _SKIPPED:
            _inline(child, text, boxes)
