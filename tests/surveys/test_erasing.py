"""A response is erased for good, once, and its columns are made anew."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import insert, select

from engage.core.clock import minute
from engage.core.db import db
from engage.core.ids import public_id, request_id
from engage.core.jobs import OutboxJob
from engage.core.writer import atomic
from engage.participation import receipts
from engage.participation.deletion import deletions, erase_by_code
from engage.surveys.actions.erasing import erase
from engage.surveys.models import Response, Survey, SurveyVersion
from tests.factories.accounts import make_unit

pytestmark = pytest.mark.database


def _responses(count: int) -> tuple[list[int], list[str]]:
    unit = make_unit()
    with atomic():
        survey = Survey(public_id=public_id(), unit_id=unit.id)
        db.session.add(survey)
        db.session.flush()
        version = SurveyVersion(survey_id=survey.id, number=1, definition={"pages": []})
        db.session.add(version)
        db.session.flush()
        values = {"survey_id": survey.id, "version_id": version.id, "language": "zh_CN", "answers": {}}
        ids = [
            db.session.execute(
                insert(Response).values(submitted_minute=minute(), **values)
            ).inserted_primary_key[0]
            for _ in range(count)
        ]
        return ids, [receipts.issue(request_id(), "survey-response", item) for item in ids]


def test_only_the_response_of_the_code_goes(app: Flask) -> None:
    with app.app_context():
        ids, codes = _responses(3)
        erase_by_code(codes[1], request_id())
        assert db.session.scalars(select(Response.id).order_by(Response.id)).all() == [ids[0], ids[2]]
        assert [noted.object_id for noted in deletions()] == [ids[1]]
        assert db.session.scalar(select(OutboxJob.name).where(OutboxJob.name == "analysis.rebuild"))


def test_erasing_again_changes_nothing(app: Flask) -> None:
    with app.app_context():
        ids, _ = _responses(1)
        for _ in range(2):
            erase(ids[0])
        assert db.session.scalar(select(Response.id)) is None
