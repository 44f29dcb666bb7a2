"""Engine.IO over our driver: one greenlet for each connection, one heartbeat for all.

The library would give every connection three greenlets, a queue without bound and a path that corrupts the
stream of a reader that stalls. It has no public place to put another transport, so this module stands on
private names of exactly these versions; ``check_hooks`` says at start-up when they are gone.
"""

from __future__ import annotations

import inspect
import logging
import time
from collections import deque
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, TypeAlias
from urllib.parse import parse_qs

import engineio
import gevent
import socketio
from engineio import packet
from engineio.base_socket import BaseSocket
from engineio.socket import Socket

from engage.web.websocket import frames
from engage.web.websocket.connection import Limits, WebSocket
from engage.web.websocket.handshake import BadHandshake, answer

log = logging.getLogger(__name__)

PINNED = {"python-engineio": "4.15.1", "python-socketio": "5.18.1"}
# Private names used here and in engage.web.fanout and engage.web.realtime, with their parameters.
_HOOKS: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (engineio.Server, "handle_request", ("self", "environ", "start_response")),
    (engineio.Server, "_trigger_event", ("self", "event", "args", "kwargs")),
    (engineio.Server, "_get_socket", ("self", "sid")),
    (engineio.Server, "generate_id", ("self",)),
    (BaseSocket, "__init__", ("self", "server", "sid")),
    (Socket, "send", ("self", "pkt")),
    (Socket, "close", ("self", "wait", "abort", "reason")),
    (socketio.Server, "_engineio_server_class", ("self",)),
    (socketio.Server, "_handle_eio_message", ("self", "eio_sid", "data")),
    (socketio.Server, "_send_eio_packet", ("self", "eio_sid", "eio_pkt")),
    (
        socketio.Manager,
        "emit",
        ("self", "event", "data", "namespace", "room", "skip_sid", "callback", "to", "kwargs"),
    ),
    (socketio.Manager, "basic_enter_room", ("self", "sid", "namespace", "room", "eio_sid")),
    (socketio.Manager, "basic_leave_room", ("self", "sid", "namespace", "room")),
    (socketio.Manager, "basic_disconnect", ("self", "sid", "namespace", "kwargs")),
    (socketio.Manager, "get_participants", ("self", "namespace", "room")),
)
_PING = frames.encode_text("2")
CLOSE, PONG, MESSAGE = "1", "3", "4"
_SWEEP_SECONDS = 1.0
_PINGS_AT_ONCE = 256
Admission: TypeAlias = str | Callable[[], None]
_Refusal: TypeAlias = tuple[str, tuple[tuple[str, str], ...], str]
FULL = "503 Service Unavailable"
_FULL: _Refusal = (FULL, (("Retry-After", "5"),), "Full; read the snapshot instead.")
# The headers and facts a handler of an event may ask its request for; the rest would only be carried along.
_KEPT = frozenset(
    {
        "HTTP_COOKIE", "HTTP_HOST", "HTTP_ORIGIN", "HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE",
        "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR", "REMOTE_PORT", "REQUEST_METHOD", "SCRIPT_NAME",
        "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "flask.app", "wsgi.url_scheme", "wsgi.version",
    }
)  # fmt: skip


def _nothing() -> None:
    """Nobody counts."""


class HookMissing(RuntimeError):
    """The installed Engine.IO or Socket.IO is not the one this driver was written for."""


class PeerError(Exception):
    """The peer sent what no client of ours sends; ``code`` is the status to close with."""

    def __init__(self, reason: str, code: int = frames.POLICY) -> None:
        super().__init__(reason)
        self.code = code


def check_hooks() -> None:
    """Raise ``HookMissing`` unless the pinned versions with all the private names we use are installed."""
    for package, pinned in PINNED.items():
        if version(package) != pinned:
            raise HookMissing(f"{package} must be {pinned} and is {version(package)}.")
    for owner, name, parameters in _HOOKS:
        found = getattr(owner, name, None)
        if found is None or tuple(inspect.signature(found).parameters) != parameters:
            raise HookMissing(f"{owner.__name__}.{name} is not what it was.")


class EngineSocket(Socket):
    """One client. Packets go straight into the WebSocket: no queue, and no greenlet but the reader's."""

    def __init__(self, server: EngineServer, sid: str, websocket: WebSocket) -> None:
        # The library's own __init__ would make the queue that is not used here.
        self.server = server
        self.sid = sid
        self.websocket = websocket
        self.queue = None
        self.last_ping = None
        self.connected = self.upgraded = True
        self.upgrading = self.closing = self.closed = False
        self.session: dict[str, Any] = {}
        self.heard = True
        self.joined = False

    def send(self, pkt: packet.Packet) -> None:
        """Send one Engine.IO packet."""
        encoded = pkt.encode()
        if isinstance(encoded, bytes):
            self.websocket.write(frames.encode(frames.BINARY, encoded))
        else:
            self.websocket.write(frames.encode_text(encoded))

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Tell the handlers and end the connection; ``abort`` for one that is gone already."""
        if self.closed or self.closing:
            return
        self.closing = True
        reason = reason or self.server.reason.SERVER_DISCONNECT
        self.server._trigger_event("disconnect", self.sid, reason, run_async=False)
        self.closed = True
        if abort:
            self.websocket.drop()
        else:
            self.websocket.close()

    def serve(self) -> None:
        """Hand the client's packets to their handlers, one after the other, until the connection ends."""
        try:
            for message in self.websocket.messages():
                try:
                    self._take(message)
                except PeerError as error:
                    self.websocket.refuse(error.code, str(error))
                if self.closed:
                    break
        finally:
            self.websocket.finish()
            self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            raise PeerError("binary is not spoken here", frames.UNSUPPORTED)
        self.heard = True
        kind = message[:1]
        if kind == MESSAGE:
            self.joined = True
            self.server.handlers["message"](self.sid, message[1:])
        elif kind == CLOSE:
            self.close(reason=self.server.reason.CLIENT_DISCONNECT)
        elif kind != PONG:
            raise PeerError("unknown packet")


class EngineServer(engineio.Server):
    """Engine.IO by WebSocket only.

    ``admit(environ)`` answers the HTTP status to refuse with, or what is called when the connection ends.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        max_sockets: int = 15000,
        admit: Callable[[dict[str, Any]], Admission] = lambda environ: _nothing,
        **options: Any,
    ) -> None:
        check_hooks()
        options |= {"monitor_clients": False, "transports": ["websocket"], "allow_upgrades": False}
        super().__init__(**options)
        self.limits = limits or Limits(message_bytes=self.max_http_buffer_size)
        self.max_sockets = max_sockets
        self.admit = admit
        self.sockets: dict[str, EngineSocket] = {}
        self._due: deque[tuple[float, EngineSocket]] = deque()
        self._new: deque[tuple[float, EngineSocket]] = deque()
        self._heartbeat: gevent.Greenlet | None = None
        self._stopping = False

    def handle_request(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer the opening request and serve its connection to the end."""
        refusal = self._refusal(environ)
        if refusal is not None:
            status, headers, body = refusal
            text = body.encode()
            head = [
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Length", str(len(text))),
                *headers,
            ]
            start_response(status, head)
            return [text]
        try:
            self._serve(environ)
        finally:
            environ["engage.left"]()
        # gunicorn's sign for "the connection is no longer HTTP": it closes the socket and says nothing.
        raise StopIteration

    def close_all(self) -> None:
        """End every connection at once, as before a restart; clients come back with jitter by themselves."""
        self._stopping = True
        for socket in list(self.sockets.values()):
            socket.websocket.close(frames.RESTART, "restart")

    def _refusal(self, environ: dict[str, Any]) -> _Refusal | None:
        if environ.get("REQUEST_METHOD") != "GET":
            return "405 Method Not Allowed", (("Allow", "GET"),), "Only WebSocket is spoken here."
        if parse_qs(environ.get("QUERY_STRING", "")).get("EIO") != ["4"]:
            return "400 Bad Request", (), "Version 4 of Engine.IO is spoken here."
        try:
            environ["engage.handshake"] = answer(environ)
        except BadHandshake as bad:
            return bad.status, bad.headers, str(bad)
        if environ.get("gunicorn.socket") is None:
            return "501 Not Implemented", (), "Sockets are served under gunicorn only."
        if self._stopping or len(self.sockets) >= self.max_sockets:
            return _FULL
        admitted = self.admit(environ)
        if isinstance(admitted, str):
            return _FULL if admitted == FULL else (admitted, (), "Refused.")
        environ["engage.left"] = admitted
        return None

    def _serve(self, environ: dict[str, Any]) -> None:
        sid = self.generate_id()
        websocket = WebSocket(environ["gunicorn.socket"], self.limits)
        socket = self.sockets[sid] = EngineSocket(self, sid, websocket)
        hello = packet.Packet(
            packet.OPEN,
            {
                "sid": sid,
                "upgrades": [],
                "pingInterval": int(self.ping_interval * 1000),
                "pingTimeout": int(self.ping_timeout * 1000),
                "maxPayload": self.max_http_buffer_size,
            },
        )
        try:
            websocket.write(environ["engage.handshake"] + frames.encode_text(hello.encode()))
            kept = {name: value for name, value in environ.items() if name in _KEPT}
            self._trigger_event("connect", sid, kept, run_async=False)
            self._watch(socket)
            del kept
            socket.serve()
        finally:
            websocket.finish()
            self.sockets.pop(sid, None)

    def _watch(self, socket: EngineSocket) -> None:
        now = time.monotonic()
        self._new.append((now + self.limits.first_word_seconds, socket))
        self._due.append((now + self.ping_interval, socket))
        if not self._heartbeat:
            self._heartbeat = gevent.spawn(self._beat)

    def _beat(self) -> None:
        """Ping everyone in turn, drop whoever did not answer the last ping or never said a word."""
        while True:
            gevent.sleep(_SWEEP_SECONDS)
            now = time.monotonic()
            while self._new and self._new[0][0] <= now:
                socket = self._new.popleft()[1]
                if not socket.joined:
                    socket.websocket.drop()
            pinged = 0
            while self._due and self._due[0][0] <= now:
                self._ping(self._due.popleft()[1], now)
                pinged += 1
                if pinged % _PINGS_AT_ONCE == 0:
                    gevent.sleep(0)

    def _ping(self, socket: EngineSocket, now: float) -> None:
        if socket.closed or socket.websocket.ended:
            return
        if not socket.heard:
            socket.websocket.drop()
            return
        socket.heard = False
        socket.websocket.write(_PING)
        self._due.append((now + self.ping_interval, socket))
