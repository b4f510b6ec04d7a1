"""Memory over a folder: 2,000 small files read one after the other, against what the first 200 left behind.

python bench/reading_folder.py [FILES]
"""

import gc
import json
import resource
import sys
import tempfile
from pathlib import Path

from kexie.reading import read, read_file, to_json

FILES = 2000
FIRST = 200  # by then all lexicons are loaded and all caches warm
LIMIT = 1.10
TEXT = (
    "第{n}村科普小组{year}年工作总结\n{year}年，第{n}村科普小组做了以下工作。\n一、宣传\n{month}月{day}日，在第{n}村文化广场开展"
    "科普集市{n}次，展出展板{n}块，发放资料{n}00余份，参与群众约{n}0人。\n二、培训\n办实用技术培训{day}期，培训{n}人次，"
    "其中妇女{day}人。\n三、明年打算\n力争办讲座不少于{day}场。\n"
)


def resident() -> int:
    """Memory of this process now, in kilobytes; where the system does not say, the most it ever was."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024


def main(count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="kexie-bench-") as folder:
        for n in range(1, count + 1):
            text = TEXT.format(n=n, year=2000 + n % 25, month=n % 12 + 1, day=n % 28 + 1)
            Path(folder, f"{n}.txt").write_text(text, encoding="utf-8")
        first = figures = 0
        for number, path in enumerate(sorted(Path(folder).iterdir()), 1):
            answer = to_json(read(read_file(path), path.name))
            figures += sum(len(document["figures"]) for document in answer["documents"])
            json.dumps(answer, ensure_ascii=False)
            if number == FIRST:
                first = resident()
        last = resident()
    assert figures > 5 * count
    print(f"memory after {count} files against after {FIRST}: ratio {last / first:.2f} (required <= {LIMIT:.2f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else FILES)
