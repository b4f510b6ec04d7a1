"""Texts that no rule was written for: labelled before anyone looked at what the program finds in them.

The labels are places and values alone; the words stand in the sample files. Nobody tunes on these.
"""

import importlib.util
import json
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = shlex.join([sys.executable, "-c", "from kexie.cli import main; main()", "read", "--json"])


@pytest.fixture(scope="module")
def scoring() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_reading", ROOT / "tools" / "score_reading.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
def test_the_labels_fit_their_texts(shared: Path, scoring: ModuleType) -> None:
    labels = scoring.unseen_labels(shared / "seeds")
    regions = json.loads((scoring.UNSEEN / "regions.json").read_text(encoding="utf-8"))
    for kind, rows in labels.items():
        for row in rows:
            assert any(a <= row["start"] < row["end"] <= b for a, b in regions[row["doc"]][kind])
            assert row["quote"].strip()
    assert {kind: len(rows) for kind, rows in labels.items()} == {"figures": 144, "activities": 63}


@pytest.mark.shared
def test_the_texts_lie_outside_of_what_was_labelled_before(shared: Path, scoring: ModuleType) -> None:
    before = json.loads((shared / "gold" / "regions.json").read_text(encoding="utf-8"))
    regions = json.loads((scoring.UNSEEN / "regions.json").read_text(encoding="utf-8"))
    for doc, kinds in regions.items():
        for kind, spans in kinds.items():
            for start, end in spans:
                assert not any(a < end and start < b for a, b in before[doc].get(kind, []))


@pytest.mark.shared
def test_they_are_read_as_well_as_the_page_on_reading_says(shared: Path, scoring: ModuleType, tmp_path: Path) -> None:
    told = json.loads(
        scoring.score(
            shared / "gold",
            shared / "seeds",
            tmp_path / "gold",
            ["--json", "--read", READ],
            scoring.unseen_labels(shared / "seeds"),
            json.loads((scoring.UNSEEN / "regions.json").read_text(encoding="utf-8")),
        )
    )
    figures, activities = told["figures"], told["activities"]
    least = {"recall": 0.97, "precision": 0.95, "qualifier": 0.98, "unit": 0.98, "counted": 0.9, "status": 0.95}
    assert {name: figures[name] for name in least if figures[name] < least[name]} == {}
    # Far below what the labelled texts suggest; see docs/reading.md.
    assert activities["recall"] >= 0.45 and activities["precision"] >= 0.7


def test_the_third_kept_aside_does_not_depend_on_the_program(scoring: ModuleType, tmp_path: Path) -> None:
    documents = [{"doc": "a", "index": n, "start": n * 10, "end": n * 10 + 10} for n in range(12)]
    (tmp_path / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents))
    (tmp_path / "regions.json").write_text(json.dumps({"a": {"documents": [[0, 120]], "figures": [[0, 60]]}}))
    aside = scoring.kept_aside(tmp_path)
    assert len(aside) == 4 and len(aside & {f"a:{n}" for n in range(6)}) == 2
    assert aside == scoring.kept_aside(tmp_path)
    assert scoring.share(tmp_path, {"a:0", "a:7"}) == {"a": {"documents": [[0, 120], [10, 120]], "figures": [[0, 10]]}}
