"""An edited text against its report: exactly what was changed, added and taken out, and the new wording."""

import datetime
from collections import Counter
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.reading.numerals import render_chinese
from kexie.reports.model import Document, Heading, Number, Paragraph, Text, Unsourced, from_json, to_json
from kexie.reports.returned_file import LARGEST, read_returned
from kexie.reports.spotting import plain_digits, spot
from kexie.reports.taking_back import TakenBack, take_back
from kexie.reports.word import render_word
from tests.reports.conftest import number

LINES = [
    ("开展活动", "195", "场"), ("培训农民", "3286", "人次"), ("发放资料", "4600", "份"), ("新建基地", "14", "个"),
    ("获得荣誉", "5", "项"), ("展出展板", "479", "块"), ("走访农户", "88", "户"), ("组建队伍", "12", "支"),
]  # fmt: skip
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")


def report(lines: list[tuple[str, str, str]], per: int = 2) -> Document:
    """A report whose paragraphs each tell of ``per`` numbers."""
    blocks: list[Any] = [Heading(text="一、抓科普宣传，提升科学素质")]
    for start in range(0, len(lines), per):
        spans: list[Any] = [Text(text="2024年9月20日起，")]
        for words, value, unit in lines[start : start + per]:
            query = replace(number().query, indicator=f"i-{words}-{start}")
            spans += [Text(text=words), number(f"{value}{unit}", value, unit, query=query), Text(text="，")]
        blocks.append(Paragraph(spans=(*spans, Text(text="各项工作有了新的进展。"))))
    return Document(
        kind="summary",
        organisation="C",
        period="2024",
        title="青禾县科学技术协会2024年工作总结",
        blocks=tuple(blocks),
        signature="青禾县科学技术协会",
        date=datetime.date(2025, 1, 5),
    )


def lines_of(document: Document) -> list[str]:
    return list(read_returned(content=render_word(document=document), name="a.docx").lines)


def told(taken: TakenBack) -> dict[str, list[tuple[str, str]]]:
    return {
        kind: [(each.before, each.now) for each in taken.of(kind)]  # type: ignore[arg-type]
        for kind in ("changed", "added", "gone")
    }


NOTHING: dict[str, list[tuple[str, str]]] = {"changed": [], "added": [], "gone": []}


def test_an_untouched_file_has_every_number_and_gives_the_same_document(document: Document) -> None:
    taken = take_back(document=document, lines=lines_of(document))
    assert told(taken) == NOTHING
    assert len(taken.of("right")) == len(list(document.numbers()))
    assert Counter(taken.document.numbers()) == Counter(document.numbers())
    assert len(taken.document.annexes) == 1


def test_one_changed_one_new_and_one_gone_are_exactly_these() -> None:
    lines = lines_of(report(LINES))
    text = (
        "\n".join(lines)
        .replace("3286人次", "3300人次")
        .replace("，新建基地14个", "")
        .replace("走访农户88户", "走访农户88户，慰问院士2名")
    )
    taken = take_back(document=report(LINES), lines=text.split("\n"), by="罗某", reason="会上定的")
    assert told(taken) == {"changed": [("3286人次", "3300人次")], "added": [("", "2名")], "gone": [("14个", "")]}
    assert len(taken.of("right")) == len(LINES) - 2
    changed, added = taken.document.unsourced()
    assert (changed.was, changed.by, changed.reason, changed.name) == ("3286人次", "罗某", "会上定的", "惠及人次")
    assert changed.key and not added.key
    assert from_json(to_json(taken.document)) == taken.document


@settings(deadline=None, max_examples=20)
@given(data=st.data())
def test_whatever_is_changed_taken_out_and_moved_is_listed_and_nothing_else(data: st.DataObject) -> None:
    document = report(LINES)
    fates = [data.draw(st.sampled_from(["keep", "change", "drop", "chinese"])) for _ in LINES]
    expected: dict[str, list[tuple[str, str]]] = {"changed": [], "added": [], "gone": []}
    text = "\n".join(lines_of(document))
    for (words, value, unit), fate in zip(LINES, fates, strict=True):
        old = f"{words}{value}{unit}"
        assert old in text
        if fate == "change":
            new = data.draw(st.integers(1, 99_999).filter(lambda each, value=value: str(each) != value))  # type: ignore[misc]
            text = text.replace(old, f"{words}{new}{unit}")
            expected["changed"].append((f"{value}{unit}", f"{new}{unit}"))
        elif fate == "drop":
            text = text.replace(f"{old}，", "")
            expected["gone"].append((f"{value}{unit}", ""))
        elif fate == "chinese":
            text = text.replace(old, f"{words}{render_chinese(int(value))}{unit}")
    lines = text.split("\n")
    body = data.draw(st.permutations(lines[1:-2]))
    taken = take_back(document=document, lines=[lines[0], *body, *lines[-2:]])
    assert {kind: sorted(rows) for kind, rows in told(taken).items()} == {
        kind: sorted(rows) for kind, rows in expected.items()
    }


@pytest.mark.parametrize("written", ["195场".translate(CIRCLED), "１９５场", "一百九十五场", "约200场"])
def test_the_same_value_in_other_digits_is_still_right(written: str) -> None:
    text = "\n".join(lines_of(report(LINES))).replace("195场", written)
    taken = take_back(document=report(LINES), lines=text.split("\n"))
    assert told(taken) == NOTHING
    assert written in taken.document.blocks[1].text  # type: ignore[union-attr]


@pytest.mark.parametrize("written", ["⑨⑨场", "一百二十场", "196场", "约300场", "1000场以上"])
def test_another_value_in_whatever_digits_is_a_change(written: str) -> None:
    text = "\n".join(lines_of(report(LINES))).replace("195场", written)
    taken = take_back(document=report(LINES), lines=text.split("\n"))
    assert told(taken) == {**NOTHING, "changed": [("195场", written)]}


def test_cells_rows_and_columns_of_a_table(document: Document) -> None:
    lines = lines_of(document)
    cells = next(place for place, line in enumerate(lines) if line.startswith("第3镇\t"))
    gone = next(place for place, line in enumerate(lines) if line.startswith("第5镇\t"))
    lines[cells] = lines[cells].replace("195场", "190场")
    lines[gone : gone + 1] = ["第51镇\t7\t"]
    taken = take_back(document=document, lines=lines)
    # The row with another name is taken for the row that it stands for: its number is changed, the other is gone.
    assert ("195场", "190场") in told(taken)["changed"]
    assert {new for _, new in told(taken)["changed"]} <= {"190场", "7"}
    assert [each.text for each in taken.document.unsourced()] == ["190场", "7"]
    assert len(taken.document.annexes[0].rows) == 51


def test_what_another_person_wrote_before_stays_theirs() -> None:
    lines = "\n".join(lines_of(report(LINES))).replace("14个", "15个").split("\n")
    first = take_back(document=report(LINES), lines=lines, by="罗某", reason="新批一个").document
    second = take_back(document=first, lines=lines_of(first), by="何某", reason="别的")
    assert told(second) == NOTHING
    assert [(each.by, each.reason) for each in second.document.unsourced()] == [("罗某", "新批一个")]


def test_new_headings_and_paragraphs_take_their_place() -> None:
    lines = lines_of(report(LINES))
    lines[3:3] = ["二、抓助企创新，服务发展大局", "扎实推进各项任务。"]
    blocks = take_back(document=report(LINES), lines=lines).document.blocks
    assert blocks[2:4] == (
        Heading(text="二、抓助企创新，服务发展大局"), Paragraph(spans=(Text(text="扎实推进各项任务。"),))
    )  # fmt: skip


def test_the_file_of_another_report_is_refused() -> None:
    document = report(LINES)
    others = [
        replace(document, title="青禾县科学技术协会2023年工作总结"),
        replace(document, title="邻县科学技术协会2024年工作总结", signature="邻县科学技术协会"),
        replace(document, blocks=(Paragraph(spans=(Text(text="关于召开全委会的通知，请各单位按时参加。"),)),)),
    ]
    for other in others:
        with pytest.raises(DomainError, match=r"另一份|不像是|传错"):
            take_back(document=document, lines=lines_of(other))


# --- the file -----------------------------------------------------------------------------------------------------


def _edited(edit: Any) -> bytes:
    word = docx.Document(BytesIO(render_word(document=report(LINES))))
    edit(word)
    buffer = BytesIO()
    word.save(buffer)
    return buffer.getvalue()


def _tracked(word: Any) -> None:
    paragraph = next(each for each in word.paragraphs if "3286人次" in each.text)
    before, after = paragraph.text.split("3286人次")
    for run in list(paragraph.runs):
        run._r.getparent().remove(run._r)
    who = 'w:id="1" w:author="x" w:date="2025-01-01T00:00:00Z"'
    ns = nsdecls("w")
    for xml in (
        f"<w:r {ns}><w:t>{before}</w:t></w:r>",
        f"<w:del {ns} {who}><w:r><w:delText>3286人次</w:delText></w:r></w:del>",
        f"<w:ins {ns} {who}><w:r><w:t>3290人次</w:t></w:r></w:ins>",
        f"<w:r {ns}><w:t>{after}</w:t></w:r>",
    ):
        paragraph._p.append(parse_xml(xml))


def test_tracked_changes_are_accepted() -> None:
    file = read_returned(content=_edited(_tracked), name="a.docx")
    taken = take_back(document=report(LINES), lines=file.lines, side_lines=file.side_lines)
    assert told(taken) == {**NOTHING, "changed": [("3286人次", "3290人次")]}


def test_numbers_in_header_and_text_box_are_looked_at_and_comments_are_not() -> None:
    def edit(word: Any) -> None:
        word.sections[0].header.paragraphs[0].text = "内部材料，印发30份"
        box = (
            '<w:r {} xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:pict>'
            "<w:txbxContent><w:p><w:r><w:t>另有志愿者60名</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
        ).format(nsdecls("w"))
        word.paragraphs[3]._p.append(parse_xml(box))
        word.add_comment(word.paragraphs[3].runs, text="这里应为999场", author="领导", initials="L")

    file = read_returned(content=_edited(edit), name="a.docx")
    taken = take_back(document=report(LINES), lines=file.lines, side_lines=file.side_lines)
    assert Counter(told(taken)["added"]) == Counter([("", "60名"), ("", "30份")])
    assert (told(taken)["changed"], told(taken)["gone"]) == ([], [])
    assert file.comments == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 nothing", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"hello", b"PK" + b"\0" * LARGEST],
    ids=["empty", "broken", "old word", "text", "huge"],
)
def test_a_file_that_is_no_word_file_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(DomainError, match=r"a\.docx"):
        read_returned(content=content, name="a.docx")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_numbers_never_overlap_and_stand_where_they_are_said_to(text: str) -> None:
    found = spot(text)
    assert all(text[each.start : each.end] == each.text for each in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_lone_digit_in_a_circle_before_a_number_is_an_enumerator() -> None:
    assert plain_digits("①3个基地") == "①3个基地"
    assert plain_digits("⑫⑤场") == "125场"


def test_unsourced_numbers_are_plain_in_the_clean_file() -> None:
    unsourced = Unsourced(text="15个", by="罗某", reason="新批一个", was="14个")
    document = replace(report(LINES), blocks=(Paragraph(spans=(Text(text="示范村"), unsourced)),))
    content = render_word(document=document)
    assert any("示范村15个" in line for line in read_returned(content=content, name="a.docx").lines)
    for words in ("罗某", "新批一个", "无来源"):
        assert words not in "".join(lines_of(document))


def test_numbers_stay_numbers(document: Document) -> None:
    taken = take_back(document=document, lines=lines_of(document))
    assert all(isinstance(each, Number) for each in taken.document.numbers())
