"""Nobody takes all the sockets there are, and who is counted leaves a place behind."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engage.web.realtime import _settings
from engage.web.socketplaces import Places
from tests.fixtures.database import make_config
from tests.fixtures.nginx import NAME, Front
from tests.web.socket_client import CLOSE, PATH, PING, TEXT, Client, frame, get, opening
from tests.web.socket_server import running, wait_for


@pytest.mark.parametrize(
    ("sockets", "let_in"),
    [
        (["a/1", "a/1", "a/1"], [True, True, False]),
        (["a/1", "a/2", "a/3"], [True, True, False]),
        (["a/1", "b/1", "c/1", "d/1"], [True, True, True, False]),
        (["-/1", "-/1", "-/1", "-/1", "-/2"], [True, True, True, False, True]),
        (["a/1", "b/1", "c/1", "a/2"], [True, True, True, True]),
        (["a/1", "b/1", "-/1", "a/1", "a/2", "a/2"], [True, True, True, False, True, False]),
    ],
)
def test_two_for_a_device_and_three_for_a_network(sockets: list[str], let_in: list[bool]) -> None:
    places = Places(2, 3)
    given = []
    for device, network in (one.split("/") for one in sockets):
        given.append(places.take(None if device == "-" else device, network))
    assert [one is not None for one in given] == let_in
    for leave in filter(None, given):
        leave()
    again = [places.take("a", "1"), places.take("a", "1"), places.take("b", "1"), places.take("c", "1")]
    assert [one is not None for one in again] == [True, True, True, False]


@pytest.mark.parametrize(
    ("given", "device", "network"),
    [
        ({}, 5, 7500),
        ({"max_sockets": 300}, 5, 150),
        ({"max_sockets": 1}, 5, 1),
        ({"sockets_per_device": 2, "sockets_per_network": 4000}, 2, 4000),
    ],
)
def test_as_shipped_five_for_a_device_and_half_of_all_for_a_network(
    tmp_path: Path, given: dict[str, int], device: int, network: int
) -> None:
    config = replace(make_config(tmp_path, "sqlite://"), **given)
    settings = _settings(config)
    assert (settings.per_device, settings.per_network) == (device, network)


def test_over_a_real_connection(tmp_path: Path) -> None:
    with running(tmp_path, test_per_device=2, test_per_network=4) as (port, _process):
        one, other, third = (get(port, "/test/device") for _ in range(3))
        full = Client(port)
        with Client(port).joined(one) as first, Client(port).joined(one), full:
            first.say('420["join","hall"]')
            assert '"viewers":1' in first.text()
            assert full.open(opening(port, one["cookie"])).status == 503
            assert full.headers["retry-after"] == "5"
            with Client(port).joined(other) as second, Client(port).joined(third):
                second.say('420["join","hall"]')
                assert '"viewers":2' in second.text()
                # Whoever says nothing of a device takes one of the network's.
                for cookie in ("", "no cookie of ours", get(port, "/test/device")["cookie"]):
                    with Client(port) as stranger:
                        assert stranger.open(opening(port, cookie)).status == 503
        wait_for(lambda: get(port, "/test/state")["sockets"] == 0)
        with Client(port).joined(one), Client(port).joined(one), Client(port).joined(other):
            assert get(port, "/test/state")["sockets"] == 3


# What people claim about where they come from.
CLAIMS: list[dict[str, Any]] = [
    {},
    {"x_forwarded_for": "10.9.8.7"},
    {"x_forwarded_for": "10.9.8.6, 10.9.8.5"},
    {"x_forwarded_for": "2001:db8::1"},
    {"forwarded": "for=10.9.8.4"},
    {"x_real_ip": "10.9.8.3"},
    {"client_ip": "10.9.8.2", "via": "1.1 proxy"},
]


def test_nobody_comes_from_elsewhere_by_saying_so(tmp_path: Path) -> None:
    with running(tmp_path, test_per_device=2, test_per_network=3) as (port, _process), ExitStack() as held:
        answers = []
        for claim in CLAIMS:
            cookie = get(port, "/test/device")["cookie"]
            client = held.enter_context(Client(port))
            answers.append(client.open(opening(port, cookie, **claim)).status)
    assert answers == [101] * 3 + [503] * (len(CLAIMS) - 3)


def test_nor_behind_a_proxy_where_others_still_have_their_places(tmp_path: Path) -> None:
    settings = {"engage_trusted_proxies": 1, "test_per_device": 2, "test_per_network": 3}
    (tmp_path / "nginx").mkdir()
    with running(tmp_path, **settings) as (port, _process), ExitStack() as held:
        front = Front(tmp_path / "nginx", port)
        held.enter_context(front.running())

        def status(source: str, device: str, **claim: Any) -> int:
            """The answer to one who comes from ``source``, in words of his own."""
            made = front.connection(source=source).sock
            held.callback(made.close)
            names = {"host": f"{NAME}:{front.port}", "origin": front.url}
            made.sendall(opening(port, device, **names, **claim))
            return int(made.recv(4096).split()[1])

        devices = [get(port, "/test/device")["cookie"] for _ in CLAIMS]
        claims = zip(devices, CLAIMS, strict=True)
        answers = [status("127.0.0.1", device, **claim) for device, claim in claims]
        assert answers == [101] * 3 + [503] * (len(CLAIMS) - 3)
        # A phone that changes its network takes its places along; another one has its own.
        assert status("127.0.0.7", devices[0]) == 101
        assert status("127.0.0.8", devices[0]) == 503
        assert status("127.0.0.8", devices[-1]) == 101


def _reset(client: Client) -> None:
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


LEAVING: dict[str, Callable[[Client, dict[str, str]], object]] = {
    "at once": lambda client, device: client.send(opening(client.port, device["cookie"])),
    "reset at once": lambda client, device: (
        client.send(opening(client.port, device["cookie"])),
        _reset(client),
    ),
    "opened": lambda client, device: client.open(opening(client.port, device["cookie"])),
    "joined": lambda client, device: client.joined(device),
    "reset": lambda client, device: (client.joined(device), _reset(client)),
    "politely": lambda client, device: client.joined(device).send(frame(CLOSE, b"")),
    "a wrong token": lambda client, device: client.open(opening(client.port, device["cookie"])).say(
        '40{"token":"x"}'
    ),
    "goodbye": lambda client, device: client.joined(device).say("41"),
    "no text": lambda client, device: client.joined(device).send(frame(TEXT, b"\xff")),
    "too much": lambda client, device: client.joined(device).send(frame(PING, b"") * 400),
    "half a frame": lambda client, device: client.joined(device).send(frame(TEXT, b"42")[:3]),
    "a broken opening": lambda client, device: client.open(
        opening(client.port, device["cookie"], sec_websocket_key="x")
    ),
    "polling": lambda client, device: client.open(
        opening(client.port, device["cookie"], path=PATH.replace("websocket", "polling"), upgrade=None)
    ),
    "posting": lambda client, device: client.send(
        opening(client.port, device["cookie"]).replace(b"GET", b"POST", 1)
    ),
}


def test_whoever_leaves_in_whatever_way_leaves_the_place(tmp_path: Path) -> None:
    with running(tmp_path, test_per_device=2, test_per_network=2) as (port, _process):
        device = get(port, "/test/device")
        for way, leave in LEAVING.items():
            for _ in range(4):
                # One after the other: each finds the place that the last one left.
                wait_for(lambda: get(port, "/test/state")["sockets"] == 0)
                with Client(port) as client:
                    leave(client, device)
            wait_for(lambda: get(port, "/test/state")["sockets"] == 0)
            with Client(port).joined(device), Client(port).joined(device), Client(port) as third:
                assert third.open(opening(port, device["cookie"])).status == 503, way
        wait_for(lambda: get(port, "/test/state")["sockets"] == 0)
        assert get(port, "/test/state") == {"sockets": 0, "peers": 0, "environs": 0, "rooms": []}
