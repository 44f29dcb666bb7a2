"""Sessions of signed-in staff: begun, seen, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from engage.accounts import entries
from engage.accounts.events import SessionsEnded
from engage.accounts.links import new_token, token_hash
from engage.accounts.models import StaffSession, User
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.core.actor import Actor, ActorKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotAllowed, NotFound
from engage.core.writer import atomic, publish

IDLE = timedelta(hours=8)
LIFE = timedelta(days=7)
# How exactly "last seen" is kept: one small write in this time for each session.
SEEN_EVERY = timedelta(minutes=5)
MOST_SESSIONS = 20


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session begins: the network address, what the browser calls itself, and the token it had."""

    address: str | None
    label: str
    former: str = ""


def start_session(
    user: User, browser: Browser, *, by_link: bool, second: bool = False, complete: bool = True
) -> str:
    """Add a session to the transaction, answer its token.

    ``second`` says that a second factor was shown; a session that is not ``complete`` waits for it and opens
    nothing. The session the browser had ends, whoever's it was; beyond ``MOST_SESSIONS`` the oldest end.
    """
    token = new_token()
    moment = now()
    _end_former(browser.former)
    open_ids = db.session.scalars(
        select(StaffSession.id)
        .where(StaffSession.user_id == user.id, StaffSession.ended_at.is_(None), StaffSession.complete)
        .order_by(StaffSession.last_seen_at.desc())
    ).all()
    if complete:
        _end(user.id, open_ids[MOST_SESSIONS - 1 :])
    session = StaffSession(
        user_id=user.id,
        token_hash=token_hash(token),
        device_label=browser.label[:80],
        address=browser.address,
        by_link=by_link,
        complete=complete,
        second_at=moment if second else None,
        confirmed_at=moment,
        created_at=moment,
        last_seen_at=moment,
    )
    db.session.add(session)
    if not complete:
        return token
    user.last_signed_in_at = moment
    actor = Actor(ActorKind.STAFF, user.id, user.name, address=browser.address)
    after = {"device": session.device_label, "by_link": by_link, "second": second}
    record(actor, entries.SIGNED_IN, "account", user.id, after=after, label=user.name)
    return token


def touch_session(session_id: int, address: str | None) -> None:
    """Note that a session was just used; nothing where it was noted a moment ago."""
    with atomic():
        session = db.session.get(StaffSession, session_id)
        moment = now()
        if session is None or session.ended_at is not None or session.last_seen_at > moment - SEEN_EVERY:
            return
        session.last_seen_at = moment
        session.address = address or session.address


def sign_out(actor: Actor, session_id: int) -> None:
    """End the session the actor is using; nothing where it has ended already."""
    with atomic():
        session = db.session.get(StaffSession, session_id)
        if session is None or session.user_id != actor.id or session.ended_at is not None:
            return
        _end(session.user_id, [session.id])
        before = {"device": session.device_label}
        record(actor, entries.SIGNED_OUT, "account", session.user_id, before=before, label=actor.label)


def end_session(actor: Actor, public_id: str, *, user_id: int | None = None) -> None:
    """End one session of the actor, or as an administrator one of ``user_id``. Raises ``NotFound``."""
    owner = actor.id if user_id is None else user_id
    if owner != actor.id:
        require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        row = db.session.execute(
            select(StaffSession, User.name)
            .join(User, User.id == StaffSession.user_id)
            .where(
                StaffSession.public_id == public_id,
                StaffSession.user_id == owner,
                StaffSession.ended_at.is_(None),
            )
        ).first()
        if row is None:
            raise NotFound
        session: StaffSession = row.StaffSession
        _end(session.user_id, [session.id])
        before = {"device": session.device_label}
        record(actor, entries.SIGNED_OUT, "account", session.user_id, before=before, label=row.name)


def end_all_sessions(actor: Actor, user_id: int) -> int:
    """As an administrator end all sessions of a staff member; answers how many."""
    require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        user = db.session.get(User, user_id)
        if user is None:
            raise NotFound
        count = end_sessions_of(user_id)
        if count:
            record(actor, entries.SESSIONS_ENDED, "account", user_id, after={"count": count}, label=user.name)
        return count


def end_other_sessions(actor: Actor, session_id: int) -> int:
    """End all of the actor's own sessions but this one; answers how many."""
    with atomic():
        if actor.id is None:
            raise NotFound
        count = end_sessions_of(actor.id, keep=session_id)
        if count:
            record(
                actor,
                entries.SESSIONS_ENDED,
                "account",
                actor.id,
                after={"count": count},
                label=actor.label,
            )
        return count


def still_open(session_id: int) -> StaffSession:
    """The session, in the transaction that does something lasting in it.

    Raises ``NotAllowed`` where it has ended since the request began, as while a password was hashed: whoever
    was shut out meanwhile makes no new way in.
    """
    session = db.session.get_one(StaffSession, session_id)
    if session.ended_at is not None:
        raise NotAllowed
    return session


def end_sessions_of(user_id: int, *, keep: int | None = None) -> int:
    """End the sessions of a staff member in the running transaction; answers how many."""
    ids = db.session.scalars(
        select(StaffSession.id).where(StaffSession.user_id == user_id, StaffSession.ended_at.is_(None))
    ).all()
    ended = [item for item in ids if item != keep]
    _end(user_id, ended)
    return len(ended)


def _end_former(token: str) -> None:
    if not token:
        return
    former = db.session.scalar(
        select(StaffSession).where(
            StaffSession.token_hash == token_hash(token), StaffSession.ended_at.is_(None)
        )
    )
    if former is not None:
        _end(former.user_id, [former.id])


def _end(user_id: int, session_ids: Sequence[int]) -> None:
    if not session_ids:
        return
    db.session.execute(update(StaffSession).where(StaffSession.id.in_(session_ids)).values(ended_at=now()))
    publish(SessionsEnded(user_id, tuple(session_ids)))
