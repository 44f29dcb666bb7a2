"""What the home page and the story of a theme day say about consultations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from engage.consultations.models import Adoption, Comment, CommentState, Consultation, State
from engage.consultations.queries.lists import Summary, open_list
from engage.consultations.rules.phases import Phase, phase
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized

_ADOPTED = (Adoption.ADOPTED, Adoption.PARTLY)


@dataclass(frozen=True, slots=True)
class Story:
    """One consultation in the story of its theme day; only what is public is counted.

    `said` are published comments and stances, `comments` those with words, `answered` those with a reply or
    an outcome, `adopted` those adopted at least in part. `result_url` is empty before the result is out.
    """

    activity_id: int
    public_id: str
    title: Localized
    phase: Phase
    opens_at: datetime | None
    closes_at: datetime | None
    said: int
    comments: int
    answered: int
    adopted: int
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
            counts.get(row.id, _NONE).comments,
            counts.get(row.id, _NONE).adopted,
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
        count = counts.get(row.id, _NONE)
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
                answered=count.answered,
                adopted=count.adopted,
                result_published_at=row.result_published_at,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """What is public of one consultation, counted as in ``Story``."""

    said: int = 0
    comments: int = 0
    answered: int = 0
    adopted: int = 0


_NONE = Counts()


def figures(ids: list[int]) -> dict[int, Counts]:
    """The counts of consultations with a published comment, by their id; at most one query."""
    if not ids:
        return {}
    with_words = Comment.has_text
    rows = db.session.execute(
        select(
            Comment.consultation_id,
            func.count().label("said"),
            func.count().filter(with_words).label("comments"),
            func.count()
            .filter(with_words & (Comment.replied_at.is_not(None) | Comment.adoption.is_not(None)))
            .label("answered"),
            func.count().filter(with_words & Comment.adoption.in_(_ADOPTED)).label("adopted"),
        )
        .where(Comment.consultation_id.in_(ids), Comment.state == CommentState.PUBLISHED)
        .group_by(Comment.consultation_id)
    )
    return {row.consultation_id: Counts(row.said, row.comments, row.answered, row.adopted) for row in rows}
