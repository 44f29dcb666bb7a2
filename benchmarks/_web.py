"""A web process for benchmarks: its own database, one survey in it, pinned to a core of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_READY_SECONDS = 30.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running gunicorn: `process` is its master, which has one worker."""

    process: subprocess.Popen[bytes]
    url: str
    survey: str
    database: str

    def stop(self) -> None:
        """Stop it with its worker."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """The master and its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with contextlib.suppress(OSError):
            return [self.process.pid, *map(int, children.read_text().split())]
        return [self.process.pid]

    def cpu_seconds(self) -> float:
        """Processor time used so far."""
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += int(parts[11]) + int(parts[12])
        return total / _TICKS

    def memory_mb(self) -> float:
        """Resident memory of the largest process."""
        sizes = [0]
        for pid in self.pids():
            with contextlib.suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                sizes += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
        return round(max(sizes) / 1024, 1)


def start(
    folder: Path,
    questions: int,
    seed: str = "benchmarks._seed",
    app: str = "engage.wsgi:app",
    gunicorn: str = "deploy/gunicorn.conf.py",
) -> Server:
    """A server on a fresh database in `folder`, filled by the module `seed`.

    By default with one open survey of so many questions.
    """
    database = folder / "engage.db"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")},
        "ENGAGE_INSTANCE": str(folder),
        "ENGAGE_DATABASE_URL": f"sqlite:///{database}",
        "ENGAGE_LOG_LEVEL": "WARNING",
    }
    made = subprocess.run(
        [sys.executable, "-m", seed, str(questions)],
        cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", gunicorn, "-b", f"127.0.0.1:{port}", app],
        cwd=ROOT, env=environment, start_new_session=True,
    )  # fmt: skip
    server = Server(process, f"http://127.0.0.1:{port}", made.stdout.split()[-1], str(database))
    try:
        _wait(server)
    except BaseException:
        server.stop()
        raise
    return server


def pin_load(pid: int, server: Server | None) -> None:
    """Give server and load a core each, where there are two."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        print("one core only: server and load share it")
        return
    os.sched_setaffinity(pid, {cores[1]})
    if server is None:
        print(f"load on core {cores[1]}; the server is where it is")
        return
    for each in server.pids():
        for task in _threads(each):
            os.sched_setaffinity(task, {cores[0]})
    print(f"server on core {cores[0]}, load on core {cores[1]}")


def _threads(pid: int) -> list[int]:
    return [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]


def _wait(server: Server) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    error: Any = None
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=2):
                return
        except OSError as again:
            error = again
        time.sleep(0.05)
    raise SystemExit(f"The web process did not start: {error}")
