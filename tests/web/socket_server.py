"""gunicorn as it runs for people, with the test application."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fixtures.server import free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A server's port and process; ``settings`` are environment variables in lower case."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")},
        "ENGAGE_INSTANCE": str(folder),
        "ENGAGE_LOG_LEVEL": "WARNING",
        **{name.upper(): str(value) for name, value in settings.items()},
    }
    config = str(ROOT / "deploy" / "gunicorn.conf.py")
    bind = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", "-c", config, "-b", bind, "tests.web.socket_app:app"]
    log = folder / "server.log"
    with log.open("ab") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        _wait(port, process, log)
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Ask until the answer is yes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/test/state", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"the server did not start:\n{log.read_text()[-4000:]}")
