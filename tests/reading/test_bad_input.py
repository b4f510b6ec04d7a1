"""What is no document, is damaged or means harm: a sentence, in bounded time and memory, and nothing half-done."""

import io
import json
import os
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from kexie.reading import ReadingError, extract, read_file, read_text, to_json
from kexie.reading.contract import check
from kexie.reading.decode import limits, pdf_worker, process
from tests.reading.files import archive, body, ole, paragraph, pdf, summary, word

ROOT = Path(__file__).resolve().parents[2]
CHINESE = "望川镇科协举办讲座三场，发放手册两百份，群众很满意。" * 20


def patched(data: bytes, at: int, *, encrypted: bool = False, size: int | None = None) -> bytes:
    """A zip file whose directory says something else of its member number ``at``."""
    entry = -1
    for _ in range(at + 1):
        entry = data.index(b"PK\x01\x02", entry + 1)
    out = bytearray(data)
    if encrypted:
        out[entry + 8] |= 1
    if size is not None:
        struct.pack_into("<I", out, entry + 24, size)
    return bytes(out)


WORD = word(paragraph("讲座3场"))
BAD = {
    "empty": (b"", "空"),
    "nothing but NUL": (b"\x00" * 100_000, "空"),
    "blank": (b"\xef\xbb\xbf \n", "没有文字"),
    "picture": (b"\x89PNG\r\n\x1a\n1234", "不是文档"),
    "every byte": (bytes(range(256)) * 8, "不是"),
    "control characters": (b"\x01\x02\x03\x04\x05" * 100, "控制字符"),
    "control characters among words": (CHINESE.replace("，", "\x02\x1b").encode(), "控制字符"),
    "half a UTF-16 unit": (b"\xff\xfea", "UTF-16"),
    "a lone surrogate in UTF-16": ("讲座".encode("utf-16") + b"\x00\xd8" + "三场".encode("utf-16-le"), "UTF-16"),
    "a surrogate in UTF-8": (CHINESE.encode() + b"\xed\xa0\x80" + CHINESE.encode(), "UTF-8"),
    "UTF-8 that was cut off": (CHINESE.encode()[:-1], "UTF-8 编码在第"),
    "UTF-8 with a bad byte": (CHINESE.encode() + b"\xff" + CHINESE.encode(), "UTF-8 编码在第"),
    "Big5": (CHINESE.replace("举办", "舉辦").encode("big5", "ignore"), "编码不明"),
    "UTF-16 without a mark": (CHINESE.encode("utf-16-le"), "不是"),
    "old spreadsheet": (ole("Workbook"), "电子表格"),
    "old slides": (ole("PowerPoint Document"), "演示文稿"),
    "mail": (ole("__properties_version1.0"), "邮件"),
    "Word with a password": (ole("EncryptionInfo", "EncryptedPackage"), "密码"),
    "encrypted members": (patched(WORD, 0, encrypted=True), "加了密"),
    "spreadsheet": (archive({"xl/workbook.xml": "<a/>"}), "电子表格"),
    "slides": (archive({"ppt/presentation.xml": "<a/>"}), "演示文稿"),
    "archive": (archive({"a.txt": "讲座3场"}), "压缩包"),
    "broken XML": (archive({"word/document.xml": "<broken"}), "坏"),
    "half a .docx": (summary()[: len(summary()) // 2], "坏"),
    "a .docx without its end": (WORD[:-10], "坏"),
    "a .docx with a changed byte": (WORD.replace(WORD[60:64], b"\xff\xff\xff\xff", 1), "坏"),
    "zip head alone": (b"PK\x03\x04 damaged", "坏"),
    "half a PDF": (pdf(b"BT /F 12 Tf 50 200 Td (Total 42) Tj ET")[:200], "坏"),
    "PDF head alone": (b"%PDF-1.4 nothing else", "坏"),
    "PDF without text": (pdf(b""), "扫描件"),
    "page without text": (b"<html><body><script>1</script></body></html>", "没有"),
    "page of frames in frames": (b"<html><body>" + b"<div>" * 5000 + "讲座".encode(), "太深"),
    "archive of a page without a page": (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\nx", "没有"),
}


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD.keys())
def test_it_says_what_is_wrong_with_a_file(data: bytes, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        extract(data, "bad.bin")
    assert caught.value.name == "bad.bin"
    assert reason in caught.value.reason
    assert str(caught.value).startswith("bad.bin：")


def encrypted_pdf() -> bytes:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(b"BT /F 12 Tf 50 200 Td (Total 42) Tj ET"))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_with_a_password() -> None:
    with pytest.raises(ReadingError, match="密码"):
        extract(encrypted_pdf(), "a.pdf")


def laughs(count: int, *, rest: str) -> bytes:
    """Entities of entities of entities."""
    told = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, count))
    return word(paragraph(f"&e{count - 1};{rest}"), before=f'<!DOCTYPE d [<!ENTITY e0 "讲座讲座讲座">{told}]>')


def bombs() -> dict[str, bytes]:
    """Small files that become large."""
    lie = archive({"word/document.xml": body(paragraph("讲" * 10_000_000))})
    return {
        "declared": archive({"word/document.xml": b" " * (limits.MAX_PART + 1)}),
        "undeclared": patched(lie, 0, size=500),
        "members together": patched(archive({"word/document.xml": "<a/>", "word/media/a": "b"}), 1, size=2**32 - 2),
        "members": archive({f"word/{n}": b"" for n in range(limits.MAX_MEMBERS + 1)}),
        "tags": word("<w:tbl>" + "<w:tr/>" * (2 * limits.MAX_TAGS + 1) + "</w:tbl>"),
        "depth": word("<w:sdt>" * 100_000),
        "entities": laughs(12, rest=""),
        "an entity that is not used": word(paragraph("讲座3场"), before='<!DOCTYPE d [<!ENTITY e "x">]>'),
        "a file as an entity": word(
            paragraph("讲座&e;"), before='<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        ),
        "text": word(paragraph("讲座三场" * 500) * (limits.MAX_CHARACTERS // 2000 + 1)),
        "page": b"<html><body>" + b"<p>x" * (limits.MAX_TAGS + 1),
    }


MEMORY = 1536 * 2**20
MEASURE = """
import json, resource, sys
from pathlib import Path
from kexie.reading import ReadingError, extract, read_file
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), resource.getrlimit(resource.RLIMIT_AS)[1]))
for path in map(Path, sys.argv[2:]):
    try:
        extract(read_file(path), path.name)
        print(json.dumps([path.name, "read"]))
    except ReadingError as error:
        print(json.dumps([path.name, error.reason]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_bombs_are_refused_within_bounds(tmp_path: Path) -> None:
    """In a process of its own, with less memory than any of the bombs would take."""
    made = bombs()
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    with (tmp_path / "giant.txt").open("wb") as giant:  # a hole: the disk has nothing of it
        giant.truncate(limits.MAX_BYTES)
    with (tmp_path / "giant.docx").open("wb") as giant:
        giant.write(b"PK\x03\x04")
        giant.truncate(limits.MAX_BYTES + 1)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(MEMORY), *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True, encoding="utf-8", timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *lines, peak = done.stdout.splitlines()
    told = dict(json.loads(line) for line in lines)
    assert set(told) == {*made, "giant.txt", "giant.docx"}
    reasons = {"大得不合常理", "多得不合常理", "坏了", "超过"}
    assert {name for name, reason in told.items() if not any(words in reason for words in reasons)} == set()
    assert told["giant.txt"] == f"文件超过 {limits.MAX_TEXT_BYTES // 2**20} MB"
    assert told["giant.docx"] == f"文件超过 {limits.MAX_BYTES // 2**20} MB"
    assert int(peak) * 1024 < MEMORY


def test_a_document_in_a_document_is_not_opened() -> None:
    inner = archive({"word/document.xml": b" " * (limits.MAX_PART + 1)})
    data = archive({"word/document.xml": body(paragraph("讲座3场")), "word/embeddings/a.docx": inner})
    assert extract(data, "a.docx").text == "讲座3场"


def test_a_member_may_be_stored_or_deflated_and_nothing_else() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as target:
        target.writestr("word/document.xml", body(paragraph("讲座3场")))
    with pytest.raises(ReadingError, match="压缩方式"):
        extract(out.getvalue(), "a.docx")


@pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")
def test_a_program_that_takes_too_long_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    note = tmp_path / "child"
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    with pytest.raises(TimeoutError):
        process.run([sys.executable, "-c", code, note], seconds=3, memory=2**31)
    child = int(note.read_text())
    for _ in range(100):  # the system may need a moment to collect it
        status = Path(f"/proc/{child}/stat")
        if not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail(f"process {child} is still there")


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits that are set from outside")
def test_a_program_that_takes_too_much_memory_ends() -> None:
    done = process.run([sys.executable, "-c", "x = bytearray(2**30)"], seconds=60, memory=2**28)
    assert done.returncode and b"MemoryError" in done.stderr


@pytest.mark.parametrize(
    ("pages", "characters", "code"),
    [(0, 100, pdf_worker.PAGES), (1, 10, pdf_worker.CHARACTERS), (1, 100, 0)],
)
def test_the_reader_of_pdf_stops_at_its_bounds(pages: int, characters: int, code: int) -> None:
    data = pdf(b"BT /F 12 Tf 0 0 Td " + b"(abcdefgh) Tj " * 5 + b"ET", compress=True)
    command = [sys.executable, "-P", Path(pdf_worker.__file__), str(pages), str(characters)]
    assert process.run(command, data=data, seconds=60, memory=2**31).returncode == code


def read_refused(path: Path) -> str:
    with pytest.raises(ReadingError) as caught:
        read_file(path)
    assert caught.value.name == str(path)
    return caught.value.reason


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "文件夹" in read_refused(tmp_path)
    assert "管道" in read_refused(tmp_path / "pipe")
    assert "设备" in read_refused(Path("/dev/zero"))
    assert "绕成了圈" in read_refused(tmp_path / "loop")
    assert "没有这个文件" in read_refused(tmp_path / "nothing")
    assert "没有这个文件" in read_refused(Path(__file__) / "below")
    assert "太长" in read_refused(tmp_path / ("长" * 300))
    assert "文件名不对" in read_refused(Path("a\x00b"))


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    closed = tmp_path / "closed.txt"
    closed.write_text(CHINESE, encoding="utf-8")
    closed.chmod(0)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)  # nothing is closed to root
        assert "没有权限" in read_refused(closed)
    finally:
        os.seteuid(user)


def test_a_line_of_a_million_characters_is_read() -> None:
    line = "望川镇的群众积极参加活动，" * 77_000 + "全年举办讲座12场。"
    assert len(line) > 1_000_000
    source = extract(line.encode(), "a.txt")
    assert source.text == line
    answer = to_json(read_text(line))
    check(answer)
    assert [figure["value"] for figure in answer["documents"][-1]["figures"]] == [12]
