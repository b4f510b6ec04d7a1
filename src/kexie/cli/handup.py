"""``kexie handup``: lock, hand up, open an exception, see what has changed."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import typer
from django.utils import timezone
from rich.table import Table

from kexie.cli.changes import print_differences
from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.cli.totals import ScopeOption
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.orgs.queries import organisation_with_code
from kexie.registers.handup.models import Snapshot
from kexie.registers.handup.queries import STATE_WORDS, changed_since, completeness, snapshots_of, waiting
from kexie.registers.handup.services import close_exception, declare_nothing, hand_up, lock_of, open_exception
from kexie.registers.models import Register
from kexie.totals import locks
from kexie.totals.models import Lock, LockException

_ACTOR = "kexie handup"


class Verb(StrEnum):
    CHECK = "check"
    LOCK = "lock"
    UP = "up"
    EXCEPT = "except"
    CLOSE = "close"
    NOTHING = "nothing"
    LIST = "list"
    CHANGES = "changes"


def run(
    verb: Annotated[
        Verb,
        typer.Argument(
            help="check 报送情况，lock 锁定，up 上报（锁定并留一号），except 开例外，close 关例外，nothing 申报无，"
            "list 已上报的，changes 某号以来的变化"
        ),
    ],
    organisation: Annotated[str, typer.Option(help="组织代码")],
    period: Annotated[str, typer.Option(help="期间，如 2024、2024H1、2024Q1、2024-03")],
    occasion: Annotated[str, typer.Option(help="锁定或上报的事由")] = "",
    reason: Annotated[str, typer.Option(help="开例外的原因")] = "",
    hours: Annotated[int, typer.Option(help="例外开几小时")] = 24,
    register: Annotated[str, typer.Option(help="只看这个台账（check、nothing）")] = "",
    number: Annotated[int, typer.Option(help="从哪一号起看变化；不写是最后一号")] = 0,
    to: Annotated[int, typer.Option(help="看到哪一号；不写是现在")] = 0,
    scope: Annotated[ScopeOption, typer.Option(help="口径（changes）")] = ScopeOption.SYSTEM,
) -> None:
    """Lock, hand up, open, and see what has changed."""
    chosen = Period.parse(period)
    if verb == Verb.EXCEPT and hours < 1:
        raise CommandError("--hours 至少是 1")
    prepare_home()
    where = organisation_with_code(organisation)
    only = _register(register)
    match verb:
        case Verb.CHECK:
            _print_completeness(where, chosen, only)
        case Verb.LOCK:
            row = locks.lock(
                organisation=where,
                first_month=chosen.first_month,
                last_month=chosen.last_month,
                occasion=occasion or f"{chosen.label}上报",
                actor=_ACTOR,
            )
            results.print(f"已锁定：{row}")
        case Verb.UP:
            snapshot = hand_up(organisation=where, period=chosen, occasion=occasion, actor=_ACTOR)
            if snapshot.unfinished:
                results.print(f"注意：{chosen.label}还没有结束，剩下的时间也锁定了")
            results.print(f"已上报：{snapshot}，{snapshot.entries.count()} 条记录，锁定")
        case Verb.EXCEPT:
            until = timezone.now() + timedelta(hours=hours)
            open_exception(organisation=where, period=chosen, reason=reason, until=until, actor=_ACTOR)
            results.print(f"例外已开，到 {_moment(until)}：{lock_of(where, chosen)}")
        case Verb.CLOSE:
            close_exception(organisation=where, period=chosen, actor=_ACTOR)
            results.print(f"例外已关，重新锁定：{lock_of(where, chosen)}")
        case Verb.NOTHING:
            declare_nothing(organisation=where, period=chosen, register=only, actor=_ACTOR)
            results.print(f"{where.name}{chosen.label}申报无{f'（{only.name}）' if only else ''}")
        case Verb.LIST:
            _print_list(where, chosen)
        case Verb.CHANGES:
            first = _numbered(where, chosen, number)
            last = _numbered(where, chosen, to) if to else None
            if last and last.number <= first.number:
                raise CommandError(f"--to {last.number} 要晚于 --number {first.number}")
            print_differences(changed_since(snapshot=first, until=last, scope=scope.value), str(first))


def _register(code: str) -> Register | None:
    if not code:
        return None
    found = Register.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"没有台账“{code}”")
    return found


def _numbered(organisation: Organisation, period: Period, number: int) -> Snapshot:
    """The snapshot with this number; 0: the last."""
    found = snapshots_of(organisation, period)
    if not found:
        raise CommandError(f"{organisation.name}{period.label}还没有上报过")
    row = next((each for each in found if each.number == number), None) if number else found[0]
    if row is None:
        raise CommandError(f"没有第{number}号，只有 1 到 {found[0].number} 号")
    return row


def _print_completeness(organisation: Organisation, period: Period, register: Register | None) -> None:
    rows = completeness(organisation=organisation, period=period, register=register)
    table = Table(box=None, pad_edge=False)
    for name in ("单位", "代码", "报送", "记录"):
        table.add_column(name, justify="right" if name == "记录" else "left")
    for each in rows:
        table.add_row(each.name, each.code, each.word, str(each.entries or ""))
    results.print(table if rows else "没有下级单位。")
    counts = {word: sum(each.state == state for each in rows) for state, word in STATE_WORDS.items()}
    results.print("，".join(f"{word} {count}" for word, count in counts.items()))
    if count := waiting(organisation=organisation, period=period):
        results.print(f"还有 {count} 条待审，锁定后不能通过")


def _print_list(organisation: Organisation, period: Period) -> None:
    held = Lock.objects.filter(
        organisation=organisation, first_month=period.first_month, last_month=period.last_month
    ).first()
    if held is None:
        results.print("没有锁定。")
        return
    open_now = LockException.objects.open().filter(lock=held).first()
    state = f"例外开着，到 {_moment(open_now.until)}（{open_now.reason}）" if open_now else "锁定"
    results.print(f"{held}：{state}")
    for each in snapshots_of(organisation, period):
        after = f"，例外：{each.exception.reason}" if each.exception else ""
        results.print(f"第{each.number}号 {_moment(each.made_at)} {each.made_by}{after}")


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
