"""A lean WebSocket driver for python-engineio under gunicorn and gevent.

``frames`` knows bytes only, ``handshake`` the opening request, ``connection`` one socket, ``engine`` is the
Engine.IO server that stands on them. docs/live-protocol.md describes what travels.
"""

from engage.web.websocket.connection import Limits, Rate, WebSocket
from engage.web.websocket.engine import (
    FULL,
    Admission,
    EngineServer,
    EngineSocket,
    HookMissing,
    PeerError,
    check_hooks,
)

__all__ = [
    "FULL",
    "Admission",
    "EngineServer",
    "EngineSocket",
    "HookMissing",
    "Limits",
    "PeerError",
    "Rate",
    "WebSocket",
    "check_hooks",
]
