"""What holds for whatever is read. The tests and ``tools/fuzz_reading.py`` check it."""

import json
from typing import Any

from kexie.reading import contract


def hold(text: str, answer: dict[str, Any]) -> None:
    """Raise AssertionError or msgspec.ValidationError unless ``answer`` is a possible reading of ``text``."""
    contract.check(answer)
    json.dumps(answer, ensure_ascii=False, allow_nan=False)
    assert answer["source"]["characters"] == len(text)
    last = 0
    for position, document in enumerate(answer["documents"], 1):
        assert document["index"] == position
        assert last <= document["start"] <= document["end"] <= len(text)
        last = document["end"]
        assert document["near_duplicate_of"] is None or document["near_duplicate_of"] < position
        figures_hold(text, answer["documents"], document)
        events_hold(document)
        for target in document["targets"]:
            assert inside(target, document)
            assert text[target["start"] : target["end"]] == target["quote"]
            assert target["value_max"] is None or target["value_max"] >= target["value"]
        for found in document["checks"]:
            assert all(0 <= start < end <= len(text) for start, end in found["spans"])
        for section in document["sections"]:
            assert inside(section, document)


def figures_hold(text: str, documents: list[dict[str, Any]], document: dict[str, Any]) -> None:
    figures, at = document["figures"], document["start"]
    ids = {activity["id"] for activity in document["activities"]}
    for position, figure in enumerate(figures):
        assert at <= figure["start"] < figure["end"] <= document["end"]
        assert text[figure["start"] : figure["end"]] == figure["quote"]
        at = figure["end"]
        assert (figure["value"] is None) == (figure["qualifier"] == "range")
        if figure["qualifier"] == "range":
            assert figure["low"] < figure["high"]
        if figure["qualifier"] == "exact":
            assert figure["low"] == figure["high"] == figure["value"]
        if figure["negated"]:
            assert figure["qualifier"] == "exact" and figure["value"] == 0 and figure["soft_high"] is None
        if figure["soft_high"] is not None:
            assert figure["high"] is None and figure["soft_high"] > figure["value"]
        part_of = figure["part_of"]
        assert part_of is None or (part_of < len(figures) and part_of != position)
        assert figure["activity"] is None or figure["activity"] in ids
        source = figure["repaired_from"]
        if source is not None:
            assert inside(source, documents[source["document"] - 1])


def events_hold(document: dict[str, Any]) -> None:
    earlier: set[str] = set()
    for activity in document["activities"]:
        assert inside(activity, document)
        assert activity["id"] not in earlier
        assert activity["occurrences"] is None or activity["occurrences"] >= 1
        assert activity["same_as"] is None or activity["same_as"] in earlier
        earlier.add(activity["id"])
        start, end = activity["start_date"], activity["end_date"]
        if start and end and start[0] == end[0] != "-":
            assert start <= end


def inside(row: dict[str, Any], document: dict[str, Any]) -> bool:
    return bool(document["start"] <= row["start"] < row["end"] <= document["end"])
