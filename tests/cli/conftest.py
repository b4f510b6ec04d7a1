"""The command as a shell would run it, in this process."""

import sys
from collections.abc import Callable

import pytest

from kexie.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``kexie`` with these arguments as a shell would; return exit code, output and errors."""

    def call(*told: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["kexie", *map(str, told)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code if isinstance(ended.value.code, int) else 0, out, err

    return call
