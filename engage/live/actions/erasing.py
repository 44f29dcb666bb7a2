"""An asker takes back for good what they asked, wherever it was published."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.live.actions._load import session_row
from engage.live.actions.asking import RECEIPT_KIND
from engage.live.actions.cases import close_case
from engage.live.actions.log import Change, forget_words
from engage.live.events import AskerForgotten
from engage.live.models import (
    LiveDecision,
    LiveLog,
    LiveQuestion,
    LiveSession,
    LiveStream,
    LiveSupport,
    QuestionState,
)
from engage.live.rules.streams import asker_stream
from engage.participation.erasers import Eraser, register_eraser


def erase(question_id: int) -> None:
    """Delete a question's words, name, answer, supports and traces in the log; its number stays taken.

    Joins a running transaction. Doing it again, or for one that is gone, changes nothing.
    """
    with atomic():
        question = db.session.get(LiveQuestion, question_id)
        if question is None or (question.state is QuestionState.WITHDRAWN and not question.text):
            return
        session = session_row(question.session_id)
        change = Change(session)
        change.touch(question)
        asker = question.asker_key
        close_case(SYSTEM, question)
        question.state = QuestionState.WITHDRAWN
        question.text = question.nickname = question.answer = question.reason_note = ""
        question.hits, question.held, question.reason = [], False, None
        question.supports = 0
        question.support_changes += 1
        question.revision += 1
        question.decided_by, question.decided_by_id, question.decided_deed = "", None, "withdraw"
        question.asker_key = None
        change.write()
        db.session.execute(delete(LiveSupport).where(LiveSupport.question_id == question_id))
        _forget_decisions(question_id)
        forget_words(question.session_id, question.public_id)
        if asker is not None:
            _forget_asker(session, asker)


def _forget_decisions(question_id: int) -> None:
    db.session.execute(
        update(LiveDecision)
        .where(LiveDecision.displaced_id == question_id)
        .values(displaced_id=None, displaced_before=None, displaced_revision=None)
    )
    db.session.execute(delete(LiveDecision).where(LiveDecision.question_id == question_id))


def _forget_asker(session: LiveSession, asker: str) -> None:
    """With the last question of a device goes its stream, whose name is a mark of it."""
    more = select(LiveQuestion.id).where(
        LiveQuestion.asker_key == asker, LiveQuestion.session_id == session.id
    )
    if db.session.execute(more.limit(1)).first() is not None:
        return
    stream = asker_stream(asker)
    known = db.session.scalar(
        select(LiveStream.seq).where(LiveStream.session_id == session.id, LiveStream.stream == stream)
    )
    session.forgotten_seq = max(session.forgotten_seq, known or 0)
    for table in (LiveLog, LiveStream):
        db.session.execute(delete(table).where(table.session_id == session.id, table.stream == stream))
    publish(AskerForgotten(session.id, stream))


register_eraser(
    RECEIPT_KIND,
    Eraser(
        what=msg("A question in a live session"),
        consequence=msg(
            "Your question, your nickname and the answer are deleted for good, from the room and from the "
            "record. Only the number of questions stays."
        ),
        erase=erase,
        rows=LiveQuestion.id,
    ),
)
