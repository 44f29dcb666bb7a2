"""Surveys as their staff see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from engage.accounts.models import User
from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, require, units_where
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.threads import in_turns, let_others_run
from engage.surveys.models import Response, State, Survey, SurveyVersion
from engage.surveys.rules import Phase, phase
from engage.themedays.models import Activity, ActivityState, ThemeDay, ThemeDayCohost

PAGE = 30
_ACTIVITIES = 200
_MOST_TO_ENTER = 100
_PUT_AWAY = (State.ARCHIVED, State.ARCHIVED_WITHDRAWN)


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
    wanted = select(Survey).where(reach(actor, Permission.SURVEY_READ))
    wanted = wanted.where(Survey.state.in_(_PUT_AWAY) if archived else Survey.state.not_in(_PUT_AWAY))
    count = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = db.session.scalars(
        wanted.options(joinedload(Survey.unit))
        .order_by(Survey.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return _listed(rows), max(1, -(-count // PAGE))


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
        select(SurveyVersion.number, SurveyVersion.published_at, SurveyVersion.definition, User.name)
        .outerjoin(User, User.id == SurveyVersion.published_by_id)
        .where(SurveyVersion.survey_id == survey_id)
        .order_by(SurveyVersion.number.desc())
        .limit(PAGE)
        .execution_options(yield_per=1)
    )
    return [
        Version(
            row.number,
            row.published_at,
            row.name or "",
            sum(len(page["questions"]) for page in row.definition["pages"]),
        )
        for row in in_turns(rows)
    ]


def unpublished(survey: Survey) -> bool:
    """Whether a published survey is being written on: its questions are not those of its newest version."""
    if survey.version_number is None:
        return False
    written = survey.edit_definition
    let_others_run()
    newest = db.session.scalar(
        select(SurveyVersion.definition).where(
            SurveyVersion.survey_id == survey.id, SurveyVersion.number == survey.version_number
        )
    )
    return newest != written


def activities_for(actor: Actor, current: int | None = None) -> list[Activity]:
    """The activities ``actor`` may attach a survey to, newest first, and the ``current`` one."""
    wanted = select(Activity).where(or_(_attachable(actor), Activity.id == current))
    return list(
        db.session.scalars(
            wanted.options(joinedload(Activity.theme_day)).order_by(Activity.id.desc()).limit(_ACTIVITIES)
        )
    )


def may_attach(actor: Actor, activity_id: int) -> bool:
    """Whether ``actor`` may attach a survey to an activity: exactly those `activities_for` offers."""
    wanted = select(Activity.id).where(Activity.id == activity_id, _attachable(actor))
    return db.session.scalar(wanted) is not None


def _attachable(actor: Actor) -> ColumnElement[bool]:
    """Activities of the actor's units, and of theme days that one of these units hosts or hosts jointly."""
    going_on = Activity.state != ActivityState.CANCELLED
    units = units_where(actor, Permission.SURVEY_EDIT)
    if units is None:
        return going_on
    joint = select(ThemeDayCohost.theme_day_id).where(ThemeDayCohost.unit_id.in_(units))
    hosted = select(ThemeDay.id).where(or_(ThemeDay.unit_id.in_(units), ThemeDay.id.in_(joint)))
    return and_(
        going_on,
        or_(
            Activity.unit_id.in_(units),
            Activity.theme_day_id.in_(hosted),
            Activity.id.in_(activities_where(actor, Permission.SURVEY_EDIT)),
        ),
    )


def to_enter(actor: Actor) -> list[Listed]:
    """The surveys for which ``actor`` may type in responses now, what closes last on top."""
    moment = now()
    wanted = select(Survey).where(
        reach(actor, Permission.SURVEY_ENTER),
        Survey.state == State.PUBLISHED,
        or_(Survey.opens_at.is_(None), Survey.opens_at <= moment),
    )
    rows = db.session.scalars(
        wanted.options(joinedload(Survey.unit))
        .order_by(Survey.closes_at.is_not(None), Survey.closes_at.desc(), Survey.id.desc())
        .limit(_MOST_TO_ENTER)
    ).all()
    return _listed(rows)


def _listed(rows: Sequence[Survey]) -> list[Listed]:
    counts = response_counts([survey.id for survey in rows])
    moment = now()
    return [
        Listed(
            survey,
            phase(survey.state, survey.opens_at, survey.closes_at, moment),
            counts.get(survey.id, 0),
        )
        for survey in rows
    ]


def reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    units = units_where(actor, permission)
    if units is None:
        return Survey.id.is_not(None)
    activities = activities_where(actor, permission)
    return or_(Survey.unit_id.in_(units), Survey.activity_id.in_(activities))


def response_counts(survey_ids: list[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Response.survey_id, func.count())
        .where(Response.survey_id.in_(survey_ids))
        .group_by(Response.survey_id)
    )
    return {row[0]: row[1] for row in rows}
