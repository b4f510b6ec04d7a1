"""Laws of a summary, tried on random registers: what is printed is what is recorded, and read back as it was meant."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.catalogue import load
from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.reading import figures_of
from kexie.reports.compose import compose_summary
from kexie.reports.composing.lint import Surroundings, lint
from kexie.reports.model import Document, Heading, Paragraph
from kexie.reports.phrases import area_names, summary_words
from kexie.reports.wording import Style, read_back
from tests.factories import Row, entry, figure, forgotten, load_rows, organisation, unit
from tests.totals.worlds import laws

pytestmark = pytest.mark.django_db

YEAR = Period.parse("2024")
TREE = [
    unit("C", kind="county", name="青禾县科学技术协会", short_name="青禾县科协"),
    unit("T1", "C", name="稻香镇", short_name="稻香镇", order=1),
    unit("T2", "C", name="望川镇", short_name="望川镇", order=2),
    unit("V1", "T1", "village", name="柳树村", short_name="柳树村"),
    unit("D1", "C", "department", name="青禾县农业农村局", short_name="县农业农村局", order=9),
]
FIELDS = ["person_times", "online_person_times", "boards", "materials", "books", "consultations", "experts"]
KINDS = ["lecture", "exhibition", "training", "clinic", "contest", "visit"]
ROLES = ["host", "host", "organise", "co-organise", "take-part", "lead-delegation"]
PLACES = ["村部广场", "镇中学", "县人民公园", ""]


@st.composite
def told(draw: st.DrawFn, field: str) -> Any:
    """A value of a field: a plain number, or one that says at least, at most or about."""
    value = draw(st.integers(1, 90_000))
    step = 10 ** (len(str(value)) - 1)
    return draw(
        st.sampled_from([
            value,
            value,
            {"value": value, "qualifier": "at_least", "low": value, "high": value + step, "high_exclusive": True},
            {"value": value, "qualifier": "at_least", "low": value},
            {"value": value, "qualifier": "about"},
        ])
    )  # fmt: skip


@st.composite
def registers(draw: st.DrawFn) -> list[Row]:
    """Entries of two years, of all work areas, roles and kinds."""
    rows: list[Row] = []
    for number in range(draw(st.integers(1, 14))):
        chosen = draw(st.sets(st.sampled_from(FIELDS), max_size=4))
        year = draw(st.sampled_from([2023, 2024, 2024, 2024]))
        day = str(date(year, draw(st.integers(1, 12)), draw(st.integers(1, 28))))
        row = entry(
            f"e{number}",
            draw(st.sampled_from(["C", "T1", "T2", "V1", "D1"])),
            day,
            title=f"{draw(st.sampled_from('春夏秋冬'))}季{draw(st.sampled_from('山水田园'))}间科普第{'甲乙丙丁戊己庚辛壬癸子丑寅卯'[number]}站",
            kind=draw(st.sampled_from(KINDS)),
            role=draw(st.sampled_from(ROLES)),
            work_area=draw(st.sampled_from(list(area_names()))),
            place=draw(st.sampled_from(PLACES)),
            partners=draw(
                st.lists(
                    st.sampled_from(["县农业农村局", "某公司", "某医院", "某学校", "某协会"]), max_size=5, unique=True
                )
            ),
            campaigns=draw(st.lists(st.sampled_from(["science-day", "science-week"]), max_size=2, unique=True)),
            fields={field: draw(told(field)) for field in sorted(chosen)},
        )
        del row["figures"]
        rows.append(row)
    if draw(st.booleans()):
        rows.append(entry("g", "T1", "2024-06-30", figures=[figure("galleries", draw(st.integers(1, 40)))]))
    return rows


def written(**options: Any) -> Document | None:
    """The summary of the county, or None when nothing is recorded that it could tell."""
    try:
        return compose_summary(organisation=organisation("C"), period=YEAR, today=date(2025, 1, 9), **options)
    except DomainError as error:
        assert "写不出总结" in str(error)
        return None


def paragraphs_of(document: Document) -> list[Paragraph]:
    return [block for block in document.blocks if isinstance(block, Paragraph)]


@laws(12)
@given(rows=registers(), round_down=st.booleans(), family=st.sampled_from(sorted(summary_words().families)))
def test_what_is_printed_is_what_is_recorded(rows: list[Row], round_down: bool, family: str, tmp_path: Path) -> None:
    with forgotten():
        load_rows(tmp_path, organisations=TREE, entries=rows)
        document = written(style=Style(round_down=round_down), family=family, length="full")
        if document is None:
            return
        _numbers_hold_their_totals(document)
        _one_quantity_has_one_form(document)
        _headings_are_of_one_family(document, family)
        _no_effect_stands_twice(document)
        _length_is_in_budget_or_noted(document)
        _what_has_no_entry_leaves_no_trace(document, rows)
        _figures_are_read_back(document)
        again = lint(document, Surroundings(period=YEAR, families=summary_words().families))
        assert not [note for note in again if "没有来源" in note or "两处" in note or "标题" in note]


@laws(6)
@given(rows=registers())
def test_two_addressees_read_the_same_totals_in_another_order(rows: list[Row], tmp_path: Path) -> None:
    with forgotten():
        load_rows(tmp_path, organisations=TREE, entries=rows)
        found = [written(addressee=each) for each in ("upper-association", "party-office", "assessment")]
        sets = {
            tuple(sorted({number.key + number.text for number in each.numbers() if not number.query.entry}))
            for each in found
            if each is not None
        }
        assert len(sets) <= 1


def _numbers_hold_their_totals(document: Document) -> None:
    for number in document.numbers():
        assert read_back(number.text).contains(number), number.text


def _one_quantity_has_one_form(document: Document) -> None:
    forms: dict[str, set[str]] = {}
    for paragraph in paragraphs_of(document):
        for span in paragraph.spans:
            if hasattr(span, "key"):
                forms.setdefault(span.key, set()).add(span.text)
    assert all(len(each) == 1 for each in forms.values())


def _headings_are_of_one_family(document: Document, family: str) -> None:
    headings = [block.text.partition("、")[2] for block in document.blocks if isinstance(block, Heading)]
    assert set(headings) <= set(summary_words().families[family].values())
    assert len({len(heading) for heading in headings}) <= 1
    assert len(set(headings)) == len(headings)


def _no_effect_stands_twice(document: Document) -> None:
    text = "".join(paragraph.text for paragraph in paragraphs_of(document))
    for effect in summary_words().effects:
        assert text.count(effect.text) <= 1
    assert not re.search(r"[，；、。]{2}|\{|\}", text), text


def _length_is_in_budget_or_noted(document: Document) -> None:
    least, most = summary_words().lengths["year"]
    if not least <= document.characters <= most:
        assert any(f"全文{document.characters}字" in note for note in document.notes)


def _what_has_no_entry_leaves_no_trace(document: Document, rows: list[Row]) -> None:
    ours = [row for row in rows if row["organisation"] != "D1" and row["end"].startswith("2024")]
    recorded = {row.get("work_area") or "literacy" for row in ours}
    for number in document.numbers():
        assert number.query.work_area in {None, *recorded}
    titles = {row["title"] for row in ours}
    quoted = {title for paragraph in paragraphs_of(document) for title in re.findall("“([^”]*)”", paragraph.text)}
    theme_days = {title for item in load("campaigns") for title in re.findall("“([^”]*)”", item["name"])}
    assert quoted <= titles | theme_days


def _figures_are_read_back(document: Document) -> None:
    """Kexie's own reader finds every printed number of work at its place, with its value, qualifier and unit."""
    for paragraph in paragraphs_of(document):
        found = {(each.start, each.end): each for each in figures_of(paragraph.text)}
        place = 0
        for span in paragraph.spans:
            start, place = place, place + len(span.text)
            if not hasattr(span, "key") or span.unit == "%":
                continue
            meant = read_back(span.text)
            near = [each for (first, last), each in found.items() if first < place and start < last]
            assert near, f"{span.text} in {paragraph.text}"
            values = {each.value for each in near}
            assert meant.value in values, (span.text, values, paragraph.text)
            qualifiers = {each.qualifier for each in near if each.value == meant.value}
            assert meant.qualifier in qualifiers, (span.text, qualifiers)
