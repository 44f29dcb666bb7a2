"""The guest's tablet and the stage: only what is on air."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from engage.core.errors import Gone
from engage.core.messages import msg
from engage.live.models import LiveSession, Phase
from engage.live.queries import room as room_queries
from engage.live.queries.sessions import guest_link
from engage.live.rules.streams import GUEST, STAGE
from engage.live.views._page import public_room, script_data, stream_answer
from engage.web.citizen import citizen_token
from engage.web.guards import by_token, public
from engage.web.limits import hit

blueprint = Blueprint("live_screens", __name__)
# From how many characters on a text needs a smaller type where no script measures it.
_LENGTHS = ((241, "longest"), (121, "longer"), (61, "long"))


@blueprint.get("/stage/<public_id>")
@public
def stage(public_id: str) -> str:
    """The full-screen page for a projector; ``?overlay=1`` has no background."""
    session = public_room(public_id)
    snapshot = room_queries.snapshot(session, STAGE)
    on_air = next(iter(snapshot["questions"].values()), None)
    return render_template(
        "live/stage.html",
        room=session,
        on_air=on_air,
        length=_length(on_air),
        code=snapshot["session"]["code"],
        idle=_stage_idle(),
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
    on_air = next(iter(snapshot["questions"].values()), None)
    page = render_template(
        "live/guest.html",
        room=session,
        idle=_guest_idle(),
        on_air=on_air,
        length=_length(on_air),
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


def _length(on_air: dict[str, Any] | None) -> str:
    count = len(on_air["text"]) if on_air else 0
    return next((name for least, name in _LENGTHS if count >= least), "")


def _stage_idle() -> dict[str, str]:
    """What stands on the stage while no question is on air, by phase."""
    over = gettext("The session has ended. Thank you for taking part.")
    ask = gettext("Ask your question now")
    return {
        Phase.ANNOUNCED: gettext("The session starts soon"),
        Phase.COLLECTING: ask,
        Phase.LIVE: ask,
        Phase.ENDED: over,
        Phase.RECORDED: over,
    }


def _guest_idle() -> dict[str, str]:
    """The same for the guest's screen."""
    over = gettext("The session has ended. Thank you.")
    before = gettext("The session has not started yet. Questions appear here once it is live.")
    return {
        Phase.DRAFT: before,
        Phase.ANNOUNCED: before,
        Phase.COLLECTING: before,
        Phase.LIVE: gettext("No question is on air. The next one appears here by itself."),
        Phase.ENDED: over,
        Phase.RECORDED: over,
    }


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
