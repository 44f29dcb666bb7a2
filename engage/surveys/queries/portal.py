"""What the home page and the story of a theme day say about surveys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized
from engage.surveys.models import Response, State, Survey
from engage.surveys.rules import Phase, phase

_MOST_OPEN = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """A published survey in a list."""

    public_id: str
    activity_id: int | None
    title: Localized
    unit_name: Localized
    phase: Phase
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def url(self) -> str:
        return f"/surveys/{self.public_id}"


@dataclass(frozen=True, slots=True)
class Story:
    """One survey in the story of its theme day; ``result_url`` is empty before the result is public."""

    activity_id: int
    public_id: str
    title: Localized
    phase: Phase
    opens_at: datetime | None
    closes_at: datetime | None
    responses: int
    result_published_at: datetime | None

    @property
    def url(self) -> str:
        return f"/surveys/{self.public_id}"

    @property
    def result_url(self) -> str:
        return f"/results/surveys/{self.public_id}" if self.result_published_at else ""


def open_now() -> list[Summary]:
    """Surveys people can answer at this moment, the one that closes first on top; one query."""
    moment = now()
    rows = db.session.execute(
        _summaries()
        .where(
            Survey.state == State.PUBLISHED,
            or_(Survey.opens_at.is_(None), Survey.opens_at <= moment),
            or_(Survey.closes_at.is_(None), Survey.closes_at > moment),
        )
        .order_by(Survey.closes_at.is_(None), Survey.closes_at, Survey.id)
        .limit(_MOST_OPEN)
    )
    return [_summary(row, moment) for row in rows]


def announced() -> list[Summary]:
    """Published surveys that open later, the next one first; one query."""
    moment = now()
    rows = db.session.execute(
        _summaries()
        .where(Survey.state == State.PUBLISHED, Survey.opens_at > moment)
        .order_by(Survey.opens_at, Survey.id)
        .limit(_MOST_OPEN)
    )
    return [_summary(row, moment) for row in rows]


def story(activity_ids: Iterable[int]) -> list[Story]:
    """The public surveys of activities with their responses counted, as they opened; two queries."""
    moment = now()
    rows = db.session.execute(
        select(
            Survey.id,
            Survey.activity_id,
            Survey.public_id,
            Survey.title,
            Survey.state,
            Survey.opens_at,
            Survey.closes_at,
            Survey.results_published_at,
        )
        .where(
            Survey.activity_id.in_(list(activity_ids)),
            Survey.state.in_([State.PUBLISHED, State.ARCHIVED]),
            Survey.version_number.is_not(None),
        )
        .order_by(Survey.opens_at, Survey.id)
    ).all()
    counts = _response_counts([row.id for row in rows])
    return [
        Story(
            activity_id=row.activity_id,
            public_id=row.public_id,
            title=row.title,
            phase=phase(row.state, row.opens_at, row.closes_at, moment),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            responses=counts.get(row.id, 0),
            result_published_at=row.results_published_at,
        )
        for row in rows
    ]


def _summaries() -> Any:
    return select(
        Survey.public_id,
        Survey.activity_id,
        Survey.title,
        Unit.name.label("unit_name"),
        Survey.state,
        Survey.opens_at,
        Survey.closes_at,
    ).join(Unit, Unit.id == Survey.unit_id)


def _summary(row: Any, moment: datetime) -> Summary:
    return Summary(
        row.public_id,
        row.activity_id,
        row.title,
        row.unit_name,
        phase(row.state, row.opens_at, row.closes_at, moment),
        row.opens_at,
        row.closes_at,
    )


def _response_counts(survey_ids: list[int]) -> dict[int, int]:
    if not survey_ids:
        return {}
    rows = db.session.execute(
        select(Response.survey_id, func.count())
        .where(Response.survey_id.in_(survey_ids))
        .group_by(Response.survey_id)
    )
    return {row[0]: row[1] for row in rows}
