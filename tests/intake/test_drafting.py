"""From facts to drafts; no database."""

from decimal import Decimal
from typing import Any

from kexie.core.periods import Period
from kexie.intake.drafting import Drafted, draft
from kexie.reading import Document, Figure
from kexie.reading.model import Activity


def number(text: str, quote: str, indicator: str, **others: Any) -> Figure:
    """The last mention of ``quote`` in ``text``, exact and counted."""
    start = text.rindex(quote)
    value = Decimal(quote[:-1])
    known: dict[str, Any] = {"start": start, "end": start + len(quote), "quote": quote, "value": value, "low": value}
    known |= {"qualifier": "exact", "high": value, "soft_high": None, "low_exclusive": False, "unit": quote[-1]}
    return Figure(**known, counted="", kind="count", status="actual", indicator=indicator, **others)


def drafted(text: str, figures: list[Figure], activities: list[Activity] | None = None) -> Drafted:
    document = Document(
        index=1,
        start=0,
        end=len(text),
        title="总结",
        kind="summary",
        organisation="县科协",
        level="county",
        period="2024",
        activities=activities or [],
        figures=figures,
    )
    return draft(document=document, text=text, period=Period.parse("2024"))


def test_an_event_that_is_told_twice_is_drafted_once() -> None:
    text = "举办科普讲座12场。\n后来又说到讲座13场。"
    told = ("讲座", None, None, None, (), "organiser", None, None, None)
    activities = [Activity("a1", 0, 9, *told), Activity("a2", 11, 20, *told, same_as="a1")]
    figures = [
        number(text, "12场", "lectures", activity="a1"),
        number(text, "13场", "lectures", activity="a2"),
    ]
    found = drafted(text, figures, activities)
    assert [[figure.value for figure in each.figures] for each in found.drafts] == [[12]]
    assert found.repeated == 1
    assert "同一件事" in found.left_out
    assert len(drafted(text, figures).drafts) == 2


def test_a_part_points_at_its_whole_in_the_same_draft() -> None:
    text = "培训茶农80人，其中女茶农35人。"
    figures = [
        number(text, "80人", "trained_person_times"),
        number(text, "35人", "trained_person_times", part_of=0),
    ]
    [each] = drafted(text, figures).drafts
    assert [(figure.value, figure.part_of, figure.groups) for figure in each.figures] == [(80, None, []), (35, 0, [])]


def test_a_part_whose_whole_is_told_elsewhere_adds_nothing_either() -> None:
    text = "培训茶农80人。其中女茶农35人。"
    figures = [
        number(text, "80人", "trained_person_times"),
        number(text, "35人", "trained_person_times", part_of=0),
    ]
    whole, part = drafted(text, figures).drafts
    assert whole.figures[0].groups == []
    assert part.figures[0].groups == ["其中"]


def test_a_damaged_number_is_left_out_and_said() -> None:
    text = "培训茶农8人。举办讲座2场。"
    figures = [
        number(text, "8人", "trained_person_times", suspect=("可能缺了一个“1”",)),
        number(text, "2场", "lectures"),
    ]
    found = drafted(text, figures)
    assert [figure.indicator for each in found.drafts for figure in each.figures] == ["lectures"]
    assert found.left_out == "1个数可能缺字，没有起草"
