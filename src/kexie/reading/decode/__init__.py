"""Bytes to text. The type is decided by content; the name only helps to word messages.

``limits`` says how much is read, ``files`` how a file is opened; the other modules take one format each.
"""

from hashlib import sha256

from kexie.reading.decode import office
from kexie.reading.decode.files import PDF, RTF, ZIP, read_file, read_standard_input, refuse_size
from kexie.reading.decode.limits import MAX_BYTES, MAX_CHARACTERS
from kexie.reading.decode.markup import html_text, is_html, is_mht, mht_text
from kexie.reading.decode.pdf import pdf_text
from kexie.reading.decode.text import decode
from kexie.reading.decode.word import MAIN_PART, docx_text
from kexie.reading.model import ReadingError, Source

__all__ = ["MAX_BYTES", "MAX_CHARACTERS", "decode", "extract", "read_file", "read_standard_input"]

_HEAD = 4096
_NO_DOCUMENT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ\x90", b"\x7fELF")
_ODT = b"mimetypeapplication/vnd.oasis.opendocument.text"


def extract(data: bytes, name: str) -> Source:
    """Decode a file to its text: plain text, web pages, .docx, PDF with a text layer; with LibreOffice also older ones.

    Raises ReadingError, with the file's name and the reason, for anything else.
    """
    refuse_size(len(data), data[:_HEAD], name)
    text = _text(data, name)
    if not text.strip():
        raise ReadingError(name, "里面没有文字")
    if len(text) > MAX_CHARACTERS:
        raise ReadingError(name, f"文字超过 {MAX_CHARACTERS} 字，请分成几个文件")
    return Source(name, sha256(data).hexdigest(), text)


def _text(data: bytes, name: str) -> str:
    head = data[:_HEAD]
    if not head.strip(b"\x00 \t\r\n") and not data.strip(b"\x00 \t\r\n"):
        raise ReadingError(name, "文件是空的")
    if head.startswith(office.OLE):
        return docx_text(office.to_docx(data, office.ending_of(data, name), name), name)
    if head.startswith(ZIP):
        # The member that names the kind stands first and unpacked, by the rules of OpenDocument.
        is_odt = head[30:].startswith(_ODT) and MAIN_PART.encode() not in data[-65536:]
        return docx_text(office.to_docx(data, ".odt", name) if is_odt else data, name)
    if PDF in data[:1024]:
        return pdf_text(data, name)
    if head.startswith(_NO_DOCUMENT):
        raise ReadingError(name, "这不是文档（是图片、压缩包或程序）")
    if head.startswith(RTF):
        return docx_text(office.to_docx(data, ".rtf", name), name)
    if b'progid="Word.Document"' in head:
        return docx_text(office.to_docx(data, ".xml", name), name)
    if is_mht(data):
        return mht_text(data, name)
    text = decode(data, name)
    return html_text(text, name) if is_html(text) else text
