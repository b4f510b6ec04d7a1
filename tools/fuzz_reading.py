"""Change texts and files at random and look whether reading keeps its promises.

    python tools/fuzz_reading.py [SECONDS] [--seed N] [--keep FOLDER]

Texts are those below and, where they are there, the sample files beside the repository. Each round makes one input:
words cut out, doubled, moved, put in; a fragment repeated thousands of times; digits masked; bytes of whole files
changed. The laws are those of ``tests/reading/laws.py``. Time is looked at as well: where a text takes long for its
length, its double must not take much more than twice that. What fails is written to the folder, with the seed.
"""

import argparse
import collections
import io
import json
import random
import signal
import statistics
import sys
import time
import traceback
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from kexie.reading import ReadingError, extract, read_text, to_json  # noqa: E402
from kexie.reading.decode import office  # noqa: E402
from tests.reading.files import paragraph, pdf, summary, word  # noqa: E402
from tests.reading.laws import hold  # noqa: E402

HANG = 60  # seconds of this process after which a reading is stopped; other programs' load does not count
SLOW = 1.0  # seconds of this process from which on the time of a text is compared with that of its double
GROWTH = 3.0  # how much longer the double may take; time that grows with the square gives 4
TEXTS = (
    "望川镇科协2024年工作总结\n\n2024年，望川镇科协在县科协指导下做好科普工作。现将全年工作总结如下：\n"
    "一、抓好科普宣传\n（一）3月12日，在镇文化广场举办“爱科学、护绿水”科普集市，展出展板24块，悬挂横幅3条，发放资料1。2万余份，"
    "接受咨询近3多万人次，参与群众约2600余人，其中学生1 200人、老人八百多人。\n（二）9月中下旬，"
    "联合县农业农村局等3家单位开展送科技下乡活动6场次，受训农民达4500人次以上，满意率98.5%。\n二、青少年工作\n一是举办机器人比赛一次，选出优秀作品"
    "16件，其中一等奖2件、二等奖5件、三等奖9件；二是组织12名师生赴省城参加创新大赛，获奖4人。\n三、存在的不足\n经费仅8.5万元，"
    "未发生一起安全事故。\n四、2025年工作打算\n力争全年举办讲座不少于20场，培训1—2期，覆盖率达到90%以上，年底前建成科普示范"
    "村3个，每村每年活动4次。\n望川镇科协\n2024年12月20日\n",
    "县科协工作总结范文(精选3篇)\n篇一\n20xx年上半年，我会共开展活动xx场，发放资料__份，惠及群众**余人。第八届科技周期间，"
    "从5月18日至24日办讲座8场，每周五下午科普放映。\n篇二\n服務(wù)群眾?,F(xiàn)將有關(guān)情況總結(jié)如下:共開展期,覆盖率达00%,論文数量的倍。\n"
    "篇三\n按照“四个一”要求，落实530计划，三下乡活动到达2个乡镇，理解咨询5000余人次，供给图书六百五十册，折合12万7千元。\n",
    "关于做好2025年科普工作的计划\n为贯彻省科协〔2024〕12号文件，计划在5月份到6月上旬开展巡展5站，覆盖人口约40万，面积3.6平方"
    "公里，里程120余公里，时长32小时。到2026年建成科普馆1座、画廊10条（每条长12米），培养科技辅导员100名左右，成功率不低于七成。\n",
)
WORDS = """
其中 共 全年 第 篇 （一） 一、 1. 3.1 ① 一是 “ ” 《 》 ( ) ， 。 、 ； ： % ‰ 万 亿 余 多 近 约 至 — - ~ xx ** __ 20xx年
以上 不少于 不超过 每 人次 万元 平方米 个 名 一 两 二十 百 零 0 7 1,234 3.5 5月3日 上半年 每周五 2024年 科协 举办 讲座
活动 计划 力争 在 县 镇 联合 等 参加 服務(wù) ?,F(xiàn)將 (xié) 著重 𠮷
"""
SIGNS = "\n\r\t\u3000\x00\x08\x1b\u200b\ufeff\ufffd\ud800\u0301\U0001f600"
FRAGMENTS = (*WORDS.split(), *SIGNS, "\r\n")


class Hang(Exception):
    """A reading has taken longer than it may."""


@contextmanager
def limited() -> Iterator[None]:
    """Stop what takes too long, where the system has timers."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang(f"longer than {HANG} seconds")

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


class Fuzzer:
    """Makes inputs and judges what comes of them."""

    def __init__(self, seed: int, keep: Path) -> None:
        self.dice = random.Random(seed)
        self.seed, self.keep = seed, keep
        samples = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))
        self.texts = [*TEXTS, *(path.read_bytes().decode("utf-8") for path in samples)]
        self.files = [summary(), word(paragraph(TEXTS[0])), f"<html><body><p>{TEXTS[1]}</p></body></html>".encode()]
        self.files += [text.encode(encoding) for text in TEXTS for encoding in ("utf-8", "gb18030", "utf-16")]
        self.pdf = pdf(b"BT /F 12 Tf 50 200 Td (Total 42) Tj ET")
        self.counts: collections.Counter[str] = collections.Counter()
        self.failures: collections.Counter[str] = collections.Counter()
        self.rates: list[float] = []
        self.slowest = (0.0, "")

    def piece(self, longest: int) -> str:
        """A part of one of the texts."""
        text = self.dice.choice(self.texts)
        length = self.dice.randint(1, min(longest, len(text)))
        at = self.dice.randint(0, len(text) - length)
        return text[at : at + length]

    def changed(self) -> str:
        """A part of a text with a few changes."""
        text = self.piece(6000)
        for _ in range(self.dice.randint(1, 12)):
            at, to = sorted(self.dice.randint(0, len(text)) for _ in range(2))
            to = min(to, at + self.dice.choice((1, 3, 20, 400)))
            text = self.dice.choice(self.ways)(self, text, at, to)
        return text

    def cut(self, text: str, at: int, to: int) -> str:
        return text[:at] + text[to:]

    def doubled(self, text: str, at: int, to: int) -> str:
        return text[:to] + text[at:to] * self.dice.choice((1, 2, 50)) + text[to:]

    def moved(self, text: str, at: int, to: int) -> str:
        rest = text[:at] + text[to:]
        place = self.dice.randint(0, len(rest))
        return rest[:place] + text[at:to] + rest[place:]

    def put_in(self, text: str, at: int, to: int) -> str:
        return text[:at] + "".join(self.dice.choices(FRAGMENTS, k=self.dice.randint(1, 6))) + text[at:]

    def spliced(self, text: str, at: int, to: int) -> str:
        return text[:at] + self.piece(300) + text[to:]

    def masked(self, text: str, at: int, to: int) -> str:
        mask = self.dice.choice(("", "x", "*", "_", "1", "０", "一"))
        return text[:at] + "".join(mask if c.isdigit() else c for c in text[at:to]) + text[to:]

    def joined(self, text: str, at: int, to: int) -> str:
        return text[:at] + text[at:to].replace("\n", "") + text[to:]

    ways: tuple[Callable[..., str], ...] = (cut, doubled, moved, put_in, spliced, masked, joined)

    def repeated(self) -> str:
        """One or two fragments, many thousand times: what a pattern with too much freedom does not survive."""
        unit = "".join(
            self.dice.choice(FRAGMENTS) if self.dice.random() < 0.6 else self.piece(8)
            for _ in range(self.dice.randint(1, 5))
        )
        return self.piece(200) * self.dice.randint(0, 1) + unit * (self.dice.choice((3000, 12000)) // len(unit))

    def damaged(self) -> bytes:
        """A file with some bytes changed; one in fifty is a PDF, which takes a process of its own."""
        whole = self.pdf if self.dice.random() < 0.02 else self.dice.choice(self.files)
        if whole.startswith(b"PK") and self.dice.random() < 0.5:
            return self.damaged_inside(whole)
        return self.with_other_bytes(whole)

    def with_other_bytes(self, whole: bytes) -> bytes:
        data = bytearray(whole)
        for _ in range(self.dice.choice((0, 1, 4, 40))):
            data[self.dice.randrange(len(data))] = self.dice.randrange(256)
        at, to = sorted(self.dice.randint(0, len(data)) for _ in range(2))
        return bytes(self.dice.choice((data, data[:at], data[at:], data[:at] + data[to:], data[:to] + data[at:])))

    def damaged_inside(self, whole: bytes) -> bytes:
        """A sound archive around a damaged part."""
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                data = source.read(name)
                target.writestr(name, self.with_other_bytes(data) if name == "word/document.xml" else data)
        return out.getvalue()

    def round(self) -> None:
        kind = self.dice.choices(("changed", "repeated", "file"), (5, 2, 3))[0]
        given: str | bytes = ""
        try:
            if kind == "file":
                given = self.damaged()
                with limited():
                    self.counts[self.file(given)] += 1
            else:
                given = self.changed() if kind == "changed" else self.repeated()
                self.text(given)
        except Exception as error:  # whatever it is, it is what is looked for
            self.failed(error, given)
        self.counts[kind] += 1

    def file(self, data: bytes) -> str:
        try:
            source = extract(data, "file")
        except ReadingError as error:
            assert error.name == "file" and error.reason
            return "files refused"
        hold(source.text, to_json(read_text(source.text)))
        return "files read"

    def text(self, text: str) -> None:
        started = time.process_time()
        with limited():
            answer = to_json(read_text(text))
        seconds = time.process_time() - started
        hold(text, answer)
        for key in ("figures", "activities", "targets", "checks"):
            self.counts[key] += sum(len(document[key]) for document in answer["documents"])
        self.counts["characters"] += len(text)
        if len(text) >= 1000:
            self.rates.append(seconds / len(text))
            self.slowest = max(self.slowest, (seconds / len(text), text[:60]))
        if seconds > SLOW or (len(self.rates) > 50 and seconds > 0.2 and self.is_slow(seconds / len(text))):
            self.grows(text)

    def is_slow(self, rate: float) -> bool:
        return rate > 8 * statistics.median(self.rates[-500:])

    def grows(self, text: str) -> None:
        """Compare the text four times over with the text twice over: the best of three readings of each."""
        self.counts["looked at twice"] += 1
        seconds = []
        for times in (1, 2, 4):
            tries = []
            for _ in range(3):
                started = time.process_time()
                read_text(text * times)
                tries.append(time.process_time() - started)
            seconds.append(min(tries))
        assert seconds[2] / seconds[1] <= GROWTH, f"slow: {[round(each, 2) for each in seconds]} seconds for 1, 2, 4"

    def failed(self, error: Exception, given: str | bytes) -> None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno} {place.name}"
        if told not in self.failures:
            print(f"FAILED {told}: {str(error)[:300]}", flush=True)
        if self.failures[told] < 3:
            self.keep.mkdir(parents=True, exist_ok=True)
            path = (
                self.keep / f"{self.seed}-{sum(self.failures.values())}.{'bin' if isinstance(given, bytes) else 'txt'}"
            )
            path.write_bytes(given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass"))
            path.with_suffix(".why").write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        self.failures[told] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float, nargs="?", default=600)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    office.program = lambda: None  # type: ignore[assignment]  # a second for each file; other programs' errors
    fuzzer = Fuzzer(seed, given.keep)
    started = time.monotonic()
    rounds = 0
    while time.monotonic() - started < given.seconds:
        fuzzer.round()
        rounds += 1
    print(f"seed {seed}: {rounds} inputs in {time.monotonic() - started:.0f} s")
    print(json.dumps(fuzzer.counts, ensure_ascii=False, indent=1))
    if fuzzer.rates:
        rates = sorted(fuzzer.rates)
        middle, high = statistics.median(rates), rates[int(len(rates) * 0.999)]
        print(f"microseconds a character: median {middle * 1e6:.1f}, 99.9 % below {high * 1e6:.1f}, "
              f"most {fuzzer.slowest[0] * 1e6:.1f} ({fuzzer.slowest[1]!r})")  # fmt: skip
    print(f"failures: {sum(fuzzer.failures.values())} of {len(fuzzer.failures)} kinds")
    sys.exit(1 if fuzzer.failures else 0)


if __name__ == "__main__":
    main()
