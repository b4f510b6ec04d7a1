"""``kexie demo``: the demonstration county, through the same doors that an office's own data takes."""

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from django.conf import settings
from rich.table import Table

from kexie.catalogue.loader import load_typed
from kexie.cli.demonstration import Account, Demonstration, generate, write
from kexie.cli.output import errors, progress, results
from kexie.cli.runtime import prepare_home
from kexie.cli.serve import serve
from kexie.core.periods import Period
from kexie.intake.services import take_in
from kexie.orgs.models import Organisation, Role, User
from kexie.orgs.queries import organisation_with_code
from kexie.orgs.services import assign_role, create_account
from kexie.plans.services import TargetTold, set_target
from kexie.registers.exchange import Loaded, Paths, load
from kexie.registers.models import Entry
from kexie.reports.kinds.planning import next_period
from kexie.reports.models import ReportKind
from kexie.reports.services import write_report
from kexie.totals.models import Indicator
from kexie.totals.queries import totals

_PASSWORD = "qinghe-demo"  # noqa: S105 (printed on purpose: the county is made up, and so are its people)
_SHOWN = ("activities", "person_times", "trainings", "trained_person_times", "materials", "boards", "honours")
_ACTOR = "kexie demo"


def run(
    open_pages: Annotated[bool, typer.Option("--serve/--no-serve", help="装好后打开服务")] = True,
    host: Annotated[str, typer.Option(help="地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口", min=1, max=65535)] = 8000,
) -> None:
    """Load the demonstration county, read its documents, print totals, write reports, then serve."""
    prepare_home()
    demonstration = generate()
    loaded = _load(demonstration)
    results.print(f"示范县：{Organisation.objects.count()} 个组织，{Entry.objects.count()} 条记录")
    results.print(f"（新装入 {loaded.organisations.created} 个组织、{loaded.entries.added} 条记录）")
    _read_documents(demonstration)
    county = organisation_with_code(demonstration.county)
    year = last_full_year(demonstration)
    _print_totals(county, year)
    _set_targets(county, year)
    _write_reports(county, year, demonstration)
    _print_accounts(demonstration.accounts)
    if open_pages:
        serve(host=host, port=port)


def last_full_year(demonstration: Demonstration) -> Period:
    """Return the last year whose December the demonstration's entries reach."""
    last = max(entry["end"] for entry in demonstration.entries if entry["end"])
    year = int(last[:4]) - (last[5:7] != "12")
    return Period.parse(str(year))


def _load(demonstration: Demonstration) -> Loaded:
    with tempfile.TemporaryDirectory(prefix="kexie-demo-") as name:
        folder = Path(name)
        write(demonstration, folder)
        paths = Paths(
            organisations=folder / "orgs.csv",
            entries=folder / "entries.jsonl",
            merges=folder / "merges.jsonl",
            statements=folder / "statements.jsonl",
        )
        with progress("装入示范县", len(demonstration.entries)) as advance:
            return load(paths=paths, actor=_ACTOR, progress=advance)


def _read_documents(demonstration: Demonstration) -> None:
    drafts = new = 0
    with progress("读示范材料", len(demonstration.documents)) as advance:
        for document in demonstration.documents:
            taken = take_in(
                content=document.text.encode(),
                name=document.name,
                organisation=organisation_with_code(document.organisation),
                actor=_ACTOR,
                period=Period.parse(document.period),
            )
            new, drafts = new + taken.new, drafts + taken.drafts
            advance(1)
    results.print(f"材料：{len(demonstration.documents)} 份，新读 {new} 份，起草 {drafts} 条，等人确认，确认以前不计")


def _print_totals(county: Organisation, year: Period) -> None:
    found = totals(organisation=county, first_month=year.first_month, last_month=year.last_month, indicators=_SHOWN)
    names = {row.code: row for row in Indicator.objects.filter(code__in=_SHOWN)}
    told = [f"{names[code].name} {total.value:,} {names[code].unit}" for code, total in found.items()]
    results.print(f"{county.name}{year.label}：{'，'.join(told)}")


def _write_reports(county: Organisation, year: Period, demonstration: Demonstration) -> None:
    """The summary of the year, the plan of the next and a brief of the main event, with an invitation to open each."""
    wanted: tuple[tuple[str, Period, dict[str, Any]], ...] = (
        (ReportKind.SUMMARY, year, {}),
        (ReportKind.PLAN, next_period(year), {}),
        (ReportKind.BRIEF, year, {"entry": main_event(demonstration, year)}),
    )
    for kind, period, options in wanted:
        with progress("写报告"):
            paths = write_report(
                organisation=county, period=period, kind=kind, folder=settings.REPORTS_FOLDER, actor=_ACTOR, **options
            )
        for path in paths:
            results.print(f"报告：{path}")
            if path.suffix == ".docx":
                results.print(f"请打开看看这份{ReportKind(kind).label}：xdg-open {path}")


class _Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of catalogue/demonstration/targets.yaml; ``values`` of the last full year and of the next."""

    metric: str
    values: tuple[int, int]
    strength: str
    indicator: str = ""
    amount: str = ""
    by: str = ""
    unit: str = ""
    due: str = ""


def _set_targets(county: Organisation, year: Period) -> None:
    """Two years of targets; a second time adds none."""
    if county.targets.exists():
        return
    for place, period in enumerate((year, next_period(year))):
        for row in load_typed("demonstration/targets", list[_Target]):
            told = TargetTold(
                metric=row.metric,
                value=Decimal(row.values[place]),
                indicator=row.indicator,
                unit=row.amount,
                strength=row.strength,
                assigned_by=row.by,
                due=date.fromisoformat(f"{period.year}-{row.due}") if row.due else None,
            )
            below = Organisation.objects.below(county)
            responsible = below.filter(short_name=row.unit).first() if row.unit else None
            set_target(organisation=county, period=period, told=told, responsible=responsible, actor=_ACTOR)


def main_event(demonstration: Demonstration, year: Period) -> str:
    """Return the id of the county's own event of the year that most people came to."""

    def people(entry: dict[str, Any]) -> int:
        value = entry.get("fields", {}).get("person_times", 0)
        return int(value["value"] if isinstance(value, dict) else value)

    own = [
        entry
        for entry in demonstration.entries
        if entry["organisation"] == demonstration.county
        and entry["status"] == "approved"
        and entry.get("visibility") != "restricted"
        and str(entry["end"])[:4] == str(year.year)
    ]
    return str(max(own, key=people)["id"])


def _print_accounts(accounts: list[Account]) -> None:
    table = Table(box=None, pad_edge=False, title="账号", title_justify="left")
    for name in ("账号", "姓名", "单位", "角色"):
        table.add_column(name)
    for account in accounts:
        user = User.objects.filter(username=account.username).first() or create_account(
            username=account.username, display_name=account.display_name, password=_PASSWORD, actor=_ACTOR
        )
        where = role = "没有"
        if account.organisation:
            organisation = organisation_with_code(account.organisation)
            assign_role(user=user, organisation=organisation, role=account.role, actor=_ACTOR)
            where, role = organisation.name, Role(account.role).label
        table.add_row(account.username, account.display_name, where, role)
    results.print(table)
    errors.print(f"所有账号的密码都是 {_PASSWORD}")
