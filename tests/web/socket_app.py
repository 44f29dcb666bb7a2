"""The real application with a few events for the tests of its sockets; its limits are small."""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
from typing import Any  # noqa: E402

from flask import Blueprint, jsonify, request  # noqa: E402
from flask.typing import ResponseReturnValue  # noqa: E402
from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: E402

from engage import create_app  # noqa: E402
from engage.core.errors import TooMany  # noqa: E402
from engage.core.ids import public_id  # noqa: E402
from engage.web import citizen, realtime  # noqa: E402
from engage.web.guards import Door, Guard, public  # noqa: E402
from engage.web.socketserver import RealtimeSettings  # noqa: E402
from engage.web.warming import warm  # noqa: E402
from engage.web.websocket import Limits, Rate  # noqa: E402
from tests.web.turns import Turns  # noqa: E402

ANYONE = Guard(Door.PUBLIC)
blueprint = Blueprint("socket_tests", __name__)


@realtime.socket_event("join", ANYONE)
def _join(peer: realtime.Peer, payload: Any) -> Any:
    realtime.join(peer, str(payload))
    return {"path": request.path, "viewers": realtime.viewers(str(payload))}


@realtime.hot_event("echo", ANYONE)
def _echo(_peer: realtime.Peer, payload: Any) -> Any:
    return payload


@realtime.hot_event("wait", ANYONE)
def _wait(_peer: realtime.Peer, _payload: Any) -> Any:
    raise TooMany(5)


@realtime.hot_event("break", ANYONE)
def _break(_peer: realtime.Peer, _payload: Any) -> Any:
    raise KeyError("a mistake of ours")


@blueprint.get("/test/device")
@public
def device() -> ResponseReturnValue:
    """A new device's cookie and token."""
    name = public_id()
    return jsonify(cookie=citizen.signed_device(name), token=citizen.citizen_token(name))


@blueprint.get("/test/state")
@public
def state() -> ResponseReturnValue:
    """What the server holds."""
    server = realtime.socketio.server
    assert server is not None
    return jsonify(
        sockets=len(server.eio.sockets),
        peers=len(realtime.socketio.peers),
        environs=len(server.environ),
        rooms=[room for room in server.manager.rooms.get("/", {}) if room],
    )


@blueprint.get("/test/broadcast/<room>/<int:count>/<int:size>")
@public
def broadcast(room: str, count: int, size: int) -> ResponseReturnValue:
    """Send ``count`` frames numbered from 0, each of ``size`` letters, to ``room``."""
    for number in range(count):
        realtime.broadcast(room, "frame", {"number": number, "text": "x" * size})
    return jsonify(viewers=realtime.viewers(room))


@blueprint.get("/test/longest")
@public
def longest() -> ResponseReturnValue:
    """The longest turn since this was asked last."""
    found, turns.longest = turns.longest, (0.0, "")
    return jsonify(seconds=found[0], where=found[1])


turns = Turns()
if "TEST_TURNS" in os.environ:
    turns.watch()

app = create_app()
app.register_blueprint(blueprint)
warm(app)
realtime.init_realtime(
    app,
    RealtimeSettings(
        max_sockets=int(os.environ.get("TEST_MAX_SOCKETS", "3000")),
        per_device=int(os.environ.get("TEST_PER_DEVICE", "3000")),
        per_network=int(os.environ.get("TEST_PER_NETWORK", "3000")),
        connection=Limits(first_word_seconds=0.5)
        if "TEST_USUAL_LIMITS" in os.environ
        else Limits(
            message_bytes=4096,
            frames=Rate(20, 40),
            backlog_bytes=200_000,
            kernel_bytes=16_384,
            close_seconds=1.0,
        ),
    ),
)
proxies = app.config["ENGAGE"].trusted_proxies
if proxies:  # outermost, as around the application itself
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=1, x_host=1)  # type: ignore[method-assign]
