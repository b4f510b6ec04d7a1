"""Which indicator a measure word and what is counted lead to.

``pairs.tsv`` lists every pair met in the sample files of ../shared with the codes that it led to (- for none; several
where the verb before the noun decides). Short nouns stand as they are; of a longer wording only the place of its first
number is kept (file:offset), as the words are the samples' own. A change of the catalogue or of the grammar shows as a
change of that file: run this module to write it anew, and judge the difference.
"""

from pathlib import Path

import pytest

from kexie.reading import figures_of, read
from kexie.reading.indicators import indicator_of, rules

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
PAIRS = Path(__file__).with_name("pairs.tsv")
LONGEST = 5  # characters of a noun that stands as it is


def met() -> list[str]:
    """The pairs in the sample files, one line each: unit, counted, codes."""
    codes: dict[tuple[str, str], set[str]] = {}
    places: dict[tuple[str, str], str] = {}
    for path in sorted((SHARED / "seeds").glob("*.txt")):
        for document in read(path.read_bytes(), path.name).documents:
            for figure in document.figures:
                pair = figure.unit, figure.counted or "-"
                codes.setdefault(pair, set()).add(figure.indicator or "-")
                places.setdefault(pair, f"{path.name}:{figure.start}")
    rows = [
        (unit, counted if len(counted) <= LONGEST else places[unit, counted], " ".join(sorted(found)))
        for (unit, counted), found in codes.items()
    ]
    return ["\t".join(row) for row in sorted(rows)]


@pytest.mark.shared
def test_every_pair_of_the_sample_files_leads_where_the_list_says() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there")
    assert met() == PAIRS.read_text(encoding="utf-8").splitlines()


def test_the_list_is_in_order_and_names_codes_of_the_catalogue() -> None:
    rows = [line.split("\t") for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    assert rows == sorted(rows)
    assert len({(unit, counted) for unit, counted, _ in rows}) == len(rows)
    known = {rule.code for of_unit in rules().values() for rule in of_unit}
    assert {code for _, _, codes in rows for code in codes.split()} <= {*known, "-"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("散发节水手册300份。", ("份", "节水手册", "materials")),
        ("布展用了展板40块。", ("块", "展板", "boards")),
        ("放映科教影片6场。", ("场", "科教影片", "film_shows")),
        ("前来听讲的听众达80人。", ("人", "前来听讲的听众", "person_times")),
        ("参与人数达500人。", ("人", "参与人数", "person_times")),
        ("培训养蜂户90人次。", ("人次", "养蜂户", "trained_person_times")),
        ("培训了90名村医。", ("名", "村医", "trained_person_times")),
        ("接待老年参观者70人。", ("人", "老年参观者", "exhibition_visits")),
        ("解答养殖疑问30人次。", ("人次", "养殖疑问", "consultations")),
        ("摘得金奖2件。", ("件", "金奖", "contest_awards")),
        ("获二等奖3项。", ("项", "二等奖", "contest_awards")),
        ("新修宣传栏12块。", ("块", "新修宣传栏", "galleries")),
        ("订阅科技图书200册。", ("册", "科技图书", "books")),
        ("落实专项经费5万元。", ("元", "专项经费", "funds_received")),
        ("上报信息18条。", ("条", "信息", "briefs")),
        # The noun is another one, whatever stands beside it.
        ("门口摆了咨询台4个。", ("个", "咨询台", None)),
        ("农技培训中心来了6人的考察组。", ("人", "考察组", None)),
        ("志愿者协会等8个部门的60人到场。", ("人", "到场", None)),
        ("镇里有老人户50户。", ("户", "老人户", None)),
        ("苗木长到3米。", ("米", "苗木长到", None)),
    ],
)
def test_unit_and_noun_lead_to_an_indicator_or_to_none(text: str, expected: tuple[str, str, str | None]) -> None:
    found = figures_of(text)[-1]
    assert (found.unit, found.counted, found.indicator) == expected


def test_every_word_of_an_indicator_leads_to_one() -> None:
    """A word that is said with its unit never leads nowhere, unless its own indicator excludes it."""
    for unit, of_unit in rules().items():
        for rule in of_unit:
            for word in rule.words:
                if not any(other in word for other in rule.without):
                    assert indicator_of(unit, word, "") is not None, (unit, word)


if __name__ == "__main__":
    PAIRS.write_text("".join(f"{line}\n" for line in met()), encoding="utf-8", newline="\n")
