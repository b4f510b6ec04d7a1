"""An installation of its own for tests with several processes: its home, its database, and ``kexie`` run on it."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]


class OwnHome:
    """Where the processes of a test work. ``prelude`` is Python that each runs first."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
        told = {"KEXIE_HOME": str(folder), "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **environment}
        told["DJANGO_SETTINGS_MODULE"] = "kexie.settings"
        left_out = ("DATABASE_URL", "SECRET_KEY")
        self.environment = {**{key: value for key, value in os.environ.items() if key not in left_out}, **told}

    def start(self, code: str, *args: object) -> "subprocess.Popen[str]":
        """Start Python with ``code``; its output is to be read by whoever waits for it."""
        told = [sys.executable, "-c", code, *(str(arg) for arg in args)]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            told, env=self.environment, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8"
        )

    def run(self, code: str, *args: object) -> str:
        """Run Python with ``code`` and return what it printed."""
        child = self.start(code, *args)
        out, err = child.communicate(timeout=300)
        assert child.returncode == 0, err
        return out


@contextmanager
def own_home(folder: Path) -> Iterator[OwnHome]:
    """Yield a home in ``folder`` with a new database: a file of it, or on the PostgreSQL server of the tests."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield OwnHome(folder, {})
        return
    name = f"kexie_processes_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    base, _, query = url.partition("?")
    own = f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    try:
        yield OwnHome(folder, {"DATABASE_URL": own})
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
