"""What pages read of analyses and results."""

from __future__ import annotations

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.analysis.models import Export, PublishedResult
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import NotFound
from engage.surveys.models import State, Survey

RECENT_EXPORTS = 5


def survey_for_results(actor: Actor, public_id: str) -> Survey:
    """The survey whose responses ``actor`` may read. Raises ``NotFound`` and ``NotAllowed``."""
    survey = db.session.scalar(select(Survey).where(Survey.public_id == public_id))
    if survey is None:
        raise NotFound
    require(actor, Permission.SURVEY_RESULTS, unit_id=survey.unit_id, activity_id=survey.activity_id)
    return survey


def recent_exports(survey_id: int) -> list[Export]:
    """The newest exports of a survey."""
    wanted = select(Export).where(Export.survey_id == survey_id).order_by(Export.id.desc())
    return list(db.session.scalars(wanted.limit(RECENT_EXPORTS)))


def export_of(survey_id: int, public_id: str) -> Export:
    """One export. Raises ``NotFound``."""
    export = db.session.scalar(
        select(Export).where(Export.survey_id == survey_id, Export.public_id == public_id)
    )
    if export is None:
        raise NotFound
    return export


def published_result(public_id: str) -> tuple[Survey, PublishedResult]:
    """A survey with its published result. Raises ``NotFound`` for one that is not public."""
    row = db.session.execute(
        select(Survey, PublishedResult)
        .join(PublishedResult, PublishedResult.survey_id == Survey.id)
        .where(
            Survey.public_id == public_id,
            Survey.results_published_at.is_not(None),
            Survey.state.in_([State.PUBLISHED, State.ARCHIVED]),
        )
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def result_of(survey_id: int) -> PublishedResult | None:
    """The published result of a survey, for staff; None once the survey was withdrawn or opened again."""
    return db.session.scalar(
        select(PublishedResult)
        .join(Survey, Survey.id == PublishedResult.survey_id)
        .where(Survey.id == survey_id, Survey.results_published_at.is_not(None))
    )
