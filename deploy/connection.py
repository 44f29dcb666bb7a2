"""One visitor's connection to the web process: who is slow is not waited for, who is busy lets others in.

The stock worker serves a connection until it pauses, takes all that come in the order of coming, waits for a
body as long as bytes trickle in, and says who sent what it could not read.
"""

from __future__ import annotations

import errno
import ipaddress
import logging
import time
from collections import deque
from typing import Any

import gevent
from gevent.event import Event
from gevent.socket import socket
from gunicorn.util import unquote_to_wsgi_str

# Not 0: the hub would run what is ready and look at no socket, neither at new connections.
_SHORTEST_SLEEP = 1e-6
_TURN_SECONDS = 0.005
# Headers come within this time; a body may take as much longer as the slowest line needs for its bytes.
PATIENCE_SECONDS = 15.0
SLOWEST_BYTES_PER_SECOND = 8 * 1024
# So many requests begin before the hub looks at the sockets again.
AT_ONCE = 4


class Connection(socket):
    """A gevent socket that ends with a reset when the request being read takes too long to come.

    The clock starts with the first byte of a request (``next_request`` before it) and ends with ``answered``
    or, for a socket that is no longer HTTP, with ``upgraded``.
    """

    def __init__(self, client: Any) -> None:
        super().__init__(client.family, client.type, client.proto, client.detach())
        self._bounded = True
        self._began = 0.0
        self._taken = 0
        self._resumed = time.monotonic()

    def recv(self, *arguments: Any) -> bytes:
        """As of a socket; raises ``ConnectionResetError`` when the time is over."""
        if not self._bounded:
            return super().recv(*arguments)
        now = time.monotonic()
        if now - self._resumed > _TURN_SECONDS:
            gevent.sleep(_SHORTEST_SLEEP)
        if self._began:
            left = self._began + PATIENCE_SECONDS + self._taken / SLOWEST_BYTES_PER_SECOND - now
            if left <= 0:
                raise ConnectionResetError(errno.ECONNRESET, "too slow")
            self.settimeout(left)
        try:
            data = super().recv(*arguments)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "too slow") from None
        self._resumed = time.monotonic()
        self._began = self._began or self._resumed
        self._taken += len(data)
        return data

    def answered(self) -> None:
        """Let everybody else have a turn, those who knock at the door too, and wait for the next request."""
        gevent.sleep(_SHORTEST_SLEEP)
        self.settimeout(None)
        # Also what asked to be upgraded and was refused goes on as HTTP.
        self._bounded = True
        self._began, self._taken, self._resumed = 0.0, 0, time.monotonic()

    def upgraded(self) -> None:
        """What comes from now on is no request: its reader has limits of its own."""
        self._bounded = False
        self.settimeout(None)


class Turns:
    """Whose request begins next: a few at once and, while others wait, each network one after the other.

    Whoever sends on hundreds of connections at the same moment waits for himself; who comes meanwhile from
    elsewhere is next.
    """

    def __init__(self) -> None:
        self._look, self._left = -1, 0
        self._waiting: dict[str, deque[Event]] = {}

    def wait(self, network: str) -> None:
        """Return when a request of ``network`` may begin; at once where few come."""
        if not self._waiting:
            self._count_anew()
            if self._left:
                self._left -= 1
                return
            gevent.spawn(self._tick)
        mine = Event()
        self._waiting.setdefault(network, deque()).append(mine)
        mine.wait()

    def _count_anew(self) -> None:
        """Where the hub has looked at the sockets meanwhile; it counts how often it did."""
        loop: Any = gevent.get_hub().loop
        if self._look != loop.iteration:
            self._look, self._left = loop.iteration, AT_ONCE

    def _tick(self) -> None:
        while self._waiting:
            gevent.sleep(_SHORTEST_SLEEP)
            self._count_anew()
            while self._left and self._waiting:
                network = next(iter(self._waiting))
                line = self._waiting.pop(network)
                line.popleft().set()
                self._left -= 1
                if line:
                    self._waiting[network] = line


def is_for_sockets(path: str) -> bool:
    """Whether a request for ``path``, as it stands in its first line, comes to where sockets are opened.

    Read as the application will read it: with ``%73`` for its first letter it is the same path.
    """
    return unquote_to_wsgi_str(path).startswith("/socket.io/")


def network(address: str, headers: list[tuple[str, str]], proxies: int) -> str:
    """Where a request comes from, as our ``proxies`` name it: the address, or the /56 of an IPv6 address."""
    if proxies:
        said = [one for name, value in headers if name == "X-FORWARDED-FOR" for one in value.split(",")]
        address = said[-proxies].strip() if len(said) >= proxies else address
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network((address, 56), strict=False))
    except ValueError:
        return "unknown"


class NamesNobody(logging.Filter):
    """gunicorn's own lines without the address of the visitor and without what was asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the line, keep its traceback."""
        words = str(record.msg)
        for beginning in ("Invalid request", "Error handling request"):
            if words.startswith(beginning):
                record.msg, record.args = beginning, ()
        return True
