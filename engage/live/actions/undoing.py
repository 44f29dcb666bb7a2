"""Undo: a question as it was before the last decision, and the one it displaced."""

from __future__ import annotations

from sqlalchemy import select, update

from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.messages import msg
from engage.live.actions._marks import note_deed, on_air_besides, plain, put_back, sign, told
from engage.live.actions.cases import close_case, open_case
from engage.live.actions.log import Change
from engage.live.models import LiveDecision, LiveQuestion, LiveSession, Phase, QuestionState
from engage.live.rules.deeds import Deed, require_state


def undo(actor: Actor, session: LiveSession, row: LiveQuestion) -> None:
    """Take back the last decision on ``row`` in the running transaction; raises ``Conflict``."""
    decision = _last(row)
    require_state(QuestionState(decision.before["state"]), session.phase)
    change = Change(session)
    change.touch(row)
    known = told(row)
    other = _displaced(session, decision)
    if (
        decision.before["state"] == QuestionState.ON_AIR
        and other is None
        and on_air_besides(session, row) is not None
    ):
        raise Conflict(msg("Another question is on air now, so this cannot be undone."))
    before = dict(decision.before)
    if row.case_id is not None and before["case_id"] is None:
        close_case(actor, row)
    elif before["case_id"] is not None and row.case_id is None and not before["answer"]:
        open_case(actor, session, row)
        before |= {"case_id": row.case_id, "due_on": plain(row.due_on)}
    put_back(row, before)
    _signed(actor, row)
    if other is not None and decision.displaced_before is not None:
        change.touch(other)
        put_back(other, decision.displaced_before)
        _signed(actor, other)
    # Taken back, it is no longer anybody's last action.
    db.session.delete(decision)
    change.write()
    note_deed(actor, session, row, Deed.UNDO, known)


def _signed(actor: Actor, row: LiveQuestion) -> None:
    """The undo counts as a change; the decision before the one taken back is the last again."""
    db.session.execute(
        update(LiveDecision)
        .where(LiveDecision.question_id == row.id, LiveDecision.revision == row.revision - 1)
        .values(revision=row.revision + 1)
    )
    sign(row, actor, Deed.UNDO.value)


def _last(row: LiveQuestion) -> LiveDecision:
    decision = db.session.scalar(
        select(LiveDecision)
        .where(LiveDecision.question_id == row.id, LiveDecision.revision == row.revision)
        .order_by(LiveDecision.id.desc())
        .limit(1)
    )
    if decision is None:
        raise Conflict(msg("There is nothing to undo for this question."))
    return decision


def _displaced(session: LiveSession, decision: LiveDecision) -> LiveQuestion | None:
    if decision.displaced_id is None:
        return None
    other = db.session.get(LiveQuestion, decision.displaced_id)
    unchanged = other is not None and other.revision == decision.displaced_revision
    return other if unchanged and session.phase is Phase.LIVE else None
