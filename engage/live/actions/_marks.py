"""A question moved from one state to another, and put back as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from engage.audit.actions import changes, record
from engage.cases.rules import excerpt
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.live.events import QUESTION, QUESTION_DECIDED
from engage.live.models import LiveQuestion, LiveSession, QuestionState
from engage.live.rules.deeds import PUBLISHED, Deed
from engage.moderation.models import ReasonClass

# What a deed may change of a question, kept for undo.
_FIELDS = (
    "state", "held", "reason", "reason_note", "answer", "due_on", "case_id", "published_at", "on_air_at",
    "answered_at",
)  # fmt: skip
_TITLE = 100


def mark(row: LiveQuestion, state: QuestionState, actor: Actor, deed: str) -> None:
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
    sign(row, actor, deed)


def sign(row: LiveQuestion, actor: Actor, deed: str) -> None:
    """Count a revision of ``row`` and note whose it is: the name to be read, the account to be compared."""
    row.revision += 1
    row.decided_by, row.decided_by_id, row.decided_deed = actor.label, actor.id, deed


def values_of(row: LiveQuestion) -> dict[str, Any]:
    """What ``put_back`` needs, as JSON."""
    return {name: plain(getattr(row, name)) for name in _FIELDS}


def plain(value: Any) -> Any:
    """A date or time as text, anything else as it is."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def put_back(row: LiveQuestion, before: dict[str, Any]) -> None:
    """Give ``row`` the values it had; its revision is the caller's."""
    row.state = QuestionState(before["state"])
    row.reason = ReasonClass(before["reason"]) if before["reason"] else None
    row.held, row.reason_note = before["held"], before["reason_note"]
    row.answer, row.case_id = before["answer"], before["case_id"]
    row.due_on = datetime.fromisoformat(before["due_on"]).date() if before["due_on"] else None
    for name in ("published_at", "on_air_at", "answered_at"):
        setattr(row, name, datetime.fromisoformat(before[name]) if before[name] else None)


def on_air_besides(session: LiveSession, row: LiveQuestion) -> LiveQuestion | None:
    """The question on air, if it is another one than ``row``."""
    return db.session.scalar(
        select(LiveQuestion)
        .where(
            LiveQuestion.session_id == session.id,
            LiveQuestion.state == QuestionState.ON_AIR,
            LiveQuestion.id != row.id,
        )
        .limit(1)
    )


def told(row: LiveQuestion) -> dict[str, Any]:
    """What the audit log tells of ``row``."""
    return {"state": row.state, "reason": row.reason, "answer": row.answer}


def name_of(session: LiveSession, row: LiveQuestion) -> str:
    """How the audit log and the list of cases call ``row``: by session and number.

    Never by its text: both stay where an author erases what they said.
    """
    return f"{excerpt(session.title.text(), _TITLE)} #{row.number}"


def note_deed(
    actor: Actor, session: LiveSession, row: LiveQuestion, deed: Deed, before: dict[str, Any]
) -> None:
    """Write into the audit log what ``deed`` changed since ``before``."""
    was, became = changes(before, told(row))
    after = {"deed": deed.value, **became}
    record(actor, QUESTION_DECIDED, QUESTION, row.public_id, was, after, label=name_of(session, row))
