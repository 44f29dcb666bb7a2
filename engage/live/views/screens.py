"""The guest's tablet and the stage: only what is on air."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from engage.core.errors import Gone
from engage.core.messages import msg
from engage.live.models import LiveSession
from engage.live.queries import room as room_queries
from engage.live.queries.sessions import guest_link
from engage.live.rules.streams import GUEST, STAGE
from engage.live.views._page import public_room, script_data, stream_answer
from engage.web.citizen import citizen_token
from engage.web.guards import by_token, public
from engage.web.limits import hit

blueprint = Blueprint("live_screens", __name__)


@blueprint.get("/stage/<public_id>")
@public
def stage(public_id: str) -> str:
    """The full-screen page for a projector; ``?overlay=1`` has no background."""
    session = public_room(public_id)
    snapshot = room_queries.snapshot(session, STAGE)
    return render_template(
        "live/stage.html",
        room=session,
        on_air=next(iter(snapshot["questions"].values()), None),
        code=snapshot["session"]["code"],
        overlay=request.args.get("overlay") == "1",
        data=script_data({"session": session.public_id, "citizen": citizen_token(), "stage": snapshot}),
    )


@blueprint.get("/stage/<public_id>/stream")
@public
def stage_stream(public_id: str) -> Response:
    """What the stage lacks."""
    return stream_answer(public_room(public_id), STAGE, name=STAGE, with_totals=False)


@blueprint.get("/guest/<token>")
@by_token
def guest(token: str) -> Response:
    """The guest speaker's screen."""
    session = _opened(token)
    snapshot = room_queries.snapshot(session, GUEST)
    page = render_template(
        "live/guest.html",
        room=session,
        phase=session.phase,
        on_air=next(iter(snapshot["questions"].values()), None),
        data=script_data(
            {"session": session.public_id, "citizen": citizen_token(), "token": token, "guest": snapshot}
        ),
    )
    return _secret(Response(page))


@blueprint.get("/guest/<token>/stream")
@by_token
def guest_stream(token: str) -> Response:
    """What the guest's screen lacks."""
    return _secret(stream_answer(_opened(token), GUEST, name=GUEST, with_totals=False))


def _opened(token: str) -> LiveSession:
    found = guest_link(token)
    if found is None:
        hit("guest-link", per_network="60/minute")
        raise Gone(msg("This link is not valid any more. Please ask the organiser for a new one."))
    return found[1]


def _secret(response: Response) -> Response:
    # The address itself is the key: it must not travel to other sites.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
