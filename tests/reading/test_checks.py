"""Parts and totals, missing and masked numbers, lost digits and bytes, and what copies say."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.reading import Check, Document, Figure, read_text
from kexie.reading.checks import odd_forms
from kexie.reading.damage.parts import Part, differences, wanted

TITLE = "青禾县科协2019年工作总结\n"
FILLER = "干部群众都说好,大家劲头很足,办法也多。" * 15 + "\n"
BODY = (
    "镇里办了农技夜校{0}期,来听课的乡亲{1}人次。\n"
    "合作社的技术员走遍山村,送出果苗{2}株和菜种{3}包。\n"
    "展馆周末照常开门,接待亲子家庭{4}户,讲解员轮流值班{5}次。\n"
    "县里的专家组到田头会诊,覆盖率达{6}%,救活病树{7}棵。\n"
    "文化站放映科教电影{8}场,印制挂历{9}本分给各家各户。\n"
)
WHOLE = ("11", "1743", "2600", "450", "312", "21", "100", "819", "16", "5100")


def document(text: str) -> Document:
    (found,) = read_text(text).documents
    return found


def checks(text: str) -> list[tuple[str, tuple[tuple[int, int], ...]]]:
    return [(c.kind, c.spans) for c in document(text).checks]


def kinds(text: str) -> list[str]:
    return [kind for kind, _ in checks(text)]


def parts(figures: list[Figure]) -> list[tuple[str, int | None]]:
    return [(f.quote, f.part_of) for f in figures]


def test_parts_point_at_their_whole() -> None:
    assert parts(document(TITLE + "培训农民320人,其中妇女120人、青年80人,发放手册50份。").figures) == [
        ("320人", None),
        ("120人", 0),
        ("80人", 0),
        ("50份", None),
    ]


def test_a_note_in_parentheses_ends_with_them() -> None:
    assert parts(document(TITLE + "培训农民320人(含妇女120人),培训工人400人。").figures) == [
        ("320人", None),
        ("120人", 0),
        ("400人", None),
    ]


def test_parts_that_exceed_their_whole_are_pointed_out() -> None:
    found = document(TITLE + "培训农民320人,其中妇女220人、青年150人。")
    (check,) = found.checks
    assert check.kind == "parts exceed whole"
    assert check.spans == tuple((f.start, f.end) for f in found.figures)
    assert "370" in check.message


def test_one_part_that_exceeds_its_whole_is_no_part() -> None:
    found = document(TITLE + "培训农民320人,其中妇女520人。")
    assert [c.kind for c in found.checks] == ["part exceeds whole"]
    assert [f.part_of for f in found.figures] == [None, None]


def test_a_total_that_fits_takes_its_parts_and_another_is_pointed_out() -> None:
    good = document(TITLE + "在城东办班6次,在城西办班2次,在城南办班4次,全年共办班12次。")
    assert [f.part_of for f in good.figures] == [3, 3, 3, None]
    assert good.checks == []
    assert kinds(TITLE + "在城东办班6次,在城西办班2次,在城南办班4次,全年共办班13次。") == ["total differs"]


def test_parts_of_a_range_or_of_more_than_prove_nothing() -> None:
    assert kinds(TITLE + "培训农民300余人,其中妇女220人、青年85人。") == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("科学讲座今年共举办期,反响很好。", ["number missing"]),
        ("发表论文数量的倍,创了新高。", ["number missing"]),
        ("农技知识普及率达00%。", ["digit lost"]),
        ("新增18xxxx会员,参训人员达XX人。", ["masked number", "masked number"]),
        ("20xx年,__镇的工作有进步。", []),
        ("农技知识普及率达105%。", ["impossible value"]),
        ("产值增长105%,完成率105%。", []),
        ("举办讲座,次数逐年增加,期望更高。", []),
    ],
)
def test_numbers_that_cannot_be_read(sentence: str, expected: list[str]) -> None:
    assert kinds(TITLE + sentence) == expected


def test_a_text_without_a_digit_is_found_by_itself() -> None:
    """Many digits, never a 1, and numbers that are missing or begin with 0."""
    lost = [n.replace("1", "") for n in WHOLE]
    found = document(TITLE.replace("2019年", "") + FILLER + BODY.format(*lost) + "全年共开展期,受训达000余人次。\n")
    assert any(c.kind == "digit lost" and "“1”" in c.message for c in found.checks)
    assert found.figures and all(f.suspect for f in found.figures)
    assert all(f.repaired_from is None for f in found.figures)


def test_a_whole_text_is_not_suspected() -> None:
    found = document(TITLE + FILLER + BODY.format(*WHOLE))
    assert found.checks == []
    assert not any(f.suspect for f in found.figures)


def collection(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, list[Document]]:
    text = "".join(
        f"科协工作总结篇{n}\n{FILLER}{BODY.format(*numbers)}" for n, numbers in (("一", first), ("二", second))
    )
    return text, read_text(text).documents


def test_a_copy_proposes_what_was_lost_and_nothing_is_filled_in() -> None:
    lost = tuple(n.replace("1", "") for n in WHOLE)
    text, (damaged, whole) = collection(lost, WHOLE)
    assert whole.near_duplicate_of == 1
    assert not any(f.suspect for f in whole.figures)
    proposed = [c for c in damaged.checks if c.proposal]
    assert [c.proposal for c in proposed] == ["11", "1743", "312", "21", "100", "819", "16", "5100"]
    for check in proposed:
        start, end = check.spans[1]
        assert text[start:end] == check.proposal
        assert whole.start <= start < end <= whole.end
    by_unit = {f.unit: f for f in damaged.figures}
    assert by_unit["人次"].value == Decimal(743)
    source = by_unit["人次"].repaired_from
    assert source is not None
    assert (source["document"], text[int(str(source["start"])) : int(str(source["end"]))]) == (2, "1743")
    assert by_unit["株"].repaired_from is None


def test_copies_that_differ_are_suspect_where_they_differ() -> None:
    other = ("11", "1743", "2600", "480", *WHOLE[4:])
    _, found = collection(WHOLE, other)
    for each in found:
        assert [c.kind for c in each.checks] == ["copies differ"]
        assert [f.unit for f in each.figures if f.suspect] == ["包"]


def test_one_event_on_two_days_is_pointed_out() -> None:
    event = "在云溪村开展了“春风送暖助农家”主题活动。\n"
    found: list[Check] = document(TITLE + f"一、抓帮扶\n3月5日,{event}二、抓宣传\n4月6日,{event}").checks
    assert [c.kind for c in found] == ["two dates"]


def test_lost_bytes_are_repaired_only_where_they_are_certain() -> None:
    certain = "推動(dòng)了科普服務(wù)?,F(xiàn)將情況報(bào)告如下。共培訓(xùn)30人。"
    found = document(certain)
    assert [(f.quote, f.value) for f in found.figures] == [("30人", 30)]
    assert found.checks == []
    (check,) = document("推動(dòng)了科普管理??茖W(xué)安排時(shí)間。").checks
    assert (check.kind, check.proposal) == ("bytes lost", "。科学")
    (check,) = document("服務(wù)了群眾,確?！笆濉蹦┤辛x務(wù)完成。").checks
    assert (check.kind, check.proposal) == ("bytes lost", None)


def test_the_total_of_one_event_is_not_said_of_a_whole() -> None:
    assert [f.whole for f in document(TITLE + "6月9日的义诊共接待群众80人。").figures] == [False]
    assert [f.whole for f in document(TITLE + "全年共接待群众80人。").figures] == [True]


def test_a_total_takes_only_the_last_figures_that_make_it() -> None:
    found = document(TITLE + "收到作品312件,评出一等奖20件、二等奖35件、三等奖57件,共评出112件。")
    assert [f.part_of for f in found.figures] == [None, 4, 4, 4, None]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("培训农民320人,其中妇女80人,占25%。", []),
        ("培训农民320人,其中妇女80人,占35%。", [("ratio differs", "25%")]),
        ("培训农民300人,其中妇女100人,占33%。", []),
        ("培训农民300人,其中妇女100人,占33.3%。", []),
        ("培训农民300人,其中妇女100人,占34.5%。", [("ratio differs", "33.3%")]),
        ("培训农民320人,发放手册80份,占35%。", []),
        ("培训果农600人次,其中女性240人,占42%。", [("ratio differs", "40%")]),
    ],
)
def test_a_share_is_that_of_the_numbers_beside_it(sentence: str, expected: list[tuple[str, str]]) -> None:
    assert [(c.kind, c.proposal) for c in document(TITLE + sentence).checks] == expected


@pytest.mark.parametrize(
    ("sentence", "kind", "quote", "proposal"),
    [
        ("55月16日在云溪镇办班。", "impossible date", "55月16日", "5月16日"),
        ("6月31日在云溪镇办班。", "impossible date", "6月31日", None),
        ("执行20152016年的补贴政策。", "impossible date", "20152016", "2015—2016"),
        ("获二等奖两3项。", "impossible number", "两3", None),
        ("获二等奖13两项。", "impossible number", "13两", None),
        ("约2000余人到场。", "two hedges", "约2000余", None),
        ("总投资12。5亿元。", "impossible number", "12。5", "12.5"),
    ],
)
def test_forms_that_cannot_be(sentence: str, kind: str, quote: str, proposal: str | None) -> None:
    text = TITLE + sentence
    (check,) = document(text).checks
    ((start, end),) = check.spans
    assert (check.kind, text[start:end], check.proposal) == (kind, quote, proposal)


@pytest.mark.parametrize(
    "sentence",
    [
        "2月29日办班。",
        "5月1日、6月30日办班。",
        "第三3组的工作。",
        "约30人左右到场。",
        "2015年、2016年都办了班。",
        "批文320152016年。",
        "电话04785566012三号窗口。",
    ],
)
def test_forms_that_can_be(sentence: str) -> None:
    assert kinds(TITLE + sentence) == []


@pytest.mark.parametrize(
    "sentence", ["自年5月起开放。", "荣获第届创新大赛奖。", "参与率增长%。", "总投资.5万元。", "总投资3.万元。"]
)
def test_years_ordinals_and_decimals_that_were_erased(sentence: str) -> None:
    assert kinds(TITLE + sentence) == ["number missing"]


def test_a_long_text_without_a_1_has_lost_it() -> None:
    rows = "".join(f"{a}{b}号棚收菜{b}{a}筐,送去{a}{a}{b}户。\n" for a in "23456" for b in "26789")
    lost = document("青禾县科协工作总结\n" + FILLER + rows)
    assert lost.figures and all(f.suspect for f in lost.figures)
    kept = document("青禾县科协工作总结\n" + FILLER + rows + "另有1户。\n")
    assert not any(f.suspect for f in kept.figures)


def test_a_masked_number_is_proposed_by_its_copy() -> None:
    masked = ("xx", "1743", "26xx", "450", *WHOLE[4:])
    text, (first, _) = collection(masked, WHOLE)
    proposed = [(c.kind, c.proposal) for c in first.checks if c.proposal]
    assert proposed == [("masked number", "11"), ("masked number", "2600")]
    for check in first.checks:
        (start, end), (there, stop) = check.spans
        assert text[start:end] in ("xx", "26xx") and text[there:stop] == check.proposal


NUMBERED = st.lists(
    st.sampled_from([*"甲1234567890,。", "农技夜校办得好", "农技夜校今年办得好3乡亲们都来听课"]), max_size=80
).map("".join)


@given(NUMBERED, NUMBERED)
def test_places_are_where_the_characters_occur_once(text: str, other: str) -> None:
    part, keys = Part(text, 0), wanted([Part(other, 0)])
    places = part.places(keys)
    for key in keys:
        found = [i for i in range(len(part.skeleton)) if part.skeleton.startswith(key, i)]
        expected = None if not found else -1 if len(found) > 1 else found[0] + 8
        assert places.get(key) == expected


@given(NUMBERED)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    part = Part(text, 0)
    places = part.places(wanted([part]))
    assert differences(part, places, part, places, 0) == []


@given(st.text(alphabet="约近余多两三38。月日年20亿%项人次第", max_size=60))
def test_odd_forms_lie_in_the_text_in_order(text: str) -> None:
    odd = odd_forms(text)
    assert [each.start for each in odd] == sorted(each.start for each in odd)
    assert all(0 <= each.start < each.end <= len(text) and each.message for each in odd)
