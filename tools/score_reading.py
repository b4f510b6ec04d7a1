"""Score ``kexie read`` on labelled texts, in shares that say how far each figure can be believed.

    python tools/score_reading.py GOLD [--texts FOLDER] [--misses] [-- COMMAND…]

GOLD holds ``score.py``, ``regions.json`` and the labels. Its articles are divided in two by a hash of their names: the
third that is kept aside while rules are written, and the other two. The labels of ``tests/reading/unseen`` are scored
as well: they were made without a look at what the program finds. For each share a folder with its labels alone is made,
which ``score.py`` then reads.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
UNSEEN = ROOT / "tests" / "reading" / "unseen"
KINDS = ("figures", "activities", "targets", "documents")
Regions = dict[str, dict[str, list[list[int]]]]


def rows(folder: Path, kind: str) -> list[dict[str, Any]]:
    path = folder / f"{kind}.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []


def kept_aside(gold: Path) -> set[str]:
    """The articles (``000:2``: the file and the number of the document in it) that are kept aside.

    Of those that are labelled for the same things, the third whose names have the smallest SHA-256.
    """
    regions: Regions = json.loads((gold / "regions.json").read_text(encoding="utf-8"))
    alike: dict[tuple[str, ...], list[str]] = {}
    for article in rows(gold, "documents"):
        labelled = tuple(
            kind
            for kind, spans in sorted(regions[article["doc"]].items())
            if any(start < article["end"] and article["start"] < end for start, end in spans)
        )
        alike.setdefault(labelled, []).append(f"{article['doc']}:{article['index']}")
    return {
        name
        for names in alike.values()
        for name in sorted(names, key=lambda name: sha256(name.encode()).hexdigest())[: round(len(names) / 3)]
    }


def share(gold: Path, articles: set[str]) -> Regions:
    """The labelled regions of some articles."""
    whole: Regions = json.loads((gold / "regions.json").read_text(encoding="utf-8"))
    chosen: Regions = {doc: {kind: [] for kind in kinds} for doc, kinds in whole.items()}
    for article in rows(gold, "documents"):
        doc = article["doc"]
        if f"{doc}:{article['index']}" not in articles:
            continue
        for kind, spans in whole[doc].items():
            # Where a document begins and ends may be told a little differently; score.py says how much.
            before, behind = (60, 200) if kind == "documents" else (0, 0)
            for start, end in spans:
                first, last = max(start, article["start"] - before), min(end, article["end"] + behind)
                if first < last:
                    chosen[doc][kind].append([first, last])
    return chosen


def unseen_labels(texts: Path) -> dict[str, list[dict[str, Any]]]:
    """The labels of our own with their words, which are kept as places in the text."""
    told: dict[str, list[dict[str, Any]]] = {}
    for doc, source in json.loads((UNSEEN / "sources.json").read_text(encoding="utf-8")).items():
        data = (texts / source["name"]).read_bytes()
        if sha256(data).hexdigest() != source["sha256"]:
            sys.exit(f"{texts / source['name']} is another text than the one that was labelled")
        text = data.decode("utf-8")
        for kind in ("figures", "activities"):
            for row in rows(UNSEEN, kind):
                if row["doc"] == doc:
                    words = {
                        key: text[slice(*row[key])]
                        for key in ("counted", "title", "place", "campaign")
                        if isinstance(row.get(key), list)
                    }
                    told.setdefault(kind, []).append({**row, "quote": text[row["start"] : row["end"]], **words})
    return told


def score(gold: Path, texts: Path, folder: Path, options: list[str], labels: dict[str, Any], regions: Regions) -> str:
    """What ``score.py`` prints about these labels."""
    folder.mkdir()
    (folder / "regions.json").write_text(json.dumps(regions), encoding="utf-8")
    for kind, told in labels.items():
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in told)
        (folder / f"{kind}.jsonl").write_text("".join(lines), encoding="utf-8")
    command = [sys.executable, gold / "score.py", "--gold", folder, "--texts", texts, *options]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    return done.stdout if not done.returncode else sys.exit(done.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--texts", type=Path, help="the folder of the texts (default: seeds beside GOLD)")
    parser.add_argument("--misses", action="store_true", help="list what was missed and what was invented")
    parser.add_argument("--read", default=shlex.join([str(ROOT / ".venv" / "bin" / "kexie"), "read", "--json"]))
    given = parser.parse_args()
    gold, texts = given.gold.resolve(), (given.texts or given.gold.resolve().parent / "seeds").resolve()
    options = ["--read", given.read, *(["--misses"] if given.misses else [])]
    whole = {kind: rows(gold, kind) for kind in KINDS}
    aside = kept_aside(gold)
    others = {f"{row['doc']}:{row['index']}" for row in whole["documents"]} - aside
    shares = (
        ("all labelled texts", whole, json.loads((gold / "regions.json").read_text(encoding="utf-8"))),
        (f"the third kept aside ({' '.join(sorted(aside))})", whole, share(gold, aside)),
        ("the other two thirds", whole, share(gold, others)),
        (
            "texts that no rule was written for (tests/reading/unseen)",
            unseen_labels(texts),
            json.loads((UNSEEN / "regions.json").read_text(encoding="utf-8")),
        ),
    )
    with tempfile.TemporaryDirectory(prefix="kexie-score-") as place:
        for number, (title, labels, regions) in enumerate(shares):
            print(title)
            print(score(gold, texts, Path(place, str(number)), options, labels, regions), flush=True)


if __name__ == "__main__":
    main()
