"""``kexie dump``."""

from pathlib import Path
from typing import Annotated

import typer

from kexie.cli.output import CommandError, progress, results
from kexie.cli.runtime import prepare_home
from kexie.registers.exchange import dump


def run(folder: Annotated[Path, typer.Argument(help="写到哪个文件夹")]) -> None:
    """Write exchange files into a folder."""
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} 不是文件夹")
    prepare_home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with progress("导出"):
            counts = dump(folder)
        for name, count in counts.items():
            results.print(f"{folder / name}：{count} 行")
    except OSError as error:
        raise CommandError(f"{folder}：写不了（{error.strerror}）") from error
