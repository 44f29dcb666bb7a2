"""The bare room: the same two events on our socket server, or on Flask-SocketIO as it is shipped.

Chosen by BENCH_SERVER=lean or stock; both under gunicorn with gevent. For telling apart what the transport
costs and what the live domain adds.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask, jsonify  # noqa: E402
from flask.typing import ResponseReturnValue  # noqa: E402
from flask_socketio import SocketIO  # noqa: E402
from flask_socketio import emit as stock_emit  # noqa: E402
from flask_socketio import join_room as stock_join  # noqa: E402

from engage import create_app  # noqa: E402
from engage.web import realtime  # noqa: E402
from engage.web.guards import Door, Guard  # noqa: E402
from engage.web.socketserver import RealtimeSettings  # noqa: E402

ROOM = "bare"


def stock() -> Flask:
    """Flask-SocketIO with its defaults."""
    app = Flask(__name__)
    server = SocketIO(app, async_mode="gevent", cors_allowed_origins="*")

    @app.get("/readyz")
    def ready() -> ResponseReturnValue:
        return jsonify(status="ok")

    @server.on("join")
    def join(_payload: Any) -> dict[str, Any]:
        stock_join(ROOM)
        return {}

    @server.on("fire")
    def fire(payload: Any) -> dict[str, Any]:
        stock_emit("frame", payload, to=ROOM)
        return {}

    return app


def lean() -> Flask:
    """Our socket server in the real application, without the live domain."""

    @realtime.hot_event("join", Guard(Door.PUBLIC))
    def join(peer: realtime.Peer, _payload: Any) -> dict[str, Any]:
        realtime.join(peer, ROOM)
        return {}

    @realtime.hot_event("fire", Guard(Door.PUBLIC))
    def fire(_peer: realtime.Peer, payload: Any) -> dict[str, Any]:
        realtime.broadcast(ROOM, "frame", payload)
        return {}

    app = create_app()
    realtime.init_realtime(app, RealtimeSettings(), connect_guard=lambda _environ, _auth: "device")
    return app


app = stock() if os.environ.get("BENCH_SERVER") == "stock" else lean()
