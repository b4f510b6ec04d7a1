"""A made-up province for benchmarks: a tree by ``load_tree``, and what totals keep by statements over whole tables.

The rows are those that ``totals.services.post`` writes for entries without merge groups; what is held of stocks and
some hundred groups are then kept and posted by the services themselves. ``bench/totals.py`` compares the answers with
DuckDB's before it times them.
"""

import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

ROOT = "P"
FIRST_DAY, DAYS = date(2023, 1, 1), 4 * 365 + 1  # four years
FIGURES_OF_AN_ENTRY = 3


@contextmanager
def empty_home() -> Iterator[Path]:
    """A home of its own with an empty SQLite database, gone afterwards. To be entered before Django is imported."""
    with tempfile.TemporaryDirectory(prefix="kexie-bench-", dir=os.environ.get("BENCH_FOLDER")) as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ["KEXIE_HOME"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "kexie.settings"
        from kexie.cli.runtime import prepare_home, start

        start()
        prepare_home()
        yield Path(folder)


def plant(organisations: int) -> None:
    """Load a tree of five levels: a province, cities, counties with departments, townships, villages."""
    from kexie.orgs.services import TreeRow, load_tree

    cities, counties, townships = 16, organisations // 180, organisations // 12
    kinds = ["city"] * cities + ["county"] * counties + ["township"] * townships
    kinds += ["village"] * (organisations - 1 - len(kinds))
    rows = [TreeRow(line=1, code=ROOT, name="省科协", kind="province")]
    levels: dict[str, list[str]] = {"province": [ROOT]}
    above = {"city": "province", "county": "city", "township": "county", "village": "township"}
    for number, kind in enumerate(kinds):
        code = f"{kind[0]}{number}"
        siblings = levels.setdefault(kind, [])
        parents = levels[above[kind]]
        parent = parents[len(siblings) % len(parents)]
        siblings.append(code)
        # One unit in twenty of a county's is a member department.
        real = "department" if kind == "township" and len(siblings) % 20 == 0 else kind
        rows.append(TreeRow(line=number + 2, code=code, name=f"{code}科协", kind=real, parent_code=parent))
    load_tree(rows=rows, file="bench", actor="bench")


def fill(figures: int, groups: int = 300) -> None:
    """Book ``figures`` figures of entries that ended on random days of four years, and merge groups of two entries."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE ways (organisation INTEGER, ancestor INTEGER, child INTEGER, outside BOOL)")
        cursor.executemany("INSERT INTO ways VALUES (%s, %s, %s, %s)", list(_ways()))
        cursor.execute("CREATE INDEX ways_of ON ways (organisation)")
        _facts(cursor, figures)
        cursor.execute(
            "INSERT INTO totals_stamp (posting_id, ancestor_id, child_id, outside) "
            "SELECT p.id, ancestor, child, outside FROM totals_posting p JOIN ways ON organisation = p.organisation_id"
        )
        cursor.execute(_SUMS)
        cursor.execute("DROP TABLE ways")
    _hold_stocks()
    _post_groups(figures, groups)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


_SUMS = """
INSERT INTO totals_monthsum (ancestor_id, month, indicator_id, outside, value, low, high, entries, exact, at_least,
                             at_most, about, "range", without_high, low_exclusive, high_exclusive)
SELECT s.ancestor, f.month, f.indicator, s.outside, SUM(value), SUM(low), SUM(high), SUM(entries), SUM(exact),
       SUM(at_least), 0, 0, 0, SUM(without_high), 0, SUM(high_exclusive)
FROM (
    SELECT p.organisation_id AS unit, p.month, f.indicator_id AS indicator, SUM(f.value) AS value,
           SUM(COALESCE(f.low, 0)) AS low, SUM(COALESCE(f.high, 0)) AS high, COUNT(DISTINCT p.id) AS entries,
           SUM(f.qualifier = 'exact') AS exact, SUM(f.qualifier = 'at_least') AS at_least,
           SUM(f.high IS NULL) AS without_high, SUM(f.high_exclusive AND f.high IS NOT NULL) AS high_exclusive
    FROM totals_fact f JOIN totals_posting p ON p.id = f.posting_id WHERE NOT f.part GROUP BY 1, 2, 3
) f JOIN ways s ON s.organisation = f.unit GROUP BY 1, 2, 3, 4
"""


def _ways() -> Iterator[tuple[int, int, int | None, bool]]:
    from kexie.orgs.models import Lineage, ids_of_path

    for organisation, path, deepest in Lineage.objects.values_list("organisation", "path", "department_depth"):
        ids = [*ids_of_path(path), None]
        for depth in range(len(ids) - 1):
            yield organisation, ids[depth] or 0, ids[depth + 1], depth < deepest


def _facts(cursor: object, figures: int) -> None:
    """Postings and facts: most of them flows, of which one in twenty is "of which"; one in ten a stock."""
    from kexie.catalogue import load
    from kexie.orgs.models import Organisation
    from kexie.totals.models import Indicator, IndicatorKind

    dice = random.Random(figures)
    units = list(Organisation.objects.values_list("pk", flat=True))
    flows = list(Indicator.objects.filter(kind=IndicatorKind.FLOW).values_list("pk", flat=True))
    stocks = list(Indicator.objects.filter(kind=IndicatorKind.STOCK).values_list("pk", flat=True))
    areas = [area["code"] for area in load("work_areas")]
    number = 0
    for start in range(0, figures // FIGURES_OF_AN_ENTRY, 50_000):
        postings, facts = [], []
        for entry in range(start + 1, min(start + 50_000, figures // FIGURES_OF_AN_ENTRY) + 1):
            day = FIRST_DAY + timedelta(days=dice.randrange(DAYS))
            month = day.year * 100 + day.month
            postings.append((entry, entry, dice.choice(units), day, day, month, 0, dice.choice(areas)))
            for indicator in dice.sample(flows, FIGURES_OF_AN_ENTRY):
                if dice.random() < 0.1:
                    indicator = dice.choice(stocks)
                number += 1
                value = dice.randrange(1, 5000)
                loose = dice.random() < 0.2
                high = value + 100 if loose else value
                facts.append((entry, indicator, "at_least" if loose else "exact", value, value, high, False, loose,
                              "", "", dice.random() < 0.05))  # fmt: skip
        cursor.executemany(  # type: ignore[attr-defined]
            "INSERT INTO totals_posting (id, entry, organisation_id, day, booked, month, rank, work_area) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            postings,
        )
        cursor.executemany(  # type: ignore[attr-defined]
            "INSERT INTO totals_fact (posting_id, indicator_id, qualifier, value, low, high, low_exclusive, "
            'high_exclusive, mode, "group", part) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)',
            facts,
        )


def _hold_stocks() -> None:
    from django.db import transaction

    from kexie.orgs.models import Organisation
    from kexie.totals.holdings import hold
    from kexie.totals.models import Indicator
    from kexie.totals.services import fold

    with transaction.atomic():
        hold(
            organisations=Organisation.objects.values_list("pk", flat=True),
            indicators=Indicator.objects.values_list("pk", flat=True),
        )
        fold()


def _post_groups(figures: int, groups: int) -> None:
    from kexie.orgs.models import Organisation
    from kexie.totals.models import Indicator, IndicatorKind
    from kexie.totals.services import FactData, PostingData, fold, post

    dice = random.Random(groups)
    units = list(Organisation.objects.values_list("pk", flat=True))
    flows = list(Indicator.objects.filter(kind=IndicatorKind.FLOW).values_list("pk", flat=True))[:6]
    told = []
    for group in range(1, groups + 1):
        day = FIRST_DAY + timedelta(days=dice.randrange(DAYS))
        for rank in range(2):
            facts = tuple(FactData(i, "exact", 100 + rank, 100 + rank, 100 + rank) for i in dice.sample(flows, 3))
            entry = figures + group * 2 + rank
            told.append(PostingData(entry, dice.choice(units), day, "", facts, booked=day, group=group, rank=rank))
    post(postings=told)
    fold()
