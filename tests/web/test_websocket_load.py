"""Readers that stall, very many readers, a full server, and the end of one."""

from __future__ import annotations

import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.web.socket_client import PING, PONG, TEXT, Client, frame, get
from tests.web.socket_server import running, wait_for


# ---- readers that stall
def stream(count: int) -> bytes:
    """What the server sends for ``count`` frames, byte for byte."""
    texts = (f'42["frame",{{"number":{number},"text":"{"x" * 1000}"}}]' for number in range(count))
    return b"".join(b"\x81\x7e" + len(text).to_bytes(2, "big") + text.encode() for text in texts)


def test_a_reader_that_stalls_and_reads_on_gets_every_byte(port: int) -> None:
    with Client(port, receive_bytes=4096) as client:
        client.joined().call("join", "slow")
        assert get(port, "/test/broadcast/slow/150/1000") == {"viewers": 1}
        assert get(port, "/test/state")["rooms"] == [
            "slow"
        ]  # still there, and the server did not wait for it
        expected = stream(150)
        while len(client.buffer) < len(expected):
            client.buffer += client.socket.recv(65536)
        assert client.buffer == expected
        client.buffer = b""
        assert client.call("echo", "in step") == "in step"


def test_a_reader_that_stalls_for_good_is_dropped_cleanly(port: int) -> None:
    with Client(port, receive_bytes=4096) as client:
        client.joined().call("join", "stuck")
        get(port, "/test/broadcast/stuck/3000/1000")
        wait_for(lambda: get(port, "/test/state")["rooms"] == [])
        received = client.rest()
    assert 0 < len(received) < len(stream(300))
    assert stream(300).startswith(received)


def test_what_is_under_way_does_not_count_as_unread(port: int) -> None:
    """A snapshot far larger than the backlog, and the frames that come while it is taken in."""
    with Client(port, receive_bytes=4096) as client:
        client.joined().call("join", "large")
        assert get(port, "/test/broadcast/large/1/3000000") == {"viewers": 1}
        assert get(port, "/test/broadcast/large/1/1000000") == {"viewers": 1}, "one piece may wait behind it"
        assert numbers(client, 1) == [0]
        assert get(port, "/test/broadcast/large/20/1000") == {"viewers": 1}
        assert numbers(client, 21) == [0, *range(20)]
        assert client.call("echo", "in step") == "in step"


def test_what_was_read_is_given_back(port: int) -> None:
    """A slow reader that is always a little behind is never cut off, however much it gets in all."""
    with Client(port, receive_bytes=4096) as client:
        client.joined().call("join", "again")
        expected: list[int] = []
        for _ in range(8):
            assert get(port, "/test/broadcast/again/100/1000") == {"viewers": 1}
            expected += range(100)
            read = len(expected) - 60  # so many still wait
            assert numbers(client, read) == expected[:read]
            del expected[:read]
        assert numbers(client, len(expected)) == expected


def numbers(client: Client, count: int) -> list[int]:
    """The numbers of the next ``count`` frames."""
    return [json.loads(client.text()[2:])[1]["number"] for _ in range(count)]


def test_writers_of_all_kinds_never_mix_their_frames(port: int) -> None:
    with Client(port, receive_bytes=4096) as client:
        client.joined().call("join", "mixed")
        get(port, "/test/broadcast/mixed/60/1000")
        for number in range(20):
            client.say(f'42{number}["echo","' + "y" * 2000 + '"]')
            if number % 2:  # they count as well, and this server takes forty frames at once
                client.send(frame(PING, b"between"))
        get(port, "/test/broadcast/mixed/20/1000")
        found = [client.receive() for _ in range(110)]
    texts = [payload.decode() for opcode, payload in found if opcode == TEXT]
    shown = [json.loads(text[2:])[1]["number"] for text in texts if text.startswith("42")]
    assert shown == [*range(60), *range(20)]
    assert [text[:4] for text in texts if text.startswith("43")] == [f"43{n}["[:4] for n in range(20)]
    assert sum(opcode == PONG for opcode, _ in found) == 10


# ---- many, and the end
def test_two_thousand_connections_beside_pages(port: int) -> None:
    device = get(port, "/test/device")
    clients: list[Client] = []
    try:
        with ThreadPoolExecutor(4) as pool:
            clients.extend(pool.map(lambda _: Client(port, timeout=60).joined(device), range(2000)))
            for _ in pool.map(lambda client: client.call("join", "many"), clients):
                pass
            began = time.monotonic()
            # All are sockets of one phone, and viewers are counted by phones.
            assert get(port, "/test/broadcast/many/3/300") == {"viewers": 1}
            assert get(port, "/healthz") == {"status": "ok"}
            assert time.monotonic() - began < 2
            for client in clients:
                texts = [client.text() for _ in range(3)]
                assert [json.loads(text[2:])[1]["number"] for text in texts] == [0, 1, 2]
    finally:
        for client in clients:
            client.socket.close()
    wait_for(lambda: get(port, "/test/state")["sockets"] == 0, 30)


def test_a_full_server_says_so_and_a_stopping_one_leaves_at_once(tmp_path: Path) -> None:
    with running(tmp_path, test_max_sockets=3) as (port, process):
        clients = [Client(port).joined() for _ in range(3)]
        idle = Client(port).open(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        with Client(port) as fourth:
            assert fourth.open().status == 503
            assert fourth.headers["retry-after"] == "5"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert [client.closed() for client in clients] == [1012] * 3
        assert time.monotonic() - began < 1
        assert process.wait(5) == 0
        assert time.monotonic() - began < 2
        for client in (*clients, idle):
            client.socket.close()
