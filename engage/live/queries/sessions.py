"""Finding sessions, their counts, and guest links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, units_where
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.codes import folded
from engage.core.db import db
from engage.core.errors import NotFound
from engage.live.actions.guests import token_hash
from engage.live.models import GuestLink, LiveQuestion, LiveSession, QuestionState
from engage.live.rules.life import ACTS, Act

# Guests keep their screen for a while after the end.
GUEST_HOURS = 12
_TOKEN_MOST = 64


@dataclass(frozen=True, slots=True)
class Listed:
    """A session in a list with how many questions it received and how many wait for review."""

    session: LiveSession
    received: int
    pending: int


def by_public_id(public_id: str) -> LiveSession:
    """The session with its unit; raises ``NotFound``."""
    session = db.session.scalar(
        select(LiveSession).options(joinedload(LiveSession.unit)).where(LiveSession.public_id == public_id)
    )
    if session is None:
        raise NotFound
    return session


def by_join_code(code: str) -> LiveSession | None:
    """The session people join with ``code`` (digits or letters as typed), while it may be joined."""
    clean = "".join(sign for sign in folded(code) if sign.isascii() and sign.isalnum())
    if len(clean) not in (6, 10):
        return None
    return db.session.scalar(
        select(LiveSession).where(LiveSession.join_code == clean, LiveSession.phase.in_(ACTS[Act.JOIN]))
    )


def of_staff(actor: Actor, *, page: int = 1, size: int = 30) -> tuple[list[Listed], int]:
    """The sessions ``actor`` may read, newest first, and how many there are in all."""
    mine = where(actor, Permission.LIVE_READ)
    total = db.session.scalar(select(func.count()).select_from(LiveSession).where(mine)) or 0
    sessions = db.session.scalars(
        select(LiveSession)
        .options(joinedload(LiveSession.unit))
        .where(mine)
        .order_by(LiveSession.id.desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    found = counts([session.id for session in sessions])
    return [Listed(session, *found.get(session.id, (0, 0))) for session in sessions], total


def where(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The sessions on which ``actor`` has ``permission``."""
    units = units_where(actor, permission)
    if units is None:
        return LiveSession.id.is_not(None)
    return or_(
        LiveSession.unit_id.in_(units),
        LiveSession.activity_id.in_(activities_where(actor, permission)),
    )


def counts(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By session id how many questions came in and how many wait for review; one query."""
    rows = db.session.execute(
        select(
            LiveQuestion.session_id,
            func.count(),
            func.count().filter(LiveQuestion.state == QuestionState.PENDING),
        )
        .where(LiveQuestion.session_id.in_(ids))
        .group_by(LiveQuestion.session_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


@dataclass(frozen=True, slots=True)
class Place:
    """Whose a session is: what grants are compared with."""

    unit_id: int
    activity_id: int | None


def places(ids: Collection[int]) -> dict[int, Place]:
    """Whose the sessions ``ids`` are now; those that are gone are left out."""
    rows = db.session.execute(
        select(LiveSession.id, LiveSession.unit_id, LiveSession.activity_id).where(LiveSession.id.in_(ids))
    )
    return {row.id: Place(row.unit_id, row.activity_id) for row in rows}


def guest_links(session_id: int) -> Sequence[GuestLink]:
    """The links of a session, newest first."""
    return db.session.scalars(
        select(GuestLink).where(GuestLink.session_id == session_id).order_by(GuestLink.id.desc())
    ).all()


def guest_link(token: str) -> tuple[GuestLink, LiveSession] | None:
    """What a guest's token opens now: ``None`` if unknown, revoked, or long after the end."""
    if not token or len(token) > _TOKEN_MOST:
        return None
    row = db.session.execute(
        select(GuestLink, LiveSession)
        .join(LiveSession, LiveSession.id == GuestLink.session_id)
        .where(GuestLink.token_hash == token_hash(token), GuestLink.revoked_at.is_(None))
    ).first()
    if row is None:
        return None
    link, session = row
    if session.ended_at is not None and now() - session.ended_at > timedelta(hours=GUEST_HOURS):
        return None
    return link, session


def valid_links(ids: Collection[int]) -> frozenset[int]:
    """Those of the guest links ``ids`` that still open their session."""
    if not ids:
        return frozenset()
    over = now() - timedelta(hours=GUEST_HOURS)
    rows = db.session.scalars(
        select(GuestLink.id)
        .join(LiveSession, LiveSession.id == GuestLink.session_id)
        .where(
            GuestLink.id.in_(ids),
            GuestLink.revoked_at.is_(None),
            or_(LiveSession.ended_at.is_(None), LiveSession.ended_at >= over),
        )
    )
    return frozenset(rows)
