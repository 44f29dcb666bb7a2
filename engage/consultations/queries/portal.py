"""What the home page and the story of a theme day say about consultations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage.consultations.models import Consultation, State
from engage.consultations.queries.lists import Summary, open_list
from engage.consultations.queries.tallies import NO_FIGURES, figures
from engage.consultations.rules.phases import Phase, phase
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized


@dataclass(frozen=True, slots=True)
class Story:
    """One consultation in the story of its theme day; only what is public is counted.

    The counts are those of `tallies.Figures`. `result_url` is empty before the result is out.
    """

    activity_id: int
    public_id: str
    title: Localized
    phase: Phase
    opens_at: datetime | None
    closes_at: datetime | None
    said: int
    comments: int
    replied: int
    handled: int
    adopted: int
    partly: int
    result_published_at: datetime | None

    @property
    def url(self) -> str:
        return f"/consultations/{self.public_id}"

    @property
    def result_url(self) -> str:
        return f"/results/consultations/{self.public_id}" if self.result_published_at else ""


@dataclass(frozen=True, slots=True)
class Result:
    """A published result for the home page."""

    public_id: str
    title: Localized
    result_published_at: datetime
    comments: int
    adopted: int
    partly: int
    settled: bool

    @property
    def url(self) -> str:
        return f"/results/consultations/{self.public_id}"


def open_now() -> list[Summary]:
    """Consultations people can comment on at this moment, the one that closes first on top; one query."""
    return [one for one in open_list() if one.phase is Phase.OPEN]


def recent_results(limit: int = 5) -> list[Result]:
    """The newest published results; two queries."""
    rows = db.session.execute(
        select(
            Consultation.id,
            Consultation.public_id,
            Consultation.title,
            Consultation.result_published_at,
            Consultation.state,
        )
        .where(
            Consultation.result_published_at.is_not(None),
            Consultation.state.in_([State.PUBLISHED, State.SETTLED]),
        )
        .order_by(Consultation.result_published_at.desc())
        .limit(limit)
    ).all()
    counts = figures([row.id for row in rows])
    return [
        Result(
            row.public_id,
            row.title,
            row.result_published_at,
            counts.get(row.id, NO_FIGURES).comments,
            counts.get(row.id, NO_FIGURES).adopted,
            counts.get(row.id, NO_FIGURES).partly,
            row.state is State.SETTLED,
        )
        for row in rows
    ]


def story(activity_ids: Iterable[int]) -> list[Story]:
    """The published consultations of activities, in the order they opened; two queries."""
    moment = now()
    rows = db.session.execute(
        select(
            Consultation.id,
            Consultation.activity_id,
            Consultation.public_id,
            Consultation.title,
            Consultation.state,
            Consultation.opens_at,
            Consultation.closes_at,
            Consultation.result_published_at,
        )
        .where(
            Consultation.activity_id.in_(list(activity_ids)),
            Consultation.state.in_([State.PUBLISHED, State.SETTLED]),
        )
        .order_by(Consultation.opens_at, Consultation.id)
    ).all()
    counts = figures([row.id for row in rows])
    found: list[Story] = []
    for row in rows:
        count = counts.get(row.id, NO_FIGURES)
        found.append(
            Story(
                activity_id=row.activity_id,
                public_id=row.public_id,
                title=row.title,
                phase=phase(row.state, row.opens_at, row.closes_at, moment),
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                said=count.said,
                comments=count.comments,
                replied=count.replied,
                handled=count.handled,
                adopted=count.adopted,
                partly=count.partly,
                result_published_at=row.result_published_at,
            )
        )
    return found
