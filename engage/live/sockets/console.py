"""What a moderator's console sends. Who they are is read anew at each event, and while they listen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engage.accounts.events import GrantsChanged, SessionsEnded
from engage.accounts.identity import current_session, note_seen
from engage.accounts.permissions import Permission
from engage.accounts.queries import actors_of
from engage.accounts.rules import may, require
from engage.cases.actions import ANSWER_LIMIT
from engage.core.bus import subscribe
from engage.core.db import read_anew
from engage.core.errors import Invalid, NotFound
from engage.live import actions
from engage.live.models import LiveSession
from engage.live.queries import room as queries
from engage.live.queries.pages import state_counts
from engage.live.queries.sessions import by_public_id, places
from engage.live.queries.shared import answer
from engage.live.rules.deeds import Deed
from engage.live.rules.streams import MODERATORS
from engage.live.sockets.pump import pump, room_name
from engage.live.sockets.room import checked, have_of, invalid, shown_of, text
from engage.moderation.models import ReasonClass
from engage.web.actor import current_actor
from engage.web.guards import Door, Guard
from engage.web.limits import hit
from engage.web.realtime import disconnect, join, socket_event, socketio
from engage.web.sockethub import Peer

_KEY = "console"


@dataclass(frozen=True, slots=True)
class _Listening:
    """By which signed-in browser a connection hears the queues of which sessions."""

    staff_session: int
    sessions: set[int] = field(default_factory=set)


@socket_event("live.console", Guard(Door.STAFF, Permission.LIVE_READ))
def join_console(peer: Peer, payload: Any) -> dict[str, Any]:
    """Hear the queue of a session."""
    fields = checked(payload)
    public_id = text(fields, "room", 40)
    session = _readable(public_id)
    sender = pump()
    if _recheck not in sender.rechecks:
        sender.rechecks.append(_recheck)
    peer.state.setdefault(_KEY, _Listening(current_session().id)).sessions.add(session.id)
    join(peer, room_name(session.id, MODERATORS))
    read_anew()
    session = by_public_id(public_id)
    sender.watch(session.id, public_id)
    head = queries.head(session.id, MODERATORS)
    lacking = answer(session, MODERATORS, have_of(fields).get(MODERATORS), head)
    shown = {*shown_of(fields), *lacking.questions}
    return {
        "streams": {MODERATORS: lacking.fragment()},
        "totals": sender.totals(session.id, shown) | {"states": [state_counts(session.id), head]},
    }


@socket_event("live.decide", Guard(Door.STAFF, Permission.LIVE_MODERATE))
def decide(peer: Peer, payload: Any) -> dict[str, Any]:
    """One decision about one question; acknowledged after commit."""
    fields = checked(payload)
    session = _readable(text(fields, "room", 40))
    actor = current_actor()
    hit("live-decide", device=str(actor.id), per_device="600/minute")
    answer = text(fields, "answer", ANSWER_LIMIT * 2) if "answer" in fields else None
    try:
        done = actions.decide(
            actor,
            session.id,
            text(fields, "question", 40),
            _member(Deed, text(fields, "deed", 40)),
            _revision(fields.get("revision")),
            reason=_member(ReasonClass, fields["reason"]) if fields.get("reason") else None,
            note=text(fields, "note", 1000),
            answer=answer,
            confirmed=fields.get("confirmed") == "1",
        )
    except Invalid as error:
        return {"error": invalid(peer, error)}
    note_seen()
    return {
        "question": done.question,
        "state": done.state.value,
        "revision": done.revision,
        "decision": done.decision,
    }


def _readable(public_id: str) -> LiveSession:
    session = by_public_id(public_id)
    require(current_actor(), Permission.LIVE_READ, unit_id=session.unit_id, activity_id=session.activity_id)
    return session


def _member(enum: Any, value: Any) -> Any:
    if value not in [member.value for member in enum]:
        raise NotFound
    return enum(value)


def _revision(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _listening() -> list[tuple[Peer, _Listening]]:
    return [(peer, peer.state[_KEY]) for peer in socketio.peers.values() if _KEY in peer.state]


def _recheck() -> None:
    """End the connections of those who may not read each of their queues any more."""
    listening = _listening()
    if not listening:
        return
    actors = actors_of({each.staff_session for _peer, each in listening})
    where = places({session_id for _peer, each in listening for session_id in each.sessions})
    for peer, each in listening:
        actor = actors.get(each.staff_session)
        if actor is None or not all(
            session_id in where
            and may(
                actor,
                Permission.LIVE_READ,
                unit_id=where[session_id].unit_id,
                activity_id=where[session_id].activity_id,
            )
            for session_id in each.sessions
        ):
            disconnect(peer)


@subscribe(SessionsEnded)
def _signed_out(event: SessionsEnded) -> None:
    for peer, each in _listening():
        if each.staff_session in event.session_ids:
            disconnect(peer)


@subscribe(GrantsChanged)
def _regranted(_event: GrantsChanged) -> None:
    _recheck()
