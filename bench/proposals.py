"""How long finding same events takes: a province's year of entries against a limit of 60 seconds.

``SIZE`` is the number of entries, at least 1,000 (100,000 is what the limit is meant for). The entries are made up:
every unit holds ordinary events all year and many on the same few days, one in twenty is reported by two units.
"""

import os
import random
import sys
import tempfile
import time
from datetime import date, timedelta
from typing import Any

SIZE = max(1000, int(os.environ.get("SIZE", "20000")))
LIMIT = 60.0  # seconds for 100,000 entries
TOWNSHIPS, VILLAGES, SOCIETIES, PER_COUNTY = 12, 60, 12, 1000
TOPICS = ("食品安全", "防溺水", "高血压防治", "水稻绿色防控", "反诈骗", "防雷避险", "柑橘修剪", "心肺复苏", "节约用水")
FORMS = ("知识讲座", "主题宣传", "义诊咨询", "技术培训班", "图片展")
HALLS = ("党群服务中心", "文化广场", "农家书屋", "田间", "活动室")
BUSY = (date(2025, 3, 5), date(2025, 5, 12), date(2025, 5, 24), date(2025, 9, 19))


def units(counties: int) -> list[dict[str, str]]:
    """Rows of a province with ``counties`` counties, their townships, villages and societies."""
    rows = [{"code": "P", "name": "某省科协", "kind": "province", "parent": "", "short": "省科协"}]
    for county in range(counties):
        top = f"C{county}"
        rows.append(
            {"code": top, "name": f"甲{county}县科协", "kind": "county", "parent": "P", "short": f"甲{county}县科协"}
        )
        for number in range(TOWNSHIPS):
            name = f"乙{county}之{number}镇"
            rows.append({"code": f"{top}T{number}", "name": name, "kind": "township", "parent": top, "short": name})
        for number in range(VILLAGES):
            name = f"丙{county}之{number}村"
            parent = f"{top}T{number % TOWNSHIPS}"
            rows.append({"code": f"{top}V{number}", "name": name, "kind": "village", "parent": parent, "short": name})
        for number in range(SOCIETIES):
            name = f"县第{number}学会"  # of the same name in every county, as in life
            rows.append({"code": f"{top}S{number}", "name": name, "kind": "society", "parent": top, "short": name})
    return rows


def events(rows: list[dict[str, str]], size: int, dice: random.Random) -> list[dict[str, Any]]:
    """About ``size`` entries: dicts of what a revision says, with the code of the unit and the persons reached."""
    told: list[dict[str, Any]] = []
    able = [row for row in rows if row["kind"] != "province"]
    while len(told) < size:
        unit = dice.choice(able)
        county = unit["code"].split("T")[0].split("V")[0].split("S")[0]
        day = dice.choice(BUSY) if dice.random() < 0.15 else date(2025, 1, 1) + timedelta(days=dice.randrange(365))
        village = unit if unit["kind"] == "village" else {"code": f"{county}V{dice.randrange(VILLAGES)}"}
        society = f"县第{dice.randrange(SOCIETIES)}学会"
        name = f"丙{county[1:]}之{village['code'].split('V')[1]}村"
        title = dice.choice(TOPICS) + dice.choice(FORMS)
        event = {
            "unit": unit["code"], "title": title, "day": day, "place": name + dice.choice(HALLS),
            "places": [village["code"]], "partners": [society] if dice.random() < 0.5 else [],
            "people": dice.randrange(30, 900),
        }  # fmt: skip
        told.append(event)
        if dice.random() < 0.05:
            other = f"{county}S{society[2:-2]}"
            told.append({**event, "unit": other, "title": f"{title}走进{name}", "partners": [unit["short"]]})
    return told[:size]


def fill(rows: list[dict[str, str]], told: list[dict[str, Any]]) -> None:
    """Put units and entries into the database as they would be after loading, without booking them."""
    from django.db import transaction

    from kexie.orgs.models import Organisation
    from kexie.orgs.services import TreeRow, load_tree
    from kexie.registers.models import Entry, Figure, Register, Revision
    from kexie.registers.services import sync_registers
    from kexie.totals.models import Indicator
    from kexie.totals.services import sync_indicators

    sync_indicators()
    sync_registers()
    tree = [
        TreeRow(line, row["code"], row["name"], row["kind"], row["parent"], short_name=row["short"])
        for line, row in enumerate(rows, start=2)
    ]
    load_tree(rows=tree, file="bench", actor="bench")
    codes = dict(Organisation.objects.values_list("code", "pk"))
    register, people = Register.objects.get(code="activity"), Indicator.objects.get(code="person_times")
    with transaction.atomic():
        entries = Entry.objects.bulk_create(
            [
                Entry(uid=f"e{number}", register=register, organisation_id=codes[each["unit"]])
                for number, each in enumerate(told)
            ],
            batch_size=500,
        )
        revisions = Revision.objects.bulk_create(
            [
                Revision(
                    entry=entry, number=1, status="approved", organisation_id=entry.organisation_id,
                    title=each["title"], start=each["day"], end=each["day"], place=each["place"],
                    places=each["places"], partners=each["partners"], digest="",
                )
                for entry, each in zip(entries, told, strict=True)
            ],
            batch_size=500,
        )  # fmt: skip
        Figure.objects.bulk_create(
            [
                Figure(revision=revision, indicator=people, value=each["people"], low=each["people"])
                for revision, each in zip(revisions, told, strict=True)
            ],
            batch_size=500,
        )
        for entry, revision in zip(entries, revisions, strict=True):
            entry.latest = entry.counting = revision
        Entry.objects.bulk_update(entries, ["latest", "counting"], batch_size=300)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kexie-bench-") as home:
        os.environ.update(KEXIE_HOME=home, DJANGO_SETTINGS_MODULE="kexie.settings")
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        os.makedirs(f"{home}/data")  # noqa: PTH103
        django.setup()
        call_command("migrate", verbosity=0)
        from kexie.core.periods import Period
        from kexie.orgs.models import Organisation
        from kexie.registers.proposals import propose

        dice = random.Random(20)
        rows = units(max(1, SIZE // PER_COUNTY))
        fill(rows, events(rows, SIZE, dice))
        print(f"{SIZE} entries of {len(rows)} units", file=sys.stderr)
        started = time.perf_counter()
        found = propose(organisation=Organisation.objects.get(code="P"), period=Period.parse("2025"))
        seconds = time.perf_counter() - started
        assert len(found) > SIZE // 50  # the shared events that were put in are found
        ratio = seconds / (LIMIT * SIZE / 100_000)
        print(f"proposals over {SIZE} entries: ratio {ratio:.2f} (required <= 1.00)")


if __name__ == "__main__":
    main()
