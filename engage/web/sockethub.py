"""The socket server bound to Flask: who is connected, and who may connect."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from flask import Flask
from flask_socketio import SocketIO
from flask_socketio import _SocketIOMiddleware as Middleware
from socketio.exceptions import ConnectionRefusedError as Refused
from werkzeug.http import parse_cookie

from engage.core.types import DEFAULT_LANGUAGE
from engage.web import citizen, cookies
from engage.web.languages import COOKIE as LANGUAGE_COOKIE
from engage.web.limits import network
from engage.web.socketplaces import Places
from engage.web.socketserver import RealtimeServer, RealtimeSettings
from engage.web.websocket import FULL, Admission

log = logging.getLogger(__name__)

# Of the request that a socket begins with: read once, however often it is asked for.
_DEVICE: Final = "engage.device"
_COOKIES: Final = "engage.cookies"
ConnectGuard = Callable[[dict[str, Any], Any], str]


class Peer:
    """One connected client. ``state`` is the domain's own, kept while the connection lasts."""

    __slots__ = ("device", "environ", "language", "sid", "state")

    def __init__(self, sid: str, device: str, environ: dict[str, Any]) -> None:
        self.sid = sid
        self.device = device
        self.environ = environ
        self.language = _language(environ)
        self.state: dict[str, Any] = {}

    @property
    def address(self) -> str:
        """The network address it connected from."""
        return str(self.environ.get("REMOTE_ADDR", ""))


class Realtime(SocketIO):
    """Flask-SocketIO on our server class; may be initialised for several applications one after the other."""

    server: RealtimeServer | None

    def __init__(self) -> None:
        super().__init__()
        self.peers: dict[str, Peer] = {}
        self.lean: dict[str, Callable[..., Any]] = {}
        self.leaving: list[Callable[[Peer], None]] = []

    def start(self, app: Flask, settings: RealtimeSettings, connect_guard: ConnectGuard) -> None:
        """Put the socket server in front of ``app``."""
        self.peers = {}
        # The cookie is read anew for each event, so signing out counts at once.
        self.manage_session = False
        server = self.server = RealtimeServer(
            settings, admit=partial(_admit, app, Places(settings.per_device, settings.per_network))
        )
        self.async_mode = server.async_mode
        for name, handler, namespace in self.handlers:
            server.on(name, handler, namespace=namespace)
        for name, handler in self.lean.items():
            server.on(name, handler)
        server.on("connect", partial(self._connect, app, connect_guard))
        server.on("disconnect", partial(self._disconnect, app))
        app.extensions["socketio"] = self
        # For the web process when it is told to stop: deploy/gunicorn.conf.py imports nothing of ours.
        app.extensions["close_sockets"] = server.eio.close_all
        app.wsgi_app = Middleware(server, app, socketio_path="socket.io")  # type: ignore[method-assign]

    def on(self, message: str, namespace: str | None = None) -> Callable[[Any], Any]:
        """Register a handler for every application of this process, made already or later."""

        def register(handler: Any) -> Any:
            server, self.server = self.server, None
            try:
                super(Realtime, self).on(message, namespace)(handler)
            finally:
                self.server = server
            if server is not None:
                name, wrapped, space = self.handlers[-1]
                server.on(name, wrapped, namespace=space)
            return handler

        return register

    def add_lean(self, name: str, handler: Callable[..., Any]) -> None:
        """Register ``handler(sid, payload)`` without Flask's wrapping."""
        self.lean[name] = handler
        if self.server is not None:
            self.server.on(name, handler)

    def _connect(
        self, app: Flask, guard: ConnectGuard, sid: str, environ: dict[str, Any], auth: Any = None
    ) -> None:
        with app.app_context():
            peer = self.peers[sid] = Peer(sid, guard(environ, auth), environ)
        if self.server is not None:
            self.server.manager.own(sid, peer.device)

    def _disconnect(self, app: Flask, sid: str, _reason: str = "") -> None:
        peer = self.peers.pop(sid, None)
        if peer is None or not self.leaving:
            return
        with app.app_context():
            for listener in self.leaving:
                try:
                    listener(peer)
                except Exception:
                    log.exception("a listener to leaving clients failed")


def device_guard(environ: dict[str, Any], auth: Any) -> str:
    """The device of the cookie, where ``auth`` brings its token; raises ``Refused``."""
    token = auth.get("token") if isinstance(auth, dict) else None
    device = _device(environ)
    if device is None or not isinstance(token, str) or not citizen.token_is_genuine(device, token):
        raise Refused("token")
    return device


def _device(environ: dict[str, Any]) -> str | None:
    if _DEVICE not in environ:
        environ[_DEVICE] = citizen.read_device(cookies.read(citizen.COOKIE, sent=_cookies(environ)))
    return environ[_DEVICE]


def _cookies(environ: dict[str, Any]) -> Any:
    if _COOKIES not in environ:
        environ[_COOKIES] = parse_cookie(environ.get("HTTP_COOKIE", ""))
    return environ[_COOKIES]


def _language(environ: dict[str, Any]) -> str:
    chosen = cookies.read(LANGUAGE_COOKIE, sent=_cookies(environ))
    return "en" if chosen == "en" else DEFAULT_LANGUAGE


def _admit(app: Flask, places: Places, environ: dict[str, Any]) -> Admission:
    origin = environ.get("HTTP_ORIGIN")
    with app.app_context():
        if not origin or not citizen.origin_is_ours(origin, host=environ.get("HTTP_HOST", "")):
            return "403 Forbidden"
        device = _device(environ)
    return places.take(device, network(environ.get("REMOTE_ADDR", ""))) or FULL
