"""One WebSocket over one gevent socket: a reader's greenlet, writing without waiting, a bounded backlog.

Whoever writes does one non-blocking send. Only where the socket is full does a greenlet take over: from then
on every write joins the backlog behind it, so no two ever write at once and no frame is cut into by another.
A peer that stops reading fills its backlog and is dropped; what it got is a true beginning of its stream.
What is under way does not count as backlog, however large it is: a phone on a slow line that takes it in
piece by piece is reading, and one that takes nothing is dropped after ``stall_seconds``.
"""

from __future__ import annotations

import contextlib
import socket as system
import struct
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gevent
from gevent.socket import wait_write

from engage.core.threads import Turn, let_others_run
from engage.web.websocket import frames

_READ_BYTES = 4096
# A read costs as much for one byte as for these.
_SHORTEST_READ = 256
_RESET = struct.pack("ii", 1, 0)
_LINGER_SECONDS = 1.0
_LINGER_READS = 64
_WAITED_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Rate:
    """What may come each second, and at once."""

    steady: float
    burst: float


class Budget:
    """What a peer may still send of one thing."""

    __slots__ = ("_at", "_left", "_rate", "_what")

    def __init__(self, rate: Rate, what: str) -> None:
        self._rate, self._what = rate, what
        self._left = rate.burst
        self._at = time.monotonic()

    def spend(self, amount: float = 1) -> None:
        """Count it; raises ``ProtocolError`` when it is too much."""
        now = time.monotonic()
        self._left = min(self._rate.burst, self._left + (now - self._at) * self._rate.steady) - amount
        self._at = now
        if self._left < 0:
            raise frames.ProtocolError(frames.POLICY, f"too many {self._what}")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may cost.

    ``backlog_bytes`` wait behind what is under way, beside the kernel's own ``kernel_bytes``.
    """

    message_bytes: int = 32 * 1024
    frames: Rate = Rate(50, 200)
    bytes: Rate = Rate(32 * 1024, 256 * 1024)
    backlog_bytes: int = 256 * 1024
    kernel_bytes: int = 128 * 1024
    stall_seconds: float = 20.0
    close_seconds: float = 3.0
    first_word_seconds: float = 10.0


class WebSocket:
    """``socket`` is a gevent socket after the opening handshake's request was read from it."""

    __slots__ = ("__weakref__", "_backlog", "_flusher", "_held", "_limits", "_socket", "closing", "ended")

    def __init__(self, socket: Any, limits: Limits) -> None:
        self._socket = socket
        self._limits = limits
        self._backlog: deque[bytes] | None = None  # None while nobody else writes
        self._held = 0
        self._flusher: gevent.Greenlet | None = None
        self.closing = False
        self.ended = False
        socket.settimeout(None)
        socket.setsockopt(system.IPPROTO_TCP, system.TCP_NODELAY, 1)
        socket.setsockopt(system.SOL_SOCKET, system.SO_SNDBUF, limits.kernel_bytes // 2)

    @property
    def stalled(self) -> bool:
        """Whether something waits for the peer to read."""
        return self._backlog is not None

    def messages(self) -> Iterator[str | bytes]:
        """The peer's messages until the connection ends, however it ends; one greenlet may iterate."""
        size = Budget(self._limits.bytes, "bytes")
        reader = frames.FrameReader(self._limits.message_bytes, Budget(self._limits.frames, "frames").spend)
        turn = Turn()
        try:
            while not self.ended:
                data = self._read(turn)
                if not data:
                    break
                size.spend(max(len(data), _SHORTEST_READ))
                for item in reader.feed(data):
                    if item[0] in (frames.TEXT, frames.BINARY):
                        yield item[1]
                        turn.pause()
                    elif item[0] == frames.PING:
                        self.write(frames.encode(frames.PONG, item[1]))
                    elif item[0] == frames.CLOSE:
                        self._answer_close(item[1][0])
                        return
        except frames.ProtocolError as error:
            self.refuse(error.code, error.reason)
        except OSError:
            self.drop()

    def _read(self, turn: Turn) -> bytes:
        """What has come. Where bytes wait already, reading them does not by itself let others run."""
        turn.pause()
        began = time.monotonic()
        data: bytes = self._socket.recv(_READ_BYTES)
        if time.monotonic() - began > _WAITED_SECONDS:
            turn.begin()
        return data

    def write(self, data: bytes) -> bool:
        """Send whole frames, or hold them back behind what waits already; never yields.

        ``False`` where the connection is ending, or the backlog is full and the peer was dropped for it.
        """
        if self.ended or self.closing:
            return False
        return self._write(data)

    def close(self, code: int = frames.NORMAL, reason: str = "") -> None:
        """Say goodbye and stop writing; the connection ends with the peer's answer, or without it soon."""
        if self.closing or self.ended:
            return
        self._say_goodbye(code, reason)
        gevent.spawn_later(self._limits.close_seconds, self.drop)

    def refuse(self, code: int, reason: str) -> None:
        """Close because of what the peer did; for the reader's greenlet, waits for the peer to take it in."""
        if not self.closing and not self.ended:
            self._say_goodbye(code, reason)
            self._linger()

    def drop(self) -> None:
        """End at once and throw away what was not sent; the reader's greenlet then ends by itself."""
        if self.ended:
            return
        self.ended = True
        with contextlib.suppress(OSError):
            self._socket.setsockopt(system.SOL_SOCKET, system.SO_LINGER, _RESET)
            self._socket.shutdown(system.SHUT_RDWR)

    def finish(self) -> None:
        """Stop using the socket, for its owner closes it now; whoever reads calls this last."""
        self.ended = True
        if self._flusher is not None:
            self._flusher.kill()

    def _write(self, data: bytes) -> bool:
        if self._backlog is not None:
            return self._hold(data)
        try:
            sent = self._socket.send(data, 0, 0.0)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.drop()
            return False
        if sent < len(data):
            self._backlog, self._held = deque((data[sent:],)), 0
            self._flusher = gevent.spawn(self._flush, self._backlog)
        return True

    def _hold(self, data: bytes) -> bool:
        assert self._backlog is not None
        # One piece may always wait, a burst may not: else what is larger than the backlog never came at all.
        if self._held and self._held + len(data) > self._limits.backlog_bytes:
            self.drop()
            return False
        self._held += len(data)
        self._backlog.append(data)
        return True

    def _flush(self, backlog: deque[bytes]) -> None:
        """Write the backlog as the peer takes it; ends when nothing waits any more."""
        try:
            while backlog and not self.ended:
                wait_write(self._socket.fileno(), timeout=self._limits.stall_seconds)
                with contextlib.suppress(BlockingIOError):
                    sent = self._socket.send(backlog[0], 0, 0.0)
                    if sent == len(backlog[0]):
                        backlog.popleft()
                        self._held -= len(backlog[0]) if backlog else 0  # the next one is under way
                    else:
                        backlog[0] = backlog[0][sent:]
        except OSError:  # nothing taken for too long, too
            self.drop()
        self._backlog, self._held, self._flusher = None, 0, None
        if self.closing and not self.ended:
            self._end_writing()

    def _say_goodbye(self, code: int, reason: str = "") -> None:
        self.closing = True
        if self._write(frames.encode_close(code, reason)) and self._backlog is None:
            self._end_writing()

    def _answer_close(self, code: int) -> None:
        if not self.closing:
            self._say_goodbye(code)
            self._linger()
        self.ended = True

    def _end_writing(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(system.SHUT_WR)

    def _linger(self) -> None:
        """Read on for a moment: bytes left unread would make the kernel take back what was just sent."""
        with contextlib.suppress(OSError):
            ends = time.monotonic() + _LINGER_SECONDS
            for _ in range(_LINGER_READS):
                self._socket.settimeout(max(ends - time.monotonic(), 0.001))
                if not self._socket.recv(_READ_BYTES):
                    break
                let_others_run()
        self.ended = True
