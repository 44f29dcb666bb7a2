"""Whatever anybody pours into a door, another visitor is answered within a quarter of a second."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from engage import create_app
from engage.core.db import db
from tests.factories.portal import make_city
from tests.fixtures.clients import hidden_fields
from tests.fixtures.database import SECRET, SERVER, make_config
from tests.fixtures.nginx import NAME, Front
from tests.web.flood_kinds import NOWHERE, bodies, connections, sockets
from tests.web.flooding import AT_ONCE, Door, Target
from tests.web.socket_client import Client, get, opening
from tests.web.socket_server import ROOT, running

pytestmark = [pytest.mark.alone, pytest.mark.skipif(SERVER != "sqlite", reason="the web process is the same")]
SECONDS = 0.35
BOUND = 0.25
# What one flood may keep the hub, in processor time: on a busy machine the clock tells of others, too.
TURN = 0.05
FIRST_WORD = 0.5
SWEEP = 1.0
ELSEWHERE = "127.0.0.9"
DOORS = (connections, sockets, bodies)


@pytest.fixture(scope="module")
def site(template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Target]]:
    """A server with a whole city behind it, and as whom to flood; limits are off, for they would stop it."""
    folder = tmp_path_factory.mktemp("floods")
    shutil.copy(template_database, folder / "engage.db")
    app = create_app(make_config(folder, f"sqlite:///{folder / 'engage.db'}"))
    with app.app_context():
        city = make_city()
        target = Target(
            survey=city.survey.public_id,
            consultation=city.consultation.public_id,
            room=city.room.public_id,
        )
        db.session.remove()
        db.engine.dispose()
    limits = {"engage_rate_limits": 0, "engage_trusted_proxies": 1, "engage_secret_key": SECRET}
    sizes = {"test_max_sockets": 300, "test_per_device": 5, "test_usual_limits": 1, "test_turns": 1}
    with running(folder, **limits, **sizes) as (port, _process):
        # As people find it: pages are compiled when they are first asked for.
        for path in ("/", "/receipts", f"/surveys/{target.survey}", f"/live/{target.room}"):
            urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).close()
        with urlopen(f"http://127.0.0.1:{port}/staff/sign-in", timeout=60) as page:
            target.browser = page.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
            target.csrf = hidden_fields(page.read().decode())["csrf_token"]
        device = get(port, "/test/device")
        target.cookie, target.token = device["cookie"], device["token"]
        yield port, target


@pytest.fixture(scope="module")
def front(site: tuple[int, Target], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("nginx"), site[0])
    with made.running():
        yield made


@contextmanager
def flooding(kinds: str, port: int, target: Target, name: str = "") -> Iterator[dict[str, int]]:
    """Flood from a process of its own; how often each status was seen is filled in at the end."""
    seen: dict[str, int] = {}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.web.flood_kinds", kinds, str(port), *filter(None, [name])],
        cwd=ROOT,
        env=os.environ | {"FLOOD_TARGET": json.dumps(asdict(target))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"flooding\n"
        yield seen
        assert process.poll() is None, "the flood ended by itself"
        seen |= json.loads(process.communicate(timeout=10)[0])
    finally:
        process.kill()
        process.communicate(timeout=10)


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
        time.sleep(0.01)
    return longest


def turn(port: int) -> dict[str, Any]:
    """The longest turn since the last question."""
    found: dict[str, Any] = get(port, "/test/longest")
    return found


def measured(site: tuple[int, Target], kinds: str, front: Front | None = None) -> dict[str, int]:
    """Flood, fail where anybody else is kept waiting; what the flood was answered."""
    port, target = site
    host = f"{NAME}:{front.port}" if front else f"127.0.0.1:{port}"
    ask = _Anew(front) if front else HTTPConnection("127.0.0.1", port, 20, (ELSEWHERE, 0))
    turn(port)
    with flooding(kinds, front.port if front else port, target, NAME if front else "") as seen:
        waited = slowest(ask, host)
    kept = turn(port)
    assert waited < BOUND
    assert kept["seconds"] < TURN, kept["where"]
    return seen


def groups(kinds: Callable[[Door], dict[str, Any]], size: int) -> list[str]:
    """So many kinds side by side."""
    names = list(kinds(NOWHERE))
    return [",".join(names[number : number + size]) for number in range(0, len(names), size)]


@pytest.mark.parametrize("kind", connections(NOWHERE))
def test_requests_in_any_number_keep_nobody_waiting(site: tuple[int, Target], kind: str) -> None:
    measured(site, kind)


@pytest.mark.parametrize("kinds", groups(sockets, 2))
def test_what_is_poured_into_sockets_keeps_nobody_waiting(site: tuple[int, Target], kinds: str) -> None:
    assert measured(site, kinds)["101"] > 0


@pytest.mark.parametrize("kinds", groups(bodies, 2))
def test_no_body_keeps_anybody_waiting(site: tuple[int, Target], kinds: str) -> None:
    seen = measured(site, kinds)
    assert seen
    assert not seen.keys() & {"403", "429", "500"}, seen


@pytest.mark.parametrize("kinds", [one for kinds in DOORS for one in groups(kinds, AT_ONCE)])
def test_nor_through_nginx(site: tuple[int, Target], front: Front, kinds: str) -> None:
    measured(site, kinds, front)


@pytest.mark.parametrize("kinds", DOORS)
def test_who_says_nothing_is_sent_away_whatever_floods(site: tuple[int, Target], kinds: Any) -> None:
    port, target = site
    with Client(port) as silent, flooding(",".join(kinds(NOWHERE)), port, target):
        silent.open(opening(port, get(port, "/test/device")["cookie"]))
        assert silent.status == 101
        began = time.monotonic()
        silent.rest()
        lasted = time.monotonic() - began
    assert FIRST_WORD - BOUND < lasted < FIRST_WORD + SWEEP + BOUND


class _Anew(HTTPSConnection):
    """A connection through nginx that is made again for each request."""

    def __init__(self, front: Front) -> None:
        super().__init__("127.0.0.1", front.port, timeout=20)
        self.front = front

    def connect(self) -> None:
        """Over TLS to the name of the site."""
        self.sock = self.front.connection(source=ELSEWHERE).sock


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
