"""Nobody takes all the sockets there are, and who is counted leaves a place behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from engage.web.socketplaces import Places
from tests.web.socket_client import Client, get, opening
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
