"""A citizen's retry that comes after the note about the first time was deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.consultations.models import Comment
from engage.core.clock import now
from engage.core.db import db
from engage.live.models import LiveQuestion
from engage.participation import deletion
from engage.participation.models import Receipt, WriteRequest
from engage.surveys.models import Response
from tests.factories import live
from tests.factories.consultations import make_consultation, send_comment
from tests.factories.surveys import make_survey, send_response

pytestmark = pytest.mark.database


@pytest.mark.parametrize("kind", ["survey", "comment", "question"])
def test_a_retry_after_the_request_is_forgotten_gets_the_first_answer(app: Flask, kind: str) -> None:
    request = "r" * 22
    with app.app_context():
        survey, one, room = make_survey(one_per_device=False), make_consultation(), live.make_room()
        deeds: dict[str, Callable[[], Any]] = {
            "survey": lambda: send_response(survey, id=request),
            "comment": lambda: send_comment(one, request_id=request),
            "question": lambda: live.actions.ask(live.citizen(), room.id, "何时动工？", "", request),
        }
        first = deeds[kind]()
        deletion.delete_due(now() + timedelta(days=deletion.REQUEST_DAYS + 1))
        assert db.session.scalar(select(func.count()).select_from(WriteRequest)) == 0
        again = deeds[kind]()
        if kind == "question":
            assert (again.question, again.receipt) == (first.question, first.receipt)
        else:
            assert again == first
        for model in (Response, Comment, LiveQuestion):
            assert (db.session.scalar(select(func.count()).select_from(model)) or 0) <= 1
        assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
