"""Older office files (.doc, .wps, .rtf, .odt) through LibreOffice, where it is installed.

The profile is new for each file, so nothing of a user's own settings holds. It forbids macros and everything that a
document links to from elsewhere; see docs/decisions for the sources of the settings.
"""

import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from kexie.reading.decode.limits import OFFICE_MEMORY, OFFICE_SECONDS
from kexie.reading.decode.process import run
from kexie.reading.model import ReadingError

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SCRIPTING = "Office.Common/Security/Scripting"
# Path in the configuration, property, value.
_SETTINGS = (
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_SCRIPTING, "MacroSecurityLevel", "3"),  # only from trusted places, of which there is none
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    ("Office.Writer/Content/Update", "Link", "0"),  # never
    ("Office.Java/VirtualMachine", "Enable", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),  # a proxy that does not answer
    *(("Inet/Settings", f"ooInet{kind}ProxyName", "127.0.0.1") for kind in ("HTTP", "HTTPS", "FTP")),
    *(("Inet/Settings", f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
)
_ITEM = '<item oor:path="/org.openoffice.{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_PROFILE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    + "\n".join(_ITEM.format(*setting) for setting in _SETTINGS)
    + "\n</oor:items>\n"
)
_FLAGS = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard")
_PLACES = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/opt/libreoffice/program/soffice",
)
_STREAMS = (
    *("EncryptedPackage", "WordDocument", "Workbook", "Book", "PowerPoint Document"),
    "__properties_version1.0",
)
_KEPT = ("PATH", "SYSTEMROOT", "WINDIR", "LD_LIBRARY_PATH")


@cache
def program() -> str | None:
    """Where LibreOffice is on this machine, or None."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def ending_of(data: bytes, name: str) -> str:
    """What an OLE file is: the ending under which LibreOffice knows it. Refuses what is no document."""
    streams = _streams(data)
    if "EncryptedPackage" in streams:
        raise ReadingError(name, "文档加了密码；请去掉密码再读")
    if "WordDocument" in streams:
        return ".doc"
    if streams & {"Workbook", "Book"}:
        raise ReadingError(name, "这是电子表格，不是文档")
    if "PowerPoint Document" in streams:
        raise ReadingError(name, "这是演示文稿，不是文档")
    if "__properties_version1.0" in streams:
        raise ReadingError(name, "这是邮件，不是文档；请把附件另存")
    return ".wps"


def _streams(data: bytes) -> set[str]:
    """Which of the streams that tell the kind an OLE file has.

    An entry of its directory takes 128 bytes at a multiple of 128: the name, its length at 64, its type (2) at 66.
    """
    found = set()
    for name in (
        "EncryptedPackage",
        "WordDocument",
        "Workbook",
        "Book",
        "PowerPoint Document",
        "__properties_version1.0",
    ):
        written = name.encode("utf-16-le")
        at = data.find(written)
        while at >= 0:
            entry = data[at : at + 128]
            if at % 128 == 0 and entry[64:67] == (len(written) + 2).to_bytes(2, "little") + b"\x02":
                found.add(name)
                break
            at = data.find(written, at + 1)
    return found


def to_docx(data: bytes, ending: str, name: str) -> bytes:
    """Convert a document to .docx. Takes some seconds; nothing of it stays on the disk."""
    soffice = program()
    if soffice is None:
        raise ReadingError(
            name, "这是旧的 Word 或 WPS 文件，要装了 LibreOffice 才能读；也可以另存为不加密码的 .docx 再读"
        )
    with tempfile.TemporaryDirectory(prefix="kexie-office-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "profile" / "user").mkdir(parents=True)
        (place / "profile" / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
        source = place / f"input{ending}"
        source.write_bytes(data)
        profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
        convert = ("--convert-to", "docx:MS Word 2007 XML", "--outdir", place / "out", source)
        try:
            run(
                (soffice, *_FLAGS, profile, *convert),
                seconds=OFFICE_SECONDS,
                memory=OFFICE_MEMORY,
                folder=place,
                environment=_environment(place),
            )
        except TimeoutError as error:
            raise ReadingError(name, f"LibreOffice 转换了 {OFFICE_SECONDS} 秒还没有转完，不读了") from error
        except OSError as error:
            raise ReadingError(name, "LibreOffice 打不开") from error
        result = place / "out" / "input.docx"
        if not result.is_file():
            raise ReadingError(name, "LibreOffice 转换不了：文件坏了，或者加了密码")
        return result.read_bytes()


def _environment(place: Path) -> dict[str, str]:
    """No display, no desktop, no settings of a user: only what a program needs to start."""
    own = {name: os.environ[name] for name in _KEPT if name in os.environ}
    folder = os.fspath(place)
    own |= {"HOME": folder, "TMPDIR": folder, "TEMP": folder, "TMP": folder, "SAL_USE_VCLPLUGIN": "svp"}
    if sys.platform != "win32":
        own["LANG"] = "C.UTF-8"
    return own
