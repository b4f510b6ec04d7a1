"""Bytes to text: every format that is taken, and a clear message for what is not."""

import io
import zipfile
from hashlib import sha256

import docx
import pytest

from kexie.reading import ReadingError, extract

TEXT = "青禾县科协办班6期。\r\n来了90人。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_it_decodes_text_and_keeps_newlines(encoding: str) -> None:
    data = TEXT.encode(encoding)
    source = extract(data, "a.txt")
    assert (source.text, source.name, source.sha256) == (TEXT, "a.txt", sha256(data).hexdigest())


def test_html_gives_a_line_for_each_block() -> None:
    page = (
        "<!DOCTYPE html><html><head><title>页</title><style>p{}</style></head><body><script>var a=1;</script>"
        "<h1>总结</h1><p>办班<b>6</b>期。</p><ul><li>讲座3场</li></ul></body></html>"
    )
    assert extract(page.encode(), "a.txt").text == "总结\n办班6期。\n讲座3场"


def test_docx_gives_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.add_paragraph("办班6期。")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "讲座", "3场"
    document.add_paragraph("完。")
    out = io.BytesIO()
    document.save(out)
    assert extract(out.getvalue(), "a.docx").text == "办班6期。\n讲座\t3场\n完。"


def pdf(content: bytes) -> bytes:
    """A one-page PDF with ``content`` as its page stream."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for i, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (i, part)
    xref = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % xref


def test_pdf_gives_its_text_layer() -> None:
    assert "Total 42" in extract(pdf(b"BT /F 12 Tf 50 200 Td (Total 42) Tj ET"), "a.pdf").text


def archive(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in members.items():
            target.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "空"),
        (b" \n\x00", "空"),
        (b"\xef\xbb\xbf \n", "没有文字"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, ".docx"),
        (b"\x89PNG\r\n\x1a\n1234", "不是文档"),
        (b"{\\rtf1 abc}", "RTF"),
        (bytes(range(256)) * 8, "不是"),
        (b"\x01\x02\x03\x04\x05" * 100, "控制字符"),
        (b"\xff\xfea", "UTF-16"),
        (b"PK\x03\x04 damaged", "坏"),
        (archive(xl__workbook_xml=b"<a/>"), "电子表格"),
        (archive(word__document_xml=b"<broken"), "坏"),
        (b"%PDF-1.4 nothing else", "坏"),
        (pdf(b""), "扫描件"),
        (b"<html><body><script>1</script></body></html>", "没有"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(data: bytes, reason: str) -> None:
    with pytest.raises(ReadingError) as caught:
        extract(data, "bad.bin")
    assert caught.value.name == "bad.bin"
    assert reason in caught.value.reason
    assert str(caught.value).startswith("bad.bin：")
