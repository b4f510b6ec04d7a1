"""How long reading takes: 1,000,000 characters of made-up work summaries against a limit of 20 seconds."""

import statistics
import time

from kexie.reading import read_text

LIMIT = 20.0  # seconds for a million characters: a clerk's whole folder while she fetches tea
PARAGRAPH = (
    "二、抓科普宣传。{month}月{day}日，在第{day}村文化广场开展科普宣传活动，展出展板{n}块，发放资料{n}00余份，"
    "接受咨询{n}人次，参与群众约{n}0人。全年共举办实用技术培训{n}期，培训{n}00多人次，落实经费{n}.5万元。\n"
)


def text_of(characters: int) -> str:
    """Return about ``characters`` of text in which no two paragraphs are equal."""
    parts, length, number = ["某县科协工作总结\n2024年，县科协做了以下工作。\n"], 0, 0
    while length < characters:
        number += 1
        parts.append(PARAGRAPH.format(month=number % 12 + 1, day=number % 28 + 1, n=number))
        length += len(parts[-1])
    return "".join(parts)


REPEATED = ("1,111", "12个", "其中3个,", "共开展期,", "3人")


def seconds_of(text: str) -> float:
    """The median time of three readings."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        read_text(text)
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    text = text_of(1_000_000)
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        figures = sum(len(document.figures) for document in read_text(text).documents)
        seconds.append(time.perf_counter() - started)
        assert figures > 10_000
    print(f"reading a million characters: ratio {statistics.median(seconds) / LIMIT:.2f} (required <= 1.00)")
    growth = [seconds_of(unit * (80_000 // len(unit))) / seconds_of(unit * (20_000 // len(unit))) for unit in REPEATED]
    # Time that grows with the length gives 4, time that grows with its square 16.
    print(f"four times the length of what is repeated: ratio {max(growth):.2f} (required <= 8.00)")


if __name__ == "__main__":
    main()
