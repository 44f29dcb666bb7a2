"""Reading a response back, as its respondent sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.types import Localized
from engage.questions.beside import read_beside
from engage.surveys.models import Response, Source, Survey, SurveyVersion

RECEIPT_KIND = "survey-response"


@dataclass(frozen=True, slots=True)
class OwnResponse:
    """What the holder of a receipt code is shown. `lines` are question and answer in words."""

    survey_public_id: str
    title: Localized
    submitted_minute: datetime
    source: Source
    lines: tuple[tuple[str, str], ...]
    results_published_at: datetime | None


def own_response(response_id: int, language: str) -> OwnResponse:
    """The response a receipt of kind `RECEIPT_KIND` opens. Raises `NotFound` when it was deleted."""
    row = db.session.execute(
        select(Response, Survey, SurveyVersion.definition)
        .join(Survey, Survey.id == Response.survey_id)
        .join(SurveyVersion, SurveyVersion.id == Response.version_id)
        .where(Response.id == response_id)
    ).first()
    if row is None:
        raise NotFound
    return OwnResponse(
        survey_public_id=row.Survey.public_id,
        title=row.Survey.title,
        submitted_minute=row.Response.submitted_minute,
        source=row.Response.source,
        lines=tuple(
            (question.text.text(language), question.kind.text(row.Response.answers[question.id], language))
            for question in read_beside(row.definition).questions
            if question.id in row.Response.answers
        ),
        results_published_at=row.Survey.results_published_at,
    )


def count_responses(survey_id: int) -> int:
    """How many responses a survey has."""
    return db.session.scalar(select(func.count()).where(Response.survey_id == survey_id)) or 0
