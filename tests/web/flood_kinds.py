"""Every way to flood, by the door it comes to: ``python -m tests.web.flood_kinds KINDS PORT [NAME]``."""

from __future__ import annotations

import socket
import urllib.parse
from collections.abc import Iterator
from functools import partial

from tests.web.flooding import (
    Door,
    Flood,
    Target,
    asked_and_left,
    dripping,
    main,
    pipelined,
    poured,
    repeated,
    silent,
)
from tests.web.socket_client import BINARY, PATH, PING, PONG, TEXT, frame

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
MOST = 250 * 1024
MESSAGE_MOST = 32 * 1024
MARKS = "\u0f71\u0f74".encode()
WIDE = b"[" + b"[]," * (MOST // 3) + b"0]"
DEEP = b"[" * (MOST // 2) + b"]" * (MOST // 2)


def connections(door: Door) -> dict[str, Flood]:
    """What costs by the number of requests and connections, and by their heads."""
    page = door.head("GET", "/")
    health = door.head("GET", "/healthz")
    late = door.head("GET", PATH) + door.head(
        "POST", "/staff/sign-in", f"Content-Type: {FORM}", "Content-Length: 9999"
    )
    begun = partial(_begun, door)
    chunked = door.head("POST", "/staff/sign-in", f"Content-Type: {FORM}", "Transfer-Encoding: chunked")
    slow = door.head("POST", "/receipts", f"Content-Type: {FORM}", "Content-Length: 200000")
    heads = {
        "cookies": door.head("GET", "/", "Cookie: " + "a=b;" * 2_000),
        "many headers": door.head("GET", "/", *(f"X-{number}: {'a' * 300}" for number in range(90))),
        "languages": door.head("GET", "/", "Accept-Language: " + "a;q=0.1," * 1_000),
        "wishes in four lines": door.head("GET", "/results", *["Accept-Encoding: " + 'a;b="\\"",' * 750] * 4),
        "cookies in four lines": door.head("GET", "/results", *["Cookie: " + ";" * 7_800] * 4),
        "kinds of answers": door.head("GET", "/nowhere", "Accept: " + "a/b;q=0.1," * 800),
        "query": door.head("GET", "/?" + "a=%ff&" * 600),
        "brackets": door.head("GET", "/?" + urllib.parse.quote("[" * 1_200)),
    }
    return {
        "busy connection": partial(repeated, door, page),
        "pipelining": partial(pipelined, door, page),
        "pipelined health": partial(pipelined, door, health),
        "pipelined refusals": partial(pipelined, door, door.post("/receipts", FORM, b"a=b")),
        "pipelined openings": partial(pipelined, door, door.head("GET", PATH)),
        "new connections": partial(asked_and_left, door, page),
        "malformed": partial(poured, door, door.connect, b"\x00\xff" * 4096),
        "slow heads": partial(dripping, door, b"GET / HTTP/1.1\r\nX: ", b"a", 50),
        "slow bodies": partial(dripping, door, slow, b"a", 50),
        "slow bodies after an opening": partial(dripping, door, late, b"a", 50),
        "small chunks": partial(poured, door, partial(begun, chunked), b"1\r\na\r\n" * 8_192),
    } | {name: partial(repeated, door, request) for name, request in heads.items()}


def _begun(door: Door, head: bytes) -> socket.socket:
    connection = door.connect()
    connection.sendall(head)
    return connection


def sockets(door: Door) -> dict[str, Flood]:
    """What is poured into WebSockets: frames first, then packets of Socket.IO."""
    silently = {
        "pings": frame(PING, b"x" * 100) * 600,
        "pongs": frame(PONG, b"") * 10_000,
        "continuations": frame(TEXT, b"", head=0) + frame(0, b"", head=0) * 10_000,
        "pieces": frame(TEXT, b"a", head=0) + frame(0, b"a", head=0) * 10_000,
        "heartbeats": frame(TEXT, b"3") * 10_000,
        "unreadable": frame(TEXT, b'420["live.join",' + b"[" * 30_000),
        "binary": frame(BINARY, b"x" * 4_000) * 20,
        "one byte at a time": b"\x81",
    }
    room = b'{"room":"%s","have":{}}' % door.target.room.encode()
    wide = b"[]," * ((MESSAGE_MOST - 100) // 3)
    ask = b'420["live.ask",{"request_id":"flood-flood-flood","text":"%s"}]'
    packets = {
        "joins": b'420["live.join",%s]' % room,
        "supports": b'420["live.support",{"question":"aaaaaaaaaaaa","on":true,"request_id":"flood-flood"}]',
        "questions of marks": ask % (MARKS * 600),
        "questions too long": ask % (MARKS * ((MESSAGE_MOST - 100) // len(MARKS))),
        "wide packets": b'420["live.join",[%s0]]' % wide,
        "deep packets": b'420["live.join",' + b"[" * 1_000 + b"]" * 1_000 + b"]",
        "unknown events": b'420["nothing",{}]',
        "console events": b'420["live.console",%s]' % room,
        "connecting again": b"40{}",
        "acknowledgements": b"431[]",
        "long numbers": b"42" + b"9" * 90 + b'["live.join",{}]',
    }
    found: dict[str, Flood] = {
        name: partial(poured, door, door.upgraded, data) for name, data in silently.items()
    }
    join = frame(TEXT, packets["joins"])
    for name, packet in packets.items():
        data = frame(TEXT, packet)
        found[name] = partial(poured, door, door.joined, join + data * max(1, 65_536 // len(data)))
    return found | {"silent sockets": partial(silent, door)}


def _form(door: Door, body: bytes) -> bytes:
    target = door.target
    return f"_token={target.token}&csrf_token={target.csrf}&".encode() + body


def _part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


def _many(door: Door, part: bytes) -> bytes:
    return _part("_token", door.target.token.encode()) + part * (MOST // len(part)) + b"--x--\r\n"


def _bodies(door: Door) -> Iterator[tuple[str, bytes]]:
    target = door.target
    marks = b"text=" + MARKS * (MOST // len(MARKS))
    survey, ask = f"/surveys/{target.survey}", f"/live/{target.room}/ask"
    comment, token = f"/consultations/{target.consultation}/comment", f"X-Citizen-Token: {target.token}"
    for name, path in (
        ("sign-in", "/staff/sign-in"),
        ("receipt", "/receipts"),
        ("survey", survey),
        ("comment", comment),
        ("ask", ask),
    ):
        yield f"marks to {name}", door.post(path, FORM, _form(door, marks))
    yield "marks in the code", door.post("/receipts", FORM, _form(door, marks.replace(b"text", b"code")))
    password = b"email=a%40b.cn&" + marks.replace(b"text", b"password")
    yield "marks in a password", door.post("/staff/sign-in", FORM, _form(door, password))
    yield "fields", door.post("/receipts", FORM, _form(door, b"a=&" * 9_000))
    yield "fields to survey", door.post(survey, FORM, _form(door, b"a=&" * 9_000))
    yield "empty fields", door.post("/receipts", FORM, _form(door, b"&" * MOST))
    yield "escapes", door.post("/receipts", FORM, _form(door, b"a=" + b"%cc%81" * (MOST // 6)))
    yield "no text", door.post("/receipts", FORM, _form(door, b"a=" + b"%ff" * (MOST // 3)))
    yield "parts", door.post("/receipts", PARTS, _many(door, _part("a", b"")))
    yield "parts to comment", door.post(comment, PARTS, _many(door, _part("text", "长".encode())))
    yield "files", door.post("/receipts", PARTS, _many(door, _part("a", b"", '; filename="b"')))
    yield "headers of parts", door.post("/receipts", PARTS, b"--x\r\n" + b"a:b\r\n" * (MOST // 5))
    yield "almost boundaries", door.post("/receipts", PARTS, _many(door, b"\r\n--x "))
    yield "deep json", door.post(ask, "application/json", DEEP, token)
    yield "wide json", door.post(comment, "application/json", WIDE, token)
    yield "deep state", door.post(survey, FORM, _form(door, b"_state=" + DEEP))


def bodies(door: Door) -> dict[str, Flood]:
    """The dearest bodies there are, for doors that anybody may knock at."""
    return {name: partial(repeated, door, request) for name, request in _bodies(door)}


def floods(door: Door) -> dict[str, Flood]:
    """All of them by name."""
    return connections(door) | sockets(door) | bodies(door)


NOWHERE = Door(1, "", Target())

if __name__ == "__main__":
    main(floods)
