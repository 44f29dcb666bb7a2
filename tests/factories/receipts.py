"""Receipt codes of what citizens said; call inside an application context."""

from __future__ import annotations

from typing import Any

from engage.consultations.actions.submit import Submission as CommentSubmission
from engage.consultations.actions.submit import comment
from engage.consultations.models import Comment, Stance
from engage.consultations.queries.published import published as published_consultation
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.live import actions as live
from engage.live.models import LiveQuestion, LiveSession, Phase
from engage.surveys.actions.submit import Submission, submit
from engage.surveys.queries.published import published
from tests.factories.consultations import make_consultation
from tests.factories.live import citizen, make_room
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey


def look_up(client: Any, code: str, **options: Any) -> Any:
    """The page to which a code typed at /receipts leads."""
    return client.post(
        "/receipts", data={"_token": client.token, "code": code}, follow_redirects=True, **options
    )


def answered(**answers: object) -> str:
    """The code of a response to a survey."""
    survey = published(make_survey().public_id)
    sent = Submission({**twenty_answers(), **answers}, survey.version, "zh_CN", request_id(), "phone")
    return submit(survey, sent)


def commented(text: str = "停车费太贵了，建议降低。") -> tuple[str, Comment]:
    """The code of a comment, and the comment."""
    one = published_consultation(make_consultation().public_id)
    sent = CommentSubmission("", Stance.DISAGREE, text, one.version, "zh_CN", request_id(), "phone")
    code = comment(one, sent)
    return code, db.session.scalars(db.select(Comment).order_by(Comment.id.desc())).first()


def asked(text: str = "加装电梯的费用怎么分摊？", phase: Phase = Phase.LIVE) -> tuple[str, LiveQuestion]:
    """The code of a question, and the question."""
    room = make_room(Phase.LIVE)
    sent = live.ask(citizen(), room.id, text, "老王", request_id())
    if phase is not Phase.LIVE:
        with atomic():
            db.session.get_one(LiveSession, room.id).phase = phase
    found = db.session.scalars(db.select(LiveQuestion).where(LiveQuestion.public_id == sent.question)).one()
    return sent.receipt, found
