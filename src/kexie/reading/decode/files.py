"""From a path to bytes, without trusting what lies there."""

import errno
import os
import stat
import sys
from pathlib import Path

from kexie.reading.decode.limits import MAX_BYTES, MAX_TEXT_BYTES, MEBIBYTE
from kexie.reading.decode.office import OLE
from kexie.reading.model import ReadingError

ZIP, PDF, RTF = b"PK\x03\x04", b"%PDF-", b"{\\rtf"
_HEAD = 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_REASONS = {
    errno.ENOENT: "没有这个文件",
    errno.ENOTDIR: "没有这个文件",
    errno.EACCES: "没有权限读",
    errno.EPERM: "没有权限读",
    errno.ELOOP: "链接绕成了圈",
    errno.ENAMETOOLONG: "文件名太长",
}


def read_file(path: Path) -> bytes:
    """The bytes of a file. Looks at its kind and size first: no pipe is waited for, no giant is read.

    Raises ReadingError with the path as it was given and the reason.
    """
    name = os.fspath(path)
    try:
        # A pipe that somebody puts here between the two looks does not make this wait.
        _refuse_strange(path.stat().st_mode, name)
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            about = os.fstat(file.fileno())
            _refuse_strange(about.st_mode, name)
            head = file.read(_HEAD)
            refuse_size(about.st_size, head, name)
            data = head + file.read(MAX_BYTES + 1 - len(head))
    except OSError as error:
        raise ReadingError(name, f"读不了（{_REASONS.get(error.errno or 0, error.strerror)}）") from error
    except ValueError as error:  # a NUL in the name
        raise ReadingError(name, "读不了（文件名不对）") from error
    refuse_size(len(data), head, name)
    return data


def read_standard_input() -> bytes:
    """The bytes of standard input, up to the same limit."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    refuse_size(len(data), data[:_HEAD], "-")
    return data


def refuse_size(size: int, head: bytes, name: str) -> None:
    """Refuse a file that is too large for what it seems to be. Text may be smaller than files with pictures in them."""
    packed = head.startswith((ZIP, OLE, RTF)) or PDF in head
    limit = MAX_BYTES if packed else MAX_TEXT_BYTES
    if size > limit:
        raise ReadingError(name, f"文件超过 {limit // MEBIBYTE} MB")


def _refuse_strange(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise ReadingError(name, "这是文件夹，不是文件")
    if not stat.S_ISREG(mode):
        raise ReadingError(name, "这不是普通的文件（是管道、设备等）；要读标准输入，文件名写 -")
