"""The stamped scan of a report: what it is by its content, and without what a photo tells besides its picture."""

import io
from dataclasses import dataclass
from pathlib import PurePath

from PIL import Image, ImageOps, UnidentifiedImageError

from kexie.core.errors import DomainError

LARGEST = 30 * 1024 * 1024
_MOST_PIXELS = 80_000_000


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The bytes that are kept, with a name whose end says what they are."""

    content: bytes
    name: str


def read_scan(*, content: bytes, name: str) -> Scan:
    """Return a PDF as it is, a JPEG or PNG turned upright and without EXIF. Raises DomainError for anything else."""
    stem = PurePath(name).stem or "盖章件"
    if len(content) > LARGEST:
        raise DomainError(f"{name}：文件太大，最大收{LARGEST // 1024 // 1024}兆")
    if content.startswith(b"%PDF-"):
        return Scan(content=content, name=f"{stem}.pdf")
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise DomainError(f"{name}：图片尺寸太大")
            kind = image.format or "PNG"
            upright = ImageOps.exif_transpose(image)
            clean = Image.new(upright.mode if kind == "PNG" else "RGB", upright.size)
            clean.paste(upright if kind == "PNG" else upright.convert("RGB"))
            if upright.mode == "P":
                clean = upright.convert("RGB")
            buffer = io.BytesIO()
            clean.save(buffer, kind, **({"quality": 90} if kind == "JPEG" else {}))
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise DomainError(f"{name}：盖章件只收 PDF、JPG 和 PNG，这个文件不是或者坏了") from error
    return Scan(content=buffer.getvalue(), name=f"{stem}.{'jpg' if kind == 'JPEG' else 'png'}")
