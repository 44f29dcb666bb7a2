"""A program that floods a server in one way until it is ended: ``python -m tests.web.flooding KIND PORT``.

It speaks to the port directly, or with a third argument by TLS to nginx in front, and never waits for answers
longer than it must.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

from tests.fixtures.nginx import NAME
from tests.web.socket_client import BINARY, PING, PONG, TEXT, frame, opening

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
MOST = 250 * 1024
LONGEST_SECONDS = 120
MARKS = "\u0f71\u0f74".encode()


class Door:
    """Where to flood, and as whom."""

    def __init__(self, port: int, secure: bool, device: dict[str, str]) -> None:
        self.port, self.secure, self.device = port, secure, device
        self.host = f"{NAME}:{port}" if secure else f"127.0.0.1:{port}"
        self.origin = f"https://{self.host}" if secure else f"http://{self.host}"

    def connect(self) -> socket.socket:
        """A new connection."""
        made = socket.create_connection(("127.0.0.1", self.port), 10)
        if not self.secure:
            return made
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(made, server_hostname=NAME)

    def head(self, method: str, path: str, *lines: str) -> bytes:
        """The head of a request of the device."""
        cookie = "; ".join(f"{name}={self.device['cookie']}" for name in ("device", "__Host-device"))
        first = (
            f"{method} {path} HTTP/1.1",
            f"Host: {self.host}",
            f"Origin: {self.origin}",
            f"Cookie: {cookie}",
        )
        return "\r\n".join((*first, *lines, "", "")).encode()

    def post(self, path: str, kind: str, body: bytes, *lines: str) -> bytes:
        """A whole request with a body."""
        return self.head("POST", path, f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines) + body

    def upgraded(self) -> socket.socket:
        """An open WebSocket."""
        made = self.connect()
        cookie = self.device["cookie"]
        made.sendall(
            opening(
                self.port,
                "",
                host=self.host,
                origin=self.origin,
                cookie=f"device={cookie}; __Host-device={cookie}",
            )
        )
        made.recv(4096)
        return made


def repeated(door: Door, request: bytes) -> None:
    """The same request on one connection for ever, each after the answer to the last."""
    while True:
        with contextlib.suppress(OSError), door.connect() as connection:
            while True:
                connection.sendall(request)
                if not connection.recv(1 << 20):
                    break


def pipelined(door: Door, request: bytes) -> None:
    """Many requests at once on one connection; answers are read and thrown away."""
    while True:
        with contextlib.suppress(OSError), door.connect() as connection:
            reader = threading.Thread(target=_drain, args=(connection,), daemon=True)
            reader.start()
            while True:
                connection.sendall(request * 50)


def poured(connect: Callable[[], socket.socket], data: bytes) -> None:
    """``data`` again and again into a connection, and into the next one when it is closed."""
    while True:
        with contextlib.suppress(OSError), connect() as connection:
            connection.setblocking(True)
            while True:
                connection.sendall(data)


def dripping(door: Door, beginning: bytes, drop: bytes, count: int) -> None:
    """Many connections that send a byte or two at a time and never end their request."""
    open_ones: list[socket.socket] = []
    while True:
        while len(open_ones) < count:
            connection = door.connect()
            connection.sendall(beginning)
            open_ones.append(connection)
        for connection in list(open_ones):
            try:
                connection.sendall(drop)
            except OSError:
                open_ones.remove(connection)
        time.sleep(0.05)


def _drain(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while connection.recv(1 << 20):
            pass


def _chunked(door: Door) -> bytes:
    return door.head("POST", "/staff/sign-in", f"Content-Type: {FORM}", "Transfer-Encoding: chunked")


def _form(door: Door, body: bytes) -> bytes:
    return f"_token={door.device['token']}&".encode() + body


def _part(name: str, value: bytes, more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


def _many(door: Door, part: bytes) -> bytes:
    return _part("_token", door.device["token"].encode()) + part * (MOST // len(part)) + b"--x--\r\n"


MANY_FIELDS = b"a=&" * 9_000
DEEP = b"[" * (MOST // 2) + b"]" * (MOST // 2)


def bodies(door: Door) -> Iterator[tuple[str, bytes]]:
    """The dearest bodies there are, for doors that anybody may knock at."""
    marks = b"text=" + MARKS * (MOST // len(MARKS))
    for name, path in (
        ("sign-in", "/staff/sign-in"),
        ("receipt", "/receipts"),
        ("survey", "/surveys/aaaaaaaaaaaa"),
        ("comment", "/consultations/aaaaaaaaaaaa/comment"),
        ("ask", "/live/aaaaaaaaaaaa/ask"),
    ):
        yield f"marks to {name}", door.post(path, FORM, _form(door, marks))
    yield "marks in the code", door.post("/receipts", FORM, _form(door, marks.replace(b"text", b"code")))
    yield "marks in a password", door.post("/staff/sign-in", FORM, marks.replace(b"text", b"password"))
    yield "fields", door.post("/receipts", FORM, _form(door, MANY_FIELDS))
    yield "empty fields", door.post("/receipts", FORM, _form(door, b"&" * MOST))
    yield "escapes", door.post("/receipts", FORM, _form(door, b"a=" + b"%cc%81" * (MOST // 6)))
    yield "no text", door.post("/receipts", FORM, _form(door, b"a=" + b"%ff" * (MOST // 3)))
    yield "parts", door.post("/receipts", PARTS, _many(door, _part("a", b"")))
    yield "files", door.post("/receipts", PARTS, _many(door, _part("a", b"", '; filename="b"')))
    yield "headers of parts", door.post("/receipts", PARTS, b"--x\r\n" + b"a:b\r\n" * (MOST // 5))
    yield "almost boundaries", door.post("/receipts", PARTS, _many(door, b"\r\n--x "))
    yield "deep json", door.post("/staff/sign-in", "application/json", DEEP)
    yield "deep state", door.post("/surveys/aaaaaaaaaaaa", FORM, _form(door, b"_state=" + DEEP))
    yield "cookies", door.head("GET", "/", "Cookie: " + "a=b;" * 2_000)
    yield "many headers", door.head("GET", "/", *(f"X-{number}: {'a' * 300}" for number in range(90)))
    yield "languages", door.head("GET", "/", "Accept-Language: " + "a;q=0.1," * 1_000)
    yield "kinds of answers", door.head("GET", "/nowhere", "Accept: " + "a/b;q=0.1," * 800)
    yield "query", door.head("GET", "/?" + "a=%ff&" * 600)
    yield "brackets", door.head("GET", "/?" + urllib.parse.quote("[" * 1_200))


def floods(door: Door) -> dict[str, Callable[[], None]]:
    """Every way to flood, by its name."""
    page = door.head("GET", "/")
    text = frame(TEXT, b"3")
    found: dict[str, Callable[[], None]] = {
        "busy connection": lambda: repeated(door, page),
        "pipelining": lambda: pipelined(door, page),
        "pipelined health": lambda: pipelined(door, door.head("GET", "/healthz")),
        "pipelined refusals": lambda: pipelined(door, door.post("/receipts", FORM, b"a=b")),
        "new connections": lambda: poured(door.connect, b"GET / HTTP/1.0\r\n\r\n"),
        "malformed": lambda: poured(door.connect, b"\x00\xff" * 4096),
        "slow heads": lambda: dripping(door, b"GET / HTTP/1.1\r\nX: ", b"a", 50),
        "small chunks": lambda: poured(lambda: _begun(door, _chunked(door)), b"1\r\na\r\n" * 8_192),
        "pings": lambda: poured(door.upgraded, frame(PING, b"x" * 100) * 600),
        "pongs": lambda: poured(door.upgraded, frame(PONG, b"") * 10_000),
        "continuations": lambda: poured(
            door.upgraded, frame(TEXT, b"", head=0) + frame(0, b"", head=0) * 10_000
        ),
        "pieces": lambda: poured(door.upgraded, frame(TEXT, b"a", head=0) + frame(0, b"a", head=0) * 10_000),
        "heartbeats": lambda: poured(door.upgraded, text * 10_000),
        "messages": lambda: poured(door.upgraded, frame(TEXT, b'420["live.join",' + b"[" * 30_000)),
        "binary": lambda: poured(door.upgraded, frame(BINARY, b"x" * 4_000) * 20),
        "one byte at a time": lambda: poured(door.upgraded, b"\x81"),
        "silent sockets": lambda: silent(door),
    }
    slow = door.head("POST", "/staff/sign-in", f"Content-Type: {FORM}", "Content-Length: 200000")
    found["slow bodies"] = lambda: dripping(door, slow, b"a", 50)
    found |= {name: lambda request=request: repeated(door, request) for name, request in bodies(door)}  # type: ignore[misc]
    return found


def _begun(door: Door, head: bytes) -> socket.socket:
    connection = door.connect()
    connection.sendall(head)
    return connection


def silent(door: Door) -> None:
    """As many sockets as there are, none of which ever says a word."""
    held: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            held.append(door.upgraded())
        if len(held) > 400:
            held.pop(0).close()
        time.sleep(0.005)


def main() -> None:
    """Flood in several threads, as nobody floods with one connection only."""
    kind, port, secure = sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3
    door = Door(port, secure, json.loads(os.environ["FLOOD_DEVICE"]))
    flood = floods(door)[kind]
    for _ in range(3):
        threading.Thread(target=flood, daemon=True).start()
    print("flooding", flush=True)
    flood()


if __name__ == "__main__":
    # Whatever becomes of the test that wanted it, a flood ends.
    signal.alarm(LONGEST_SECONDS)
    main()
