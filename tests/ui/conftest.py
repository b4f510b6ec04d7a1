from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the package."""
    return ROOT / "src" / "kexie"


@pytest.fixture(scope="session")
def own_statics(package: Path) -> list[Path]:
    """The static files that are ours: all but the vendor's."""
    folder = package / "ui" / "static" / "ui"
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture(scope="session")
def templates(package: Path) -> list[Path]:
    return sorted(package.glob("*/templates/**/*.html"))
