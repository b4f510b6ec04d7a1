"""Plain files to text: UTF-8, UTF-16 or GB18030, told apart by what fits and makes sense."""

import re
from functools import cache

from kexie.reading.model import ReadingError

_SAMPLE = 20_000  # characters that are looked at
_STRANGE = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\ue000-\uf8ff\ufffd]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fa5\uff00-\uffef]")


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
    strange = len(_STRANGE.findall(text, 0, _SAMPLE))
    if strange * 20 > min(len(text), _SAMPLE):
        raise ReadingError(name, "这不是文本（控制字符太多）")
    return text


def _utf8_or_gb(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        utf8 = error
    if _almost_utf8(data, utf8.start):
        raise ReadingError(name, f"UTF-8 编码在第 {utf8.start} 字节断了：文件不完整，或者改坏了")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise ReadingError(
            name, f"既不是 UTF-8（第 {utf8.start} 字节）也不是 GB18030（第 {error.start} 字节），不是认得的文本"
        ) from error
    sample = text[:_SAMPLE]
    # Any bytes may happen to be GB18030: real Chinese is made of common characters.
    foreign = sum(1 for c in sample if c > "\x7f")
    if b"\x00" in data or len(_CHINESE.findall(sample)) * 5 < foreign * 3 or not _is_prose(sample):
        raise ReadingError(name, "编码不明，或不是文本")
    return text


def _almost_utf8(data: bytes, bad: int) -> bool:
    """Whether what stands before the first bad byte, or nearly all around it, is UTF-8 and not by chance."""
    near = data[max(0, bad - 2000) : bad + 2000].decode("utf-8", "replace")
    return len(_IDEOGRAPH.findall(near)) > 20 * near.count("\ufffd")


def _is_prose(sample: str) -> bool:
    """Whether the ideographs are those that people write with.

    GB 2312 has the 3,755 common ones in its first level. UTF-8 or Big5 taken for GB18030 gives mostly others.
    Traditional characters are not in it, but half of any text is written alike in both.
    """
    ideographs = _IDEOGRAPH.findall(sample)
    common = sum(1 for character in ideographs if character in _common())
    return common * 5 >= len(ideographs) * 2


@cache
def _common() -> frozenset[str]:
    rows = (bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return frozenset("".join(pair.decode("gb2312", "ignore") for pair in rows))
