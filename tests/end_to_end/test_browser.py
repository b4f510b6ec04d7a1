"""The three pages in a real browser, at desk and at phone width."""

import re
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.end_to_end.conftest import PASSWORD

pytestmark = pytest.mark.browser


def log_in(page: Any, username: str) -> None:
    page.goto("/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def fits(page: Any) -> bool:
    """Whether the page as a whole does not scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def boards(page: Any) -> int:
    """The county's boards in September, as the totals page prints them."""
    page.goto("/totals/?organisation=QH&period=2025-09&columns=shown")
    return int(page.locator("tfoot .kx-n").first.inner_text().replace(",", ""))


def test_a_wrong_password_is_answered_in_words(page: Any) -> None:
    page.goto("/totals/")
    page.get_by_label("账号").fill("steward")
    page.get_by_label("密码").fill("not the password")
    page.get_by_role("button", name="登录").click()
    page.get_by_text("账号或密码不对").wait_for()
    assert fits(page)


def test_a_number_of_the_totals_opens_the_entries_that_it_is_the_sum_of(page: Any) -> None:
    log_in(page, "steward")
    page.goto("/totals/?period=2025")
    assert fits(page)
    cell = page.locator("tfoot .is-cell .kx-n")
    number = cell.inner_text()
    cell.click()
    panel = page.locator("#source")
    panel.get_by_text("记录").first.wait_for()
    assert number.replace(",", "") in panel.inner_text().replace(",", "")
    lines = [row.locator("td").all_inner_texts() for row in panel.locator(".kx-formula tr").all()]
    summands = [(-1 if sign == "－" else 1) * int(text.replace(",", "")) for sign, _, text in lines]
    assert min(summands) < 0  # the county has events that several told of
    assert sum(summands[:-1]) == summands[-1] == int(number.replace(",", ""))
    panel.locator(".kx-entries a").first.click()
    panel.get_by_role("heading", name="数据").wait_for()
    page.keyboard.press("Escape")
    assert fits(page)


def test_a_number_of_the_report_opens_its_source_and_the_word_file_comes(page: Any) -> None:
    log_in(page, "leader")
    page.goto("/reports/?organisation=QH&period=2025")
    assert "青禾县科学技术协会2025年工作总结" in page.locator("h1").all_inner_texts()[-1].replace("\n", "")
    assert fits(page)
    page.locator(".kx-paper .kx-n").first.click()
    page.locator("#source .kx-entries li").first.wait_for()
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    assert download.value.suggested_filename == "QH-2025-summary.docx"


def test_a_file_comes_in_is_confirmed_and_changes_the_totals(page: Any, tmp_path: Path) -> None:
    log_in(page, "steward")
    width = page.viewport_size["width"]  # the scene is played at each width, with a number of its own
    good, bad = tmp_path / f"白鹭镇{width}.txt", tmp_path / f"坏的{width}.docx"
    good.write_text(f"白鹭镇科协2025年工作总结\n2025年9月3日，在镇文化广场展出展板{width}块。\n", encoding="utf-8")
    bad.write_bytes(b"PK\x03\x04 nothing")
    before = boards(page)
    page.goto("/documents/")
    page.locator("input[type=file]").set_input_files([bad, good])
    page.get_by_text("读完1个，1个没有收下").wait_for()
    assert "坏的" in page.locator(".intake-files .intake-bad").inner_text()
    assert fits(page)
    page.locator(".intake-files a", has_text="白鹭镇科协").click()
    assert fits(page)
    page.keyboard.press("j")
    page.keyboard.press("y")
    page.get_by_text("已确认", exact=True).first.wait_for()
    assert boards(page) == before + width


def test_a_reporter_sees_the_own_township_and_no_other(page: Any) -> None:
    log_in(page, "liuwan-reporter")
    page.goto("/totals/?period=2025")
    assert "柳湾镇" in page.locator("body").inner_text()
    assert "白鹭镇" not in page.locator("body").inner_text()


def test_an_outsider_is_told_whom_to_ask(page: Any) -> None:
    log_in(page, "outsider")
    page.goto("/totals/")
    assert "请找管理员" in page.locator("body").inner_text()
    assert not re.search(r"\d{3,}", page.locator("main").inner_text())


def test_a_kept_report_leads_to_the_words_and_an_edited_word_file_comes_back(page: Any, tmp_path: Path) -> None:
    log_in(page, "leader")
    page.goto("/reports/?organisation=QH&period=2025")
    page.get_by_role("button", name="存为草稿").click()
    page.wait_for_url(re.compile(r"/reports/\d+/$"))
    assert fits(page)
    number = page.locator(".kx-paper .kx-n").first
    printed = number.inner_text()
    number.click()
    page.locator("#source .kx-where").first.wait_for()  # the entry with its source words, after one click
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").first.click()
    path = tmp_path / "改过的.docx"
    download.value.save_as(path)
    word = docx.Document(str(path))
    paragraph = next(each for each in word.paragraphs if printed in each.text)
    paragraph.runs[0].text = paragraph.text.replace(printed, "9876场", 1)
    word.save(str(path))
    page.get_by_role("link", name="传改过的Word").click()
    page.locator("#file").set_input_files(path)
    page.get_by_role("button", name="核对").click()
    found = page.locator('.report-findings [data-kind="changed"] li')
    found.first.wait_for()
    assert [found.count(), page.locator(".report-findings li").count()] == [1, 1]
    page.locator("#reason").fill("会上定的")
    page.get_by_role("button", name="存为下一稿").click()
    page.locator(".kx-unsourced").first.wait_for()
    assert page.locator(".kx-unsourced").inner_text() == "9876场"
    assert fits(page)
