"""A Word file that was edited outside, as lines: what a reader sees of it, with tracked changes accepted."""

import io
import re
import zipfile
from dataclasses import dataclass

from lxml import etree

from kexie.core.errors import DomainError
from kexie.reading import ReadingError, extract
from kexie.reading.decode.limits import MEBIBYTE

LARGEST = 20 * MEBIBYTE
_SIDE_PART = re.compile(r"word/(?:header|footer|footnotes|endnotes)\d*\.xml")
_SIDE_LARGEST = 4 * MEBIBYTE
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_UNSEEN = {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText")}


@dataclass(frozen=True, kw_only=True)
class ReturnedFile:
    """``lines`` of the body (cells of a row between tabs) and of what stands beside it; ``comments`` are not read."""

    lines: tuple[str, ...]
    side_lines: tuple[str, ...] = ()
    comments: int = 0


def read_returned(*, content: bytes, name: str) -> ReturnedFile:
    """Return the lines of a .docx: paragraphs, tables, text boxes; beside them headers, footers and notes.

    Inserted text counts as written, deleted text as gone, comments are counted only. Raises DomainError for a file
    that is too large, broken, or no .docx.
    """
    if len(content) > LARGEST:
        raise DomainError(f"{name}：文件有{len(content) // MEBIBYTE}兆，最大收{LARGEST // MEBIBYTE}兆")
    if not content.startswith(b"PK"):
        raise DomainError(f"{name}：这不是 .docx 文件，请在 Word 或 WPS 里另存为 .docx 再传")
    try:
        text = extract(content, name).text
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sides = [each for each in archive.infolist() if _SIDE_PART.fullmatch(each.filename)]
            side = [line for each in sides if each.file_size <= _SIDE_LARGEST for line in _lines(archive.read(each))]
            names = set(archive.namelist())
            comments = archive.read("word/comments.xml").count(b"<w:comment ") if "word/comments.xml" in names else 0
    except ReadingError as error:
        raise DomainError(str(error)) from error
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, RuntimeError, ValueError) as error:
        raise DomainError(f"{name}：.docx 文件坏了（{type(error).__name__}）") from error
    lines = tuple(line for line in text.split("\n") if line.strip())
    return ReturnedFile(lines=lines, side_lines=tuple(side), comments=comments)


def _lines(content: bytes) -> list[str]:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    found = []
    for paragraph in root.iter(f"{_W}p"):
        seen = (each for each in paragraph.iter(f"{_W}t") if not any(up.tag in _UNSEEN for up in each.iterancestors()))
        line = "".join(each.text or "" for each in seen).strip()
        if line:
            found.append(line)
    return found
