"""Thousands of WebSocket clients in one process: raw sockets under epoll, each from an address of its own."""

from __future__ import annotations

import base64
import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

_MASK = b"\0\0\0\0"
_READ_BYTES = 65536
SOURCES = 250


def text_frame(text: str) -> bytes:
    """A masked text frame; the mask is zero, which spares both sides the arithmetic and not the protocol."""
    payload = text.encode()
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return head + _MASK + payload


@dataclass(slots=True)
class Viewer:
    """One phone. ``joined`` is called with each text until it says that the phone is in the room."""

    number: int
    cookie: str = ""
    token: str = ""
    have: dict[str, int] = field(default_factory=dict)
    socket: socket.socket | None = None
    buffer: bytes = b""
    open: bool = False
    joined: bool = False
    lost: bool = False

    def send(self, text: str) -> None:
        """Send one text frame; it is small, so the socket takes it whole."""
        assert self.socket is not None
        self.socket.send(text_frame(text))

    def frames(self, data: bytes) -> Iterator[bytes]:
        """The payloads of the whole frames so far."""
        data = self.buffer + data if self.buffer else data
        start, end = 0, len(data)
        while end - start >= 2:
            size, head = data[start + 1], 2
            if size > 125:
                head = 4 if size == 126 else 10
                size = int.from_bytes(data[start + 2 : start + head], "big")
            if end - start < head + size:
                break
            if data[start] == 0x81:
                yield data[start + head : start + head + size]
            start += head + size
        self.buffer = data[start:] if start < end else b""


class Crowd:
    """All viewers of one room on one server."""

    def __init__(self, host: str, port: int, viewers: list[Viewer]) -> None:
        self.host, self.port = host, port
        self.viewers = viewers
        self.by_fd: dict[int, Viewer] = {}
        self.epoll = select.epoll()
        self.lost_connections = 0

    def join(self, first_word: Callable[[Viewer], str], entered: Callable[[Viewer, bytes], bool]) -> float:
        """Bring everyone into the room, a hundred at a time; answers the seconds it took.

        ``first_word(viewer)`` is sent when the Engine.IO connection is open; ``entered(viewer, text)``
        handles each text and says when the viewer is in.
        """
        waiting: Iterator[Viewer] = iter(self.viewers)
        began = time.perf_counter()
        under_way = self._start(waiting, 100)
        deadline = began + 300
        while under_way and time.perf_counter() < deadline:
            for fd, _event in self.epoll.poll(1, 512):
                viewer = self.by_fd[fd]
                if self._step(viewer, first_word, entered):
                    under_way -= 1
                    under_way += self._start(waiting, 1)
                elif viewer.lost and not viewer.joined:
                    raise SystemExit("The server hung up on a viewer before it was in the room.")
        if under_way:
            raise SystemExit(f"{under_way} viewers could not join within five minutes.")
        return time.perf_counter() - began

    def listen(self, seconds: float, hear: Callable[[bytes, float], None], tick: Callable[[], None]) -> None:
        """Hand every text to ``hear(text, when)`` for so long; ``tick`` is called all the while."""
        until = time.perf_counter() + seconds
        by_fd, poll, clock = self.by_fd, self.epoll.poll, time.perf_counter
        while clock() < until:
            tick()
            for fd, _event in poll(0.01, 512):
                viewer = by_fd[fd]
                data = self._read(viewer)
                moment = clock()
                for text in viewer.frames(data):
                    if text == b"2":
                        viewer.send("3")
                    else:
                        hear(text, moment)

    def close(self) -> None:
        """Hang up."""
        for viewer in self.by_fd.values():
            if viewer.socket is not None:
                viewer.socket.close()
        self.epoll.close()

    def _start(self, waiting: Iterable[Viewer], count: int) -> int:
        started = 0
        for viewer in waiting:
            made = socket.socket()
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.host == "127.0.0.1":
                made.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: a port each per address
                made.bind((f"127.0.0.{2 + viewer.number % SOURCES}", 0))
            made.connect((self.host, self.port))
            made.setblocking(False)
            made.send(self._opening(viewer))
            viewer.socket = made
            self.by_fd[made.fileno()] = viewer
            self.epoll.register(made.fileno(), select.EPOLLIN)
            started += 1
            if started == count:
                break
        return started

    def _opening(self, viewer: Viewer) -> bytes:
        where = f"{self.host}:{self.port}"
        key = base64.b64encode(os.urandom(16)).decode()
        return (
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {where}\r\nOrigin: http://{where}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\nCookie: device={viewer.cookie}\r\n\r\n"
        ).encode()

    def _step(
        self, viewer: Viewer, first_word: Callable[[Viewer], str], entered: Callable[[Viewer, bytes], bool]
    ) -> bool:
        """One viewer heard something; whether it has entered just now."""
        data = self._read(viewer)
        if not viewer.open:
            viewer.buffer += data
            head, end, rest = viewer.buffer.partition(b"\r\n\r\n")
            if not end:
                return False
            if b" 101 " not in head.split(b"\r\n", 1)[0]:
                raise SystemExit(f"The server refused a viewer: {head[:200]!r}")
            viewer.open, viewer.buffer, data = True, b"", rest
        if viewer.lost:
            return False
        before = viewer.joined
        for text in viewer.frames(data):
            if text[:1] == b"0":
                viewer.send(first_word(viewer))
            elif text == b"2":
                viewer.send("3")
            elif not viewer.joined:
                viewer.joined = entered(viewer, text)
        return viewer.joined and not before

    def _read(self, viewer: Viewer) -> bytes:
        assert viewer.socket is not None
        try:
            data = viewer.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return b""
        except ConnectionError:
            data = b""
        if not data:
            self.epoll.unregister(viewer.socket.fileno())
            self.lost_connections += 1
            viewer.lost = True
        return data
