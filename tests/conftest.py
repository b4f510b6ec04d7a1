"""What all tests share. Tests that read ../shared skip, saying so, when it is not there."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
