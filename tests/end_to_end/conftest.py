"""One demonstration home, made by the command itself, for all tests of this folder. SQLite, whatever the others use."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "qinghe-demo"


@pytest.fixture(scope="session", autouse=True)
def on_sqlite() -> None:
    """These tests make their own homes, on SQLite; a run on another database has nothing to add."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("the end-to-end tests make their own homes on SQLite; they run without DATABASE_URL")


@dataclass(frozen=True)
class Home:
    """A KEXIE_HOME and the command that works on it."""

    folder: Path

    def run(self, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run ``kexie`` with these arguments; fail unless it ends with exit code ``code``."""
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        command = [sys.executable, "-c", "from kexie.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(
            command,
            env={**environment, "KEXIE_HOME": str(self.folder)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done

    def totals(self, organisation: str, first: str, last: str, *options: str) -> list[dict[str, Any]]:
        """Return the rows of ``kexie totals --json``."""
        asked = ("--organisation", organisation, "--from", first, "--to", last)
        rows: list[dict[str, Any]] = json.loads(self.run("totals", *asked, "--json", *options).stdout)["rows"]
        return rows


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Home]:
    """Make an empty home."""
    return lambda: Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def demo(new_home: Callable[[], Home]) -> Home:
    """The home that ``make demo SERVE=0`` makes."""
    home = new_home()
    home.run("demo", "--no-serve")
    return home


@pytest.fixture(scope="session")
def site(demo: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``kexie serve`` on a copy of the demonstration, in which the scenes may change what they like."""
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(demo.folder, home)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    server = subprocess.Popen(
        [sys.executable, "-c", "from kexie.cli import main; main()", "serve", "--port", str(port)],
        env={**environment, "KEXIE_HOME": str(home)},
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{address}/login/", timeout=2).close()
                break
            except OSError:
                assert server.poll() is None, "the server stopped"
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _is_fault(message: Any) -> bool:
    """Whether the browser complains of the page; that what was sent is refused (422) is an answer."""
    return message.type == "error" and "status of 422" not in message.text


@pytest.fixture(params=(1440, 360))
def page(request: pytest.FixtureRequest, chromium: Any, site: str) -> Iterator[Any]:
    """A page of the site at desk and at phone width; it fails the test when the browser complains."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800}, base_url=site)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_fault(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []
