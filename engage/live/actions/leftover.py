"""What still waits when a session has ended, decided about in one go."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Conflict
from engage.live.actions._load import require_any, session_row
from engage.live.actions.deciding import MODERATE, decide
from engage.live.models import LiveQuestion, Phase, QuestionState
from engage.live.rules.deeds import NOT_IN_THIS_PHASE, Deed
from engage.live.rules.text import require_note
from engage.moderation.models import ReasonClass

# What nobody has read yet is not published by the dozen, so only approved questions are deferred together.
LEFTOVER: Final = {Deed.DEFER: QuestionState.APPROVED, Deed.DECLINE: QuestionState.PENDING}
MOST_AT_ONCE: Final = 200


def settle_leftover(
    actor: Actor,
    session_id: int,
    deed: Deed,
    upto: int,
    *,
    reason: ReasonClass | None = None,
    note: str = "",
) -> int:
    """Do ``deed`` of ``LEFTOVER`` on what still waits, up to question number ``upto``; answers on how many.

    Each question is decided by itself, as the console does it and can undo it: doing all again does nothing
    more, and what somebody else decided meanwhile stays. Raises ``NotAllowed``, ``Invalid``, ``Conflict``.
    """
    session = session_row(session_id)
    require_any(actor, MODERATE, session)
    if session.phase is not Phase.ENDED:
        raise Conflict(NOT_IN_THIS_PHASE)
    require_note(deed, reason, note)
    done = 0
    for question, revision in _waiting(session_id, LEFTOVER[deed], upto):
        try:
            decide(actor, session_id, question, deed, revision, reason=reason, note=note)
        except Conflict:
            continue
        done += 1
    return done


def _waiting(session_id: int, state: QuestionState, upto: int) -> list[tuple[str, int]]:
    rows = db.session.execute(
        select(LiveQuestion.public_id, LiveQuestion.revision)
        .where(
            LiveQuestion.session_id == session_id, LiveQuestion.state == state, LiveQuestion.number <= upto
        )
        .order_by(LiveQuestion.number)
        .limit(MOST_AT_ONCE)
    )
    return [(row.public_id, row.revision) for row in rows]
