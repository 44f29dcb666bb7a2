"""Answering in writing: what the list of cases does at a live question."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.audit.actions import record
from engage.cases.rules import excerpt
from engage.cases.sources import SourceView, register_source
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, NotFound
from engage.core.messages import msg
from engage.live.actions._load import session_row
from engage.live.actions._marks import mark, name_of
from engage.live.actions.cases import SOURCE_KIND
from engage.live.actions.log import Change
from engage.live.events import QUESTION, QUESTION_ANSWERED
from engage.live.models import LiveQuestion, QuestionState
from engage.live.rules.life import Act, possible


class LiveQuestionSource:
    """The handler of cases that come from live questions."""

    kind = msg("Question of a live session")

    def view(self, source_id: int) -> SourceView:
        """The question as the department reads it."""
        question = _question(source_id)
        session = session_row(question.session_id)
        public = possible(Act.SEE, session.phase)
        return SourceView(
            kind=self.kind,
            text=question.text,
            context=(
                (msg("Session"), session.title.text()),
                (msg("Asked by"), question.nickname or "–"),
            ),
            url=f"/staff/live/{session.public_id}",
            public_url=f"/live/{session.public_id}" if public else None,
            answer=question.answer,
            permission=Permission.LIVE_READ,
            unit_id=session.unit_id,
            activity_id=session.activity_id,
            erased=question.state is QuestionState.WITHDRAWN and not question.text,
        )

    def answer(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish the written answer: in the room, in the record and to the asker."""
        _publish(actor, _owed(source_id), text)

    def correct(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish other words in place of the written answer."""
        question = _owed(source_id)
        if not question.answer:
            raise Conflict(msg("There is no answer to correct yet."))
        _publish(actor, question, text)

    def excerpts(self, ids: Sequence[int]) -> dict[int, str]:
        """The first words of questions, by id; nothing of one that was erased or withdrawn."""
        rows = db.session.execute(
            select(LiveQuestion.id, LiveQuestion.text).where(
                LiveQuestion.id.in_(ids), LiveQuestion.state != QuestionState.WITHDRAWN
            )
        )
        return {row.id: excerpt(row.text) for row in rows if row.text}

    def reassigned(self, actor: Actor, source_id: int, unit_id: int) -> None:
        """Which unit answers is kept at the case; the question shows the answer only."""


def _owed(question_id: int) -> LiveQuestion:
    question = _question(question_id)
    if question.state is not QuestionState.WRITTEN:
        raise Conflict(msg("This question is not deferred to a written answer any more."))
    return question


def _publish(actor: Actor, question: LiveQuestion, text: str) -> None:
    before = question.answer
    session = session_row(question.session_id)
    change = Change(session)
    change.touch(question)
    question.answer = text
    mark(question, QuestionState.WRITTEN, actor, "correct" if before else "written")
    question.answered_at = question.answered_at if before else now()
    change.write()
    record(
        actor,
        QUESTION_ANSWERED,
        QUESTION,
        question.public_id,
        before={"answer": before},
        after={"answer": text},
        label=name_of(session, question),
    )


def _question(question_id: int) -> LiveQuestion:
    question = db.session.get(LiveQuestion, question_id)
    if question is None:
        raise NotFound
    return question


register_source(SOURCE_KIND, LiveQuestionSource())
