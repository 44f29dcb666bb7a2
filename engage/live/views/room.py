"""The room as citizens see it, its streams, joining by code, and the record."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.core.errors import NotFound
from engage.live.models import LiveSession
from engage.live.queries import record as record_queries
from engage.live.queries import room as room_queries
from engage.live.queries.sessions import by_join_code
from engage.live.queries.shared import Listing, listing
from engage.live.rules.life import ACTS, Act
from engage.live.rules.streams import PUBLIC, session_view
from engage.live.rules.text import LEAST, MOST, NAME_MOST
from engage.live.views._page import (
    ORDERS,
    allow_video,
    asked_order,
    json_answer,
    newest_first,
    own_questions,
    public_room,
    room_words,
    script_data,
    stream_answer,
)
from engage.live.views._rows import rows
from engage.web.citizen import citizen_token, known_device
from engage.web.guards import public
from engage.web.languages import render
from engage.web.limits import hit
from engage.web.numbers import page_number

blueprint = Blueprint("live", __name__)

LIMITS = {"least": LEAST, "most": MOST, "name": NAME_MOST}
# The page has the parts of every phase; its script shows those of the next one without asking for anything.
PHASES = {act.value: sorted(phases) for act, phases in ACTS.items()}


@blueprint.get("/live/<public_id>")
@public
def room(public_id: str) -> str:
    """The room: video, what is on air, a page of the published questions, and a form to ask."""
    session = public_room(public_id)
    order = asked_order()
    shown = listing(session, order, page_number())
    mine = own_questions(session)
    personal = _personal(session, shown)
    state, words = session_view(PUBLIC, session), room_words()
    address = url_for("live_asking.support", public_id=public_id, by=order, page=shown.page)
    return render_template(
        "live/room.html",
        room=session,
        video=allow_video(session),
        state=state,
        listing=shown,
        order=order,
        orders={each: render(words) for each, words in ORDERS.items()},
        own_views=newest_first(mine),
        support_address=address,
        rows=rows(
            shown,
            address,
            supporting=state["supporting"],
            sources=words["sources"],
            totals=personal["totals"]["supports"],
            supported=personal["supported"],
        ),
        phases=PHASES,
        limits=LIMITS,
        page_words=words,
        data=script_data(
            {
                "session": session.public_id,
                "citizen": citizen_token(),
                "public": orjson.Fragment(shown.with_session(state)),
                "mine": mine,
                "limits": LIMITS,
                **personal,
            }
        ),
    )


@blueprint.get("/live/<public_id>/questions")
@public
def questions(public_id: str) -> Response:
    """A page of the published questions (``?by=new|supports|answered&page=``) for the room's script."""
    session = public_room(public_id)
    shown = listing(session, asked_order(), page_number())
    return json_answer(shown.with_session(session_view(PUBLIC, session), **_personal(session, shown)))


def _personal(session: LiveSession, shown: Listing) -> dict[str, Any]:
    """What changes without a word in the stream: the totals, and what this device supports."""
    device = None if "new_device" in g else known_device()
    return {
        "totals": {
            "supports": room_queries.totals(session.id, shown.ids),
            "published": [shown.count, shown.seq],
        },
        "supported": room_queries.supported_by(session.id, device, shown.ids) if device else [],
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
    session = by_join_code(code)
    if session is None:
        # Who has a right code is let in: a hall types it at once, and nobody there can shut the others out.
        # Six digits belong to sessions that stand on the site anyway.
        hit("join", device=known_device(), per_device="20/minute", per_network="120/minute")
        wrong = gettext("No session that is open now has this code. Please check the digits on the screen.")
        return render_template("live/join.html", code=code, wrong=wrong), 404
    return redirect(url_for("live.room", public_id=session.public_id), 303)


@blueprint.get("/live/<public_id>/record")
@public
def record(public_id: str) -> str:
    """The published record."""
    session = public_room(public_id, Act.READ_RECORD)
    return render_template("live/record.html", room=session, record=record_queries.record(session))
