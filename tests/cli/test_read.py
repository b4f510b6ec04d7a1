"""``kexie read``: one file, several, a folder, standard input."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kexie.cli import main
from kexie.reading.contract import check

TEXT = "望川镇科协举办讲座3场。"


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run ``kexie read`` with these arguments."""

    def call(*args: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["kexie", "read", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Result(ended.value.code if isinstance(ended.value.code, int) else 0, out, err)

    return call


Read = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two texts at two levels, and what lies around in the folders of an office."""
    place = tmp_path / "材料"
    (place / "乡镇").mkdir(parents=True)
    (place / "县.txt").write_text(TEXT, encoding="utf-8")
    (place / "乡镇" / "镇.md").write_text(TEXT, encoding="utf-8")
    for name in ("~$县.docx", ".hidden", "Thumbs.db"):
        (place / name).write_bytes(b"\x00")
    return place


def names(out: str) -> list[str]:
    answers = [json.loads(line) for line in out.splitlines()]
    for answer in answers:
        check(answer)
    return [answer["source"]["name"] for answer in answers]


def test_a_folder_gives_a_line_for_each_file_in_it(read: Read, folder: Path) -> None:
    done = read("--json", folder)
    assert (done.code, names(done.out), done.err) == (0, ["县.txt", "乡镇/镇.md"], "")


def test_a_single_file_gives_one_object(read: Read, folder: Path) -> None:
    done = read("--json", folder / "乡镇" / "镇.md")
    assert (done.code, json.loads(done.out)["source"]["name"]) == (0, "镇.md")


def test_bad_files_are_named_at_the_end_and_the_others_are_read(read: Read, folder: Path) -> None:
    (folder / "丙.jpg").write_bytes(b"\xff\xd8\xff\xe0 picture")
    (folder / "乡镇" / "空.txt").touch()
    done = read("--json", folder, folder / "没有.txt")
    assert (done.code, names(done.out)) == (2, ["县.txt", "乡镇/镇.md"])
    assert "3 个文件读不了" in done.err
    for told in ("丙.jpg：这不是文档", "空.txt：文件是空的", "没有.txt：读不了（没有这个文件）"):
        assert told in done.err


def test_one_bad_file_is_one_sentence(read: Read, folder: Path) -> None:
    (folder / "坏.txt").write_bytes(b"\x01\x02\x03" * 50)
    done = read("--json", folder / "坏.txt")
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1 and "坏.txt：这不是文本" in done.err


def test_links_that_lead_back_are_not_followed(read: Read, folder: Path) -> None:
    (folder / "乡镇" / "回").symlink_to(folder)
    (folder / "圈").symlink_to(folder / "圈")
    done = read("--json", folder)
    assert (done.code, names(done.out)) == (2, ["县.txt", "乡镇/镇.md"])
    assert "圈：读不了（链接绕成了圈）" in done.err


def test_a_pipe_in_a_folder_is_not_waited_for(read: Read, folder: Path) -> None:
    os.mkfifo(folder / "管道")
    done = read("--json", folder)
    assert (done.code, len(names(done.out))) == (2, 2)
    assert "管道：这不是普通的文件" in done.err


def test_an_empty_folder_is_not_passed_over_in_silence(read: Read, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    done = read("--json", tmp_path / "空")
    assert (done.code, done.out) == (2, "")
    assert "没有文件" in done.err


def test_a_hyphen_is_standard_input(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    done = read("--text", "-")
    assert (done.code, done.out) == (0, TEXT)


def test_the_schema_names_every_field(read: Read, folder: Path) -> None:
    told = json.loads(read("--schema").out)["$defs"]
    answer = json.loads(read("--json", folder / "县.txt").out)
    (document,) = answer["documents"]
    for kind, row in (
        ("ReadingRow", answer),
        ("SourceRow", answer["source"]),
        ("DocumentRow", document),
        ("FigureRow", document["figures"][0]),
    ):
        assert told[kind]["required"] == list(told[kind]["properties"]) == list(row)
        assert told[kind]["additionalProperties"] is False
