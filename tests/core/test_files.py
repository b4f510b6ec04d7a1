"""The file store: the same content is one file, and a file is whole or not there."""

import hashlib
from pathlib import Path

import pytest

from kexie.core.models import StoredFile
from kexie.core.services import file_path, store_file, write_files

CONTENT = "今年开展科普活动三场".encode()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_the_same_content_twice_is_one_file(home: Path) -> None:
    first = store_file(content=CONTENT, name="总结.txt")
    again = store_file(content=CONTENT, name="另一个名字.txt")
    other = store_file(content=CONTENT + b"!", name="总结.txt")
    assert first == again != other
    assert first.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (first.name, first.size) == ("总结.txt", len(CONTENT))
    assert StoredFile.objects.count() == 2
    assert names_in(home) == sorted([first.sha256, other.sha256])
    assert file_path(first.sha256).read_bytes() == CONTENT


@pytest.mark.django_db
def test_a_file_that_was_lost_is_stored_again(home: Path) -> None:
    row = store_file(content=CONTENT, name="总结.txt")
    file_path(row.sha256).unlink()
    store_file(content=CONTENT, name="总结.txt")
    assert file_path(row.sha256).read_bytes() == CONTENT


@pytest.mark.django_db
def test_a_very_long_name_is_kept_in_part(home: Path) -> None:
    assert len(store_file(content=CONTENT, name="长" * 300 + ".txt").name) == 255


def test_it_replaces_files_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert write_files(folder=folder, contents={"a": b"1", "b": b"2"}) == [folder / "a", folder / "b"]
    write_files(folder=folder, contents={"a": b"3"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a": b"3", "b": b"2"}


def test_it_writes_all_files_or_none(tmp_path: Path) -> None:
    write_files(folder=tmp_path, contents={"a": b"old"})
    (tmp_path / "b").mkdir()
    with pytest.raises(OSError, match="b"):
        write_files(folder=tmp_path, contents={"a": b"new", "b": b"new"})
    assert (tmp_path / "a").read_bytes() == b"old"
    assert names_in(tmp_path) == ["a"]


def test_others_may_read_what_the_umask_lets_them(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    [path] = write_files(folder=tmp_path, contents={"written": b""})
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
