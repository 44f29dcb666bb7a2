"""Whatever anybody pours into a door, another visitor is answered within a quarter of a second."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.fixtures.nginx import NAME, Front
from tests.web.flooding import Door, floods
from tests.web.socket_client import get
from tests.web.socket_server import ROOT, running

pytestmark = pytest.mark.soak
KINDS = list(floods(Door(1, False, {"cookie": "", "token": ""})))
SECONDS = 1.0
BOUND = 0.25


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("floods")
    with running(folder, test_max_sockets=300, test_per_device=5, engage_trusted_proxies=1) as (
        port,
        _process,
    ):
        # As people find it: pages are compiled when they are first asked for.
        for path in ("/", "/nowhere", "/receipts", "/staff/sign-in"):
            with contextlib.suppress(HTTPError):
                urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).close()
        yield port


@pytest.fixture(scope="module")
def front(server: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("nginx"), server)
    with made.running():
        yield made


@contextmanager
def flooding(kind: str, port: int, device: dict[str, str], *more: str) -> Iterator[None]:
    """Flood from a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.flooding", kind, str(port), *more],
        cwd=ROOT,
        env=os.environ | {"FLOOD_DEVICE": json.dumps(device)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"flooding\n"
        yield
        assert process.poll() is None, "the flood ended by itself"
    finally:
        process.kill()
        process.communicate(timeout=10)


def answered_in_time(ask: HTTPConnection, host: str, kind: str, device: dict[str, str], *more: str) -> None:
    """Fail where a flood keeps the visitor waiting."""
    slowest(ask, host)
    with flooding(kind, ask.port, device, *more):
        assert slowest(ask, host) < BOUND


def slowest(ask: HTTPConnection, host: str) -> float:
    """The longest a visitor waits who comes anew each time, in seconds."""
    longest = 0.0
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        began = time.monotonic()
        ask.request("GET", "/healthz", headers={"Host": host})
        with ask.getresponse() as answer:
            assert answer.status == 200
            answer.read()
        ask.close()
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.02)
    return longest


@pytest.mark.parametrize("kind", KINDS)
def test_another_visitor_is_answered(server: int, kind: str) -> None:
    device = get(server, "/test/device")
    ask = HTTPConnection("127.0.0.1", server, timeout=20)
    answered_in_time(ask, f"127.0.0.1:{server}", kind, device)


@pytest.mark.parametrize(
    "kind", ["busy connection", "slow heads", "slow bodies", "pongs", "fields", "marks to receipt"]
)
def test_another_visitor_is_answered_through_nginx(server: int, front: Front, kind: str) -> None:
    device = get(server, "/test/device")
    answered_in_time(_Anew(front), f"{NAME}:{front.port}", kind, device, "nginx")


class _Anew(HTTPSConnection):
    """A connection through nginx that is made again for each request."""

    def __init__(self, front: Front) -> None:
        super().__init__("127.0.0.1", front.port, timeout=20)
        self.front = front

    def connect(self) -> None:
        """Over TLS to the name of the site."""
        self.sock = self.front.connection().sock


def test_the_log_names_nobody_and_nothing_that_was_asked_for(tmp_path: Path) -> None:
    with running(tmp_path) as (port, _process):
        for head in ("GET /secret HTTP/9.9", "GET /secret\x01 HTTP/1.1", "GET /secret HTTP/1.1\r\nsecret"):
            ask = HTTPConnection("127.0.0.1", port, timeout=10)
            ask.connect()
            ask.sock.sendall(f"{head}\r\n\r\n".encode())
            assert ask.sock.recv(1000).startswith(b"HTTP/1.1 400")
            ask.close()
    log = (tmp_path / "server.log").read_text(encoding="utf-8")
    assert "Invalid request" in log
    assert "127.0.0.1" not in log
    assert "secret" not in log
