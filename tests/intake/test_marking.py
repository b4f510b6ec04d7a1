"""The text of a document as the page shows it: nothing of it is lost, and every mark stands on its own words."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kexie.intake.marking import blocks_of, marks_of
from kexie.reading import read_text

SENTENCES = st.sampled_from(
    [
        "一、科普宣传",
        "3月12日，在镇文化广场办科普集市，展出展板24块，发放资料1500余份。",
        "计划举办讲座40场。",
        "全年共培训xx人次，惠及群众3万多人次。",
        "（二）青少年",
        "",
        "　　联合县农学会开展茶叶培训4场次，其中女性12人。",
        "论文数量的倍。",
        "科技\t周,咨询 96 人次",
    ]
)


@given(st.lists(SENTENCES, min_size=1, max_size=12))
def test_the_pieces_together_are_the_text(lines: list[str]) -> None:
    text = "河湾镇科协2024年工作总结\n" + "\n".join(lines) + "\n"
    for document in read_text(text).documents:
        blocks = blocks_of(document, text, {})
        shown = ["".join(piece.text for piece in block.pieces) for block in blocks]
        assert shown == [line.strip() for line in text[document.start : document.end].splitlines() if line.strip()]
        for block in blocks:
            words = "".join(piece.text for piece in block.pieces)
            assert text[block.start : block.start + len(words)] == words


@given(st.lists(SENTENCES, min_size=1, max_size=12))
def test_marks_are_in_order_and_do_not_overlap(lines: list[str]) -> None:
    text = "河湾镇科协2024年工作总结\n" + "\n".join(lines)
    for document in read_text(text).documents:
        marks = marks_of(document, text)
        assert all(one.end <= other.start for one, other in pairwise(marks))
        spans = {(mark.start, mark.end) for mark in marks if mark.sort in ("figure", "whole", "plan", "doubt")}
        for figure in document.figures:
            assert (figure.start, figure.end) in spans or any(
                start < figure.end and figure.start < end for start, end in spans
            )


def test_what_a_sentence_is_read_as() -> None:
    text = "河湾镇科协2024年工作总结\n3月12日发放资料1500余份。\n明年计划举办讲座40场。\n受训人员xx人次。\n"
    (document,) = read_text(text).documents
    pieces = [piece for block in blocks_of(document, text, {text.index("3月"): 7}) for piece in block.pieces]
    sorts = {piece.text: piece.sort for piece in pieces if piece.sort}
    assert sorts["1500余份"] == "figure"
    assert sorts["3月12日"] == "time"
    assert sorts["40场"] == "plan"
    assert sorts["xx"] == "doubt"
    blocks = blocks_of(document, text, {text.index("3月"): 7})
    assert [block.drafts for block in blocks] == [(), (7,), (), ()]
