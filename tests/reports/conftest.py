"""A small county: city, county, townships, a village, a society, a school, a department; two years of entries."""

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kexie.orgs.models import Organisation, User
from kexie.orgs.services import assign_role, create_account
from kexie.registers.exchange.load import Paths, load
from kexie.registers.services import sync_registers
from kexie.reports.keeping import save_report
from kexie.reports.model import Document, Heading, Number, NumberQuery, Paragraph, Table, Text
from kexie.reports.models import Report
from kexie.reports.services import compose_report
from kexie.totals.services import sync_indicators

HOSTILE = "<script>alert(1)</script>"
COMMAND = "=cmd|' /C calc'!A0"
PASSWORD = "reports-test-0001"

UNITS = [
    ("S", "某市科学技术协会", "某市科协", "city", ""),
    ("C", "青禾县科学技术协会", "青禾县科协", "county", "S"),
    ("T2", "望川镇", "望川镇", "township", "C"),
    ("T1", "稻香镇", "稻香镇", "township", "C"),
    ("T3", "云岫乡", "云岫乡", "township", "C"),
    ("V1", "柳树村", "柳树村", "village", "T1"),
    ("X1", "青禾县园艺学会", "园艺学会", "society", "C"),
    ("B1", "青禾县第一中学", "县一中", "school", "C"),
    ("D1", "青禾县农业农村局", "县农业农村局", "department", "C"),
    ("O", "邻县科学技术协会", "邻县科协", "county", "S"),
]
ORDERS = {"T1": 1, "T2": 2, "T3": 3, "X1": 20, "B1": 30, "D1": 40}


def entry(
    key: str, unit: str, title: str, day: str, fields: dict[str, Any] | None = None, **others: Any
) -> dict[str, Any]:
    """Return a line of entries.jsonl, approved, on one day."""
    told = {"id": key, "register": "activity", "organisation": unit, "title": title, "start": day, "end": day}
    return {**told, "status": "approved", "fields": fields or {}, **others}


def lines() -> Iterator[dict[str, Any]]:
    """Two years of entries; 2024 has more than 2023."""
    at_least = {"value": 5000, "qualifier": "at_least", "low": 5000, "high": 6000, "high_exclusive": True}
    for year, count in ((2023, 20), (2024, 24)):
        for place in range(count):
            unit = ("C", "T1", "T2", "V1", "X1", "B1")[place % 6]
            fields = {"person_times": 100 + place, "materials": 200, "boards": 4, "consultations": 15}
            kind = "training" if place % 4 == 0 else "lecture"
            day = f"{year}-{place % 12 + 1:02}-{10 + place % 9}"
            yield entry(f"{year}-{place}", unit, f"柑橘管护第{place}讲", day, fields, kind=kind, place="村部广场")
        yield entry(f"{year}-d", "D1", "农技推广日", f"{year}-05-05", {"person_times": 999})
    yield entry("big", "T1", "科普日集中宣传", "2024-09-20", {"person_times": at_least, "materials": 300})
    yield entry("bad", "T2", HOSTILE, "2024-08-01", {"person_times": 3000}, place="“老”街", role="take-part")
    yield entry("cmd", "X1", COMMAND, "2024-04-02", {"person_times": 2000}, visibility="restricted")
    yield entry("youth", "B1", "机器人社团展示", "2024-06-01", {"person_times": 80}, work_area="youth", role="organise")
    yield {**entry("h1", "C", "全国科普日优秀组织单位", "2024-12-01", {"level": "national"}), "register": "honours"}
    yield {**entry("h2", "T1", "全市科普工作先进集体", "2024-11-01", {"level": "city"}), "register": "honours"}
    yield entry("g1", "T1", "画廊清点", "2024-10-01", figures=[{"indicator": "galleries", "value": 12}])
    yield entry("draft", "T3", "还没有通过的活动", "2024-10-02", {"person_times": 7777}, status="draft")


@pytest.fixture
def county(db: None, tmp_path: Path) -> Organisation:
    """The county with its entries, loaded as the exchange format loads them."""
    sync_indicators()
    sync_registers()
    organisations, entries = tmp_path / "orgs.csv", tmp_path / "entries.jsonl"
    with organisations.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        header = "code,name,kind,parent_code,valid_from,valid_to,successor_code,order,short_name"
        writer.writerow(header.split(","))
        for code, name, short, kind, parent in UNITS:
            writer.writerow([code, name, kind, parent, "", "", "", ORDERS.get(code, 0), short])
    entries.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines()), encoding="utf-8")
    load(paths=Paths(organisations=organisations, entries=entries), actor="tests")
    return Organisation.objects.get(code="C")


@pytest.fixture
def account(county: Organisation) -> Callable[[str, str], User]:
    """Make an account with a role at an organisation; without a code, one without any role."""

    def make(code: str, role: str = "leader") -> User:
        user = create_account(
            username=f"user-{code or 'nobody'}", display_name="某人", password=PASSWORD, actor="tests"
        )
        if code:
            assign_role(user=user, organisation=Organisation.objects.get(code=code), role=role, actor="tests")
        return user

    return make


def number(text: str = "3286人次", value: str = "3286", unit: str = "人次", **others: Any) -> Number:
    query = NumberQuery(organisation="C", indicator="person_times", first_month=202401, last_month=202412)
    bounds = {"low": Decimal(value), "high": Decimal(value), "query": query, **others}
    return Number(text=text, unit=unit, name="惠及人次", value=Decimal(value), entries=2, **bounds)


@pytest.fixture
def document() -> Document:
    """A document with every kind of block, and hostile words where data may stand."""
    other = NumberQuery(organisation="C", indicator="activities", first_month=202401, last_month=202412)
    about = number("4.2万人次以上", "42548", high=None, qualifier="at_least")
    count = number("195场", "195", "场", query=other)
    return Document(
        kind="summary",
        organisation="C",
        period="2024",
        title="青禾县科学技术协会2024年工作总结",
        blocks=(
            Paragraph(spans=(Text(text="全年开展活动"), count, Text(text="，惠及群众"), about, Text(text="。"))),
            Heading(text="一、抓科普宣传，提升科学素质"),
            Paragraph(spans=(Text(text=f"举办“{HOSTILE}”和{COMMAND}\x0b，"), count, Text(text="。"))),
            Heading(text="（一）把培训办到村头", level=2),
            Paragraph(spans=(Text(text="科普进村入户服务群众，" * 200),)),
        ),
        signature="青禾县科学技术协会",
        date=date(2025, 1, 5),
        annexes=(
            Table(
                title="活动情况统计表",
                header=("单位", "活动（场）", "惠及（人次）"),
                rows=((Text(text="本级"), count, None), *((Text(text=f"第{n}镇"), count, about) for n in range(50))),
            ),
        ),
        notes=("这一条只给拟稿人看。",),
    )


@pytest.fixture
def report(county: Organisation, account: Callable[..., User]) -> Report:
    """The county's summary of 2024, kept by its leader."""
    document = compose_report(organisation=county, period="2024")
    return save_report(organisation=county, document=document, actor=account("C"))


@pytest.fixture
def leader(report: Report) -> User:
    """The leader who kept it."""
    assert report.created_by is not None
    return report.created_by
