"""One web process on SQLite and one worker: a second hears where the first is; a restart works at once."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from engage.analysis.process import listen
from engage.core.running import (
    Running,
    Unusable,
    beat,
    hold_alone,
    hold_running,
    hold_web,
    hold_worker,
    in_place,
    seconds_since_beat,
)
from tests.fixtures.server import ROOT, Server, free_port, wait_until

# Locks, sockets and signals lie beside the database.
pytestmark = pytest.mark.either_database
WHY = "and there may be only one"


def test_a_second_is_told_which_and_where(tmp_path: Path) -> None:
    first = hold_alone(tmp_path, "web", WHY, where="127.0.0.1:5702")
    with pytest.raises(Running) as refused:
        hold_alone(tmp_path, "web", WHY, patience=0)
    assert str(refused.value) == (
        "The web process of this installation runs already (127.0.0.1:5702, "
        f"process {os.getpid()}), {WHY}: stop that one first, or name another folder in ENGAGE_INSTANCE."
    )
    os.close(hold_alone(tmp_path, "worker", WHY, patience=0))
    os.close(first)
    os.close(hold_alone(tmp_path, "web", WHY, patience=0))


def test_whoever_comes_waits_for_one_that_is_ending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = hold_alone(tmp_path, "web", WHY)
    monkeypatch.setattr("engage.core.running.time.sleep", lambda _seconds: os.close(first))
    os.close(hold_alone(tmp_path, "web", WHY))


def test_what_a_killed_process_forked_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orphan = hold_alone(tmp_path, "web", WHY)
    gone = subprocess.Popen(["true"])
    gone.wait()
    (tmp_path / "web.lock").write_text(f"127.0.0.1:5702, process {gone.pid}", "utf-8")
    looked: list[float] = []

    def sleep(seconds: float) -> None:
        looked.append(seconds)
        if len(looked) == 3:
            os.close(orphan)

    monkeypatch.setattr("engage.core.running.time.sleep", sleep)
    os.close(hold_alone(tmp_path, "web", WHY, patience=0))
    assert len(looked) == 3


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"process 0x12", b"process 99999999999999999999"])
def test_a_damaged_note_about_who_holds_it_is_no_traceback(tmp_path: Path, damage: bytes) -> None:
    first = hold_alone(tmp_path, "web", WHY)
    (tmp_path / "web.lock").write_bytes(damage)
    with pytest.raises(Running):
        hold_alone(tmp_path, "web", WHY, patience=0)
    os.close(first)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
@pytest.mark.parametrize("name", ["web.lock", "worker.lock", "running.lock", "analysis.sock"])
def test_a_folder_or_pipe_in_the_place_of_a_lock_or_socket_is_a_sentence(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / name)
    if (name, make) == ("analysis.sock", os.mkfifo):
        listen(tmp_path).close()  # As one that was left over: made anew.
        return
    begin = {
        "web.lock": lambda: hold_web(tmp_path, "sqlite:///engage.db"),
        "worker.lock": lambda: hold_worker(tmp_path),
        "running.lock": lambda: hold_running(tmp_path),
        "analysis.sock": lambda: listen(tmp_path),
    }[name]
    with pytest.raises(Running, match=rf"{name} cannot be used \(.+\): move it away"):
        begin()


@pytest.mark.parametrize(
    "make", [lambda path: path.symlink_to("/nowhere/x"), Path.mkdir, Path.touch, os.mkfifo]
)
def test_the_worker_is_alive_whatever_lies_where_it_notes_that(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "worker.beat"
    make(path)
    if not path.is_symlink():
        os.utime(path, (0, 0))
    beat(tmp_path)
    found = seconds_since_beat(tmp_path)
    assert found is not None
    assert found < 60


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC])
def test_where_the_disk_takes_nothing_the_disk_is_named(tmp_path: Path, number: int) -> None:
    with pytest.raises(Unusable, match=r"\(.+\): make the disk take writes\.$"), in_place(tmp_path / "x"):
        raise OSError(number, os.strerror(number))


def test_on_a_full_disk_the_only_one_is_still_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    handle = hold_alone(tmp_path, "web", "why")
    with pytest.raises(Running):
        hold_alone(tmp_path, "web", "why", patience=0)
    os.close(handle)


def test_web_and_worker_start_with_one_sentence_beside_such_a_folder(app: Flask) -> None:
    instance = app.config["ENGAGE"].instance
    web = ["-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", "127.0.0.1:0", "engage.wsgi:app"]
    places = {
        "running.lock": web,
        "worker.lock": ["-m", "engage.worker"],
        "analysis.sock": ["-m", "engage.worker"],
    }
    if app.config["ENGAGE"].database_url.startswith("sqlite"):
        places["web.lock"] = web
    environment = os.environ | {
        "ENGAGE_INSTANCE": str(instance), "ENGAGE_DATABASE_URL": app.config["ENGAGE"].database_url
    }  # fmt: skip
    for name, command in places.items():
        (instance / name).unlink(missing_ok=True)
        (instance / name).mkdir()
        done = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        (instance / name).rmdir()
        assert done.returncode != 0
        assert f"{name} cannot be used (" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr, done.stderr


def test_on_postgresql_there_may_be_several(tmp_path: Path) -> None:
    assert hold_web(tmp_path, "postgresql+psycopg://engage@localhost/engage") is None
    assert hold_web(tmp_path, "postgresql+psycopg://engage@localhost/engage") is None


def _run(server: Server, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=server.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.sqlite_only
def test_a_second_web_process_is_refused_in_a_sentence(live_server: Server) -> None:
    where = f"127.0.0.1:{live_server.port}"
    other = str(free_port())
    gunicorn = [
        "-m",
        "gunicorn",
        "-c",
        "deploy/gunicorn.conf.py",
        "-b",
        f"127.0.0.1:{other}",
        "engage.wsgi:app",
    ]
    for command in (gunicorn, ["deploy/serve.py", "--port", other]):
        done = _run(live_server, *command)
        assert done.returncode == 1
        [sentence] = done.stderr.splitlines()
        assert sentence.startswith(f"The web process of this installation runs already ({where}, process ")
        assert sentence.endswith("or name another folder in ENGAGE_INSTANCE.")


@pytest.mark.faults
def test_told_to_load_anew_again_and_again_it_serves_on(make_server: Callable[..., Server]) -> None:
    server = make_server()
    master = server.processes["web"].pid
    children = Path(f"/proc/{master}/task/{master}/children")
    for _ in range(3):
        [serving, *_] = children.read_text().split()
        os.kill(master, signal.SIGHUP)
        # The next one comes while the child of this one still loads.
        wait_until(lambda known=serving: bool(set(children.read_text().split()) - {known}))  # type: ignore[misc]
    wait_until(lambda: len(children.read_text().split()) == 1)
    with urllib.request.urlopen(f"{server.url}/healthz", timeout=30) as answer:
        assert answer.status == 200
    assert "Traceback" not in server.log.read_text()


@pytest.mark.faults
def test_no_signal_starts_a_second_web_process(make_server: Callable[..., Server]) -> None:
    """gunicorn would start one more for each TTIN, and another master for USR2; only one may write."""
    server = make_server()
    master = server.processes["web"].pid
    status = Path(f"/proc/{master}/status").read_text()
    ignored = int(next(line for line in status.splitlines() if line.startswith("SigIgn")).split()[1], 16)
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
        assert ignored & 1 << number - 1
        os.kill(master, number)
    [_only] = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    with urllib.request.urlopen(f"{server.url}/healthz", timeout=30) as answer:
        assert answer.status == 200


@pytest.mark.sqlite_only
@pytest.mark.faults
def test_after_kill_nine_of_either_process_it_is_there_again(make_server: Callable[..., Server]) -> None:
    server = make_server()
    master = server.processes.pop("web").pid
    children = Path(f"/proc/{master}/task/{master}/children")
    [child] = children.read_text().split()
    os.kill(int(child), signal.SIGKILL)
    wait_until(lambda: children.read_text().split() not in ([], [child]))
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert any("SIGKILL" in line["event"] for line in lines if line["logger"] == "gunicorn.error")
    os.kill(master, signal.SIGKILL)
    server.start()


def test_a_second_worker_is_refused_in_a_sentence(live_server: Server) -> None:
    live_server.start_worker()
    beat = Path(live_server.environment["ENGAGE_INSTANCE"]) / "worker.beat"
    wait_until(beat.exists)
    done = _run(live_server, "-m", "engage.worker")
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert sentence.startswith("The worker process of this installation runs already (process ")
