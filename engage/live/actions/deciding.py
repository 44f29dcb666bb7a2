"""The moderator's decisions: one question, one deed, never over somebody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.messages import Message, msg
from engage.core.writer import atomic
from engage.live.actions._load import question_row, require_any, session_row
from engage.live.actions.cases import close_case, open_case
from engage.live.actions.log import Change
from engage.live.events import QUESTION, QUESTION_DECIDED
from engage.live.models import LiveDecision, LiveQuestion, LiveSession, QuestionState
from engage.live.rules.deeds import DEEDS, PUBLISHED, Deed, require_deed, require_state
from engage.live.rules.text import require_answer, require_note
from engage.moderation.models import ReasonClass

_MODERATE = frozenset({Permission.LIVE_MODERATE})
# What a deed may change of a question, kept for undo.
_FIELDS = (
    "state", "held", "reason", "reason_note", "answer", "due_on", "case_id", "published_at", "on_air_at",
    "answered_at",
)  # fmt: skip

DONE: dict[str, Message] = {
    Deed.APPROVE: msg("approved it"),
    Deed.DECLINE: msg("declined it"),
    Deed.AIR: msg("put it on air"),
    Deed.BACK: msg("took it off air"),
    Deed.ANSWER: msg("marked it as answered"),
    Deed.DEFER: msg("deferred it to a written answer"),
    Deed.TAKE_DOWN: msg("took it down"),
    Deed.UNDO: msg("undid a decision on it"),
    "displace": msg("put another question on air"),
    "end": msg("ended the session"),
    "written": msg("answered it in writing"),
    "withdraw": msg("withdrew it"),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """The state after the deed and the revision that the next decision must name."""

    question: str
    state: QuestionState
    revision: int


def decide(
    actor: Actor,
    session_id: int,
    question: str,
    deed: Deed,
    revision: int,
    *,
    reason: ReasonClass | None = None,
    note: str = "",
    answer: str | None = None,
) -> Decided:
    """Do ``deed`` on a question that stands at ``revision``; sending it again changes nothing more.

    Putting a question on air marks the one before it as answered, since the host has moved on; undo brings
    both
    back. ``note`` adds words to a reason. Raises ``NotAllowed``, ``NotFound``, ``Invalid`` (``reason``,
    ``answer``), and ``Conflict`` with who did
    what where someone else was faster.
    """
    with atomic():
        session = session_row(session_id)
        require_any(actor, _MODERATE, session)
        row = question_row(session_id, question)
        if row.revision != revision:
            if _is_retry(actor, row, deed, revision):
                return Decided(question, row.state, row.revision)
            raise Conflict(_who_did_what(row))
        if deed is Deed.UNDO:
            _undo(actor, session, row)
        else:
            _do(actor, session, row, _Decision(deed, reason, require_note(deed, reason, note), answer))
        return Decided(question, row.state, row.revision)


@dataclass(frozen=True, slots=True)
class _Decision:
    deed: Deed
    reason: ReasonClass | None
    note: str
    answer: str | None


def _do(actor: Actor, session: LiveSession, row: LiveQuestion, decision: _Decision) -> None:
    deed = decision.deed
    target = require_deed(deed, row.state, session.phase)
    change = Change(session)
    change.touch(row)
    before, told = _values(row), _told(row)
    other = _on_air(session, row) if deed is Deed.AIR else None
    other_before = _values(other) if other else None
    if other is not None:
        change.touch(other)
        mark(other, QuestionState.ANSWERED, actor.label, "displace")
    _set(actor, session, row, decision, target)
    db.session.add(
        LiveDecision(
            question_id=row.id,
            deed=deed.value,
            before=before,
            revision=row.revision,
            displaced_id=other.id if other else None,
            displaced_before=other_before,
            displaced_revision=other.revision if other else None,
            decided_by_id=actor.id,
        )
    )
    change.write()
    _audit(actor, row, deed, told)


def _set(
    actor: Actor, session: LiveSession, row: LiveQuestion, decision: _Decision, target: QuestionState
) -> None:
    deed = decision.deed
    if row.state is QuestionState.WRITTEN and deed is Deed.TAKE_DOWN:
        close_case(actor, row)
    row.reason = decision.reason if DEEDS[deed].reason else None
    row.reason_note = decision.note if DEEDS[deed].reason else ""
    if deed is Deed.ANSWER and decision.answer is not None:
        row.answer = require_answer(decision.answer, needed=False)
    if deed is Deed.DEFER:
        row.answer = ""
        open_case(actor, session, row)
    mark(row, target, actor.label, deed.value)


def mark(row: LiveQuestion, state: QuestionState, label: str, deed: str) -> None:
    """Move ``row`` to ``state`` with the times that belong to it; counts a revision."""
    moment = now()
    if state in PUBLISHED and row.published_at is None:
        row.published_at = moment
    if state is QuestionState.ON_AIR:
        row.on_air_at = moment
    if state is QuestionState.ANSWERED:
        row.answered_at = moment
    if state is not QuestionState.PENDING:
        row.held = False
    row.state = state
    row.revision += 1
    row.decided_by, row.decided_deed = label, deed


def _undo(actor: Actor, session: LiveSession, row: LiveQuestion) -> None:
    decision = db.session.scalar(
        select(LiveDecision)
        .where(LiveDecision.question_id == row.id, LiveDecision.revision == row.revision)
        .order_by(LiveDecision.id.desc())
        .limit(1)
    )
    if decision is None:
        raise Conflict(msg("There is nothing to undo for this question."))
    require_state(QuestionState(decision.before["state"]), session.phase)
    change = Change(session)
    change.touch(row)
    told = _told(row)
    other = _displaced(session, decision)
    if decision.before["state"] == QuestionState.ON_AIR and other is None:
        current = _on_air(session, row)
        if current is not None:
            raise Conflict(msg("Another question is on air now, so this cannot be undone."))
    before = dict(decision.before)
    if row.case_id is not None and before["case_id"] is None:
        close_case(actor, row)
    elif before["case_id"] is not None and row.case_id is None and not before["answer"]:
        open_case(actor, session, row)
        before |= {"case_id": row.case_id, "due_on": _plain(row.due_on)}
    _restore(row, before)
    row.revision += 1
    row.decided_by, row.decided_deed = actor.label, Deed.UNDO.value
    if other is not None and decision.displaced_before is not None:
        change.touch(other)
        _restore(other, decision.displaced_before)
        other.revision += 1
        other.decided_by, other.decided_deed = actor.label, Deed.UNDO.value
    change.write()
    _audit(actor, row, Deed.UNDO, told)


def _displaced(session: LiveSession, decision: LiveDecision) -> LiveQuestion | None:
    if decision.displaced_id is None:
        return None
    other = db.session.get(LiveQuestion, decision.displaced_id)
    unchanged = other is not None and other.revision == decision.displaced_revision
    return other if unchanged and session.phase.value == "live" else None


def _on_air(session: LiveSession, besides: LiveQuestion) -> LiveQuestion | None:
    return db.session.scalar(
        select(LiveQuestion)
        .where(
            LiveQuestion.session_id == session.id,
            LiveQuestion.state == QuestionState.ON_AIR,
            LiveQuestion.id != besides.id,
        )
        .limit(1)
    )


def _values(row: LiveQuestion) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in _FIELDS}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _restore(row: LiveQuestion, before: dict[str, Any]) -> None:
    row.state = QuestionState(before["state"])
    row.reason = ReasonClass(before["reason"]) if before["reason"] else None
    row.held, row.reason_note = before["held"], before["reason_note"]
    row.answer, row.case_id = before["answer"], before["case_id"]
    row.due_on = datetime.fromisoformat(before["due_on"]).date() if before["due_on"] else None
    for name in ("published_at", "on_air_at", "answered_at"):
        setattr(row, name, datetime.fromisoformat(before[name]) if before[name] else None)


def _is_retry(actor: Actor, row: LiveQuestion, deed: Deed, revision: int) -> bool:
    if deed is Deed.UNDO:
        return row.revision == revision + 1 and row.decided_deed == deed and row.decided_by == actor.label
    if row.revision != revision + 1:
        return False
    done = db.session.scalar(
        select(LiveDecision.id).where(
            LiveDecision.question_id == row.id,
            LiveDecision.revision == row.revision,
            LiveDecision.deed == deed.value,
            LiveDecision.decided_by_id == actor.id,
        )
    )
    return done is not None


def _who_did_what(row: LiveQuestion) -> Message:
    done = DONE.get(row.decided_deed, msg("changed it"))
    if row.decided_deed == "withdraw":
        return msg("The asker has withdrawn this question in the meantime.")
    return msg(
        "{who} was faster and {done}. Your decision was not applied; please look at the question again.",
        who=row.decided_by or msg("Someone else"),
        done=done,
    )


def _told(row: LiveQuestion) -> dict[str, Any]:
    return {"state": row.state, "reason": row.reason, "answer": row.answer}


def _audit(actor: Actor, row: LiveQuestion, deed: Deed, before: dict[str, Any]) -> None:
    was, became = changes(before, _told(row))
    # Not its text: the log stays where an author erases what they said.
    label = f"No. {row.number}"
    record(actor, QUESTION_DECIDED, QUESTION, row.public_id, was, {"deed": deed.value, **became}, label=label)
