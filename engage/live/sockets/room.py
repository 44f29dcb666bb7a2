"""What a phone sends: joining (and catching up), asking, supporting, withdrawing."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale

from engage.core.actor import Actor, ActorKind
from engage.core.bus import subscribe
from engage.core.db import read_anew
from engage.core.errors import Invalid, NotFound
from engage.core.ids import PUBLIC_ID
from engage.core.messages import msg
from engage.core.text import clean_text
from engage.live import actions
from engage.live.events import AskerForgotten
from engage.live.queries import room as queries
from engage.live.queries.sessions import by_public_id
from engage.live.queries.shared import Answer, answer, in_step
from engage.live.rules.life import Act, possible
from engage.live.rules.streams import PUBLIC
from engage.live.sockets.pump import close, pump, room_name
from engage.web.admitting import Gate
from engage.web.guards import Door, Guard
from engage.web.languages import render
from engage.web.limits import hit, network
from engage.web.realtime import hot_event, join, leave, members
from engage.web.sockethub import Peer
from engage.web.stuffing import count, limit_queue, limit_support, limit_young

ASK_LIMITS = {"per_device": "6/minute", "per_network": "600/minute"}
SUPPORT_LIMITS = {"per_device": "60/minute", "per_network": "12000/minute"}
WITHDRAW_LIMITS = {"per_device": "20/minute", "per_network": "1200/minute"}
JOIN_LIMITS = {"per_device": "120/minute"}
_TEXT_MOST = 4000
_ID_MOST = 64
SHOWN_MOST = 200


@hot_event("live.join", Guard(Door.PUBLIC), gate=Gate())
def join_room(peer: Peer, payload: Any) -> dict[str, Any]:
    """Hear a room, and be told what happened since ``have``; sending it again is how a client catches up."""
    fields = checked(payload)
    hit("live-join", device=peer.device, **JOIN_LIMITS)
    public_id = text(fields, "room", 40)
    sender = pump()
    session_id = sender.id_of(public_id)
    if session_id is None:
        raise NotFound
    own = queries.stream_of_device(session_id, peer.device)
    rooms = [room_name(session_id, stream) for stream in (PUBLIC, own)]
    # First hear, then read: what is said in between comes twice and is dropped by its seq, never lost.
    for room in rooms:
        join(peer, room)
    read_anew()
    phase, heads = queries.standing(session_id, PUBLIC, own)
    if phase is None or not possible(Act.SEE, phase):
        for room in rooms:
            leave(peer, room)
        raise NotFound
    peer.state["live"] = session_id
    sender.watch(session_id, public_id)
    have = have_of(fields)
    lacking = {
        name: _lacking(public_id, stream, have.get(name), heads.get(stream, 0))
        for name, stream in ((PUBLIC, PUBLIC), ("mine", own))
    }
    shown = {*shown_of(fields), *lacking[PUBLIC].questions}
    return {
        "streams": {name: part.fragment() for name, part in lacking.items()},
        "totals": sender.totals(session_id, shown),
    }


def _lacking(public_id: str, stream: str, after: int | None, head: int) -> Answer:
    if after == head:
        return in_step(head)
    return answer(by_public_id(public_id), stream, after, head)


@hot_event("live.ask", Guard(Door.CITIZEN_WRITE))
def ask(peer: Peer, payload: Any) -> dict[str, Any]:
    """Ask a question in the joined room; acknowledged after commit."""
    fields = checked(payload)
    _limited("live-ask", peer, ASK_LIMITS)
    session_id = joined_room(peer)
    limit_young("live-ask", peer.device)
    limit_queue(session_id, peer.address)
    try:
        asked = actions.ask(
            _citizen(peer),
            session_id,
            text(fields, "text", _TEXT_MOST),
            text(fields, "name", _TEXT_MOST),
            text(fields, "request_id", _ID_MOST),
        )
    except Invalid as error:
        return {"error": invalid(peer, error)}
    count(f"live:{session_id}:questions", asked.receipt, address=peer.address)
    return {"question": asked.question, "receipt": asked.receipt}


@hot_event("live.support", Guard(Door.CITIZEN_WRITE))
def support(peer: Peer, payload: Any) -> dict[str, Any]:
    """Give or take back a support in the joined room; acknowledged after commit with the exact total."""
    fields = checked(payload)
    _limited("live-support", peer, SUPPORT_LIMITS)
    session_id, question = joined_room(peer), text(fields, "question", _ID_MOST)
    limit_young("live-support", peer.device)
    limit_support(actions.question_id_of(session_id, question), peer.device, peer.address)
    done = actions.support(
        _citizen(peer),
        session_id,
        question,
        fields.get("on") is True,
        text(fields, "request_id", _ID_MOST),
    )
    if done.on:
        count(f"live:{session_id}:supports", question, peer.device or "", address=peer.address)
    return {"supports": [done.supports, done.changes], "on": done.on}


@hot_event("live.withdraw", Guard(Door.CITIZEN_WRITE))
def withdraw(peer: Peer, payload: Any) -> dict[str, Any]:
    """Take back one's own question while it waits for review."""
    fields = checked(payload)
    _limited("live-withdraw", peer, WITHDRAW_LIMITS)
    actions.withdraw(_citizen(peer), joined_room(peer), text(fields, "question", _ID_MOST))
    return {"done": True}


@subscribe(AskerForgotten)
def _forgotten(event: AskerForgotten) -> None:
    """Pages that heard a stream which is gone begin anew: they would take its next words for old ones."""
    close(members(room_name(event.session_id, event.stream)))


def joined_room(peer: Peer) -> int:
    """The session this client has joined; raises ``NotFound``."""
    session_id = peer.state.get("live")
    if not isinstance(session_id, int):
        raise NotFound
    return session_id


def checked(payload: Any) -> dict[str, Any]:
    """The payload, if it is an object; raises ``Invalid``."""
    if not isinstance(payload, dict):
        raise _malformed()
    return payload


def text(fields: dict[str, Any], name: str, most: int) -> str:
    """A clean text of the payload (empty if absent); raises ``Invalid`` for anything else or too long."""
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise _malformed()
    return clean_text(value)


def have_of(fields: dict[str, Any]) -> dict[str, int]:
    """The ``seq`` of each stream the client knows; what is no count is left out."""
    have = fields.get("have")
    if not isinstance(have, dict):
        return {}
    return {
        name: value
        for name, value in have.items()
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
    }


def shown_of(fields: dict[str, Any]) -> list[str]:
    """The questions whose totals the client asks for; what is no id, or beyond a page, is left out."""
    shown = fields.get("questions")
    if not isinstance(shown, list):
        return []
    return [each for each in shown[:SHOWN_MOST] if isinstance(each, str) and PUBLIC_ID.fullmatch(each)]


def invalid(peer: Peer, error: Invalid) -> dict[str, Any]:
    """An ``Invalid`` as the error of an acknowledgement, with a sentence for each field."""
    with force_locale(peer.language):
        sentences = {name: render(sentence) for name, sentence in error.errors.items()}
        return {
            "status": error.status,
            "message": next(iter(sentences.values()), render(error.message)),
            "errors": sentences,
        }


def _limited(name: str, peer: Peer, limits: dict[str, str]) -> None:
    hit(name, device=peer.device, of=network(peer.address), **limits)


def _citizen(peer: Peer) -> Actor:
    return Actor(ActorKind.CITIZEN, device=peer.device)


def _malformed() -> Invalid:
    return Invalid({"_payload": msg("This page is out of date. Please reload it.")})
