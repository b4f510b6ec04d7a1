"""The ``kexie`` command. Each command is a module of its own, imported only when it is called."""

import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

# name: (module, whether it needs Django, what it does)
COMMANDS: dict[str, tuple[str, bool, str]] = {
    "read": ("kexie.cli.read", False, "把文件读成事实（不需要数据库）"),
    "load": ("kexie.cli.load", True, "装入交换文件：组织、记录、同一活动、申报总数"),
    "dump": ("kexie.cli.dump", True, "导出交换文件"),
    "intake": ("kexie.cli.intake", True, "把总结、简报等材料读成待确认的记录"),
    "confirm": ("kexie.cli.confirm", True, "确认读出来的记录"),
    "merges": ("kexie.cli.merges", True, "找出、确认几个单位报的同一活动"),
    "review-rule": ("kexie.cli.review_rule", True, "定一个单位的记录由谁审核"),
    "totals": ("kexie.cli.totals", True, "汇总"),
    "targets": ("kexie.cli.targets", True, "目标和进度"),
    "statements": ("kexie.cli.statements", True, "申报总数，以及用它代替缺报的记录"),
    "org": ("kexie.cli.org", True, "组织：新增、改名、移动、并入、撤销"),
    "totals-changes": ("kexie.cli.changes", True, "汇总为何变化：两个日子之间的记录"),
    "handup": ("kexie.cli.handup", True, "上报：报送情况、锁定、例外、编号、变化"),
    "report": ("kexie.cli.report", True, "写工作总结，带来源表"),
    "verify": ("kexie.cli.verify", True, "核对：从原始记录重算全部汇总，检查操作记录和文件"),
    "account": ("kexie.cli.account", True, "新建账号，指定角色"),
    "demo": ("kexie.cli.demo", True, "装入示范县，写报告，打开服务"),
    "serve": ("kexie.cli.serve", True, "打开服务，后台任务也在做"),
    "work": ("kexie.cli.work", True, "做后台任务（serve 自己带一个，另开的用它）"),
    "jobs": ("kexie.cli.jobs", True, "看后台任务，取消，或当场做完"),
}


class LazyGroup(TyperGroup):
    """A group that imports a command when it is called, so that ``kexie read`` starts without Django."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, needs_django, summary = COMMANDS[cmd_name]
        if len(sys.argv) > 1 and sys.argv[1] == cmd_name:
            if needs_django:
                os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kexie.settings")
                importlib.import_module("kexie.cli.runtime").start()
            loaded = importlib.import_module(module)
            if hasattr(loaded, "app"):  # a command with commands of its own
                command = typer.main.get_command(loaded.app)
                command.name, command.help = cmd_name, summary
                return command
            run = loaded.run
        else:
            run = _overview  # only its name and summary are printed
        single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        single.command(cmd_name, help=summary)(run)
        command = typer.main.get_command(single)
        command.name = cmd_name
        return command


def _overview() -> None:
    """Stands for a command in the list of all commands."""


app = typer.Typer(cls=LazyGroup, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def kexie() -> None:
    """科协工作系统：一次录入，处处可用；每个数都有来源。"""


def main(*args: Any) -> None:
    """Run the command line; a domain error is one clear sentence on standard error and exit code 2."""
    from kexie.cli.output import ending  # kept out of the module so that completion stays fast

    with ending():
        app(*args)
