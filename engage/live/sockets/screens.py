"""The stage and the guest's tablet hear their stream and send nothing."""

from __future__ import annotations

from typing import Any

from engage.core.bus import subscribe
from engage.core.db import read_anew
from engage.core.errors import Gone, NotFound
from engage.core.messages import msg
from engage.live.events import GuestLinkRevoked
from engage.live.models import LiveSession
from engage.live.queries import room as queries
from engage.live.queries.sessions import by_public_id, guest_link, valid_links
from engage.live.queries.shared import answer
from engage.live.rules.life import Act, possible
from engage.live.rules.streams import GUEST, STAGE
from engage.live.sockets.pump import close, pump, room_name
from engage.live.sockets.room import checked, have_of, text
from engage.web.guards import Door, Guard
from engage.web.limits import hit, network
from engage.web.realtime import hot_event, join, members, socketio
from engage.web.sockethub import Peer

_KEY = "guest_links"


@hot_event("live.stage", Guard(Door.PUBLIC))
def join_stage(peer: Peer, payload: Any) -> dict[str, Any]:
    """Hear the stage of a session."""
    fields = checked(payload)
    hit("live-join", device=peer.device, per_device="120/minute")
    public_id = text(fields, "room", 40)
    session = by_public_id(public_id)
    if not possible(Act.SEE, session.phase):
        raise NotFound
    pump()
    join(peer, room_name(session.id, STAGE))
    read_anew()
    session = by_public_id(public_id)
    return {"streams": {STAGE: _lacking(session, STAGE, have_of(fields))}}


@hot_event("live.guest", Guard(Door.PUBLIC))
def join_guest(peer: Peer, payload: Any) -> dict[str, Any]:
    """Hear what a guest may hear; the link's token is checked at each join."""
    fields = checked(payload)
    hit("live-guest", of=network(peer.address), per_network="600/minute")
    found = guest_link(text(fields, "token", 64))
    if found is None:
        raise Gone(msg("This link is not valid any more. Please ask the organiser for a new one."))
    link, session = found
    sender = pump()
    if _recheck not in sender.rechecks:
        sender.rechecks.append(_recheck)
    peer.state.setdefault(_KEY, set()).add(link.id)
    join(peer, room_name(session.id, GUEST))
    read_anew()
    session = by_public_id(session.public_id)
    return {"streams": {GUEST: _lacking(session, GUEST, have_of(fields))}}


def _lacking(session: LiveSession, stream: str, have: dict[str, int]) -> Any:
    head = queries.head(session.id, stream)
    return answer(session, stream, have.get(stream), head).fragment()


@subscribe(GuestLinkRevoked)
def _revoked(event: GuestLinkRevoked) -> None:
    heard = members(room_name(event.session_id, GUEST))
    close([peer for peer in heard if event.link_id in peer.state.get(_KEY, ())])


def _recheck() -> None:
    """End what another process revoked, and what ran out after the session's end."""
    guests = [(peer, peer.state[_KEY]) for peer in socketio.peers.values() if _KEY in peer.state]
    valid = valid_links(set().union(*(links for _peer, links in guests)))
    close([peer for peer, links in guests if not links <= valid])
