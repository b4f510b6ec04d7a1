"""Several sessions at once. The large form, 64 of them and 10,000 approvals, is ``python -m tests.slow.approvals``."""

from pathlib import Path

import pytest
from django.db import connection

from tests.core.own_home import own_home


@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite one session writes at a time")
def test_approvals_and_merges_of_eight_sessions_lose_nothing_and_never_deadlock(tmp_path: Path) -> None:
    with own_home(tmp_path) as home:
        printed = home.run("from tests.slow.approvals import main; main(8, 200)")
    assert "no deadlock" in printed
    assert "the audit chain is whole" in printed
