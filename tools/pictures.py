"""Take the pictures of the README from a running demonstration: ``kexie demo``, then ``python tools/pictures.py``."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def main(address: str = "http://127.0.0.1:8000") -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/login/")
        page.fill("input[name=username]", "steward")
        page.fill("input[name=password]", "qinghe-demo")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        page.goto(f"{address}/reports/?organisation=QH&period=2025")
        page.locator(".kx-paper .kx-n").nth(1).click()
        page.locator("#source .kx-entries li").first.wait_for()
        page.screenshot(path=FOLDER / "report.png")
        page.goto(f"{address}/totals/?organisation=QH&period=2025&indicator=person_times")
        page.locator("tfoot .is-cell .kx-n").click()
        page.locator("#source .kx-entries li").first.wait_for()
        page.screenshot(path=FOLDER / "totals.png")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
