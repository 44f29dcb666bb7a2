"""Sockets: how a domain listens and speaks. Socket.IO over WebSocket only; see docs/live-protocol.md.

For a domain's ``sockets.py``::

    from engage.web.guards import Door, Guard
    from engage.web.realtime import Peer, broadcast, emit_to, hot_event, join, on_leave, socket_event, viewers

    @socket_event("live.join", Guard(Door.PUBLIC))        # ordinary: inside a Flask request
    def _(peer: Peer, payload: Any) -> dict[str, Any]:    # what it returns is the acknowledgement
        join(peer, f"live:{pid}:public")
        return {"seq": 7}

    @hot_event("live.support", Guard(Door.CITIZEN_WRITE)) # lean: app context only, no request, no ``g``
    def _(peer: Peer, payload: Any) -> dict[str, Any]:
        return {"supports": gather(lambda: actions.support(...))}

    broadcast(f"live:{pid}:public", "live.delta", {"seq": 8})   # from anywhere in the web process

Handlers of one client run one after the other in its own greenlet, so they may wait (``gather``, ``atomic``);
they must not wait for an answer of the same client. A ``Refusal`` becomes the acknowledgement
``{"error": {"status": 429, "message": "…", "retry_after": 5}}``; any other error is logged and acknowledged
with status 500. Payloads come from strangers: check their shape. ``broadcast`` and ``emit_to`` never wait and
do nothing in processes that hold no sockets.

A client connects with ``io({transports: ["websocket"], auth: {token: citizenToken}})``; Origin is checked at
the opening request, cookie and token at Socket.IO's connect. Everybody has a device, staff and guests too;
who is staff is read anew at each event (``current_actor()`` in an ordinary event).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, has_request_context, request
from flask_babel import force_locale

from engage.config import Config
from engage.core.errors import NotAllowed, Refusal
from engage.core.messages import msg
from engage.web.actor import staff_actor
from engage.web.admitting import Gate
from engage.web.guards import Door, Guard
from engage.web.languages import render
from engage.web.sockethub import ConnectGuard, Peer, Realtime, device_guard
from engage.web.socketserver import RealtimeSettings

log = logging.getLogger(__name__)

Handler = Callable[[Peer, Any], Any]
_H = TypeVar("_H", bound=Handler)

EVENTS: dict[str, Guard] = {}
"""Every event a client may send, and its door."""
_FAILED = msg("Something went wrong on our side. Please try again.")


socketio = Realtime()


def init_realtime(
    app: Flask, settings: RealtimeSettings | None = None, connect_guard: ConnectGuard | None = None
) -> None:
    """Put the socket server in front of ``app``; call before proxies' headers are read (ProxyFix outermost).

    ``connect_guard(environ, auth)`` answers the device of who connects or raises ``Refused``.
    """
    config = app.config["ENGAGE"]
    socketio.start(app, settings or _settings(config), connect_guard or device_guard)


def _settings(config: Config) -> RealtimeSettings:
    return RealtimeSettings(
        max_sockets=config.max_sockets,
        per_device=config.sockets_per_device,
        per_network=config.sockets_per_network or (config.max_sockets + 1) // 2,
    )


def broadcast(room: str, event: str, payload: Any) -> int:
    """Send ``event`` to all in ``room``; answers to how many. Never waits; does nothing without a server."""
    return socketio.server.manager.broadcast(room, event, payload) if socketio.server else 0


def emit_to(peer: Peer | str, event: str, payload: Any) -> bool:
    """Send ``event`` to one client (or its sid); ``False`` where it is gone."""
    sid = peer.sid if isinstance(peer, Peer) else peer
    return bool(socketio.server and socketio.server.manager.send_to(sid, event, payload))


def join(peer: Peer, room: str) -> None:
    """Let a client hear ``room`` until it leaves or disconnects."""
    if socketio.server and peer.sid in socketio.peers:
        socketio.server.manager.enter_room(peer.sid, "/", room)


def leave(peer: Peer, room: str) -> None:
    """Let a client hear ``room`` no more."""
    if socketio.server:
        socketio.server.manager.leave_room(peer.sid, "/", room)


def viewers(room: str) -> int:
    """How many devices hear ``room`` in this process: a second tab is no second viewer."""
    return socketio.server.manager.owners(room) if socketio.server else 0


def members(room: str) -> list[Peer]:
    """The clients of this process that hear ``room``."""
    if not socketio.server:
        return []
    found = (socketio.peers.get(sid) for sid, _ in socketio.server.manager.get_participants("/", room))
    return [peer for peer in found if peer is not None]


def disconnect(peer: Peer) -> None:
    """End a client's connection for good (a revoked link): it does not come back by itself."""
    if socketio.server and peer.sid in socketio.peers:
        eio_sid = socketio.server.manager.eio_sid_from_sid(peer.sid, "/")
        socketio.server.disconnect(peer.sid)
        socketio.server.eio.disconnect(eio_sid)


def close_all() -> None:
    """End every connection at once, as before a restart; clients come back by themselves."""
    if socketio.server:
        socketio.server.eio.close_all()


def on_leave(listener: Callable[[Peer], None]) -> Callable[[Peer], None]:
    """Register a function called (in an app context) for each client whose connection has ended."""
    if listener not in socketio.leaving:
        socketio.leaving.append(listener)
    return listener


def socket_event(name: str, guard: Guard) -> Callable[[_H], _H]:
    """Register a handler that runs inside a Flask request (cookies, language and ``current_actor`` work)."""

    def register(handler: _H) -> _H:
        EVENTS[name] = guard

        def run(payload: Any = None, *_more: Any) -> Any:
            peer = socketio.peers.get(request.sid)  # type: ignore[attr-defined]
            return None if peer is None else _answer(handler, peer, payload, guard)

        socketio.on(name)(run)
        return handler

    return register


def hot_event(name: str, guard: Guard, *, gate: Gate | None = None) -> Callable[[_H], _H]:
    """Register a handler for an event that comes by the thousand: an app context, no request, no ``g``.

    ``guard`` is for citizens or the public: their device was checked when they connected. Through ``gate`` a
    crowd that sends it in the same moment comes few at a time.
    """
    if guard.door not in (Door.PUBLIC, Door.CITIZEN_WRITE):
        raise ValueError("a hot event is for citizens")

    def register(handler: _H) -> _H:
        EVENTS[name] = guard

        def run(sid: str, payload: Any = None, *_more: Any) -> Any:
            if gate is not None:
                gate.pass_through()
            peer = socketio.peers.get(sid)
            if peer is None:
                return None
            with peer.environ["flask.app"].app_context():
                return _answer(handler, peer, payload, None)

        socketio.add_lean(name, run)
        return handler

    return register


def _answer(handler: Handler, peer: Peer, payload: Any, guard: Guard | None) -> Any:
    try:
        if guard is not None:
            _check(guard)
        return handler(peer, payload)
    except Refusal as refusal:
        return {"error": _error(refusal, peer)}
    except Exception:
        log.exception("a socket event failed")
        return {"error": {"status": 500, "message": _words(_FAILED, peer)}}


def _check(guard: Guard) -> None:
    if guard.door not in (Door.SIGNED_IN, Door.STAFF):
        return
    actor = staff_actor()
    if actor is None:
        raise NotAllowed(msg("Please sign in"))
    if not guard.admits(actor):
        raise NotAllowed


def _error(refusal: Refusal, peer: Peer) -> dict[str, Any]:
    answer: dict[str, Any] = {"status": refusal.status, "message": _words(refusal.message, peer)}
    retry_after = getattr(refusal, "retry_after", None)
    return answer if retry_after is None else answer | {"retry_after": retry_after}


def _words(message: Any, peer: Peer) -> str:
    if has_request_context():
        return render(message)
    with force_locale(peer.language):
        return render(message)
