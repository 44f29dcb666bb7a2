"""Asking, withdrawing, and typing in what was asked in the hall, on paper or by telephone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engage.accounts.permissions import Permission
from engage.audit.actions import record
from engage.core.actor import Actor
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Conflict, NotAllowed, NotFound
from engage.core.messages import msg
from engage.core.writer import atomic, gather
from engage.live.actions._load import asker_key, question_row, require_any, session_row
from engage.live.actions._marks import name_of
from engage.live.actions.log import Change
from engage.live.events import QUESTION, QUESTION_ENTERED
from engage.live.models import LiveQuestion, LiveSession, QuestionState, Source
from engage.live.rules.life import ENTERABLE, NOT_NOW, Act, require_act
from engage.live.rules.text import require_question
from engage.moderation.actions import screen
from engage.participation import receipts
from engage.participation.actions import once, request_deed_key

RECEIPT_KIND = "live-question"
MOST_PER_DEVICE = 30
MOST_PER_SESSION = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What an asker is told: the question's public id, its receipt code, and whether this was a retry."""

    question: str
    receipt: str
    repeated: bool


def ask(actor: Actor, session_id: int, text: str, name: str, request_id: str) -> Asked:
    """Store a citizen's question; a retry answers what the first one was answered.

    Raises ``Invalid`` (fields ``text``, ``name``), ``Conflict`` or ``Gone`` where the room takes no
    questions.
    """
    if actor.device is None:
        raise NotAllowed
    asker = asker_key(session_id, actor.device)
    deed = f"live.ask:{session_id}:{asker}"
    body = [text, name]
    code_key = f"{deed}:{request_deed_key(request_id, body)}"

    def write() -> dict[str, Any]:
        session = session_row(session_id)
        require_act(Act.ASK, session)
        cleaned, called = require_question(text, name, session.names)
        _require_room(session, asker)
        question = _new(session, cleaned, called, Source.WEB)
        question.asker_key = asker
        _admit(session, question)
        receipts.issue(code_key, RECEIPT_KIND, question.id)
        return {"question": question.public_id}

    code = receipts.code_for(code_key, RECEIPT_KIND)
    try:
        outcome = gather(lambda: once(request_id, deed, body, write, several=True))
    except receipts.Repeated:
        return Asked(_asked_before(code), code, repeated=True)
    return Asked(outcome.answer["question"], code, outcome.repeated)


def withdraw(actor: Actor, session_id: int, question: str) -> None:
    """Take back one's own question while it waits for review; a second time changes nothing.

    Raises ``NotFound`` for a question that is not of this device, ``Conflict`` where it was already decided.
    """
    if actor.device is None:
        raise NotAllowed
    with atomic():
        session = session_row(session_id)
        row = question_row(session_id, question)
        if row.asker_key != asker_key(session_id, actor.device):
            raise NotFound
        if row.state is QuestionState.WITHDRAWN:
            return
        require_act(Act.WITHDRAW, session)
        if row.state is not QuestionState.PENDING:
            raise Conflict(
                msg("Your question has already been reviewed, so it cannot be withdrawn any more.")
            )
        change = Change(session)
        change.touch(row)
        row.state = QuestionState.WITHDRAWN
        row.revision += 1
        row.decided_by, row.decided_by_id, row.decided_deed = "", None, "withdraw"
        change.write()


def enter(actor: Actor, session_id: int, text: str, name: str, source: Source, request_id: str) -> str:
    """Type in a question from the hall, paper or telephone; answers its public id. It waits for review.

    Raises ``Invalid`` (fields ``text``, ``name``) or ``Conflict`` outside the phases that take questions.
    """

    def write() -> dict[str, Any]:
        session = session_row(session_id)
        require_any(actor, frozenset({Permission.LIVE_ENTER, Permission.LIVE_MODERATE}), session)
        if session.phase not in ENTERABLE:
            raise Conflict(NOT_NOW[session.phase])
        cleaned, called = require_question(text, name, session.names)
        question = _new(session, cleaned, called, source)
        question.entered_by_id = actor.id
        _admit(session, question)
        record(
            actor,
            QUESTION_ENTERED,
            QUESTION,
            question.public_id,
            after={"source": source, "state": question.state},
            label=name_of(session, question),
        )
        return {"question": question.public_id}

    with atomic():
        outcome = once(
            request_id, f"live.enter:{session_id}:{actor.id}", [text, name, source], write, several=True
        )
    return str(outcome.answer["question"])


def _new(session: LiveSession, text: str, name: str, source: Source) -> LiveQuestion:
    session.question_count += 1
    question = LiveQuestion(
        session_id=session.id, number=session.question_count, text=text, nickname=name, source=source
    )
    question.asked_at = minute()
    return question


def _admit(session: LiveSession, question: LiveQuestion) -> None:
    """Put the question into the queue, or before everyone where the session publishes without review."""
    screening = screen(question.text + "\n" + question.nickname)
    question.held, question.hits = screening.held, [hit.value for hit in screening.hits]
    change = Change(session)
    if session.moderation or question.held:
        question.state = QuestionState.PENDING
    else:
        question.state = QuestionState.APPROVED
        question.published_at = now()
    db.session.add(question)
    db.session.flush()
    change.add(question)
    change.write()


def _asked_before(code: str) -> str:
    found = receipts.find(code)
    row = db.session.get(LiveQuestion, found.object_id) if found else None
    if row is None:
        raise NotFound
    return row.public_id


def _require_room(session: LiveSession, asker: str) -> None:
    if session.question_count >= MOST_PER_SESSION:
        raise Conflict(msg("This session has received so many questions that it takes no more."))
    count = db.session.scalar(
        select(func.count())
        .select_from(LiveQuestion)
        .where(LiveQuestion.asker_key == asker, LiveQuestion.session_id == session.id)
    )
    if (count or 0) >= MOST_PER_DEVICE:
        raise Conflict(
            msg(
                "You have asked {most} questions in this session; it takes no more from one device.",
                most=MOST_PER_DEVICE,
            )
        )
