"""What kexie.js does, in a real browser, under the content security policy of the settings."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django import forms
from django.contrib.staticfiles.views import serve
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import path, re_path
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

VENDOR = Path(__file__).parents[2] / "src/kexie/ui/static/vendor"
TIMEOUT = 5_000

PAGE = """{% extends "ui/base.html" %}{% load kexie %}
{% block heading %}汇总{% endblock %}
{% block search %}<form><input name="q" data-search></form>{% endblock %}
{% block content %}<div class="kx-table-wrap"><table class="kx-table kx-pivot">
<thead><tr><th>单位</th><th>活动</th><th>培训</th></tr></thead>
<tbody><tr data-row><th><a class="kx-title" href="/other/">禾城镇</a></th><td>{% number 21 href="/source/?a" %}</td>
<td id="second">{% number 4 href="/source/?b" %}</td></tr>
<tr data-row><th><a class="kx-title" href="/other/">柳湾镇</a></th><td>{% number 13 href="/broken/" %}</td>
<td>{% number 5 href="/expired/" %}</td></tr>
<tr><th>白鹭镇</th>{% for month in units %}<td>{% number None kind="table" slot=True %}</td>{% endfor %}</tr>
</tbody></table></div><p id="beside">旁边</p>{% month_chart months "各月" %}
{% dropdown units "禾城镇" %}{% endblock %}"""

NOTES = """{% extends "ui/base.html" %}{% load kexie %}
{% block content %}<p>{% number 4 href="/source/?b" %}</p><button data-source-open>提示</button>{% endblock %}
{% block source_panel %}<h2 tabindex="-1">提示</h2><button data-source-close>关上</button>
<p id="notes">{% number 9 href="/source/?n" %}</p>{% endblock %}"""

SOURCE = """{% extends request.htmx|yesno:"ui/panel.html,ui/panel_page.html" %}{% load kexie %}
{% block source %}<p id="value">{{ value }}</p>{% number 7 href="/source/?c" %}{% endblock %}"""


class Login(forms.Form):
    username = forms.CharField()
    password = forms.CharField()


def from_string(source: str, **more: object) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        rooms = [SimpleNamespace(label="汇总", url="/", icon="sum", active=True, count=0)]
        units = [{"label": f"第{number}村", "url": "/other/", "group": "村"} for number in range(1, 30)]
        months = [{"label": "1月", "value": 3, "href": "/source/?m"}]
        context = {
            "units": units,
            "months": months,
            "menu": rooms,
            "value": request.META["QUERY_STRING"],
            "form": Login(),
            **more,
        }
        return HttpResponse(engines["django"].from_string(source).render(context, request))

    return view


class Urls:
    """A site of four pages, in the place of ROOT_URLCONF."""

    urlpatterns = [
        path("", from_string(PAGE), name="home"),
        path("logout/", from_string(PAGE), name="logout"),
        path("other/", from_string(PAGE)),
        path("notes/", from_string(NOTES, source_open=True)),
        path("source/", from_string(SOURCE)),
        path("broken/", lambda request: HttpResponse("trace", status=500)),
        path("expired/", from_string('{% extends "ui/login.html" %}')),
        re_path(r"^static/(?P<path>.*)$", serve, {"insecure": True}),
    ]


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    if not VENDOR.is_dir():
        pytest.skip("the front-end files are not collected yet (python tools/frontend.py)")
    changed = override_settings(
        ROOT_URLCONF=Urls,
        ALLOWED_HOSTS=["127.0.0.1"],
        MIDDLEWARE=["csp.middleware.CSPMiddleware", "django_htmx.middleware.HtmxMiddleware"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
            }
        ],
    )
    with changed, make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(site, chromium):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=site)
    context.set_default_timeout(TIMEOUT)
    page = context.new_page()
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: page.complaints.append(message.text) if "Content Security Policy" in message.text else None,
    )
    page.goto("/")
    yield page
    assert page.complaints == []
    context.close()


def open_source(page, number: str = "#second .kx-n") -> None:
    page.click(number)
    page.wait_for_selector("#source #value")


def test_a_number_opens_its_source_and_escape_gives_the_focus_back(page):
    assert not page.is_visible("#source")
    open_source(page)
    assert page.inner_text("#value") == "b"
    assert page.inner_text("td.is-cell") == "4"
    assert page.inner_text("th.is-col") == "培训"
    page.keyboard.press("Escape")
    assert not page.is_visible("#source")
    assert page.evaluate("document.activeElement.textContent") == "4"


def test_a_source_inside_a_source_leads_back(page):
    open_source(page)
    assert not page.is_visible("[data-source-back]")
    page.click("#source .kx-n")
    page.wait_for_selector("#value:text-is('c')")
    page.click("[data-source-back]")
    page.wait_for_selector("#value:text-is('b')")
    assert not page.is_visible("[data-source-back]")


def test_a_pinned_source_stays_when_the_page_changes(page):
    open_source(page)
    page.click("[data-pin]")
    page.keyboard.press("Escape")
    assert page.is_visible("#source")
    page.goto("/other/")
    page.wait_for_selector("#source #value")
    assert page.inner_text("#value") == "b"
    page.click("[data-source-close]")
    page.goto("/")
    assert not page.is_visible("#source")


def test_what_the_page_put_into_the_panel_comes_back_when_a_source_is_closed(page):
    page.goto("/notes/")
    assert page.is_visible("#notes")
    page.click("main .kx-n")
    page.wait_for_selector("#value")
    page.keyboard.press("Escape")
    assert page.is_visible("#notes")
    page.click("#notes .kx-n")
    page.wait_for_selector("#value:text-is('n')")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert not page.is_visible("#source")
    page.click("[data-source-open]")
    assert page.is_visible("#notes")


def test_on_a_small_screen_the_panel_of_the_page_waits_for_its_button(page):
    page.set_viewport_size({"width": 1000, "height": 700})
    page.goto("/notes/")
    assert not page.is_visible("#source")
    page.click("[data-source-open]")
    assert page.is_visible("#notes")
    page.keyboard.press("Escape")
    assert not page.is_visible("#source")
    page.click("main .kx-n")
    page.wait_for_selector("#value")
    page.keyboard.press("Escape")
    assert not page.is_visible("#source")
    page.click("[data-source-open]")
    assert page.is_visible("#notes")


def test_an_error_is_said_in_words_and_stays(page):
    page.click("a[href='/broken/']")
    page.wait_for_selector("#source .kx-notice")
    text = page.inner_text("#source")
    assert "系统出错了" in text
    assert "再试一次" in text
    assert "500" not in text


def test_a_session_that_has_ended_does_not_put_a_login_page_into_the_panel(page):
    page.click("a[href='/expired/']")
    page.wait_for_selector("#source .kx-notice")
    assert "登录已过期" in page.inner_text("#source")
    assert page.query_selector("#source form") is None


def test_keys_move_search_and_tell_themselves(page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "柳湾镇"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "禾城镇"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.press("j")
    assert page.input_value("[data-search]") == "j"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.is_visible("#keys")


def test_a_bar_of_the_chart_opens_its_source(page):
    page.click(".kx-bar")
    page.wait_for_selector("#value:text-is('m')")
    assert page.url.endswith("/")


def test_ctrl_opens_a_number_in_a_window_of_its_own(page):
    with page.context.expect_page() as opened:
        page.click("#second .kx-n", modifiers=["Control"])
    assert opened.value.url.endswith("/source/?b")
    assert not page.is_visible("#source")


def test_a_long_list_is_narrowed_by_typing(page):
    page.click(".kx-menu > summary")
    page.keyboard.type("第2")
    shown = page.locator(".kx-menu-body li a:visible")
    expect(shown).to_have_text(["第2村", *[f"第2{n}村" for n in range(10)]])
    page.keyboard.press("Escape")
    assert not page.is_visible(".kx-menu-body")


def test_the_whole_row_opens_what_its_title_opens(page):
    box = page.locator("tbody tr th").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    page.wait_for_url("**/other/")


def test_below_the_docked_width_a_click_beside_closes_it(page):
    page.set_viewport_size({"width": 1000, "height": 700})
    open_source(page)
    page.click("#beside")
    assert not page.is_visible("#source")


def test_on_a_phone_the_source_fills_the_screen_and_nothing_scrolls_sideways(page):
    page.set_viewport_size({"width": 360, "height": 780})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    open_source(page)
    box = page.locator("#source").bounding_box()
    assert (box["x"], box["width"], box["height"]) == (0, 360, 780)
    page.click("[data-source-close]")
    page.click(".kx-more > summary")
    assert page.is_visible(".kx-more-body")


def test_without_javascript_a_number_leads_to_a_page(site, chromium):
    context = chromium.new_context(java_script_enabled=False, base_url=site)
    page = context.new_page()
    page.goto("/")
    page.click("#second .kx-n")
    assert page.url.endswith("/source/?b")
    assert page.inner_text("#value") == "b"
    context.close()
