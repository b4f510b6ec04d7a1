"""Many sessions at once on PostgreSQL: approvals, merges, folding, restamping; none waits for ever, nothing is lost.

DATABASE_URL=postgresql://… python -m tests.slow.approvals --clients 64 --approvals 10000

It works in a database of its own, which it makes and drops. At its end the sums are compared with a definition in plain
Python over entries and groups. Every tenth entry is approved by two people at once, of whom one must be refused.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

THREADS = 16  # of one process; each is a session of its own
INDICATORS = ("books", "boards")
STOCK = "members"  # of every third entry: what a unit told last holds
Units = dict[str, list[str]]


def units() -> tuple[list[str], Units]:
    """The rows of orgs.csv, and for each township the codes of those that count it."""
    rows, above = ["code,name,kind,parent_code", "P,省科协,province,"], {}
    for county in range(4):
        rows.append(f"C{county},县{county}科协,county,P")
        for township in range(6):
            code = f"T{county}{township}"
            rows.append(f"{code},镇{code}科协,township,C{county}")
            above[code] = ["P", f"C{county}", code]
    return rows, above


def entries(count: int) -> list[dict[str, Any]]:
    """Drafts of all townships over the year 2024; every other one has two indicators, every third one a stock."""
    _, above = units()
    codes = sorted(above)
    told = []
    for number in range(count):
        day = (date(2024, 1, 1) + timedelta(days=number * 37 % 360)).isoformat()
        figures = [{"indicator": code, "value": 1 + number % 97} for code in INDICATORS[: 1 + number % 2]]
        if number % 3 == 0:
            figures.append({"indicator": STOCK, "value": 1 + number})
        told.append(
            {
                "id": f"e{number}", "register": "activity", "organisation": codes[number % len(codes)],
                "title": f"活动{number}", "start": day, "end": day, "status": "draft", "figures": figures,
            }
        )  # fmt: skip
    return told


def definition(told: list[dict[str, Any]], groups: list[list[str]]) -> Counter[tuple[str, int, str]]:
    """What every organisation counts of the entries, all of them approved: by code, month and indicator."""
    _, above = units()
    by_id = {row["id"]: row for row in told}
    sums: Counter[tuple[str, int, str]] = Counter()
    grouped = {key for group in groups for key in group}
    for group in [*groups, *([key] for key in by_id if key not in grouped)]:
        month = int(by_id[group[0]]["end"][:7].replace("-", ""))
        taken = set()
        for key in group:
            row = by_id[key]
            for organisation in above[row["organisation"]]:
                for figure in row["figures"]:
                    if figure["indicator"] == STOCK:
                        continue
                    place = (organisation, month, figure["indicator"])
                    if place not in taken:
                        sums[place] += figure["value"]
                    taken.add(place)
    return sums


def stocks(told: list[dict[str, Any]]) -> dict[str, int]:
    """What every organisation holds at the end of the year: of each unit the last value, of one day the later entry."""
    _, above = units()
    last: dict[str, tuple[str, int, int]] = {}
    for number, row in enumerate(told):
        for figure in row["figures"]:
            if figure["indicator"] == STOCK:
                unit, value = row["organisation"], (row["end"], number, figure["value"])
                last[unit] = max(last.get(unit, value), value)
    sums: Counter[str] = Counter()
    for unit, (_, _, value) in last.items():
        sums.update(dict.fromkeys(above[unit], value))
    return dict(sums)


def held() -> dict[str, int]:
    """The same as it is read from the database."""
    from kexie.orgs.models import Organisation
    from kexie.totals.queries import totals

    question: dict[str, Any] = {"first_month": 202401, "last_month": 202412, "indicators": [STOCK]}
    answers = {each.code: totals(organisation=each, **question).get(STOCK) for each in Organisation.objects.all()}
    return {code: int(total.value) for code, total in answers.items() if total}


def prepare(count: int) -> None:
    from kexie.cli.runtime import prepare_home, start

    start()
    prepare_home()
    from kexie.registers.exchange import Paths, load

    with tempfile.TemporaryDirectory() as name:
        organisations, drafts = Path(name) / "orgs.csv", Path(name) / "entries.jsonl"
        organisations.write_text("\n".join(units()[0]) + "\n", encoding="utf-8")
        drafts.write_text("\n".join(map(json.dumps, entries(count))) + "\n", encoding="utf-8")
        load(paths=Paths(organisations=organisations, entries=drafts), actor="slow")


def work(share: range, clients: int, count: int, answers: Any) -> None:
    """One process: its share of the clients as threads, each with a connection of its own."""
    from kexie.cli.runtime import start

    start()
    outcome: Counter[str] = Counter()
    errors: list[str] = []
    threads = [threading.Thread(target=client, args=(mine, clients, count, outcome, errors)) for mine in share]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put((dict(outcome), errors))


def client(mine: int, clients: int, count: int, outcome: Counter[str], errors: list[str]) -> None:
    """Approve every ``clients``-th entry, and every tenth of the next client's; merge two now and then."""
    from django.db import connection

    from kexie.core.errors import DomainError
    from kexie.registers.merging import merge
    from kexie.registers.models import Entry
    from kexie.registers.services import approve

    chance = random.Random(mine)
    own = [f"e{number}" for number in range(mine, count, clients)]
    own += [f"e{number}" for number in range((mine + 1) % clients, count, clients) if number // clients % 10 == 0]
    chance.shuffle(own)
    for uid in own:
        try:
            if chance.random() < 0.05:
                wanted = [f"e{number}" for number in chance.sample(range(count), chance.choice([2, 2, 3]))]
                chosen = {entry.uid: entry for entry in Entry.objects.filter(uid__in=wanted)}
                merge(entries=[chosen[key] for key in wanted], actor="slow")
                outcome["merged"] += 1
        except DomainError:
            outcome["not merged"] += 1
        except Exception as error:
            errors.append(f"merge: {type(error).__name__}: {error}")
        try:
            approve(entry=Entry.objects.get(uid=uid), actor="slow")
            outcome["approved"] += 1
        except DomainError:
            outcome["refused"] += 1
        except Exception as error:
            errors.append(f"approve {uid}: {type(error).__name__}: {error}")
    connection.close()


def tidy(ended: threading.Event, errors: list[str]) -> None:
    """What a worker does meanwhile: fold all the time, and book again whatever stands elsewhere (nothing does)."""
    from django.db import connection

    from kexie.orgs.models import Organisation
    from kexie.totals.services import fold_waiting, restamp

    turn = 0
    while not ended.wait(0.2):
        try:
            fold_waiting()
            turn += 1
            if turn % 10 == 0:
                restamp(organisations=list(Organisation.objects.values_list("pk", flat=True)))
        except Exception as error:
            errors.append(f"tidy: {type(error).__name__}: {error}")
    connection.close()


def found() -> Counter[tuple[str, int, str]]:
    """The sums in the database, folded or not."""
    from django.db.models import Sum

    from kexie.totals.models import MonthSum, SumDelta

    sums: Counter[tuple[str, int, str]] = Counter()
    for table in (MonthSum, SumDelta):
        rows = table.objects.values_list("ancestor__code", "month", "indicator__code").order_by()
        for code, month, indicator, value in rows.annotate(Sum("value")):
            sums[code, month, indicator] += value
    return sums


def main(clients: int, count: int) -> None:
    prepare(count)
    from kexie.core.queries import broken_audit_record
    from kexie.registers.models import MergeGroup
    from kexie.totals.services import fold

    spawn = multiprocessing.get_context("spawn")
    answers = spawn.Queue()
    ended, errors = threading.Event(), list[str]()
    tidier = threading.Thread(target=tidy, args=(ended, errors))
    shares = [range(clients)[first : first + THREADS] for first in range(0, clients, THREADS)]
    processes = [spawn.Process(target=work, args=(share, clients, count, answers)) for share in shares]
    started = time.perf_counter()
    tidier.start()
    for process in processes:
        process.start()
    outcome: Counter[str] = Counter()
    for _ in processes:
        told, wrong = answers.get(timeout=3600)
        outcome.update(told)
        errors += wrong
    seconds = time.perf_counter() - started
    ended.set()
    tidier.join()
    groups = [
        [member.entry.uid for member in group.members.all()]
        for group in MergeGroup.objects.prefetch_related("members__entry")
    ]
    expected = +definition(entries(count), groups)
    unfolded = +found()
    fold()
    twice = sum(1 for number in range(count) if number // clients % 10 == 0) if clients > 1 else 0
    print(f"{clients} sessions, {count} approvals, {len(groups)} merges in {seconds:.1f} s: {dict(outcome)}")
    print("\n".join(errors[:10]) or "no deadlock, no other error")
    assert not errors, len(errors)
    assert (outcome["approved"], outcome["refused"]) == (count, twice), outcome
    assert unfolded == expected, (unfolded - expected, expected - unfolded)
    assert +found() == expected
    assert held() == stocks(entries(count)), (held(), stocks(entries(count)))
    assert broken_audit_record() is None
    print(f"what {len(held())} organisations hold is that of the definition, too")
    print(f"all {len(expected)} sums are those of the definition; the audit chain is whole")


if __name__ == "__main__":
    from tests.core.own_home import own_home

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--approvals", type=int, default=10_000)
    told = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        sys.exit("DATABASE_URL has to name a PostgreSQL server")
    with tempfile.TemporaryDirectory() as name, own_home(Path(name)) as home:
        code = f"from tests.slow.approvals import main; main({told.clients}, {told.approvals})"
        child = home.start(code)
        assert child.stdout
        for line in child.stdout:
            print(line, end="")
        err = child.communicate()[1]
        sys.exit(err if child.returncode else 0)
