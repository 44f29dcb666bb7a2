"""Surveys for tests, published or not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import request_id, short_id
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.actions.submit import Submission, submit
from engage.surveys.models import Layout, State, Survey, SurveyVersion
from engage.surveys.queries.published import published
from tests.factories.questions import twenty_answers, twenty_questions


def make_unit(**values: Any) -> Unit:
    with atomic():
        unit = Unit(
            **{"code": short_id(), "name": Localized(zh_CN="市行政审批服务局", en="Approval Office")} | values
        )
        db.session.add(unit)
    return unit


def make_survey(
    data: dict[str, Any] | None = None,
    *,
    layout: Layout = Layout.ALL_AT_ONCE,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    unit: Unit | None = None,
    **values: Any,
) -> Survey:
    """A published survey that opened an hour ago and closes in a week, unless told otherwise."""
    unit = unit or make_unit()
    data = data or twenty_questions()
    with atomic():
        survey = Survey(
            **{
                "unit_id": unit.id,
                "title": Localized(zh_CN="政务服务满意度调查", en="Survey on public services"),
                "introduction": Localized(
                    zh_CN="请用两分钟告诉我们您的感受。", en="Two minutes of your time."
                ),
                "thanks": Localized(zh_CN="谢谢您的意见。", en="Thank you."),
                "state": State.PUBLISHED,
                "layout": layout,
                "opens_at": opens_at or now() - timedelta(hours=1),
                "closes_at": closes_at or now() + timedelta(days=7),
                "edit_definition": data,
                "version_number": 1,
            }
            | values
        )
        db.session.add(survey)
        db.session.flush()
        db.session.add(SurveyVersion(survey_id=survey.id, number=1, definition=data))
    return survey


def add_version(survey: Survey, data: dict[str, Any]) -> None:
    """Publish another version."""
    with atomic():
        survey.version_number = (survey.version_number or 0) + 1
        db.session.add(SurveyVersion(survey_id=survey.id, number=survey.version_number, definition=data))


def send_response(survey: Survey, *, device: str = "phone", id: str = "", **answers: object) -> str:
    """A citizen's response to twenty questions through the front door; answers its receipt code."""
    sent = Submission(twenty_answers() | answers, 1, "zh_CN", id or request_id(), device)
    return submit(published(survey.public_id), sent)
