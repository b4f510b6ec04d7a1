"""``kexie serve``."""

import sys
from contextlib import nullcontext
from typing import Annotated

import typer

from kexie.cli.output import CommandError, errors
from kexie.cli.runtime import prepare_home
from kexie.cli.supervise import kept_running


def run(
    host: Annotated[str, typer.Option(help="地址；局域网里用 0.0.0.0，并设 KEXIE_HOSTS")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口", min=1, max=65535)] = 8000,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="同时做后台任务")] = True,
) -> None:
    """Serve the pages with waitress until stopped."""
    prepare_home()
    serve(host=host, port=port, worker=worker)


def serve(*, host: str, port: int, worker: bool = True) -> None:
    """Serve until stopped, with a worker for background jobs beside it. Raises CommandError when the port is taken."""
    import waitress

    from kexie.wsgi import application

    try:
        server = waitress.create_server(application, host=host, port=port, threads=8)
    except OSError as error:
        raise CommandError(f"{host}:{port} 用不了（{error.strerror}），换一个 --port") from error
    errors.print(f"已打开 http://{host}:{port} ，按 Ctrl+C 停下")
    with kept_running([sys.executable, "-m", "kexie", "work", "--with-parent"]) if worker else nullcontext():
        server.run()
