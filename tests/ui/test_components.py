"""The components, rendered: what is in them, and that data cannot break out of them."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

from kexie.ui import charts
from kexie.ui.icons import icon_html, icon_names

EVIL = "<script>alert(1)</script>"


def render(source: str, **context: object) -> str:
    return Template("{% load kexie %}" + source).render(Context(context))


def option(label: str, url: str = "/x", *, active: bool = False) -> SimpleNamespace:
    return SimpleNamespace(label=label, url=url, active=active, hint="", group="")


class Paper(forms.Form):
    title = forms.CharField(label="名称")
    kind = forms.ChoiceField(label="类型", choices=[("lecture", "讲座")])
    shared = forms.BooleanField(label="同一活动", required=False)


@pytest.mark.parametrize(
    ("word", "tone"),
    [("待审", "accent"), ("代录", "grey"), ("请核实", "ochre"), ("退回", "red"), ("未报", "red"), ("别的", "grey")],
)
def test_a_chip_has_the_tone_of_its_word(word, tone):
    assert render("{% chip word %}", word=word) == f'<span class="kx-chip kx-{tone}">{word}</span>'


def test_approved_is_plain_text():
    assert "kx-chip" not in render("{% chip '已通过' %}")


def test_components_escape_what_comes_from_data():
    source = (
        "{% chip evil %}{% segmented options evil %}{% dropdown options evil evil %}{% empty evil '/x' evil %}"
        "{% notice evil evil url='/x' action=evil items=lines %}{% progress 1 2 evil evil bad=1 %}{% quoted evil 1 4 %}"
        "{% month_chart rows evil %}"
    )
    rows = [{"label": EVIL, "value": 3, "note": EVIL, "href": '"><script>'}]
    html = render(source, evil=EVIL, options=[option(EVIL, '"><script>')], lines=[EVIL], rows=rows)
    assert "<script" not in html


def test_the_number_is_marked_in_the_words_of_the_document():
    assert render("{% quoted text 4 8 %}", text="参与群众5200余人") == "参与群众<mark>5200</mark>余人"
    assert render("{% quoted text 4 99 %}", text="参与群众5200余人") == "参与群众5200余人"
    assert render("{% quoted text %}", text="无") == "无"


def test_a_switch_says_which_side_is_on():
    html = render("{% segmented options '口径' %}", options=[option("本级机关"), option("全县", active=True)])
    assert html.count('aria-current="true"') == 1
    assert '<a href="/x" class="is-on" aria-current="true">全县</a>' in html


def test_a_field_ties_its_error_to_its_control():
    form = Paper({"title": "", "kind": "lecture"})
    form.is_valid()
    html = render("{% field form.title %}{% field form.kind %}{% field form.shared %}", form=form)
    assert 'aria-describedby="id_title-error"' in html
    assert 'id="id_title-error"' in html
    assert 'class="kx-select"' in html
    assert 'class="kx-check"' in html


def test_a_doubtful_field_says_why():
    html = render("{% field form.title doubt='比以往高出许多' %}", form=Paper())
    assert "is-doubt" in html
    assert "比以往高出许多" in html


def test_progress_needs_no_inline_style():
    html = render("{% progress 31240 50000 '正在导入' bad=12 bad_url='/bad' %}")
    assert '<progress max="50000" value="31240"' in html
    assert "31,240 / 50,000" in html
    assert '<a class="kx-bad" href="/bad">12 行有问题</a>' in html


def test_an_icon_that_is_not_in_the_list_is_refused():
    assert "icons.svg#sum" in icon_html("sum")
    with pytest.raises(ValueError, match="no icon"):
        icon_html("no-such-icon")
    assert len(icon_names()) > 20


@pytest.mark.parametrize(("highest", "top"), [(0, 2), (7, 8), (13, 14), (195, 200), (12760, 14000), (99999, 100000)])
def test_the_scale_of_a_chart_ends_above_its_highest_month(highest, top):
    assert charts.round_up(highest) == top


def test_a_chart_draws_each_month_from_the_floor():
    chart = charts.months([{"label": "1月", "value": 50, "before": 100}, {"label": "2月", "value": None}])
    first, second = chart["bars"]
    floor = charts.HEIGHT - charts.BOTTOM
    assert first.y + first.height == floor
    assert first.tick_y == charts.TOP
    assert first.height == pytest.approx((floor - charts.TOP) / 2)
    assert second.height == 0
    assert second.printed == ""


def test_a_chart_takes_decimals():
    chart = charts.months([{"label": "1月", "value": Decimal("12.5")}])
    assert chart["lines"][0].printed == "14"
    assert chart["bars"][0].printed == "12.5"


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_error_pages_need_no_context_and_say_the_next_step(name):
    html = render_to_string(f"{name}.html")
    assert "回首页" in html
    assert "<script" not in html
