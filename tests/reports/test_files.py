"""The files: geometry and cleanness of Word, the HTML that stands alone, the source table."""

import datetime
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from kexie.reports.html import render_file, render_fragment
from kexie.reports.model import Document, Number, Paragraph, Table, Unsourced, from_json, to_json
from kexie.reports.sources import FormulaTerm, NumberSource, SourceEntry
from kexie.reports.word import render_word
from kexie.reports.workbook import render_workbook
from tests.reports.conftest import COMMAND, HOSTILE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture
def sources(document: Document) -> dict[str, NumberSource]:
    entry = SourceEntry(
        id="+1",
        unit="稻香镇",
        title=COMMAND,
        date=datetime.date(2024, 9, 20),
        value="195场",
        source=HOSTILE,
        excerpt="@a",
    )
    terms = (FormulaTerm(label="本级", value="200"), FormulaTerm(label="同一活动", value="5", sign="－"))
    source = NumberSource(
        organisation="青禾县科协",
        period="2024年",
        scope="科协系统",
        terms=terms,
        entries=(entry, replace(entry, title=HOSTILE)),
    )
    return {number.key: source for number in document.distinct_numbers()}


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_json_loses_nothing(document: Document) -> None:
    assert from_json(to_json(document)) == document
    with pytest.raises(ValueError, match="not a document"):
        from_json({"blocks": [{"type": "poem"}]})


def test_numbers_are_found_in_reading_order(document: Document) -> None:
    assert [number.text for number in document.distinct_numbers()] == ["195场", "4.2万人次以上"]
    assert all(isinstance(number, Number) for number in document.numbers())


# --- Word ---------------------------------------------------------------------------------------------------------


def test_the_page_is_that_of_the_standard(document: Document) -> None:
    section = etree.fromstring(parts(render_word(document=document))["word/document.xml"]).find(f".//{W}sectPr")
    size, margins, grid = (section.find(f"{W}{name}") for name in ("pgSz", "pgMar", "docGrid"))
    assert (size.get(f"{W}w"), size.get(f"{W}h")) == ("11906", "16838")
    millimetres = {
        side: round(int(margins.get(f"{W}{side}")) / 1440 * 25.4) for side in ("top", "left", "bottom", "right")
    }
    assert millimetres == {"top": 37, "left": 28, "bottom": 35, "right": 26}
    assert (grid.get(f"{W}type"), grid.get(f"{W}linePitch")) == ("lines", "579")


@pytest.mark.parametrize(
    ("style", "font", "half_points"),
    [
        ("Normal", "仿宋_GB2312", "32"),
        ("Title", "方正小标宋简体", "44"),
        ("Heading1", "黑体", "32"),
        ("Heading2", "楷体_GB2312", "32"),
    ],
)
def test_styles_have_the_type_of_the_standard(document: Document, style: str, font: str, half_points: str) -> None:
    styles = etree.fromstring(parts(render_word(document=document))["word/styles.xml"])
    found = styles.find(f".//{W}style[@{W}styleId='{style}']")
    run, paragraph = found.find(f"{W}rPr"), found.find(f"{W}pPr")
    fonts = run.find(f"{W}rFonts")
    assert {fonts.get(f"{W}{script}") for script in ("ascii", "hAnsi", "eastAsia")} == {font}
    assert run.find(f"{W}sz").get(f"{W}val") == half_points
    assert run.find(f"{W}spacing").get(f"{W}val") == "-5"
    spacing = paragraph.find(f"{W}spacing")
    assert [spacing.get(f"{W}{name}") for name in ("before", "after", "line")] == ["0", "0", "240"]
    assert paragraph.find(f"{W}ind").get(f"{W}firstLineChars") == ("0" if style == "Title" else "200")


def test_page_numbers_stand_outside(document: Document) -> None:
    files = parts(render_word(document=document))
    footers = [etree.fromstring(files[f"word/footer{place}.xml"]) for place in (1, 2)]
    assert [footer.find(f".//{W}jc").get(f"{W}val") for footer in footers] == ["right", "left"]
    assert all("".join(footer.itertext()).split() == ["—", "PAGE", "1", "—"] for footer in footers)
    assert b"evenAndOddHeaders" in files["word/settings.xml"]


def test_a_table_repeats_its_header_and_breaks_between_rows(document: Document) -> None:
    body = etree.fromstring(parts(render_word(document=document))["word/document.xml"])
    rows = body.findall(f".//{W}tr")
    assert rows[0].find(f"{W}trPr/{W}tblHeader") is not None
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)


def test_the_clean_file_has_no_trace(document: Document) -> None:
    data = render_word(document=document)
    files = parts(data)
    body = files["word/document.xml"].decode()
    for trace in (
        "hyperlink",
        "comment",
        "bookmark",
        "w:ins ",
        "w:del ",
        "person_times",
        "w:sdt",
        "这一条只给拟稿人看",
    ):
        assert trace not in body
    core = files["docProps/core.xml"].decode()
    assert "python" not in core.lower()
    assert re.findall(r"<dc:creator>(.*?)</dc:creator>|<cp:lastModifiedBy>(.*?)</", core) in ([("", ""), ("", "")], [])
    assert "docProps/app.xml" not in files
    assert b"thumbnail" not in files["_rels/.rels"]
    assert data == render_word(document=document)


def test_hostile_words_stay_words(document: Document) -> None:
    body = etree.fromstring(parts(render_word(document=document))["word/document.xml"])
    assert HOSTILE in "".join(body.itertext())


@pytest.mark.skipif(
    not shutil.which("soffice") or not shutil.which("pdftotext"), reason="needs LibreOffice and poppler"
)
def test_a_full_page_has_22_lines_of_28_characters(document: Document, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(render_word(document=document))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "a.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    page = subprocess.run(
        ["pdftotext", "-f", "2", "-l", "2", "-layout", str(tmp_path / "a.pdf"), "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line.strip() for line in page.splitlines() if line.strip() and "—" not in line]
    assert len(lines) == 22
    # 。 and ， may hang or be squeezed at an edge; no line loses a character for it
    assert {len(line) for line in lines} <= {27, 28, 29}


# --- HTML ---------------------------------------------------------------------------------------------------------


def test_the_fragment_links_every_number(document: Document) -> None:
    fragment = render_fragment(document=document, url=lambda number: f'/n/?a=1&b="{number.query.indicator}"')
    assert fragment.count("<a ") == len(list(document.numbers()))
    assert 'hx-get="/n/?a=1&amp;b=&quot;activities&quot;"' in fragment
    assert 'hx-target="#source"' in fragment
    assert HOSTILE not in fragment
    assert "&lt;script&gt;" in fragment
    assert '4.2万人次</a><span class="kx-q">以上</span>' in fragment
    assert "style=" not in fragment


def test_the_file_stands_alone(document: Document, sources: dict[str, NumberSource]) -> None:
    page = render_file(document=document, sources=sources)
    root = etree.fromstring(page.encode(), etree.HTMLParser())
    assert not root.findall(".//script")
    assert not re.search(r"(src|href)=\"(?!#)", page)
    targets = {link.get("href")[1:] for link in root.iter("a")}
    assert targets <= {element.get("id") for element in root.iter() if element.get("id")}
    assert "本级 200－同一活动 5＝195场" in page
    assert "这一条只给拟稿人看" not in page


def test_a_number_without_source_says_so(document: Document) -> None:
    assert "没有来源" in render_file(document=document, sources={})


# --- the source table -----------------------------------------------------------------------------------------------


def test_the_source_table_lists_numbers_and_entries(document: Document, sources: dict[str, NumberSource]) -> None:
    book = openpyxl.load_workbook(BytesIO(render_workbook(document=document, sources=sources)))
    numbers, entries = book["数字来源"], book["记录"]
    header = [cell.value for cell in numbers[1]]
    row = dict(zip(header, [cell.value for cell in numbers[3]], strict=True))
    assert row["印出"] == "4.2万人次以上"
    assert (row["数值"], row["下限"], row["上限"], row["限定"]) == (42548, 42548, None, "至少")
    assert row["算式"] == "本级 200－同一活动 5＝4.2万人次以上"
    assert numbers.max_row == 3
    assert entries.max_row == 1 + 2 * 2
    assert numbers.freeze_panes and entries.freeze_panes


def test_cells_never_become_formulas(document: Document, sources: dict[str, NumberSource]) -> None:
    book = openpyxl.load_workbook(BytesIO(render_workbook(document=document, sources=sources)))
    risky = [
        cell
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if isinstance(cell.value, str) and cell.value[0] in "=+-@"
    ]
    assert {cell.value for cell in risky} == {COMMAND, "+1", "@a"}
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in risky)


def test_the_same_document_gives_the_same_table(document: Document, sources: dict[str, NumberSource]) -> None:
    assert render_workbook(document=document, sources=sources) == render_workbook(document=document, sources=sources)


def test_an_empty_table_is_no_trouble(document: Document) -> None:
    empty = replace(document, annexes=(Table(title="空表", header=("单位", "活动（场）"), rows=()),))
    assert render_word(document=empty)
    assert "空表" in render_file(document=empty, sources={})


def test_a_number_without_source_is_in_the_source_table_with_who_and_why(
    document: Document, sources: dict[str, NumberSource]
) -> None:
    unsourced = Unsourced(text="15个", by="罗某", reason="新批一个", was="14个", name="示范村", value=Decimal(15))
    changed = replace(document, blocks=(*document.blocks, Paragraph(spans=(unsourced,))))
    book = openpyxl.load_workbook(BytesIO(render_workbook(document=changed, sources=sources)))
    rows = list(book["数字来源"].iter_rows(values_only=True))
    told = dict(zip(rows[0], rows[-1], strict=True))
    assert (told["印出"], told["指标"], told["类别"], told["数值"]) == ("15个", "示范村", "无来源", 15)
    assert told["算式"] == "罗某改，原为14个；理由：新批一个"
    assert len(rows) == 1 + len(document.distinct_numbers()) + 1
