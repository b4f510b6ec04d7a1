"""Bytes to text. The type is decided by content; the name only helps to word messages."""

import io
import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from kexie.reading.model import ReadingError, Source

MAX_BYTES = 200 * 2**20
_MAX_UNPACKED = 400 * 2**20  # of a .docx: more is a bomb, not a summary
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt", "li"}
    | {"figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav"}
    | {"ol", "p", "pre", "section", "table", "td", "th", "title", "tr", "ul"}
)
_STRANGE = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\ue000-\uf8ff\ufffd]")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fa5\uff00-\uffef]")
_DROPPED = frozenset(("script", "style", "noscript", "template", "iframe", "svg", "head"))


def extract(data: bytes, name: str) -> Source:
    """Decode a file (.txt in UTF-8, GB18030 or UTF-16, .html, .docx, .pdf with a text layer) to its text.

    Raises ReadingError, with the file's name and the reason, for anything else.
    """
    if len(data) > MAX_BYTES:
        raise ReadingError(name, f"文件超过 {MAX_BYTES // 2**20} MB")
    text = _text(data, name)
    if not text.strip():
        raise ReadingError(name, "里面没有文字")
    return Source(name, sha256(data).hexdigest(), text)


def _text(data: bytes, name: str) -> str:
    if not data.strip(b"\x00 \t\r\n"):
        raise ReadingError(name, "文件是空的")
    if data.startswith(_OLE):
        raise ReadingError(
            name,
            "这是旧的 Word 或 WPS 文件（.doc、.wps），或加了密码；请另存为不加密码的 .docx 再读",
        )
    if data.startswith(b"PK\x03\x04"):
        return _docx(data, name)
    if b"%PDF-" in data[:1024]:
        return _pdf(data, name)
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ", b"\x7fELF")):
        raise ReadingError(name, "这不是文档（是图片、压缩包或程序）")
    if data.startswith(b"{\\rtf"):
        raise ReadingError(name, "RTF 文件读不了，请另存为 .docx")
    text = decode(data, name)
    return html_text(text, name) if _is_html(text) else text


def decode(data: bytes, name: str) -> str:
    """Text of a plain file. Newlines stay as they are and a byte-order mark is no part of the text.

    Raises ReadingError when no encoding fits.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ReadingError(name, f"UTF-16 编码在第 {error.start} 字节断了") from error
    else:
        text = _utf8_or_gb(data, name)
    strange = len(_STRANGE.findall(text, 0, 20000))
    if strange * 20 > min(len(text), 20000):
        raise ReadingError(name, "这不是文本（控制字符太多）")
    return text


def _utf8_or_gb(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as utf8:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise ReadingError(
                name, f"既不是 UTF-8（第 {utf8.start} 字节）也不是 GB18030（第 {error.start} 字节），不是认得的文本"
            ) from error
    # Any bytes may happen to be GB18030: real Chinese is made of common characters.
    sample = text[:20000]
    foreign = sum(1 for c in sample if c > "\x7f")
    common = len(_CHINESE.findall(sample))
    if b"\x00" in data or common * 5 < foreign * 3:
        raise ReadingError(name, "编码不明，或不是文本")
    return text


def _is_html(text: str) -> bool:
    head = text[:2000].lstrip().lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<body")) or (head.startswith("<") and "<html" in head)


def html_text(markup: str, name: str) -> str:
    """The readable text of an HTML page: one line for each block element; scripts and styles dropped."""
    from lxml import etree, html

    if markup.lstrip().startswith("<?xml"):
        markup = markup[markup.find("?>") + 2 :]
    try:
        parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
        root = html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise ReadingError(name, "网页里没有能读的内容") from error
    parts: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _BLOCKS:
                parts.append("\n")
            if element.text and not _inside_dropped(element):
                parts.append(" ".join(element.text.split()) if tag != "pre" else element.text)
        else:
            if tag in _BLOCKS:
                parts.append("\n")
            parent = element.getparent()
            if element.tail and (parent is None or not _inside_dropped(parent)):
                parts.append(" ".join(element.tail.split()))
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _inside_dropped(element: Any) -> bool:
    while element is not None:
        if element.tag in _DROPPED:
            return True
        element = element.getparent()
    return False


def _docx(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            if sum(info.file_size for info in archive.infolist()) > _MAX_UNPACKED:
                raise ReadingError(name, "解开后大得不合常理")
            if any(info.flag_bits & 1 for info in archive.infolist()):
                raise ReadingError(name, "文档加了密")
    except zipfile.BadZipFile as error:
        raise ReadingError(name, ".docx 文件坏了") from error
    if "word/document.xml" not in names:
        kind = "压缩包"
        if "xl/workbook.xml" in names:
            kind = "电子表格"
        elif "ppt/presentation.xml" in names:
            kind = "演示文稿"
        raise ReadingError(name, f"这是{kind}，不是文档")
    try:
        return "\n".join(_docx_lines(data))
    except ReadingError:
        raise
    except Exception as error:  # python-docx and lxml raise many kinds on damaged files
        raise ReadingError(name, f".docx 文件坏了（{type(error).__name__}）") from error


def _docx_lines(data: bytes) -> Iterator[str]:
    import docx
    from docx.table import Table

    document = docx.Document(io.BytesIO(data))
    for block in document.iter_inner_content():
        if not isinstance(block, Table):
            yield block.text
            continue
        for row in block.rows:
            cells: list[str] = []
            seen: set[int] = set()
            for cell in row.cells:
                # A merged cell is returned once for each column that it spans.
                if id(cell._tc) not in seen:
                    seen.add(id(cell._tc))
                    cells.append(" ".join(cell.text.split()))
            yield "\t".join(cells)


def _pdf(data: bytes, name: str) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = "PDF 要密码" if "password" in str(error).lower() else "PDF 坏了"
        raise ReadingError(name, reason) from error
    pages: list[str] = []
    try:
        for page in document:
            textpage = page.get_textpage()
            pages.append(textpage.get_text_bounded().replace("\r\n", "\n").replace("\r", "\n"))
            textpage.close()
            page.close()
    except pypdfium2.PdfiumError as error:
        raise ReadingError(name, "PDF 坏了") from error
    finally:
        document.close()
    text = "\n".join(pages)
    if not text.strip():
        raise ReadingError(name, "PDF 里没有文字（是扫描件），要先做文字识别")
    return text
