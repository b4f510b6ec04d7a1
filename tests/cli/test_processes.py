"""The command as a process of its own: a few, since each start costs a second."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SUMMARY = "望川镇科协2024年工作总结\n\n3月12日，在镇文化广场办科普集市，展出展板24块，悬挂横幅3条。\n"


def kexie(*args: object, home: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command with a home of its own."""
    inherited = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "SECRET_KEY")}
    code = "import sys; from kexie.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *(str(arg) for arg in args)],
        env={**inherited, "KEXIE_HOME": str(home), "PYTHONIOENCODING": "utf-8", **env},
        capture_output=True, encoding="utf-8", cwd=home.parent, check=False,
    )  # fmt: skip


def test_reading_prints_one_object_a_line_without_django_and_without_a_home(tmp_path: Path) -> None:
    for name in ("一.txt", "二.txt"):
        (tmp_path / name).write_text(SUMMARY, encoding="utf-8")
    (tmp_path / "三.txt").write_bytes(SUMMARY.encode("gb18030"))
    code = (
        "import sys; from kexie.cli import main\n"
        "try: main()\n"
        "finally: sys.exit(3) if any(name.split('.')[0] == 'django' for name in sys.modules) else None"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "read", "--json", "一.txt", "二.txt", "三.txt"],
        env={**os.environ, "KEXIE_HOME": str(tmp_path / "home"), "PYTHONIOENCODING": "utf-8"},
        capture_output=True, encoding="utf-8", cwd=tmp_path, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["source"]["name"] for answer in answers] == ["一.txt", "二.txt", "三.txt"]
    assert list(answers[0]) == ["source", "documents"]
    assert list(answers[0]["source"]) == ["name", "sha256", "characters"]
    assert answers[0]["source"]["characters"] == len(SUMMARY)
    document = answers[2]["documents"][0]
    assert list(document) == [
        *("index", "start", "end", "title", "kind", "organisation", "level", "period", "near_duplicate_of"),
        *("sections", "activities", "figures", "targets", "checks"),
    ]
    needed = {"start", "end", "quote", "value", "qualifier", "low", "high", "unit", "counted", "kind", "status"}
    for figure in document["figures"]:
        assert needed <= set(figure)
        assert SUMMARY[figure["start"] : figure["end"]] == figure["quote"]
    assert [(figure["value"], figure["unit"]) for figure in document["figures"]] == [(24, "块"), (3, "条")]
    assert not (tmp_path / "home").exists()


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "一.txt").write_text(SUMMARY, encoding="utf-8")
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.4 broken")
    done = kexie("read", "--json", tmp_path / "坏.pdf", tmp_path / "一.txt", home=tmp_path / "home")
    assert done.returncode == 2
    assert [json.loads(line)["source"]["name"] for line in done.stdout.splitlines()] == ["一.txt"]
    assert "坏.pdf" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_makes_an_empty_home_ready(tmp_path: Path) -> None:
    (tmp_path / "orgs.csv").write_text("code,name,kind,parent_code\nC,某县科协,county,\n", encoding="utf-8")
    done = kexie("load", "--organisations", tmp_path / "orgs.csv", home=tmp_path / "home")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "home" / "data" / "kexie.sqlite3").is_file()
    told = ("totals", "--organisation", "C", "--from", "2024-01", "--to", "2024-12", "--json")
    done = kexie(*told, home=tmp_path / "home")
    assert (done.returncode, done.stderr) == (0, "")
    expected = {"organisation": "C", "from": "2024-01", "to": "2024-12", "structure": "then", "rows": []}
    assert json.loads(done.stdout) == expected


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"DATABASE_URL": "mysql://office:geheim@db/kexie"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://office:geheim/x@db/kexie"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://office:geheim@127.0.0.1:1/kexie"}, "kexie"),
        ({"DATABASE_URL": "postgresql://"}, ""),
        ({"KEXIE_DEBUG": "perhaps"}, "KEXIE_DEBUG"),
        ({"SECRET_KEY": "geheim"}, "SECRET_KEY"),
    ],
    ids=["other engine", "bad URL", "no server", "no name", "bad flag", "short key"],
)
def test_a_wrong_setting_is_one_sentence_and_no_password(tmp_path: Path, env: dict[str, str], named: str) -> None:
    done = kexie("dump", tmp_path / "out", home=tmp_path / "home", **env)
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert "geheim" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_home_that_is_a_file_or_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = kexie("dump", tmp_path / "out", home=tmp_path / "file")
    assert (done.returncode, done.stdout) == (2, "")
    assert "KEXIE_HOME" in done.stderr
    data = tmp_path / "home" / "data"
    data.mkdir(parents=True)
    (data / "kexie.sqlite3").write_bytes(b"this is no database" * 100)
    done = kexie("dump", tmp_path / "out", home=tmp_path / "home")
    assert (done.returncode, done.stdout) == (2, "")
    assert "kexie.sqlite3" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    done = kexie("dump", tmp_path / "out", home=home)
    assert (done.returncode, done.stdout) == (2, "")
    assert "KEXIE_HOME" in done.stderr
