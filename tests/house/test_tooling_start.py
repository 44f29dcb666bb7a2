"""``make run``: what stands in its way is said in one sentence, and what dies is started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import serve
import setup

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "rm")


def _wait(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _one_sentence(text: str) -> None:
    assert len(text.strip().splitlines()) == 1, text
    assert "Traceback" not in text
    assert text.strip().endswith(".")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout with nothing but the bootstrap script, and a ``bin`` that has a shell and no Python."""
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "bootstrap.sh", tmp_path / "deploy")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def _python(bare: Path, script: str) -> None:
    program = bare / "bin" / "python3"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def _bootstrap(bare: Path) -> subprocess.CompletedProcess[str]:
    command = ["sh", "deploy/bootstrap.sh"]
    paths = {"PATH": str(bare / "bin")}
    return subprocess.run(command, cwd=bare, env=paths, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (None, "this machine has no Python 3"),
        (
            'case "$*" in *version_info*) exit 1;; -V) echo Python 3.9.2;; esac',
            "this machine has Python 3.9.2",
        ),
        (
            'case "$*" in *ensurepip*) exit 1;; *"%d.%d"*) echo 3.12;; esac',
            "Python 3.12 here has no venv module: install it (on Debian and Ubuntu: apt-get install python3",
        ),
    ],
    ids=["no Python", "old Python", "no venv"],
)
def test_an_unfit_python_is_named_in_one_sentence(bare: Path, script: str | None, says: str) -> None:
    if script:
        _python(bare, script)
    done = _bootstrap(bare)
    assert done.returncode == 1
    assert says in done.stderr
    _one_sentence(done.stderr)
    assert not (bare / ".venv").exists()


def test_a_fit_python_makes_the_environment_once(bare: Path) -> None:
    _python(bare, f'exec {sys.executable} "$@"')
    first, second = _bootstrap(bare), _bootstrap(bare)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert (bare / ".venv" / "bin" / "python").exists()
    assert first.stdout.startswith("Creating .venv with Python 3.")
    assert second.stdout == ""


def test_a_taken_port_is_named_with_a_free_one(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(SystemExit):
            serve.check_port("127.0.0.1", port)
    said = capsys.readouterr().err
    assert f"Port {port} is taken: choose another, as in `make run PORT=" in said
    _one_sentence(said)


@pytest.mark.parametrize("port", ["", "80x", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    command = [sys.executable, str(ROOT / "deploy" / "serve.py"), f"--port={port}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    _one_sentence(done.stderr)


def test_a_failed_download_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements.txt").write_text("no-such-package-of-engage==1.0\n")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(SystemExit):
        setup.python_packages("requirements.txt")
    _one_sentence(capsys.readouterr().err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["requirements.txt"]


def test_packages_are_installed_only_when_their_list_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []
    done = subprocess.CompletedProcess([], 0)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(setup.subprocess, "run", lambda command, **_: calls.append(command) or done)
    (tmp_path / "stamps").mkdir()
    (tmp_path / "requirements.txt").write_text("one==1\n")
    setup.python_packages("requirements.txt")
    setup.python_packages("requirements.txt")
    assert len(calls) == 1
    (tmp_path / "requirements.txt").write_text("one==2\n")
    setup.python_packages("requirements.txt")
    assert len(calls) == 2


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {deploy!r})
from processes import Program, Supervisor
wait = "import os, signal, sys; open(sys.argv[1], 'a').write(f'{{os.getpid()}}\\\\n'); signal.pause()"
names = ("web", "worker")
programs = [Program(name, [sys.executable, "-c", wait, name]) for name in names]
Supervisor(programs, Path({room!r})).run()
"""


def _pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie is not alive; only its parent's look makes it go.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


# Only Linux tells children that their parent was killed.
ENDINGS = [signal.SIGTERM, signal.SIGKILL] if sys.platform == "linux" else [signal.SIGTERM]


@pytest.mark.parametrize("how", ENDINGS)
def test_what_dies_is_started_again_and_nothing_outlives_the_supervisor(tmp_path: Path, how: int) -> None:
    script = PROGRAM.format(deploy=str(ROOT / "deploy"), room=str(tmp_path))
    supervisor = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    web, worker = tmp_path / "web", tmp_path / "worker"
    try:
        _wait(lambda: len(_pids(web)) == 1 and len(_pids(worker)) == 1)
        os.kill(_pids(web)[0], signal.SIGKILL)
        _wait(lambda: len(_pids(web)) == 2)
        os.kill(_pids(web)[1], signal.SIGTERM)
        _wait(lambda: len(_pids(web)) == 3)
        assert len(_pids(worker)) == 1
    finally:
        supervisor.send_signal(how)
        said, _ = supervisor.communicate(timeout=20)
    _wait(lambda: not any(map(_alive, _pids(web) + _pids(worker))))
    assert "web ended by signal 9; starting it again in 0.2 s" in said
    assert "web ended by signal 15; starting it again in 0.4 s" in said
