"""What the staff home tells of surveys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, or_, select

from engage.accounts.permissions import Permission
from engage.core.actor import Actor
from engage.core.clock import now, start_of_day, today
from engage.core.db import db
from engage.surveys.models import Response, State, Survey
from engage.surveys.queries.staff import reach, response_counts

_RECENT = timedelta(days=60)
# Responses of today are counted among the newest rows only, since no index is kept sorted by time for this
# one figure; where half of them are of today there may be more before, and no figure is told.
_LOOKED_AT = 2_000


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey that takes responses; ``today`` is how many came in today (``None``: too many to count)."""

    survey: Survey
    responses: int
    today: int | None


def open_surveys(actor: Actor, permission: Permission, limit: int) -> list[OpenSurvey]:
    """The surveys ``actor`` has ``permission`` on that take responses now, what closes first on top."""
    moment = now()
    rows = db.session.scalars(
        select(Survey)
        .where(
            reach(actor, permission),
            Survey.state == State.PUBLISHED,
            or_(Survey.opens_at.is_(None), Survey.opens_at <= moment),
            or_(Survey.closes_at.is_(None), Survey.closes_at > moment),
        )
        .order_by(Survey.closes_at.is_(None), Survey.closes_at, Survey.id.desc())
        .limit(limit)
    ).all()
    ids = [row.id for row in rows]
    counts, fresh = response_counts(ids), _of_today(ids)
    return [
        OpenSurvey(row, counts.get(row.id, 0), None if fresh is None else fresh.get(row.id, 0))
        for row in rows
    ]


def results_owed(actor: Actor, limit: int) -> Sequence[Survey]:
    """Surveys closed lately whose results ``actor`` may publish and nobody has, the last closed first."""
    moment = now()
    answered = select(Response.id).where(Response.survey_id == Survey.id).exists()
    return db.session.scalars(
        select(Survey)
        .where(
            reach(actor, Permission.RESULTS_PUBLISH),
            Survey.state == State.PUBLISHED,
            Survey.results_published_at.is_(None),
            Survey.closes_at <= moment,
            Survey.closes_at > moment - _RECENT,
            answered,
        )
        .order_by(Survey.closes_at.desc(), Survey.id.desc())
        .limit(limit)
    ).all()


def _of_today(survey_ids: list[int]) -> dict[int, int] | None:
    if not survey_ids:
        return {}
    newest = select(func.max(Response.id)).scalar_subquery()
    rows = db.session.execute(
        select(Response.survey_id, func.count())
        .where(Response.id > newest - _LOOKED_AT, Response.submitted_minute >= start_of_day(today()))
        .group_by(Response.survey_id)
    ).all()
    if sum(row[1] for row in rows) >= _LOOKED_AT // 2:
        return None
    return {row[0]: row[1] for row in rows}
