"""``make run`` as a whole: from the command to a signed-in member of staff, and to the end."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from tests.factories.accounts import make_user
from tests.fixtures.clients import hidden_fields
from tests.fixtures.server import ROOT, free_port, wait_until

_LINK = re.compile(r"http://127\.0\.0\.1:\d+/staff/sign-in/\S+")


@contextmanager
def _running(port: int, instance: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENGAGE_")}
    environment |= {"ENGAGE_INSTANCE": str(instance), "DEMO": "no"}
    command = [sys.executable, "deploy/serve.py", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        wait_until(lambda: "Engage is ready at" in log.read_text() or process.poll() is not None, 120)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False


def _sign_in(link: str) -> str:
    """Open a link as a person does; answers the page behind it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    with browser.open(link, timeout=20) as page:
        fields = hidden_fields(page.read().decode())
    with browser.open(link, urllib.parse.urlencode(fields).encode(), timeout=20):
        pass
    with browser.open(urllib.parse.urljoin(link, "/staff/accounts"), timeout=20) as page:
        return str(page.read().decode())


@pytest.mark.alone
@pytest.mark.sqlite_only
def test_it_starts_prints_links_that_open_and_stops(app: Flask, tmp_path: Path) -> None:
    instance = app.config["ENGAGE"].instance
    with app.app_context():
        make_user(Role.ADMINISTRATOR, is_demo=True, name="周敏")
    port, seen = free_port(), []
    for start in ("first", "second"):
        log = tmp_path / f"{start}.log"
        with _running(port, instance, log) as process:
            said = log.read_text()
            assert f"Engage is ready at http://127.0.0.1:{port}" in said
            assert "Worth opening first:" in said
            [link] = _LINK.findall(said)
            seen.append(link)
            assert "周敏" in _sign_in(link)
        assert process.returncode == 0
        assert not _answers(port)
        assert "Traceback" not in log.read_text()
    assert seen[0] != seen[1]
