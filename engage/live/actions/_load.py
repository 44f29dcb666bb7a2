"""Reading the rows a deed works on, inside its transaction."""

from __future__ import annotations

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import NotAllowed, NotFound
from engage.core.ids import keyed_hash
from engage.core.keys import key
from engage.live.models import ASKER_KEY_LENGTH, LiveQuestion, LiveSession


def session_row(session_id: int) -> LiveSession:
    """The session; raises ``NotFound``."""
    row = db.session.get(LiveSession, session_id)
    if row is None:
        raise NotFound
    return row


def question_row(session_id: int, question: str) -> LiveQuestion:
    """The question with public id ``question`` of that session; raises ``NotFound``."""
    row = db.session.scalar(
        select(LiveQuestion).where(LiveQuestion.public_id == question, LiveQuestion.session_id == session_id)
    )
    if row is None:
        raise NotFound
    return row


def require_any(actor: Actor, permissions: frozenset[Permission], session: LiveSession) -> None:
    """Raise ``NotAllowed`` unless ``actor`` has one of ``permissions`` on the session."""
    if not any(
        may(actor, permission, unit_id=session.unit_id, activity_id=session.activity_id)
        for permission in permissions
    ):
        raise NotAllowed


def asker_key(session_id: int, device: str) -> str:
    """The keyed hash by which a session knows the device of an asker; different in every session."""
    return keyed_hash(key("live-asker"), str(session_id), device)[:ASKER_KEY_LENGTH]


def support_hash(session_id: int, device: str) -> str:
    """The keyed hash of a supporter's device; cannot be compared with the asker's."""
    return keyed_hash(key("live-support"), str(session_id), device)[:ASKER_KEY_LENGTH]
