"""What all tests share. Tests that read ../shared skip, saying so, when it is not there."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

# Before Django reads its settings: tests never touch the home of an installation.
_home = tempfile.TemporaryDirectory(prefix="kexie-tests-")
os.environ["KEXIE_HOME"] = _home.name

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of sample files beside the repository."""
    if not (SHARED / "seeds").is_dir():
        pytest.skip(f"needs the sample files in {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    """The test database has the catalogue in it, as every home has."""
    from kexie.registers.services import sync_registers
    from kexie.totals.services import sync_indicators

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        sync_indicators()
        sync_registers()


@pytest.fixture(autouse=True)
def home(settings: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Each test has a home of its own for files."""
    settings.KEXIE_HOME = tmp_path  # type: ignore[attr-defined]
    settings.DATA_FOLDER = tmp_path / "data"  # type: ignore[attr-defined]
    settings.REPORTS_FOLDER = tmp_path / "reports"  # type: ignore[attr-defined]
    yield tmp_path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium of this machine, driven by Playwright; one at a time, so it ends with its module."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("needs a Chromium on this machine")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
    flags += ["--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()
