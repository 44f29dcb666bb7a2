"""Three surveys: one open, one closed with its result published, one announced."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any, Final, cast

from sqlalchemy import Table, func, insert, select

from engage.analysis.models import PublishedFigures, PublishedResult
from engage.core.db import db
from engage.demo import answers
from engage.demo.build.world import World
from engage.demo.content import chances, survey_charging, survey_clinic, survey_services
from engage.demo.results import public_result
from engage.participation import receipts
from engage.questions.definition import read, write
from engage.surveys.models import Layout, Response, Source, State, Survey, SurveyVersion
from engage.surveys.queries.responses import RECEIPT_KIND

CHARGING_RESPONSES: Final = 1_846
CLINIC_RESPONSES: Final = 2_417
_PART: Final = 1_000


def build_surveys(world: World) -> None:
    """All three, with their responses."""
    now = world.moments.now
    opened = world.moments.days(-12)
    charging = _survey(world, survey_charging, "housing", "survey", opened, world.moments.days(16, 18))
    given = _respond(world, charging, answers.charging, chances.SOURCES, (opened, now), CHARGING_RESPONSES)
    _sample(charging, given)
    _clinic(world)
    opens = world.moments.days(9)
    _survey(world, survey_services, "approval", "needs", opens, opens + timedelta(days=20, hours=9))


def sample_request(public_id: str) -> str:
    """What the sample receipt code of something is derived from: the same at each run."""
    return f"demo-sample:{public_id}"


def _clinic(world: World) -> None:
    held = world.theme_days[-1].day or world.moments.today
    opens = world.moments.at(held - timedelta(days=14), 9)
    closes = min(world.moments.at(held + timedelta(days=7), 18), world.moments.days(-3, 18))
    survey = _survey(world, survey_clinic, "health", "clinic-survey", opens, closes)
    window = (opens, closes)
    given = _respond(world, survey, answers.clinic, chances.CLINIC_SOURCES, window, CLINIC_RESPONSES)
    survey.results_published_at = closes + timedelta(days=1, hours=16)
    figures = {
        "survey_id": survey.id,
        "responses": len(given),
        "questions": public_result(read(survey.edit_definition), [one["answers"] for one in given]),
        "published_at": survey.results_published_at,
    }
    newest = select(func.max(Response.id)).where(Response.survey_id == survey.id)
    db.session.add(PublishedFigures(**figures, through_id=db.session.scalar(newest)))
    people = world.people
    db.session.add(
        PublishedResult(**figures, words=survey_clinic.RESULT_WORDS, published_by_id=people["approver"].id)
    )


def _survey(
    world: World, content: ModuleType, unit: str, activity: str, opens: datetime, closes: datetime
) -> Survey:
    data = write(read(content.DEFINITION))
    carrier = world.activities.get(activity)
    survey = Survey(
        unit_id=world.units[unit].id,
        activity_id=carrier.id if carrier else None,
        title=content.TITLE,
        introduction=content.INTRODUCTION,
        thanks=content.THANKS,
        state=State.PUBLISHED,
        layout=Layout.PAGE_BY_PAGE if len(content.DEFINITION["pages"]) > 1 else Layout.ALL_AT_ONCE,
        opens_at=opens,
        closes_at=closes,
        edit_definition=data,
        edit_revision=1,
        version_number=1,
        created_at=opens - timedelta(days=8),
        is_demo=True,
    )
    if carrier is not None:
        carrier.starts_at, carrier.ends_at = opens, closes
    db.session.add(survey)
    db.session.flush()
    published = min(opens - timedelta(days=2), world.moments.now)
    db.session.add(SurveyVersion(survey_id=survey.id, number=1, definition=data, published_at=published))
    db.session.flush()
    return survey


def _respond(
    world: World,
    survey: Survey,
    draw: Callable[[random.Random], dict[str, Any]],
    sources: dict[str, float],
    window: tuple[datetime, datetime],
    count: int,
) -> list[dict[str, Any]]:
    """Draw ``count`` responses, store them in the order of their times, and answer the rows."""
    version_id = db.session.execute(
        select(SurveyVersion.id).where(SurveyVersion.survey_id == survey.id)
    ).scalar_one()
    typist = world.people["typist"].id
    rows: list[dict[str, Any]] = []
    for minute in answers.minutes(world.chance, world.moments, *window, count):
        source = Source(answers.one_of(world.chance, sources))
        rows.append(
            {
                "survey_id": survey.id,
                "version_id": version_id,
                "language": answers.one_of(world.chance, chances.LANGUAGES),
                "source": source,
                "entered_by_id": None if source is Source.WEB else typist,
                "submitted_minute": minute,
                "answers": draw(world.chance),
            }
        )
    for start in range(0, len(rows), _PART):
        db.session.execute(insert(cast(Table, Response.__table__)), rows[start : start + _PART])
    return rows


def _sample(survey: Survey, rows: list[dict[str, Any]]) -> None:
    first = db.session.scalar(
        select(Response.id).where(Response.survey_id == survey.id).order_by(Response.id).limit(1)
    )
    if rows and first is not None:
        receipts.issue(sample_request(survey.public_id), RECEIPT_KIND, first)
