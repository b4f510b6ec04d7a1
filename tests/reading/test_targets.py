"""Targets: what a plan promises in numbers."""

from decimal import Decimal

import pytest

from kexie.reading import Target, read_text

PLAN = "青禾县科协2019年工作计划\n"


def targets(text: str) -> list[Target]:
    return [t for d in read_text(text).documents for t in d.targets]


def only(sentence: str) -> Target:
    found = targets(PLAN + sentence)
    assert len(found) == 1, [t.quote for t in found]
    return found[0]


@pytest.mark.parametrize(
    ("sentence", "comparator", "value", "value_max", "unit"),
    [
        ("举办科学讲座12场。", "=", 12, None, "场"),
        ("农民培训覆盖率达到85%。", ">=", 85, None, "%"),
        ("展馆每周开放不少于30小时。", ">=", 30, None, "小时"),
        ("科普志愿者发展到500人以上。", ">=", 500, None, "人"),
        ("至少要建成3个科技小院。", ">=", 3, None, "个"),
        ("投诉不超过2件。", "<=", 2, None, "件"),
        ("发放手册5000份左右。", "about", 5000, None, "份"),
        ("新建示范基地3至5个。", "=", 3, 5, "个"),
        ("举办一期健康讲座。", "=", 1, None, "期"),
        ("保证每天一小时体育锻炼。", "=", 1, None, "小时"),
    ],
)
def test_the_bound_of_a_target(sentence: str, comparator: str, value: int, value_max: int | None, unit: str) -> None:
    target = only(sentence)
    assert (target.comparator, target.value, target.value_max, target.unit) == (
        comparator,
        Decimal(value),
        None if value_max is None else Decimal(value_max),
        unit,
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "突出培训、宣传三个重点。",
        "抓好四个方面的服务。",
        "做好3至6岁幼儿的科学启蒙。",
        "完成三大任务。",
        "打造一支过硬的队伍。",
    ],
)
def test_parts_of_a_plan_ages_and_articles_are_no_targets(sentence: str) -> None:
    assert targets(PLAN + sentence) == []


def test_what_was_done_is_no_target() -> None:
    assert targets("青禾县科协2019年工作总结\n全年举办了科学讲座12场,建成基地5个。") == []


@pytest.mark.parametrize(
    ("sentence", "metric"),
    [
        ("确保注册率保持95%以上。", "注册率"),
        ("年内创建省级科普基地20个。", "省级科普基地"),
        ("使30%以上的村级组织配备专干。", "配备专干的村级组织比例"),
        ("每位委员联系10名高级职称以上的专家。", "高级职称以上的专家"),
    ],
)
def test_the_metric_is_named_without_its_verbs(sentence: str, metric: str) -> None:
    assert only(sentence).metric == metric


@pytest.mark.parametrize(
    ("sentence", "strength"),
    [
        ("力争发展会员300名。", "hoped"),
        ("确保发展会员300名。", "firm"),
        ("推动发展会员300名。", "none"),
        ("会员力争增加,完成发展会员300名。", "firm"),
    ],
)
def test_how_firmly_it_is_promised(sentence: str, strength: str) -> None:
    assert only(sentence).strength == strength


@pytest.mark.parametrize(
    ("title", "sentence", "due"),
    [
        (PLAN, "举办讲座12场。", "2019"),
        (PLAN, "年底前举办讲座12场。", "2019-12-31"),
        (PLAN, "6月底前举办讲座12场。", "2019-06-30"),
        ("青禾县科协20xx年工作计划\n", "年内举办讲座12场。", "--12-31"),
        ("青禾县科协20xx年工作计划\n", "举办讲座12场。", None),
        ("青禾县科协20xx年工作计划\n", "到2025年建成基地9个。", "2025"),
    ],
)
def test_until_when(title: str, sentence: str, due: str | None) -> None:
    (target,) = targets(title + sentence)
    assert target.due == due


def test_the_base_of_a_rate_and_who_set_the_target() -> None:
    assert only("每个街道至少举办讲座2场。").per == "街道"
    assert only("市科协下达的培训任务为600人。").assigned_by == "市科协"


@pytest.mark.parametrize(
    ("heading", "due"),
    [
        ("二、2020年工作计划", "2020"),
        ("二、明年工作打算", "2020"),
        ("二、下半年工作安排", "2019"),
        ("二、下步工作打算", None),
    ],
)
def test_the_plan_of_a_report_is_for_the_year_of_its_heading(heading: str, due: str | None) -> None:
    (target,) = targets(f"青禾县科协2019年工作总结\n一、工作回顾\n队伍稳定。\n{heading}\n举办讲座12场。")
    assert target.due == due


def test_a_target_without_a_name_is_of_the_same_as_the_one_before() -> None:
    first, second = targets(PLAN + "建成科普示范村2个,力争3个。")
    assert (first.metric, second.metric) == ("科普示范村", "科普示范村")
    assert (first.strength, second.strength) == ("none", "hoped")


@pytest.mark.parametrize(
    ("sentence", "metric", "value", "unit"),
    [
        ("全县中小学全部建立科技辅导站。", "建立科技辅导站的中小学比例", 100, "%"),
        ("实现村级科普员全覆盖。", "村级科普员覆盖率", 100, "%"),
        ("确保活动安全零事故。", "事故数", 0, "起"),
        ("年底前全面消除无证托管点。", "无证托管点数", 0, "个"),
        ("科普基地要翻一番。", "科普基地", 2, "倍"),
    ],
)
def test_promises_in_words(sentence: str, metric: str, value: int, unit: str) -> None:
    target = only(sentence)
    assert (target.metric, target.comparator, target.value, target.unit) == (metric, "=", Decimal(value), unit)


@pytest.mark.parametrize("sentence", ["实现服务对象全覆盖。", "全部工作要有新气象。", "从零开始抓落实。"])
def test_words_that_promise_nothing_that_could_be_counted(sentence: str) -> None:
    assert targets(PLAN + sentence) == []


def test_where_a_number_starts_is_no_target() -> None:
    target = only("科普示范社区由18个增加到25个。")
    assert (target.metric, target.value) == ("科普示范社区", 25)


def test_what_is_set_by_others_is_named_without_them() -> None:
    target = only("完成市科协下达的科普驿站12个的建设任务。")
    assert (target.metric, target.assigned_by) == ("科普驿站", "市科协")


def test_growth_is_of_what_was_named_before() -> None:
    first, second = targets(PLAN + "科普经费达到20万元,并逐年增长10%。")
    assert (first.metric, second.metric) == ("科普经费", "科普经费逐年增长")


def test_the_number_of_a_paragraph_is_no_part_of_its_target() -> None:
    assert only("(三)举办科学讲座12场。").quote == "举办科学讲座12场"
