"""The expression says on PostgreSQL what it says on DuckDB."""

from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kexie.registers.verification.engine import DuckDB
from kexie.registers.verification.export import export
from tests.factories import Row, forgotten, load_rows
from tests.registers.engines import PostgreSQL, all_totals
from tests.totals.test_merges import groups
from tests.totals.worlds import laws, worlds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL as the database"),
]


@laws(2)
@given(world=worlds(), data=st.data())
def test_postgresql_says_what_duckdb_says(
    world: tuple[list[Row], list[Row]], data: st.DataObject, tmp_path: Path
) -> None:
    units, entries = world
    merges = [{"entries": ids} for ids in data.draw(groups(entries))]
    with forgotten():
        load_rows(tmp_path, organisations=units, entries=entries, merges=merges)
        folder = tmp_path / "export"
        folder.mkdir(exist_ok=True)
        export(folder, [202301, 202304, 202307, 202310, 202312, 202412])
        with connection.cursor() as cursor:
            found = all_totals(PostgreSQL(cursor, folder))
        engine = DuckDB(folder)
        assert found == all_totals(engine)
        engine.close()
