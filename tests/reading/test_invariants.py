"""What holds for any text, and how well the labelled files of ../shared are read."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexie.reading import ReadingError, extract, read, read_text, to_json
from kexie.reading.clean import clean
from kexie.reading.numerals import render_chinese
from tests.reading.files import paragraph, pdf, summary, word
from tests.reading.laws import hold

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
PIECES = st.sampled_from(
    [*"0123456789一二两十百千万亿零余多近约第每个人名份场次元%,。;、:()《》“”\" \n\r篇年月",
     "人次", "万元", "科协", "工作总结", "一、", "(二)",
     "举办了", "讲座", "活动", "5月3日", "在云溪镇", "其中", "共", "年底前", "每周五", "xx", "__", "?,F(xiàn)将",
     "协(xié)", "以上", "不少于", "至", "-", "20xx年", "__", "培训", "展板", "下一步工作打算"]
)  # fmt: skip
# Half a character, too: it cannot stand in a file, but in what a program hands over.
ANY = st.characters(codec=None, categories=None)
TEXTS = st.one_of(st.text(max_size=300), st.text(ANY, max_size=60), st.lists(PIECES, max_size=120).map("".join))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_any_text_can_be_read(text: str) -> None:
    hold(text, to_json(read_text(text)))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    decided(data)


WHOLE = [
    summary(),
    word(paragraph("讲座3场")),
    "<html><body><p>讲座3场</p></body></html>".encode(),
    "望川镇科协举办讲座3场。".encode("gb18030"),
    "望川镇科协举办讲座3场。".encode("utf-16"),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_damaged_files_are_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    at = st.integers(0, len(whole))
    damaged = bytearray(whole[: data.draw(at)] if data.draw(st.booleans()) else whole)
    for place, byte in data.draw(st.lists(st.tuples(at, st.integers(0, 255)), max_size=8)):
        if place < len(damaged):
            damaged[place] = byte
    decided(bytes(damaged))


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 600), st.integers(0, 255))
def test_damaged_pdf_is_read_or_refused(at: int, byte: int) -> None:
    whole = pdf(b"BT /F 12 Tf 50 200 Td (Total 42) Tj ET")
    decided(whole[:at] + bytes((byte,)) + whole[at + 1 :])


def decided(data: bytes) -> None:
    """Whether a file is read or refused is open here; anything else than the two is an error."""
    try:
        source = extract(data, "a")
    except ReadingError as error:
        assert error.name == "a" and error.reason
    else:
        assert source.text.strip()


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_offsets_survive_cleaning(text: str) -> None:
    view = clean(text)
    starts = [view.start(i) for i in range(len(view.text))]
    assert starts == sorted(set(starts))
    assert all(0 <= at < len(text) for at in starts)
    for at, character in zip(starts, view.text, strict=True):
        if character.isascii() and character.isdigit():
            assert text[at] == character or text[at] == chr(ord(character) + 0xFEE0)


@given(st.integers(1, 10**9), st.sampled_from(["plain", "commas", "full-width", "chinese", "wan"]))
def test_a_number_in_any_form_reads_back(number: int, form: str) -> None:
    if form == "chinese" and (number in (1, 10**8) or not number % 10**4):
        number += 2  # 一 is an article and a bare 百 or 万 a name: those have tests of their own
    written = {
        "plain": str(number),
        "commas": f"{number:,}",
        "full-width": str(number).translate({ord("0") + i: ord("０") + i for i in range(10)}),
        "chinese": render_chinese(number),
        "wan": f"{Decimal(number) / 10**4}万",
    }[form]
    if written in ("百", "千", "十万", "百万", "千万"):
        return
    (document,) = read_text(f"镇里发出手册{written}份。").documents
    assert [f.value for f in document.figures] == [number]


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        " ",
        "一",
        "百万",
        "(",
        "“",
        '"',
        "1.",
        "1,111",
        "每次",
        "一、\n",
        "在领导",
        "3人",
        "7",
        "科协",
        "、",
        "(xi",
        "年",
        "现将",
        "按照",
        "\n",
        "12个",
        "其中3个,",
        "在5月举办“甲”活动、",
        "1月至",
        "举办讲座、",
        "到甲镇参观",
        "共开展期,",
        "?,F(xiàn)将",
    ],
)
def test_what_is_repeated_without_end_is_read_to_the_end(unit: str) -> None:
    """A pattern that tries every split would hang here; ``bench/reading.py`` says how the time grows."""
    text = unit * (20_000 // len(unit))
    for document in read_text(text).documents:
        assert 0 <= document.start < document.end <= len(text)
        assert all(text[figure.start : figure.end] == figure.quote for figure in document.figures)


def scores(found: dict[str, Any]) -> dict[str, float]:
    """Recall, precision and shares over the labelled figures, as gold/score.py counts them (compactly)."""
    regions = json.loads((SHARED / "gold/regions.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (SHARED / "gold/figures.jsonl").read_text(encoding="utf-8").splitlines()]
    gold = [r for r in rows if not r.get("doubtful")]
    hits = []
    invented = 0
    for doc, spans in regions.items():
        inside = [
            f
            for d in found[doc]
            for f in d["figures"]
            if any(a <= f["start"] and f["end"] <= b for a, b in spans.get("figures", []))
        ]
        for f in inside:
            near = [r for r in rows if r["doc"] == doc and r["start"] < f["end"] and f["start"] < r["end"]]
            right = [r for r in near if not r.get("doubtful") and r["value"] == f["value"]]
            hits += [(r, f) for r in right[:1]]
            invented += not right and not any(r.get("doubtful") for r in near)
    share = {"recall": len(hits) / len(gold), "precision": len(hits) / max(1, len(hits) + invented)}
    share["qualifier"] = sum(r["approx"] == f["qualifier"] for r, f in hits) / len(hits)
    share["unit"] = sum(r["unit"] == f["unit"] for r, f in hits) / len(hits)
    decided = [(r, f) for r, f in hits if not r.get("status_doubtful")]
    share["status"] = sum((r["status"] == "actual") == (f["status"] == "actual") for r, f in decided) / len(decided)
    return share


def hanzi(text: str | None) -> set[str]:
    return set(re.findall("[\u4e00-\u9fff]", text or ""))


def alike(a: str | None, b: str | None) -> bool:
    one, other = hanzi(a), hanzi(b)
    return (not one and not other) or bool(one and other and len(one & other) / min(len(one), len(other)) >= 0.6)


def matched(
    kind: str, found: dict[str, Any], match: Callable[[dict[str, Any], dict[str, Any]], bool]
) -> tuple[list[tuple[dict[str, Any], dict[str, Any]]], float, float]:
    """The pairs of labelled and found rows of a kind, recall and precision, as gold/score.py has them."""
    regions = json.loads((SHARED / "gold/regions.json").read_text(encoding="utf-8"))
    rows = [json.loads(line) for line in (SHARED / f"gold/{kind}.jsonl").read_text(encoding="utf-8").splitlines()]
    pool = {
        doc: [
            row
            for d in found[doc]
            for row in d[kind]
            if any(a <= row["start"] and row["end"] <= b for a, b in spans.get(kind, []))
        ]
        for doc, spans in regions.items()
    }
    gold = [r for r in rows if not r.get("doubtful")]
    hits, used = [], set()
    for row in gold:
        best = next((p for p in pool[row["doc"]] if id(p) not in used and overlaps(row, p) and match(row, p)), None)
        if best is not None:
            used.add(id(best))
            hits.append((row, best))
    doubtful = [r for r in rows if r.get("doubtful")]
    invented = sum(
        id(p) not in used and not any(r["doc"] == doc and overlaps(r, p) for r in doubtful)
        for doc, items in pool.items()
        for p in items
    )
    return hits, len(hits) / len(gold), len(hits) / max(1, len(hits) + invented)


def overlaps(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


@pytest.mark.shared
def test_the_shared_files_are_read_well() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there")
    found = {}
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        data = path.read_bytes()
        result = to_json(read(data, path.name))
        hold(data.decode("utf-8"), result)
        found[path.stem[:3]] = result["documents"]
    got = scores(found)
    least = {"recall": 0.97, "precision": 0.95, "qualifier": 0.98, "unit": 0.98, "status": 0.95}
    assert {k: v for k, v in got.items() if v < least[k]} == {}
    hits, recall, precision = matched("targets", found, lambda g, p: bool(g["value"] == p["value"]))
    assert recall >= 0.9 and precision >= 0.9
    assert sum(g["comparator"] == p["comparator"] for g, p in hits) / len(hits) >= 0.95
    assert sum(g["unit"] == p["unit"] for g, p in hits) / len(hits) >= 0.95
    hits, recall, precision = matched("activities", found, lambda g, p: alike(g["title"], p["title"]))
    assert recall >= 0.85 and precision >= 0.8
    dated = [(g, p) for g, p in hits if g["start_date"]]
    days = [
        (g["start_date"], g["end_date"] or g["start_date"]) == (p["start_date"], p["end_date"] or p["start_date"])
        for g, p in dated
    ]
    assert sum(days) / len(days) >= 0.9
    for key, least_share in (("place", 0.85), ("campaign", 0.9)):
        shares = [alike(g[key], p[key]) for g, p in hits if g[key]]
        assert sum(shares) / len(shares) >= least_share
    damaged = found["000"][5]  # has lost every digit 1
    assert all(f["suspect"] for f in damaged["figures"])
    assert {"21", "100", "1743", "11"} <= {c["proposal"] for c in damaged["checks"]}
    expected = [json.loads(line) for line in (SHARED / "gold/documents.jsonl").read_text(encoding="utf-8").splitlines()]
    right = sum(
        any(abs(g["start"] - d["start"]) <= 60 and abs(g["end"] - d["end"]) <= 200 for d in found[g["doc"]])
        for g in expected
    )
    assert right / len(expected) >= 0.9
