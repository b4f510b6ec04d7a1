"""Settings from the environment: a wrong value is a sentence that names the variable, and never a password."""

from pathlib import Path
from typing import Any

import pytest

from kexie import settings
from kexie.settings import SettingsError, env_database, env_flag, env_folder, env_list, env_secret, env_text

NAME = "KEXIE_TESTED"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Any:
    return lambda value: monkeypatch.setenv(NAME, value)


@pytest.mark.parametrize(("text", "value"), [("1", True), ("TRUE", True), ("yes", True), ("on", True), ("0", False),
                                             ("False", False), ("no", False), ("off", False), ("", True)])  # fmt: skip
def test_a_flag_is_read_in_the_usual_words(given: Any, text: str, value: bool) -> None:
    given(text)
    assert env_flag(NAME, True) is value


@pytest.mark.parametrize("text", ["2", "maybe", "真"])
def test_another_word_for_a_flag_is_refused(given: Any, text: str) -> None:
    given(text)
    with pytest.raises(SettingsError, match=f"{NAME}='{text}'"):
        env_flag(NAME, False)


def test_what_is_unset_or_empty_has_its_default(given: Any) -> None:
    assert env_text(NAME, "default") == "default"
    assert env_list(NAME, ["default"]) == ["default"]
    given("")
    assert env_text(NAME, "default") == "default"
    assert env_list(NAME, ["default"]) == []


def test_a_list_is_split_at_commas(given: Any) -> None:
    given(" kexie.local, 10.0.0.5 ,,")
    assert env_list(NAME, []) == ["kexie.local", "10.0.0.5"]


def test_a_folder_may_be_new_but_no_file(given: Any, tmp_path: Path) -> None:
    given(str(tmp_path / "new"))
    assert env_folder(NAME, Path("var")) == tmp_path / "new"
    (tmp_path / "file").touch()
    given(str(tmp_path / "file"))
    with pytest.raises(SettingsError, match=f"{NAME}=.*file.*a folder is needed"):
        env_folder(NAME, Path("var"))


class TestDatabase:
    def test_it_is_sqlite_by_default_with_queueing_writers(self, tmp_path: Path) -> None:
        database = env_database(NAME, tmp_path / "kexie.sqlite3")
        assert database["NAME"] == str(tmp_path / "kexie.sqlite3")
        assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]

    def test_a_sqlite_file_may_be_named(self, given: Any) -> None:
        given("sqlite:///srv/kexie.sqlite3")
        assert Path(env_database(NAME, Path("x"))["NAME"]) == Path("/srv/kexie.sqlite3")

    def test_a_postgresql_url_is_taken_apart(self, given: Any) -> None:
        given("postgresql://of%66ice:p%40ss@db.local:5433/ke%78ie?sslmode=require")
        database = env_database(NAME, Path("x"))
        assert [database[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")] == [
            "kexie", "office", "p@ss", "db.local", "5433", {"sslmode": "require"},
        ]  # fmt: skip
        given("postgresql:///test?host=/var/run/postgresql")
        assert env_database(NAME, Path("x"))["HOST"] == "/var/run/postgresql"

    @pytest.mark.parametrize(
        "url",
        [
            "mysql://office:geheim@db/kexie",
            "geheim",
            "sqlite://host/geheim",
            "postgresql://office:geheim@db:port/kexie",
            "postgresql://office:geheim/with-a-slash@db/kexie",
            "postgresql://office:ge[heim@db/kexie",
            "postgresql://office:geheim@db:99999/kexie",
        ],
    )
    def test_it_refuses_what_it_cannot_use_and_never_shows_the_password(self, given: Any, url: str) -> None:
        given(url)
        with pytest.raises(SettingsError, match=NAME) as caught:
            env_database(NAME, Path("x"))
        assert "heim" not in str(caught.value)


class TestSecret:
    def test_it_is_made_once_and_read_by_its_owner_only(self, tmp_path: Path) -> None:
        file = tmp_path / "keys" / "secret.key"
        secret = env_secret(NAME, file)
        assert len(secret) >= 32
        assert env_secret(NAME, file) == secret
        assert file.stat().st_mode & 0o077 == 0

    def test_one_from_the_environment_must_be_long_and_is_never_shown(self, given: Any, tmp_path: Path) -> None:
        given("geheim")
        with pytest.raises(SettingsError, match=NAME) as caught:
            env_secret(NAME, tmp_path / "secret.key")
        assert "geheim" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []
        given("g" * 32)
        assert env_secret(NAME, tmp_path / "secret.key") == "g" * 32
        assert list(tmp_path.iterdir()) == []

    def test_a_home_that_cannot_be_written_names_the_variable(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(SettingsError, match="KEXIE_HOME"):
            env_secret(NAME, tmp_path / "file" / "keys" / "secret.key")

    def test_an_empty_key_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "secret.key").touch()
        with pytest.raises(SettingsError, match=r"secret\.key"):
            env_secret(NAME, tmp_path / "secret.key")


def test_pages_load_nothing_from_other_hosts() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["default-src"] == ["'self'"]
    assert "script-src" not in directives
