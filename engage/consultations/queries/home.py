"""What the staff home tells of consultations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, or_, select

from engage.accounts.permissions import Permission
from engage.consultations.models import Comment, CommentState, Consultation, State
from engage.consultations.queries.staff import counts, within
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized


@dataclass(frozen=True, slots=True)
class Row:
    """A consultation with the figure it is shown for."""

    public_id: str
    title: Localized
    count: int
    closes_at: datetime | None


def to_review(actor: Actor, limit: int) -> list[Row]:
    """Consultations with comments that wait for review by ``actor``, the most first."""
    count = func.count()
    rows = db.session.execute(
        select(Consultation.public_id, Consultation.title, count, Consultation.closes_at)
        .join(Comment, Comment.consultation_id == Consultation.id)
        .where(
            Comment.state == CommentState.PENDING,
            Comment.has_text,
            Consultation.state.in_([State.PUBLISHED, State.SETTLED]),
            *within(actor, Permission.COMMENT_MODERATE),
        )
        .group_by(Consultation.id)
        .order_by(count.desc(), Consultation.id)
        .limit(limit)
    )
    return [Row(*row) for row in rows]


def results_owed(actor: Actor, limit: int) -> list[Row]:
    """Closed consultations whose result ``actor`` may publish and nobody has; the longest closed first."""
    rows = db.session.execute(
        select(Consultation.public_id, Consultation.title, literal(0), Consultation.closes_at)
        .where(
            Consultation.state == State.PUBLISHED,
            Consultation.closes_at <= now(),
            Consultation.result_published_at.is_(None),
            *within(actor, Permission.RESULTS_PUBLISH),
        )
        .order_by(Consultation.closes_at, Consultation.id)
        .limit(limit)
    )
    return [Row(*row) for row in rows]


def open_consultations(actor: Actor, limit: int) -> list[Row]:
    """Consultations ``actor`` may read that are open, with their comments; what closes first on top."""
    moment = now()
    rows = db.session.execute(
        select(Consultation.id, Consultation.public_id, Consultation.title, Consultation.closes_at)
        .where(
            Consultation.state == State.PUBLISHED,
            or_(Consultation.opens_at.is_(None), Consultation.opens_at <= moment),
            or_(Consultation.closes_at.is_(None), Consultation.closes_at > moment),
            *within(actor, Permission.CONSULTATION_READ),
        )
        .order_by(Consultation.closes_at.is_(None), Consultation.closes_at, Consultation.id.desc())
        .limit(limit)
    ).all()
    found = counts([row.id for row in rows])
    return [Row(row.public_id, row.title, found.get(row.id, (0, 0))[0], row.closes_at) for row in rows]
