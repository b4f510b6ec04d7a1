"""Files into documents, documents into sections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.reading import Document, read_text
from kexie.reading.copies import near_duplicates, shingles

FILLER = "镇里的工作有声有色,干部群众都说好,大家劲头很足,办法也多," * 10 + "取得了实效。\n"


def documents(text: str) -> list[Document]:
    return read_text(text).documents


def test_a_plain_text_is_one_document_without_its_site_remarks() -> None:
    text = "青禾县科协工作总结\n一年来,青禾县科协做了许多事。\n" + FILLER + "感谢您阅读本文。\n"
    (document,) = documents(text)
    assert document.title == "青禾县科协工作总结"
    assert (document.kind, document.organisation, document.level) == ("summary", "青禾县科协", "county")
    assert text[document.start : document.end].endswith("取得了实效。")


def test_a_collection_is_cut_at_its_headings() -> None:
    text = "工作总结精选(3篇)\n以下是小编为大家收集的范文。\n" + "".join(
        f"科协工作总结篇{n}\n{place}科协在{place[-1]}委的领导下开展工作。\n{FILLER}"
        for n, place in (("一", "云溪镇"), ("二", "长桥区"), ("三", "北安市"))
    )
    found = documents(text)
    assert [d.index for d in found] == [1, 2, 3]
    assert [d.level for d in found] == ["township", "county", "city"]
    assert text[found[0].start :].startswith("科协工作总结篇一")


def test_a_title_line_begins_another_document() -> None:
    text = "云溪镇科协工作总结\n" + FILLER + "云溪镇科协\n2019年12月20日\n长桥村科协工作计划\n" + FILLER
    first, second = documents(text)
    assert (first.title, second.title) == ("云溪镇科协工作总结", "长桥村科协工作计划")
    assert (first.kind, second.kind) == ("summary", "plan")
    assert first.period == "2019"


def test_a_report_with_a_plan_part_is_both() -> None:
    text = "一、上半年工作回顾\n我们办了班,取得了成绩。\n" + FILLER + "二、下半年工作打算\n加强宣传,继续努力。\n"
    assert documents(text)[0].kind == "summary+plan"


def test_a_masked_year_is_never_invented() -> None:
    assert documents("20xx年,青禾县科协扎实工作。\n" + FILLER)[0].period is None
    assert documents("20__年上半年,青禾县科协扎实工作。\n" + FILLER)[0].period == "xxxxH1"
    assert documents("2018年上半年,青禾县科协扎实工作。\n" + FILLER)[0].period == "2018H1"


def test_a_copy_points_at_the_first_one() -> None:
    body = "".join(
        f"在{a}{b}开办科学课堂,请来{b}{a}的老师讲{a}星与{b}月。\n" for a in "东南西北上下" for b in "山水林田湖"
    )
    text = "".join(f"工作总结篇{n}\n{body if n != '二' else FILLER}" for n in "一二三")
    assert [d.near_duplicate_of for d in documents(text)] == [None, None, 1]


def paragraph(number: int) -> str:
    """Some eighty characters that no other number gives."""
    return "".join(chr(0x4E00 + (number * 977 + step * 131 + number * step * 17) % 20_000) for step in range(80))


@given(st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4), max_size=12))
def test_a_copy_shares_half_of_the_shorter_one(made_of: list[list[int]]) -> None:
    texts = ["".join(map(paragraph, numbers)) for numbers in made_of]
    sets = [shingles(text) for text in texts]
    plain: list[int | None] = []
    for i, own in enumerate(sets):
        earlier = (
            j for j in range(i) if plain[j] is None and len(own & sets[j]) >= max(10, min(len(own), len(sets[j])) / 2)
        )
        plain.append(next(earlier, None))
    assert near_duplicates(texts) == plain


def test_copies_are_found_among_many_texts_with_the_same_boilerplate() -> None:
    same = paragraph(0) * 2
    texts = [same + "".join(paragraph(1 + i * 4 + part) for part in range(4)) for i in range(120)]
    assert near_duplicates([*texts, texts[99] + "完", texts[3]]) == [None] * 120 + [99, 3]


@pytest.mark.parametrize(
    ("opening", "organisation", "level"),
    [
        ("市科技局:\n现将我镇的工作总结如下:\n", None, "township"),
        ("青禾县科学技术协会:\n一年来,长桥镇科协做了许多事。\n", "长桥镇科协", "township"),
        ("县科协、县教育局:\n我校一年来做了许多事。\n", None, "school"),
        ("尊敬的县科协领导:\n一年来,长桥镇科协做了许多事。\n", "长桥镇科协", "township"),
        ("青禾县科协工作总结:\n一年来,我们做了许多事。\n", "青禾县科协", "county"),
    ],
)
def test_whom_a_letter_is_written_to_is_not_who_writes(opening: str, organisation: str | None, level: str) -> None:
    (document,) = documents(opening + FILLER)
    assert (document.organisation, document.level) == (organisation, level)


def test_headings_become_nested_sections() -> None:
    text = "一、抓宣传\n开展活动。\n(一)进社区\n1.讲座。办了班。\n二、抓队伍\n一是建队。二是培训。\n"
    (document,) = documents(text)
    assert [(s.number, s.level, s.title) for s in document.sections] == [
        ("一", 1, "抓宣传"),
        ("(一)", 2, "进社区"),
        ("1", 3, "讲座"),
        ("二", 1, "抓队伍"),
        ("一是", 4, "建队"),
        ("二是", 4, "培训"),
    ]
    first = document.sections[0]
    assert text[first.start : first.end].startswith("一、抓宣传") and "二、" not in text[first.start : first.end]
