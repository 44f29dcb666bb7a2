"""The WebSocket driver as gunicorn runs it: a client that says right and wrong things over a real socket."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from typing import Any

import pytest

from tests.web.socket_client import BINARY, CLOSE, PING, PONG, TEXT, Client, frame, get, opening
from tests.web.socket_server import wait_for
from tests.web.test_websocket_frames import WRONG


# ---- the opening handshake
def test_the_accept_key_is_that_of_the_protocol(port: int) -> None:
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    with Client(port) as client:
        client.open(opening(port, sec_websocket_key=key))
        assert client.status == 101
        assert client.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()
        assert "sec-websocket-extensions" not in client.headers
        hello = json.loads(client.text()[1:])
        assert hello["upgrades"] == []
        assert hello["maxPayload"] == 4096


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"upgrade": None}, 426),
        ({"upgrade": "h2c"}, 426),
        ({"connection": "keep-alive"}, 400),
        ({"sec_websocket_version": "8"}, 426),
        ({"sec_websocket_version": None}, 426),
        ({"sec_websocket_key": None}, 400),
        ({"sec_websocket_key": "c2hvcnQ="}, 400),
        ({"sec_websocket_key": "no base64 at all!!"}, 400),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": None}, 403),
        ({"path": "/socket.io/?EIO=3&transport=websocket"}, 400),
        ({"path": "/socket.io/"}, 400),
    ],
)
def test_what_is_no_opening_of_ours_is_refused(port: int, changed: dict[str, Any], status: int) -> None:
    with Client(port) as client:
        assert client.open(opening(port, **changed)).status == status


def test_polling_and_writing_by_http_are_refused(port: int) -> None:
    request = f"POST /socket.io/?EIO=4 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n"
    with Client(port) as client:
        assert client.open(request.encode()).status == 405


def test_a_wrong_token_is_turned_away_in_words(port: int) -> None:
    cookie = get(port, "/test/device")["cookie"]
    with Client(port) as client:
        client.open(opening(port, cookie)).text()
        client.say('40{"token":"' + "0" * 32 + '"}')
        assert client.text().startswith("40")
        assert client.text() == '41{"message":"token"}'
        assert client.closed() == 1000


@pytest.mark.parametrize("word", ['42["echo",1]', "431[]", '431["echo"]', "43[]", "4"])
def test_saying_something_before_connecting_is_refused(port: int, word: str) -> None:
    cookie = get(port, "/test/device")["cookie"]
    with Client(port) as client:
        client.open(opening(port, cookie)).text()
        client.say(word)
        assert client.closed() == 1008


def test_connecting_twice_changes_nothing(port: int) -> None:
    device = get(port, "/test/device")
    with Client(port) as client:
        client.joined(device).say("40" + json.dumps({"token": device["token"]}))
        assert client.text().startswith("44")
        assert client.call("echo", 1) == 1


# ---- frames
@pytest.mark.parametrize("name", [name for name in WRONG if "too large" not in name])
def test_what_breaks_the_protocol_closes_with_its_code(port: int, name: str) -> None:
    data, code = WRONG[name]
    with Client(port) as client:
        client.joined().send(data)
        assert client.closed() == code


@pytest.mark.parametrize(
    "data",
    [
        frame(TEXT, b"", size=b"\xff" + (1 << 40).to_bytes(8, "big")),
        frame(TEXT, b"x" * 4097),
        frame(TEXT, b"x" * 4000, head=0) + frame(0, b"x" * 97),
    ],
)
def test_what_is_too_large_closes_with_1009(port: int, data: bytes) -> None:
    with Client(port) as client:
        client.joined().send(data)
        assert client.closed() == 1009


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(BINARY, b"4\x00"), 1003),
        (frame(TEXT, b"2probe"), 1008),
        (frame(TEXT, b""), 1008),
        (frame(TEXT, b"42[broken"), 1008),
        (frame(TEXT, b"42{}"), 1008),
        (frame(TEXT, b"42[1]"), 1008),
        (frame(TEXT, b"451-[1]"), 1008),
        (frame(TEXT, b"49"), 1008),
        (frame(TEXT, b"40/admin,{}"), 1008),
        (frame(TEXT, b"42" + b"[" * 3000), 1008),
        (frame(TEXT, b'42["echo",1]') * 60, 1008),
        (frame(TEXT, b'42["disconnect"]'), 1008),
        (frame(TEXT, b'427["disconnect","client disconnect"]'), 1008),
        (frame(TEXT, b'42["connect",{"REMOTE_ADDR":"10.0.0.1"},{"token":"x"}]'), 1008),
    ],
    ids=range(14),
)
def test_what_no_client_of_ours_says_is_refused(port: int, data: bytes, code: int) -> None:
    with Client(port) as client:
        client.joined().send(data)
        assert client.closed() == code


def test_fragments_with_control_frames_between_them(port: int) -> None:
    text = '425["echo","听得见吗"]'.encode()
    with Client(port) as client:
        client.joined()
        for index in range(0, len(text), 4):
            last = index + 4 >= len(text)
            client.send(frame(0 if index else TEXT, text[index : index + 4], head=0x80 if last else 0))
            if not last:
                client.send(frame(PING, b"%d" % index))
                assert client.receive() == (PONG, b"%d" % index)
        assert client.text() == '435["听得见吗"]'


def test_bytes_that_drip_are_put_together(port: int) -> None:
    with Client(port) as client:
        client.joined()
        for byte in frame(TEXT, b'425["echo",[1,2]]'):
            client.send(bytes((byte,)))
        assert client.text() == "435[[1,2]]"


def test_many_messages_in_one_piece_are_answered_in_order(port: int) -> None:
    with Client(port) as client:
        client.joined().send(b"".join(frame(TEXT, b'42%d["echo",%d]' % (n, n)) for n in range(30)))
        assert [client.text() for _ in range(30)] == [f"43{n}[{n}]" for n in range(30)]


@pytest.mark.parametrize("code", [1000, 1001, 3000, 4999])
def test_a_close_is_answered_with_its_code(port: int, code: int) -> None:
    with Client(port) as client:
        client.joined().send(frame(CLOSE, code.to_bytes(2, "big") + b"bye"))
        assert client.closed() == code


def test_a_close_without_a_code_is_answered_so(port: int) -> None:
    with Client(port) as client:
        client.joined().send(frame(CLOSE, b""))
        assert client.closed() == 1005


def test_leaving_in_every_way_leaves_nothing_behind(port: int) -> None:
    with Client(port) as polite, Client(port) as engine, Client(port) as rude, Client(port) as reset:
        for client in (polite, engine, rude, reset):
            client.joined().call("join", "leaving")
        polite.send(frame(CLOSE, b""))
        assert polite.closed() == 1005
        engine.say("1")  # Engine.IO's goodbye; Socket.IO's is 41
        assert engine.closed() == 1000
        rude.socket.shutdown(socket.SHUT_WR)
        reset.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    gone = {"sockets": 0, "peers": 0, "environs": 0, "rooms": []}
    wait_for(lambda: get(port, "/test/state") == gone)


# ---- events
def test_ordinary_events_see_the_opening_request(port: int) -> None:
    with Client(port) as client:
        assert client.joined().call("join", "hall") == {"path": "/socket.io/", "viewers": 1}


def test_a_refusal_is_an_answer_in_the_persons_language(port: int) -> None:
    with Client(port) as client:
        error = client.joined().call("wait", None)["error"]
        assert (error["status"], error["retry_after"]) == (429, 5)
        assert "5" in error["message"]
        assert not error["message"].isascii()


def test_a_mistake_of_ours_is_an_answer_and_the_connection_lives(port: int) -> None:
    with Client(port) as client:
        assert client.joined().call("break", None)["error"]["status"] == 500
        assert client.call("echo", "still here") == "still here"
