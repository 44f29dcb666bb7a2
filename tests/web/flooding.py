"""A program that floods a server until its input ends: ``python -m tests.web.flood_kinds KINDS PORT [NAME]``.

It speaks to the port directly, or with a name by TLS to nginx in front, and never waits for answers longer
than it must. Several kinds (with commas) flood side by side. What was answered is its last line, as JSON. It
imports nothing of the application: it has to begin at once, and another flood begins for each kind.
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
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.web.socket_client import TEXT, frame, opening

LONGEST_SECONDS = 120
AT_ONCE = 4
Flood = Callable[[], None]
# Made once, and without the list of authorities: it would cost more than the flood.
_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_TLS.check_hostname, _TLS.verify_mode = False, ssl.CERT_NONE


@dataclass
class Target:
    """As whom to flood, and what there is: a device, a browser at the sign-in page, public ids."""

    cookie: str = ""
    token: str = ""
    browser: str = ""
    csrf: str = ""
    survey: str = "a" * 12
    consultation: str = "a" * 12
    room: str = "a" * 12


@dataclass
class Door:
    """Where to flood. ``seen`` counts the answers by their status."""

    port: int
    name: str
    target: Target
    seen: Counter[str] = field(default_factory=Counter)
    begun: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        return f"{self.name or '127.0.0.1'}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http{'s' if self.name else ''}://{self.host}"

    @property
    def cookies(self) -> str:
        target = self.target
        named = {"device": target.cookie, "staff": target.browser}
        return "; ".join(
            f"{before}{name}={value}" for name, value in named.items() for before in ("", "__Host-")
        )

    def connect(self) -> socket.socket:
        """A new connection."""
        made = socket.create_connection(("127.0.0.1", self.port), 10)
        if not self.name:
            return made
        return _TLS.wrap_socket(made, server_hostname=self.name)

    def head(self, method: str, path: str, *lines: str) -> bytes:
        """The head of a request."""
        first = (f"{method} {path} HTTP/1.1", f"Host: {self.host}", f"Origin: {self.origin}")
        return "\r\n".join((*first, f"Cookie: {self.cookies}", *lines, "", "")).encode()

    def post(self, path: str, kind: str, body: bytes, *lines: str) -> bytes:
        """A whole request with a body."""
        return self.head("POST", path, f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines) + body

    def upgraded(self) -> socket.socket:
        """An open WebSocket that has not said a word; ``OSError`` where there is no place."""
        made = self.connect()
        made.sendall(opening(self.port, "", host=self.host, origin=self.origin, cookie=self.cookies))
        if self.note(made.recv(4096)) != "101":
            made.close()
            raise ConnectionRefusedError
        return made

    def joined(self) -> socket.socket:
        """A WebSocket on which Socket.IO is connected."""
        made = self.upgraded()
        made.sendall(frame(TEXT, b"40" + json.dumps({"token": self.target.token}).encode()))
        return made

    def note(self, answer: bytes) -> str:
        """Count an answer; its status."""
        status = answer[9:12].decode(errors="replace") if answer.startswith(b"HTTP/1.1 ") else ""
        if status:
            self.seen[status] += 1
        self.begun.set()
        return status


def repeated(door: Door, request: bytes) -> None:
    """The same request on one connection for ever, each after the answer to the last."""
    while True:
        with contextlib.suppress(OSError), door.connect() as connection:
            while True:
                connection.sendall(request)
                answer = connection.recv(1 << 20)
                door.note(answer)
                if not answer:
                    break


def pipelined(door: Door, request: bytes) -> None:
    """Many requests at once on one connection; answers are read and thrown away."""
    while True:
        with contextlib.suppress(OSError), door.connect() as connection:
            threading.Thread(target=_drain, args=(door, connection), daemon=True).start()
            while True:
                connection.sendall(request * 50)


def poured(door: Door, connect: Callable[[], socket.socket], data: bytes) -> None:
    """``data`` again and again into a connection, and into the next one when it is closed."""
    while True:
        with contextlib.suppress(OSError), connect() as connection:
            while True:
                connection.sendall(data)
                door.begun.set()


def asked_and_left(door: Door, request: bytes) -> None:
    """A connection for each request, closed without reading the answer."""
    while True:
        with contextlib.suppress(OSError), door.connect() as connection:
            connection.sendall(request)
            door.note(connection.recv(64))


def dripping(door: Door, beginning: bytes, drop: bytes, count: int) -> None:
    """Many connections that send a byte or two at a time and never end their request."""
    open_ones: list[socket.socket] = []
    while True:
        while len(open_ones) < count:
            with contextlib.suppress(OSError):
                connection = door.connect()
                connection.sendall(beginning)
                open_ones.append(connection)
        door.begun.set()
        for connection in list(open_ones):
            try:
                connection.sendall(drop)
            except OSError:
                open_ones.remove(connection)
        time.sleep(0.05)


def silent(door: Door) -> None:
    """As many sockets as there are, none of which ever says a word."""
    held: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            held.append(door.upgraded())
        if len(held) > 400:
            held.pop(0).close()
        time.sleep(0.005)


def _drain(door: Door, connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while answer := connection.recv(1 << 20):
            door.note(answer)


def main(kinds: Callable[[Door], dict[str, Flood]]) -> None:
    """Flood in several threads, as nobody floods with one connection only."""
    # Whatever becomes of the test that wanted it, a flood ends.
    signal.alarm(LONGEST_SECONDS)
    # Who floods does so from elsewhere: the server and the visitor come first on this machine. Being nice
    # counts within a session only where the kernel shares the cores among sessions first.
    os.nice(10)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text("10", encoding="ascii")
    names, port, *name = sys.argv[1:]
    door = Door(int(port), "".join(name), Target(**json.loads(os.environ["FLOOD_TARGET"])))
    every = kinds(door)
    chosen = [every[kind] for kind in names.split(",")]
    for number in range(max(AT_ONCE, len(chosen))):
        threading.Thread(target=chosen[number % len(chosen)], daemon=True).start()
    assert door.begun.wait(10)
    print("flooding", flush=True)
    sys.stdin.read()
    print(json.dumps(door.seen), flush=True)
    os._exit(0)
