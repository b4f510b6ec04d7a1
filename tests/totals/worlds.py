"""Small random worlds for hypothesis: a tree with moves, mergers and dissolved units, and entries of all sorts."""

import os
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.factories import Row, entry, figure, unit
from tests.totals.definition import standing

# The same examples every time; KEXIE_EXAMPLES=500 looks at as many others.
_ASKED = os.environ.get("KEXIE_EXAMPLES")


def laws(examples: int) -> settings:
    """Settings of a law that is tried on ``examples`` worlds."""
    return settings(
        max_examples=int(_ASKED or examples),
        derandomize=_ASKED is None,
        database=None,
        deadline=None,
        # A world that breaks a law is shown as it is; KEXIE_SHRINK=1 looks for the smallest, which takes minutes.
        phases=[*([Phase.shrink] if os.environ.get("KEXIE_SHRINK") else []), Phase.explicit, Phase.generate],
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
        ],
    )


CUTS = ["2023-04-15", "2023-07-01", "2023-10-31"]  # days on which the tree may change
DAYS = [
    *("2022-03-31", "2022-06-30", "2022-07-01", "2022-12-31", "2023-01-01", "2023-04-14", "2023-04-15", "2023-04-16"),
    *("2023-06-30", "2023-07-01", "2023-10-30", "2023-10-31", "2023-11-01", "2023-12-31", "2024-02-29", "2024-12-31"),
]
PERIODS = [(202301, 202312), (202304, 202304), (202304, 202309), (202310, 202310), (202401, 202412), (202201, 202412)]
INDICATORS = ["person_times", "materials", "donated_value", "galleries", "members"]
STATUSES = ["approved", "approved", "approved", "submitted", "draft", "returned", "void"]


def _before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1))


@st.composite
def trees(draw: st.DrawFn) -> list[Row]:
    """Rows of orgs.csv for a root and two to six units that come, move, are merged and go."""
    rows = [unit("A", kind="province")]
    parents = ["A"]  # may have units below them at any time: they stay, or are merged when they go
    ends: dict[str, str] = {"A": "9999"}
    for number in range(draw(st.integers(2, 6))):
        code = f"U{number}"
        life = draw(st.sampled_from(["stays", "stays", "merged", "brief"]))
        cuts = sorted(draw(st.sets(st.sampled_from(CUTS), max_size=2)))
        since, to, successor = "", "", ""
        if life == "merged":
            end = draw(st.sampled_from(CUTS))
            cuts = [cut for cut in cuts if cut < end]
            to = _before(end)
            successor = draw(st.sampled_from([each for each in parents if ends[each] > end]))
            ends[code] = end
        elif life == "brief":
            since, to = draw(
                st.sampled_from([("2023-04-16", "2023-10-30"), ("2022-07-01", "2023-06-30"), (CUTS[1], "")])
            )
            cuts = [cut for cut in cuts if since < cut < (to or "9999")]
        else:
            ends[code] = "9999"
        starts = [since, *cuts]
        for index, start in enumerate(starts):
            last = index + 1 == len(starts)
            # Where the next row begins, this one ends the day before, on that very day, or is left open.
            until = to if last else draw(st.sampled_from([_before(starts[index + 1]), starts[index + 1], ""]))
            if until and start and until < start:
                until = starts[index + 1]
            rows.append(
                unit(
                    code,
                    draw(st.sampled_from(parents)),
                    draw(st.sampled_from(["township", "society", "department"])),
                    since=start,
                    to=until,
                    successor=successor if last else "",
                    order=draw(st.integers(0, 3)),
                )
            )
        if life != "brief":
            parents.append(code)
    return rows


@st.composite
def numbers(draw: st.DrawFn, indicator: str) -> Row:
    """A figure with any qualifier and the bounds that go with it, told in one of the ways that the format allows."""
    step = 100 if indicator == "donated_value" else 1
    told = draw(st.integers(0, 5000))
    value, more = told / step, (told + draw(st.integers(0, 5000))) / step
    if step == 1:
        value, more = told, int(more)
    less = draw(st.sampled_from([0, value]))
    match draw(st.sampled_from(["exact", "exact", "at_least", "at_most", "about", "range"])):
        case "exact":
            return figure(indicator, value, **draw(st.sampled_from([{}, {"qualifier": "exact"}, {"low": value}])))
        case "at_least":
            bounds: list[Row] = [{}, {"low": value}, {"high": more}, {"high": more, "high_exclusive": False}]
            return figure(indicator, value, qualifier="at_least", **draw(st.sampled_from(bounds)))
        case "at_most":
            bounds = [{}, {"high": value}, {"low": less}]
            return figure(indicator, value, qualifier="at_most", **draw(st.sampled_from(bounds)))
        case "about":
            bounds = [{}, {"high": value}, {"low": less, "high": more}]
            return figure(indicator, value, qualifier="about", **draw(st.sampled_from(bounds)))
        case _:
            bounds = [{"low": value, "high": more}, {"low": value}, {"high": more}]
            return figure(indicator, None, qualifier="range", **draw(st.sampled_from(bounds)))


@st.composite
def figures(draw: st.DrawFn) -> list[Row]:
    """Up to four figures, some of them "of which"."""
    rows = [draw(numbers(draw(st.sampled_from(INDICATORS)))) for _ in range(draw(st.integers(0, 4)))]
    for index, row in enumerate(rows):
        match draw(st.sampled_from(["whole", "whole", "whole", "group", "groups", "part"])):
            case "group":
                row["groups"] = ["女"]
            case "groups":
                row["groups"] = ["女", "60岁以上"]
            case "part" if index:
                row["part_of"] = draw(st.sampled_from([index - 1, 0]))
    return rows


@st.composite
def histories(draw: st.DrawFn, units: list[Row]) -> list[Row]:
    """Lines of entries.jsonl in any order: entries with one to three revisions in any status."""
    codes = sorted({row["code"] for row in units})
    rows = []
    for number in range(draw(st.integers(1, 12))):
        for revision in range(1, draw(st.sampled_from([1, 1, 1, 2, 3])) + 1):
            code = draw(st.sampled_from(codes))
            days = [day for day in DAYS if standing(units, code, date.fromisoformat(day))]
            end = draw(st.sampled_from(days))
            status = draw(st.sampled_from(STATUSES))
            told: dict[str, Any] = {"status": status, "figures": draw(figures()), "revision": revision}
            if status == "draft" and draw(st.booleans()):
                end = None
            rows.append(entry(f"e{number}", code, end, **told))
    return draw(st.permutations(rows))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    """A tree and entries."""
    units = draw(trees())
    return units, draw(histories(units))
