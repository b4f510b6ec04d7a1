"""Workers as processes of their own, killed with kill -9, on either database."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.own_home import OwnHome, own_home

KEXIE = "import sys, tests.core.job_kinds; from kexie.cli import main; main()"
# Leases of two seconds, so that nobody waits a minute; beats in between.
WORKER = "import kexie.cli.runtime as r, sys\n"
WORKER += "import datetime, tests.core.job_kinds; r.start(); from kexie.core import worker\n"
WORKER += "worker.LEASE, worker.BEAT, worker.POLL = datetime.timedelta(seconds=2), 0.5, 0.1; worker.TELL = 0\n"
WORK = WORKER + "worker.Worker().run()"
WORK_OFF = WORKER + "print(worker.Worker().run_all())"
ASK = WORKER + (
    "import json; from kexie.core.services import enqueue\n"
    "for told in json.loads(sys.argv[1]): enqueue(kind='step-by-step', arguments=told)"
)
LOOK = WORKER + (
    "import json; from kexie.core.models import Job\n"
    "print(json.dumps([[j.state, j.attempts, j.result, j.done] for j in Job.objects.order_by('pk')]))"
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnHome]:
    with own_home(tmp_path_factory.mktemp("jobs")) as home:
        assert "没有后台任务" in home_output(home, "jobs")
        yield home


@pytest.fixture
def home(prepared: OwnHome) -> Iterator[OwnHome]:
    """The home without any job."""
    prepared.run(WORKER + "from kexie.core.models import Job; Job.objects.all().delete()")
    yield prepared


def home_output(home: OwnHome, *args: object) -> str:
    child = home.start(KEXIE, *args)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 0, err
    return out + err


def ask(home: OwnHome, *told: dict[str, Any]) -> None:
    home.run(ASK, json.dumps(told))


def look(home: OwnHome) -> list[list[Any]]:
    found: list[list[Any]] = json.loads(home.run(LOOK))
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"did not come: {what}")


def lines(file: Path) -> list[tuple[int, int]]:
    if not file.exists():
        return []
    return [(int(pid), int(step)) for pid, step in (line.split() for line in file.read_text().splitlines())]


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()  # kill -9, TerminateProcess on Windows
    process.communicate()


def test_a_job_whose_worker_is_killed_is_taken_up_and_finished_once(home: OwnHome, tmp_path: Path) -> None:
    file = tmp_path / "steps"
    ask(home, {"file": str(file), "steps": 8, "seconds": 0.2})
    first = home.start(WORK)
    until(lambda: len(lines(file)) >= 3, "three steps")
    kill(first)
    assert look(home)[0][0] == "running"
    second = home.start(WORK)
    try:
        until(lambda: [step for pid, step in lines(file) if pid == second.pid][-1:] == [7], "its last step")
        until(lambda: look(home)[0][0] == "done", "the end of the job")
    finally:
        kill(second)
    assert look(home) == [["done", 2, 8, 7]]
    done = lines(file)
    assert [step for pid, step in done if pid == first.pid] == list(range(len(done) - 8))
    assert [step for pid, step in done if pid == second.pid] == list(range(8))
    assert home.run(WORK_OFF).strip() == "0"


def test_a_long_step_is_not_taken_from_a_worker_that_lives(home: OwnHome, tmp_path: Path) -> None:
    file = tmp_path / "steps"
    ask(home, {"file": str(file), "steps": 1, "seconds": 3})
    workers = [home.start(WORK), home.start(WORK)]
    try:
        until(lambda: len(lines(file)) == 1, "the step")
        time.sleep(3.5)
        until(lambda: look(home)[0][0] == "done", "the end of the job")
    finally:
        for worker in workers:
            kill(worker)
    assert len(lines(file)) == 1
    assert look(home)[0][:3] == ["done", 1, 1]


def test_of_several_workers_only_one_does_a_job(home: OwnHome, tmp_path: Path) -> None:
    files = [tmp_path / f"steps-{number}" for number in range(25)]
    ask(home, *({"file": str(file), "steps": 2, "seconds": 0.01} for file in files))
    workers = [home.start(WORK_OFF) for _ in range(3)]
    counts = [int(worker.communicate(timeout=120)[0]) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    # One that came while all the rest were in hands had nothing to do; nothing is left, and nothing was done twice.
    assert sum(counts) == 25
    for file in files:
        assert [step for _, step in lines(file)] == [0, 1]
    assert {job[0] for job in look(home)} == {"done"}


def test_the_command_lists_does_and_cancels(home: OwnHome, tmp_path: Path) -> None:
    ask(home, *({"file": str(tmp_path / f"{number}"), "steps": 1, "seconds": 0} for number in range(2)))
    listed = home_output(home, "jobs")
    assert "一步一步" in listed
    number = listed.splitlines()[1].split()[0]
    assert "已取消" in home_output(home, "jobs", "cancel", number)
    assert "做了 1 个" in home_output(home, "jobs", "run")
    assert sorted(job[0] for job in look(home)) == ["cancelled", "done"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("cancel",), "编号"), (("cancel", "999999"), "999999"), (("run", "3"), "不要编号")],
    ids=["no number", "unknown number", "number too much"],
)
def test_the_command_refuses_in_one_sentence(prepared: OwnHome, arguments: tuple[str, ...], said: str) -> None:
    child = prepared.start(KEXIE, "jobs", *arguments)
    out, err = child.communicate(timeout=120)
    assert (child.returncode, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def descendants(pid: int) -> list[int]:
    """The children of process ``pid``, by /proc."""
    found: set[str] = set()
    for task in Path(f"/proc/{pid}/task").iterdir():
        found |= set((task / "children").read_text().split())
    return sorted(map(int, found))


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir() or sys.platform == "win32", reason="looks into /proc")
def test_serve_keeps_a_worker_that_is_replaced_when_it_dies_and_ends_with_it(home: OwnHome) -> None:
    serve = home.start(KEXIE, "serve", "--port", str(free_port()))
    try:
        until(lambda: len(descendants(serve.pid)) == 1, "a worker")
        first = descendants(serve.pid)[0]
        os.kill(first, signal.SIGKILL)
        until(lambda: [pid for pid in descendants(serve.pid) if pid != first and is_alive(pid)] != [], "another one")
        second = next(pid for pid in descendants(serve.pid) if pid != first)
        time.sleep(2)  # it has started to work
    finally:
        kill(serve)
    until(lambda: not is_alive(second), "the end of the worker after its parent was killed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
