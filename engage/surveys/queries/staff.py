"""Surveys as their staff see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from engage.accounts.models import User
from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, require, units_where
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.surveys.models import Response, State, Survey, SurveyVersion
from engage.surveys.rules import Phase, phase
from engage.themedays.models import Activity

PAGE = 30


@dataclass(frozen=True, slots=True)
class Listed:
    """A survey in the list with its phase and number of responses."""

    survey: Survey
    phase: Phase
    responses: int


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, and who published it."""

    number: int
    published_at: datetime
    published_by: str
    questions: int


def surveys_of(actor: Actor, page: int, *, archived: bool) -> tuple[list[Listed], int]:
    """One page of the surveys ``actor`` may read, newest first, and the number of pages."""
    wanted = select(Survey).where(_readable(actor))
    wanted = wanted.where(Survey.state == State.ARCHIVED if archived else Survey.state != State.ARCHIVED)
    count = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.scalars(
        wanted.options(joinedload(Survey.unit))
        .order_by(Survey.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    counts = _response_counts([survey.id for survey in rows])
    moment = now()
    listed = [
        Listed(
            survey,
            phase(survey.state, survey.opens_at, survey.closes_at, moment),
            counts.get(survey.id, 0),
        )
        for survey in rows
    ]
    return listed, max(1, -(-count // PAGE))


def survey_for(actor: Actor, public_id: str, permission: Permission = Permission.SURVEY_READ) -> Survey:
    """One survey. Raises ``NotFound`` and ``NotAllowed``."""
    survey = db.session.scalar(
        select(Survey).where(Survey.public_id == public_id).options(joinedload(Survey.unit))
    )
    if survey is None:
        raise NotFound
    require(actor, permission, unit_id=survey.unit_id, activity_id=survey.activity_id)
    return survey


def versions_of(survey_id: int) -> list[Version]:
    """The published versions, newest first."""
    rows = db.session.execute(
        select(SurveyVersion, User.name)
        .outerjoin(User, User.id == SurveyVersion.published_by_id)
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
        .limit(PAGE)
    )
    return [
        Version(
            version.number,
            version.published_at,
            name or "",
            sum(len(page["questions"]) for page in version.definition["pages"]),
        )
        for version, name in rows
    ]


def activities_for(unit_ids: frozenset[int] | None) -> list[Activity]:
    """The activities of the given units (None: all), newest first, for choosing one."""
    wanted = select(Activity).order_by(Activity.id.desc()).limit(200)
    if unit_ids is not None:
        wanted = wanted.where(Activity.unit_id.in_(unit_ids))
    return list(db.session.scalars(wanted))


def _readable(actor: Actor) -> ColumnElement[bool]:
    units = units_where(actor, Permission.SURVEY_READ)
    if units is None:
        return Survey.id.is_not(None)
    activities = activities_where(actor, Permission.SURVEY_READ)
    return or_(Survey.unit_id.in_(units), Survey.activity_id.in_(activities))


def _response_counts(survey_ids: list[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Response.survey_id, func.count())
        .where(Response.survey_id.in_(survey_ids))
        .group_by(Response.survey_id)
    )
    return {row[0]: row[1] for row in rows}
