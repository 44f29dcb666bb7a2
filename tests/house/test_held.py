"""What holds personal data is not published at once, where nobody reviews before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.consultations.models import Comment, CommentState
from engage.core.db import db
from engage.live.models import LiveQuestion, QuestionState
from tests.factories import live
from tests.factories.consultations import make_consultation
from tests.fixtures.clients import hidden_fields

pytestmark = pytest.mark.database
PERSONAL = [
    "138.0013.8000",
    "（138）00138000",
    "一三八零零一三八零零零",
    "130503670401001",
    "zhang(at)city.example",
]


@pytest.mark.parametrize("number", PERSONAL)
def test_a_question_waits(app: Flask, citizen_client: Callable[..., Any], number: str) -> None:
    with app.app_context():
        room = live.make_room(moderation=False).public_id
    for text in (f"路灯坏了，请联系{number}", "路灯几点开？"):
        phone = citizen_client()
        fields = {**hidden_fields(phone.get(f"/live/{room}/ask").text), "_token": phone.token}
        assert phone.post(f"/live/{room}/ask", data={**fields, "text": text}).status_code < 400
    assert number not in citizen_client().get(f"/live/{room}").text
    with app.app_context():
        held, shown = db.session.scalars(select(LiveQuestion).order_by(LiveQuestion.id))
        assert (held.state, held.held) == (QuestionState.PENDING, True)
        assert (shown.state, shown.held) == (QuestionState.APPROVED, False)


@pytest.mark.parametrize("number", PERSONAL)
def test_a_comment_waits(app: Flask, citizen_client: Callable[..., Any], number: str) -> None:
    with app.app_context():
        path = f"/consultations/{make_consultation(review_first=False).public_id}/comment"
    for text in (f"路灯坏了，请联系{number}", "路灯应当早开。"):
        phone = citizen_client()
        fields = {**hidden_fields(phone.get(path).text), "_token": phone.token, "text": text}
        assert phone.post(path, data=fields).status_code == 303
    with app.app_context():
        held, shown = db.session.scalars(select(Comment).order_by(Comment.id))
        assert (held.state, held.held) == (CommentState.PENDING, True)
        assert (shown.state, shown.held) == (CommentState.PUBLISHED, False)
