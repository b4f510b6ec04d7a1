"""Bytes to text: every format that is taken, told by content."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

from kexie.reading import ReadingError, extract
from kexie.reading.decode import office
from kexie.reading.decode.numbering import Level, Numbering
from tests.reading.files import NAMESPACE, SUMMARY, archive, body, ole, paragraph, pdf, summary, word

TEXT = "青禾县科协办班6期。\r\n来了90人。\n"
OTHER = "望川县科協舉辦培訓班和講座，發放資料，參加活動的羣衆很多。"
office_needed = pytest.mark.skipif(office.program() is None, reason="needs LibreOffice on this machine")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_it_decodes_text_and_keeps_newlines(encoding: str) -> None:
    data = TEXT.encode(encoding)
    source = extract(data, "a.txt")
    assert (source.text, source.name, source.sha256) == (TEXT, "a.txt", sha256(data).hexdigest())


def test_it_decodes_traditional_characters_in_a_mainland_encoding() -> None:
    assert extract(OTHER.encode("gb18030"), "a.txt").text == OTHER


def test_markdown_is_text() -> None:
    assert extract("# 总结\n\n- 讲座3场\n".encode(), "a.md").text == "# 总结\n\n- 讲座3场\n"


PAGE = (
    "<!DOCTYPE html><html><head><title>页</title><style>p{}</style></head><body><script>var a=1;</script>"
    "<h1>总结</h1><p>办班<b>6</b>期。</p><ul><li>讲座3场</li></ul><svg><text>无</text></svg></body></html>"
)


def test_html_gives_a_line_for_each_block() -> None:
    assert extract(PAGE.encode(), "a.txt").text == "总结\n办班6期。\n讲座3场"


def test_a_large_page_is_read_like_a_small_one() -> None:
    many = "".join(f"<p>讲座{n}场</p>" for n in range(8000))
    page = f"<html><body>{many}</body></html>"
    assert len(page.encode()) > 150_000
    assert extract(page.encode(), "a.html").text == "\n".join(f"讲座{n}场" for n in range(8000))


def test_a_web_archive_gives_its_page() -> None:
    mht = (
        b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="=b"\n\n--=b\n'
        b"Content-Type: text/html; charset=gb2312\nContent-Transfer-Encoding: 8bit\n\n"
    ) + PAGE.encode("gb18030") + b"\n--=b\nContent-Type: image/png\n\nxx\n--=b--\n"  # fmt: skip
    assert extract(mht, "a.doc").text == "总结\n办班6期。\n讲座3场"


def test_docx_gives_paragraphs_and_tables_in_order() -> None:
    assert extract(summary(), "a.docx").text == SUMMARY


NUMBER = '<w:smartTag w:element="chmetcnv"><w:r><w:t>5</w:t></w:r><w:r><w:t>公里</w:t></w:r></w:smartTag>'
CELL = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (f"<w:p><w:r><w:t>渠长</w:t></w:r>{NUMBER}</w:p>", "渠长5公里"),
        (f"<w:sdt><w:sdtContent>{paragraph('讲座3场')}</w:sdtContent></w:sdt>", "讲座3场"),
        ("<w:p><w:ins><w:r><w:t>讲座3场</w:t></w:r></w:ins><w:del><w:r><w:delText>2场</w:delText></w:r></w:del></w:p>",
         "讲座3场"),
        (f"<w:tbl><w:tr><w:sdt><w:sdtContent>{CELL.format('展板')}</w:sdtContent></w:sdt>{CELL.format('3块')}</w:tr></w:tbl>",
         "展板\t3块"),
        ("<w:p><w:r><w:t>讲座</w:t><w:tab/><w:t>3场</w:t><w:br/><w:t>展板</w:t></w:r></w:p>", "讲座\t3场\n展板"),
        (f"<w:p><w:r><w:t>图</w:t><w:pict><w:txbxContent>{paragraph('讲座3场')}</w:txbxContent></w:pict></w:r></w:p>",
         "图\n讲座3场"),
        ("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:instrText>PAGE</w:instrText><w:t>3场</w:t></w:r></w:p>",
         "3场"),
    ],
    ids=["smart tag", "content control", "tracked change", "cell in a control", "marks", "text box", "field"],
)  # fmt: skip
def test_docx_gives_what_a_reader_sees(xml: str, text: str) -> None:
    assert extract(word(xml), "a.docx").text == text


def test_docx_of_the_strict_kind_and_with_a_main_part_of_another_name() -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    relations = '<Relationships><Relationship Type="x/officeDocument" Target="/word/document2.xml"/></Relationships>'
    data = archive({"_rels/.rels": relations, "word/document2.xml": body(paragraph("讲座3场"), namespace=strict)})
    assert extract(data, "a.docx").text == "讲座3场"


def level(number: int, form: str, text: str) -> str:
    return f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'


def numbered(*paragraphs: tuple[str, int, str]) -> bytes:
    """A Word file whose paragraphs (list, level, text) are numbered by Word; list "9" stands for none."""
    levels = level(0, "chineseCounting", "%1、") + level(1, "chineseCounting", "（%2）") + level(2, "decimal", "%3")
    lists = (
        f'<w:numbering xmlns:w="{NAMESPACE}"><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        f'<w:abstractNum w:abstractNumId="8">{level(0, "bullet", "x")}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
    )
    styles = (
        f'<w:styles xmlns:w="{NAMESPACE}"><w:style w:styleId="H"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
        '</w:style><w:style w:styleId="H2"><w:basedOn w:val="H"/></w:style></w:styles>'
    )
    written = ""
    for which, at, text in paragraphs:
        told = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{which}"/></w:numPr>'
        named = f'<w:pStyle w:val="{which}"/>'
        properties = "" if which == "9" else f"<w:pPr>{told if which.isdigit() else named}</w:pPr>"
        written += f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"
    return archive({"word/document.xml": body(written), "word/numbering.xml": lists, "word/styles.xml": styles})


def test_docx_gives_the_numbers_that_word_makes_by_itself() -> None:
    data = numbered(
        ("H", 0, "宣传"), ("1", 1, "讲座"), ("1", 1, "展览"), ("1", 2, "2024年"), ("9", 0, "说明"), ("H2", 0, "培训"),
        ("1", 1, "农民"), ("2", 0, "点"), ("0", 0, "无"), ("3", 0, "另起"), ("3", 0, "再起"),
    )  # fmt: skip
    assert extract(data, "a.docx").text.split("\n") == [
        *(
            "一、宣传",
            "（一）讲座",
            "（二）展览",
            "1 2024年",
            "说明",
            "二、培训",
            "（一）农民",
            "点",
            "无",
            "一、另起",
            "二、再起",
        ),
    ]


@pytest.mark.parametrize(
    ("form", "number", "written"),
    [
        ("decimal", 12, "12"),
        ("chineseCountingThousand", 21, "二十一"),
        ("chineseCounting", 11, "十一"),
        ("decimalEnclosedCircleChinese", 3, "③"),
        ("decimalEnclosedCircle", 21, "21"),
        ("upperLetter", 28, "BB"),
        ("lowerRoman", 14, "xiv"),
        ("of another age", 4, "4"),
    ],
)
def test_numbers_before_headings_are_written_as_word_does(form: str, number: int, written: str) -> None:
    told = Numbering({"0": {0: Level(form, "%1.", number)}}, {"1": "0"}, {"1": {}})
    paragraph = etree.fromstring('<p><pPr><numPr><numId val="1"/></numPr></pPr></p>')
    assert told.label(paragraph) == f"{written}. "


def test_pdf_gives_its_text_layer() -> None:
    assert "Total 42" in extract(pdf(b"BT /F 12 Tf 50 200 Td (Total 42) Tj ET"), "a.pdf").text


@pytest.mark.parametrize("name", ["a.doc", "a.wps", "a.pdf", "a"])
def test_the_name_does_not_decide(name: str) -> None:
    assert extract(summary(), name).text == SUMMARY
    assert extract(PAGE.encode("gb18030"), name).text == "总结\n办班6期。\n讲座3场"
    assert extract(TEXT.encode(), name).text == TEXT


@office_needed
def test_an_old_word_file_is_read_through_libreoffice(tmp_path: Path) -> None:
    """Written by LibreOffice itself. A .wps file of Kingsoft is the same inside."""
    (tmp_path / "a.docx").write_bytes(summary())
    soffice = office.program()
    assert soffice is not None
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [soffice, "--headless", profile, "--convert-to", "doc", "--outdir", tmp_path, tmp_path / "a.docx"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    data = (tmp_path / "a.doc").read_bytes()
    assert data.startswith(office.OLE)
    assert extract(data, "a.wps").text == SUMMARY


@office_needed
def test_rich_text_is_read_through_libreoffice() -> None:
    written = "讲座3场".encode("gb18030")
    escaped = "".join(chr(byte) if byte < 128 else f"\\'{byte:02x}" for byte in written)
    data = f"{{\\rtf1\\ansi\\ansicpg936\\deff0{{\\fonttbl{{\\f0\\fcharset134 SimSun;}}}}\\f0 {escaped}\\par}}".encode()
    assert extract(data, "a.doc").text.strip() == "讲座3场"


@pytest.fixture
def server() -> Iterator[tuple[int, list[bytes]]]:
    """A port that notes who calls."""
    calls: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    calls.append(caller.recv(1000))
                    caller.sendall(b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1], calls
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def linking(port: int) -> bytes:
    """An OpenDocument text with a picture that lies elsewhere."""
    names = "urn:oasis:names:tc:opendocument:xmlns"
    image = f'<draw:image xlink:href="http://127.0.0.1:{port}/a.png" xlink:type="simple" xlink:actuate="onLoad"/>'
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:text="{names}:text:1.0" '
        f'xmlns:draw="{names}:drawing:1.0" xmlns:svg="{names}:svg-compatible:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"><office:body><office:text><text:p>讲座3场'
        f'<draw:frame svg:width="2cm" svg:height="2cm">{image}</draw:frame></text:p></office:text></office:body>'
        "</office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    entries = (("/", kind), ("content.xml", "text/xml"))
    files = "".join(f'<m:file-entry m:full-path="{path}" m:media-type="{type_}"/>' for path, type_ in entries)
    manifest = f'<m:manifest xmlns:m="{names}:manifest:1.0" m:version="1.2">{files}</m:manifest>'
    return archive({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


@office_needed
def test_libreoffice_fetches_nothing_for_a_document(
    server: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, calls = server
    assert extract(linking(port), "a.odt").text.strip() == "讲座3场"
    assert calls == []
    monkeypatch.setattr(office, "_PROFILE", '<oor:items xmlns:oor="http://openoffice.org/2001/registry"/>')
    extract(linking(port), "a.odt")
    assert calls, "with the settings that it ships with it does"


def test_without_libreoffice_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    for data in (ole("WordDocument"), b"{\\rtf1 abc}"):
        with pytest.raises(ReadingError, match=r"LibreOffice.*另存为") as caught:
            extract(data, "总结.doc")
        assert caught.value.name == "总结.doc"


@office_needed
def test_nothing_of_a_conversion_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    with pytest.raises(ReadingError, match="转换不了"):
        extract(ole("WordDocument"), "a.doc")
    assert list(tmp_path.iterdir()) == []
