"""Web pages (.html, and .mht as saved by a browser or by Word) to text."""

import email
import email.policy
import sys
from pathlib import Path

from kexie.reading.decode import html_worker
from kexie.reading.decode.limits import HTML_MEMORY, HTML_SECONDS, MAX_TAGS
from kexie.reading.decode.process import run
from kexie.reading.decode.text import decode
from kexie.reading.model import ReadingError

_SMALL = 100_000  # bytes of markup that are parsed at once whatever they are
_REASONS = {
    html_worker.UNREADABLE: "网页里没有能读的内容",
    html_worker.DEPTH: "网页的标记套得太深，读不全",
}


def is_html(text: str) -> bool:
    """Whether a decoded file is a web page."""
    head = text[:2000].lstrip().lower()
    return head.startswith(("<!doctype html", "<html", "<head", "<body")) or (head.startswith("<") and "<html" in head)


def is_mht(data: bytes) -> bool:
    """Whether a file is a web page with its pictures in one file."""
    head = data[:4096].lower()
    return head.lstrip().startswith((b"mime-version:", b"from:")) and b"multipart/related" in head


def mht_text(data: bytes, name: str) -> str:
    """The text of the first page in a web archive."""
    try:
        for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
            body = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
            if isinstance(body, bytes):
                return html_text(decode(body, name), name)
    except RecursionError as error:  # parts in parts in parts
        raise ReadingError(name, _REASONS[html_worker.DEPTH]) from error
    raise ReadingError(name, _REASONS[html_worker.UNREADABLE])


def html_text(markup: str, name: str) -> str:
    """The readable text of a page: one line for each block element; scripts and styles dropped."""
    if markup.count("<") > MAX_TAGS:
        raise ReadingError(name, "网页的标记多得不合常理")
    if markup.lstrip().startswith("<?xml"):
        markup = markup[markup.find("?>") + 2 :]
    data = markup.encode("utf-8", "replace")
    text = html_worker.readable(data) if len(data) <= _SMALL else _elsewhere(data, name)
    if isinstance(text, int):
        raise ReadingError(name, _REASONS.get(text, "网页坏了，或者大得不合常理"))
    return text


def _elsewhere(data: bytes, name: str) -> str | int:
    command: list[str | Path] = [sys.executable, "-P", Path(html_worker.__file__)]
    try:
        done = run(command, data=data, seconds=HTML_SECONDS, memory=HTML_MEMORY)
    except TimeoutError as error:
        raise ReadingError(name, f"网页读了 {HTML_SECONDS} 秒还没有读完，不读了") from error
    return done.returncode or done.stdout.decode("utf-8")
