"""The room as citizens see it, its streams, joining by code, and the record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.core.errors import NotFound
from engage.live.models import LiveSession, Phase
from engage.live.queries import record as record_queries
from engage.live.queries import room as room_queries
from engage.live.queries.sessions import by_join_code
from engage.live.rules.life import Act, possible
from engage.live.rules.streams import PUBLIC
from engage.live.rules.text import LEAST, MOST, NAME_MOST
from engage.live.views._page import (
    allow_video,
    public_room,
    room_words,
    script_data,
    seconds_until,
    stream_answer,
)
from engage.web.citizen import citizen_token, known_device
from engage.web.guards import public
from engage.web.limits import hit

blueprint = Blueprint("live", __name__)

SHOWN = 30


@blueprint.get("/live/<public_id>")
@public
def room(public_id: str) -> str:
    """The room: video, what is on air, the published questions, and a form to ask."""
    session = public_room(public_id)
    view = room_view(session)
    everything = request.args.get("all") == "1"
    return render_template(
        "live/room.html",
        room=session,
        video=allow_video(session),
        view=view,
        shown=view["listed"] if everything else view["listed"][:SHOWN],
        more=0 if everything else max(0, len(view["listed"]) - SHOWN),
        joinable=possible(Act.JOIN, session.phase),
        seconds=seconds_until(session) if session.phase in (Phase.ANNOUNCED, Phase.COLLECTING) else 0,
        limits={"least": LEAST, "most": MOST, "name": NAME_MOST},
        page_words=room_words(),
        data=script_data(_data(session, view)),
    )


def room_view(session: LiveSession) -> dict[str, Any]:
    """What a page of the room shows to this device, made from its streams' snapshots and nothing else."""
    snapshot = room_queries.snapshot(session, PUBLIC)
    device = known_device()
    mine: dict[str, Any] = {"seq": 0, "session": {}, "questions": {}}
    supported: list[str] = []
    if device is not None and "new_device" not in g:
        mine = room_queries.snapshot(session, room_queries.stream_of_device(session.id, device))
        supported = room_queries.supported_by(session.id, device)
    questions = sorted(snapshot["questions"].values(), key=lambda view: (-view["at"], view["id"]))
    return {
        "public": snapshot,
        "mine": mine,
        "supported": supported,
        "totals": room_queries.totals(session.id),
        "on_air": [view for view in questions if view["state"] == "on-air"],
        "listed": [view for view in questions if view["state"] != "on-air"],
        "own": sorted(mine["questions"].values(), key=lambda view: view["at"])[::-1],
    }


def _data(session: LiveSession, view: dict[str, Any]) -> dict[str, Any]:
    return {
        "session": session.public_id,
        "citizen": citizen_token(),
        "public": view["public"],
        "mine": view["mine"],
        "supported": view["supported"],
        "totals": {"supports": view["totals"]},
        "limits": {"least": LEAST, "most": MOST, "name": NAME_MOST},
    }


@blueprint.get("/live/<public_id>/stream")
@public
def stream(public_id: str) -> Response:
    """What this device lacks of the public stream, or of its own (``?stream=mine``)."""
    session = public_room(public_id)
    if request.args.get("stream", PUBLIC) == PUBLIC:
        return stream_answer(session, PUBLIC, name=PUBLIC, with_totals=True)
    device = known_device()
    if device is None:
        raise NotFound
    own = room_queries.stream_of_device(session.id, device)
    return stream_answer(session, own, name="mine", with_totals=False)


@blueprint.get("/join")
@public
def join() -> ResponseReturnValue:
    """Find the room of a join code."""
    code = request.args.get("code", "")[:40]
    if not code:
        return render_template("live/join.html", code="", wrong="")
    hit("join", device=known_device(), per_device="20/minute", per_network="120/minute")
    session = by_join_code(code)
    if session is None:
        wrong = gettext("No session that is open now has this code. Please check the digits on the screen.")
        return render_template("live/join.html", code=code, wrong=wrong), 404
    return redirect(url_for("live.room", public_id=session.public_id), 303)


@blueprint.get("/live/<public_id>/record")
@public
def record(public_id: str) -> str:
    """The published record."""
    session = public_room(public_id, Act.READ_RECORD)
    return render_template("live/record.html", room=session, record=record_queries.record(session))
