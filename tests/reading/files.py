"""Files made for the tests, good and bad."""

import io
import zipfile
import zlib

import docx

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(content: bytes, compress: bool = False) -> bytes:
    """A one-page PDF with ``content`` as its page stream."""
    if compress:
        content = zlib.compress(content, 1)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), b"/Filter/FlateDecode" * compress, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for i, part in enumerate(parts, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (i, part)
    xref = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % xref


def archive(members: dict[str, bytes | str]) -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            # OpenDocument wants its kind to be read without unpacking.
            target.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()


def body(xml: str, before: str = "", namespace: str = NAMESPACE) -> str:
    """The main part of a Word file with ``xml`` as its body; ``before`` stands before the root."""
    return f'{before}<w:document xmlns:w="{namespace}"><w:body>{xml}</w:body></w:document>'


def word(xml: str, before: str = "", namespace: str = NAMESPACE) -> bytes:
    """A Word file that has nothing but its main part."""
    return archive({"word/document.xml": body(xml, before, namespace)})


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def summary() -> bytes:
    """A Word file as python-docx writes it: paragraphs and a table."""
    document = docx.Document()
    document.add_paragraph("望川镇科协2024年工作总结")
    document.add_paragraph("全年举办讲座12场，听众3400余人次。")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "展板", "24块"
    document.add_paragraph("特此报告。")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


SUMMARY = "望川镇科协2024年工作总结\n全年举办讲座12场，听众3400余人次。\n展板\t24块\n特此报告。"


def ole(*streams: str) -> bytes:
    """What the head of an OLE file with these streams looks like; there is nothing in them."""
    entries = b""
    for name in streams:
        written = name.encode("utf-16-le")
        entries += written.ljust(64, b"\x00") + (len(written) + 2).to_bytes(2, "little") + b"\x02" + b"\x00" * 61
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + entries.ljust(512, b"\x00")
