"""How fast reading is: against what is required, a bare digit scan and Microsoft's recogniser, all in one run.

The text is made of the paragraphs in ``texts/report.txt`` with other numbers, places and days each time. Where the
sample files of ../shared are there, they are measured too. Times are medians of the time on one processor.
"""

import random
import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from kexie.reading import figures_of, read_text

FIGURES = 1_000_000  # characters a second, figures alone
READ = 300_000  # characters a second, all of reading
DIGITS = 75  # times as long as a bare scan for digits, which says neither of what nor how sure
PEER = 0.75  # of the time of recognizers-text-number, which finds numerals and says nothing about them
GROWTH = 8  # time that grows with the length gives 4, time that grows with its square 16

HERE = Path(__file__).resolve()
SAMPLES = HERE.parents[2] / "shared/seeds"
REPEATED = ("1,111", "12个", "其中3个,", "共开展期,", "3人", "7")
FIELDS: dict[str, Callable[[random.Random], object]] = {
    "town": lambda r: r.choice("青云石桥柳河松岭梅溪白沙") + r.choice("溪山湾坪塘林") + "镇",
    "month": lambda r: r.randint(1, 12),
    "day": lambda r: r.randint(1, 28),
    "small": lambda r: r.randint(1, 3),
    "few": lambda r: r.randint(2, 9),
    "some": lambda r: r.randint(11, 64),
    "hundreds": lambda r: r.randint(101, 980),
    "many": lambda r: r.randint(10, 98) * 100,
    "percent": lambda r: r.randint(500, 999) / 10,
}


def text_of(characters: int) -> str:
    """About ``characters`` of reports, each headed as on the sites that collect them; no two are equal."""
    paragraphs = HERE.with_name("texts").joinpath("report.txt").read_text(encoding="utf-8").splitlines()
    chance = random.Random(2024)
    parts: list[str] = []
    length = number = 0
    while length < characters:
        number += 1
        # Half of the paragraphs with numbers and nearly all of the others: about as dense as real summaries.
        chosen = [p for p in paragraphs if chance.random() < (0.5 if "{" in p else 0.95)]
        body = re.sub(r"\{(\w+)\}", lambda m: str(FIELDS[m[1]](chance)), "\n".join(chosen))
        parts.append(f"科协工作总结 篇{number}\n{body}\n")
        length += len(parts[-1])
    return "".join(parts)


def seconds(work: Callable[[], object], times: int = 5) -> float:
    """The median time on the processor of ``times`` runs behind a first one that is not counted."""
    work()
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def show(name: str, ratio: float, required: float, note: str = "") -> None:
    print(f"{name}: ratio {ratio:.2f} (required <= {required:.2f}){note}")


def measure(name: str, texts: list[str]) -> None:
    """Print the speeds on ``texts``, which are read one after the other."""
    length = sum(map(len, texts))
    figures = sum(len(figures_of(text)) for text in texts)
    assert figures * 400 > length, "a text without figures says nothing"
    print(f"{name}: {length:,} characters, a figure in {length / figures:.0f}")
    alone = seconds(lambda: [figures_of(text) for text in texts]) / length
    whole = seconds(lambda: [read_text(text) for text in texts], 3) / length
    digits = re.compile(r"\d+")
    scan = seconds(lambda: [[m.group() for m in digits.finditer(text)] for text in texts]) / length
    show(f"{name}, figures alone", FIGURES * alone, 1, f": {1 / alone:,.0f} characters a second")
    show(f"{name}, all of reading", READ * whole, 1, f": {1 / whole:,.0f} characters a second")
    show(f"{name}, figures against a scan for digits", alone / scan, DIGITS)


def against_peer(text: str) -> None:
    """Figures, described, against the Chinese number model of recognizers-text-number, which finds numerals.

    The peer slows down with the length, so it gets a short text.
    """
    try:
        from recognizers_number import Culture, NumberRecognizer
    except ImportError as error:
        print(f"figures against recognizers-text-number: skipped, not installed (group compare): {error}")
        return
    model = NumberRecognizer(Culture.Chinese).get_number_model()
    alone = seconds(lambda: figures_of(text)) / len(text)
    taken = seconds(lambda: model.parse(text), 3) / len(text)
    assert model.parse(text), "the peer finds nothing"
    show("figures against recognizers-text-number", alone / taken, PEER, f": {1 / taken:,.0f} characters a second")


def growth() -> float:
    """How much longer four times the length of what is repeated takes; the worst of several."""
    short, long = 20_000, 80_000
    return max(
        seconds(lambda: read_text(unit * (long // len(unit))), 3)  # noqa: B023
        / seconds(lambda: read_text(unit * (short // len(unit))), 3)  # noqa: B023
        for unit in REPEATED
    )


def main() -> None:
    text = text_of(400_000)
    measure("made-up reports", [text])
    if SAMPLES.is_dir():
        measure("sample files", [p.read_bytes().decode("utf-8", "replace") for p in sorted(SAMPLES.glob("*.txt"))])
    else:
        print(f"sample files: skipped, {SAMPLES} is not there")
    against_peer(text[:16_000])
    show("four times the length of what is repeated", growth(), GROWTH)


if __name__ == "__main__":
    main()
