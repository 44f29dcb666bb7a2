"""One visitor's connection under the web process: how long it is waited for, and when its requests begin."""

from __future__ import annotations

import importlib.util
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gevent
import pytest
from gunicorn.util import split_request_uri

from engage.config import ROOT

_SPEC = importlib.util.spec_from_file_location("connection", ROOT / "deploy" / "connection.py")
assert _SPEC is not None
assert _SPEC.loader is not None
connection: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(connection)
PATIENCE = 0.2


@contextmanager
def visitor(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Any, socket.socket]]:
    """Our end, with little patience, and the visitor's."""
    monkeypatch.setattr(connection, "PATIENCE_SECONDS", PATIENCE)
    ours, theirs = socket.socketpair()
    made = connection.Connection(ours)
    with theirs:
        yield made, theirs
    made.close()


@pytest.mark.parametrize(
    ("uri", "is_one"),
    [
        ("/socket.io/?EIO=4&transport=websocket", True),
        ("/%73ocket.io/?EIO=4", True),
        ("/socket%2Eio%2F?EIO=4", True),
        ("http://city.example/socket.io/", True),
        ("http://city.example/%73ocket.io/", True),
        ("/socket.io", False),
        ("//socket.io/", False),
        ("/%2573ocket.io/", False),
        ("/surveys/?next=/socket.io/", False),
        ("/", False),
        ("*", False),
    ],
)
def test_the_place_of_sockets_is_told_however_it_is_spelled(uri: str, is_one: bool) -> None:
    assert connection.is_for_sockets(split_request_uri(uri).path or "") is is_one


def dripping(theirs: socket.socket, size: int = 1) -> gevent.Greenlet:
    """The visitor, who sends a little again and again."""

    def drip() -> None:
        while True:
            theirs.send(b"x" * size)
            gevent.sleep(PATIENCE / 20)

    return gevent.spawn(drip)


def lasts(made: Any) -> float:
    """For how many seconds a request is read until it is cut off; not for more than a few."""
    began = time.monotonic()
    with pytest.raises(ConnectionResetError):
        while time.monotonic() - began < 20 * PATIENCE:
            made.recv(4096)
    return time.monotonic() - began


@pytest.mark.parametrize("before", [[], ["answered"], ["upgraded", "answered"]])
def test_a_request_that_drips_is_cut_off_however_often_bytes_come(
    monkeypatch: pytest.MonkeyPatch, before: list[str]
) -> None:
    with visitor(monkeypatch) as (made, theirs):
        for one in before:
            getattr(made, one)()
        drops = dripping(theirs)
        assert PATIENCE <= lasts(made) < 3 * PATIENCE
        drops.kill()


def test_a_large_body_has_the_time_a_slow_line_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SLOWEST_BYTES_PER_SECOND", 200)
    with visitor(monkeypatch) as (made, theirs):
        theirs.send(b"x" * 80)
        assert PATIENCE + 0.4 <= lasts(made) < 3 * PATIENCE + 0.4


def test_the_time_runs_from_the_first_byte_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with visitor(monkeypatch) as (made, theirs):
        theirs.send(b"x")
        assert made.recv(10) == b"x"
        made.answered()
        gevent.spawn_later(2 * PATIENCE, theirs.send, b"y")
        assert made.recv(10) == b"y"
        assert PATIENCE <= lasts(made) < 3 * PATIENCE


def test_a_socket_that_is_no_longer_http_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with visitor(monkeypatch) as (made, theirs):
        made.upgraded()
        drops = dripping(theirs)
        began = time.monotonic()
        while time.monotonic() - began < 2 * PATIENCE:
            assert made.recv(10)
        drops.kill()


@pytest.mark.parametrize(
    ("waiting", "begun"),
    [
        ("aaaaaaaaaaaab", "aaaaabaaaaaaa"),
        ("aaaaaaaaaabbbc", "aaaaabcababaaa"),
        ("abcd", "abcd"),
        ("aaaabbbb", "aaaabbbb"),
    ],
)
def test_each_network_has_its_turn(waiting: str, begun: str) -> None:
    turns = connection.Turns()
    found: list[str] = []

    def ask(network: str) -> None:
        turns.wait(network)
        found.append(network)

    for network in waiting:
        gevent.spawn(ask, network)
    with gevent.Timeout(5):
        while len(found) < len(waiting):
            gevent.sleep(0.001)
    assert "".join(found) == begun
    # Nobody waits any more, so whoever comes begins at once.
    ask("z")


@pytest.mark.parametrize(
    ("address", "said", "proxies", "network"),
    [
        ("10.1.2.3", [], 0, "10.1.2.3"),
        ("10.1.2.3", ["1.1.1.1"], 0, "10.1.2.3"),
        ("127.0.0.1", ["1.1.1.1"], 1, "1.1.1.1"),
        ("127.0.0.1", ["9.9.9.9, 1.1.1.1"], 1, "1.1.1.1"),
        ("127.0.0.1", ["9.9.9.9", "1.1.1.1"], 1, "1.1.1.1"),
        ("127.0.0.1", ["9.9.9.9, 1.1.1.1, 10.0.0.1"], 2, "1.1.1.1"),
        ("127.0.0.1", ["1.1.1.1"], 2, "127.0.0.1"),
        ("127.0.0.1", [], 1, "127.0.0.1"),
        ("2001:db8:0:12ff::5", [], 0, "2001:db8:0:1200::/56"),
        ("127.0.0.1", ["2001:DB8:0:1234::6"], 1, "2001:db8:0:1200::/56"),
        ("127.0.0.1", ["a:b"], 1, "unknown"),
    ],
)
def test_where_a_request_comes_from(address: str, said: list[str], proxies: int, network: str) -> None:
    headers = [("X-FORWARDED-FOR", one) for one in said]
    assert connection.network(address, headers, proxies) == network
