"""The expression says on Spark, on a cluster of two workers on this machine, what it says on DuckDB."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kexie.core.periods import months_between
from kexie.registers.verification.engine import DuckDB
from kexie.registers.verification.export import export
from tests.factories import load_rows
from tests.registers.engines import Spark, all_totals
from tests.registers.test_verification import ENTRIES, MERGES, UNITS

pyspark = pytest.importorskip("pyspark", reason="needs the group spark")

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Any]:
    if shutil.which("java") is None:
        pytest.skip("needs Java")
    from pyspark.sql import SparkSession

    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.executor.memory", "512m")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.ui.enabled", "false")
        .config("spark.local.dir", str(tmp_path / "spark"))
        .config("spark.sql.warehouse.dir", str(tmp_path / "warehouse"))
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_spark_says_what_duckdb_says(session: Any, tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=UNITS, entries=ENTRIES, merges=MERGES)
    folder = tmp_path / "export"
    folder.mkdir()
    export(folder, months_between(202403, 202408))
    engine = DuckDB(folder)
    expected = all_totals(engine)
    engine.close()
    assert len(expected) > 50
    assert all_totals(Spark(session, folder)) == expected
