"""PDF to text, in a process of its own."""

import sys
from pathlib import Path

from kexie.reading.decode import pdf_worker
from kexie.reading.decode.limits import MAX_CHARACTERS, MAX_PAGES, PDF_MEMORY, PDF_SECONDS
from kexie.reading.decode.process import run
from kexie.reading.model import ReadingError

_REASONS = {
    pdf_worker.PASSWORD: "PDF 要密码",
    pdf_worker.BROKEN: "PDF 坏了",
    pdf_worker.PAGES: f"PDF 超过 {MAX_PAGES} 页",
    pdf_worker.CHARACTERS: f"文字超过 {MAX_CHARACTERS} 字，请分成几个文件",
}


def pdf_text(data: bytes, name: str) -> str:
    """The text layer of a PDF, page by page."""
    command: list[str | Path] = [sys.executable, "-P", Path(pdf_worker.__file__), str(MAX_PAGES), str(MAX_CHARACTERS)]
    try:
        done = run(command, data=data, seconds=PDF_SECONDS, memory=PDF_MEMORY)
    except TimeoutError as error:
        raise ReadingError(name, f"PDF 读了 {PDF_SECONDS} 秒还没有读完，不读了") from error
    if done.returncode:
        raise ReadingError(name, _REASONS.get(done.returncode, "PDF 坏了，或者大得不合常理"))
    text = done.stdout.decode("utf-8")
    if not text.strip():
        raise ReadingError(name, "PDF 里没有文字（是扫描件），要先做文字识别")
    return text
