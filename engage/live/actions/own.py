"""Undo of one's own last action: by account, and never over what somebody else did since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.writer import atomic
from engage.live.actions._load import require_any, session_row
from engage.live.actions.deciding import MODERATE, who_did_what
from engage.live.actions.undoing import undo
from engage.live.models import LiveDecision, LiveQuestion
from engage.live.rules.deeds import Deed

RECENT: Final = timedelta(minutes=10)
"""For how long an action is offered as one's last: later nobody remembers what it was."""


@dataclass(frozen=True, slots=True)
class OwnAction:
    """An action of one moderator that can be taken back: its id, the question, and what was done.

    ``revision`` is the question's after it; where it has another one, somebody else acted since.
    """

    id: int
    question: str
    number: int
    deed: Deed
    revision: int


def last_own(actor: Actor, session_id: int) -> OwnAction | None:
    """The last recent action of ``actor`` in a session that can still be taken back, or ``None``."""
    row = db.session.execute(
        select(
            LiveDecision.id,
            LiveQuestion.public_id,
            LiveQuestion.number,
            LiveDecision.deed,
            LiveDecision.revision,
        )
        .join(LiveQuestion, LiveQuestion.id == LiveDecision.question_id)
        .where(
            LiveDecision.decided_by_id == actor.id,
            LiveQuestion.session_id == session_id,
            LiveQuestion.revision == LiveDecision.revision,
            LiveDecision.decided_at >= now() - RECENT,
        )
        .order_by(LiveDecision.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return OwnAction(row.id, row.public_id, row.number, Deed(row.deed), row.revision)


def undo_own(actor: Actor, session_id: int, decision_id: int) -> OwnAction | None:
    """Take back the action ``decision_id`` of ``actor``; answers the one before it, which is then the last.

    Sent again it changes nothing more. Raises ``NotAllowed``, ``NotFound``, and ``Conflict`` with who did
    what where somebody else acted on the question since.
    """
    with atomic():
        session = session_row(session_id)
        require_any(actor, MODERATE, session)
        decision = db.session.get(LiveDecision, decision_id)
        if decision is not None and decision.decided_by_id == actor.id:
            question = db.session.get_one(LiveQuestion, decision.question_id)
            if question.session_id == session_id:
                if question.revision != decision.revision:
                    raise Conflict(who_did_what(question))
                undo(actor, session, question)
        return last_own(actor, session_id)
