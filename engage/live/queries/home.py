"""What the staff home tells of live sessions."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from engage.accounts.permissions import Permission
from engage.core.actor import Actor
from engage.core.db import db
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.live.queries.sessions import Listed, counts, where

_GOING_ON = (Phase.LIVE, Phase.COLLECTING, Phase.ANNOUNCED)


def going_on(actor: Actor, limit: int) -> list[Listed]:
    """Sessions ``actor`` may read that are live, collecting or announced: live ones first, then the next."""
    rows = db.session.scalars(
        select(LiveSession)
        .where(where(actor, Permission.LIVE_READ), LiveSession.phase.in_(_GOING_ON))
        .order_by(
            LiveSession.phase != Phase.LIVE,
            LiveSession.starts_at.is_(None),
            LiveSession.starts_at,
            LiveSession.id,
        )
        .limit(limit)
    ).all()
    found = counts([row.id for row in rows])
    return [Listed(row, *found.get(row.id, (0, 0))) for row in rows]


def to_review(actor: Actor, limit: int) -> list[Listed]:
    """Sessions whose waiting questions ``actor`` reviews, live ones first, then the fullest."""
    waiting = (
        select(LiveQuestion.session_id, func.count().label("count"))
        .join(LiveSession, LiveSession.id == LiveQuestion.session_id)
        .where(
            LiveQuestion.state == QuestionState.PENDING,
            where(actor, Permission.LIVE_MODERATE),
            LiveSession.phase.in_((*_GOING_ON, Phase.ENDED)),
        )
        .group_by(LiveQuestion.session_id)
        .subquery()
    )
    rows = db.session.execute(
        select(LiveSession, waiting.c.count)
        .join(waiting, waiting.c.session_id == LiveSession.id)
        .order_by(LiveSession.phase != Phase.LIVE, waiting.c.count.desc(), LiveSession.id)
        .limit(limit)
    )
    return [Listed(row[0], row[1], row[1]) for row in rows]


def to_publish(actor: Actor, limit: int) -> list[LiveSession]:
    """Sessions with a start to announce and records to publish for ``actor``, the next start first."""
    return list(
        db.session.scalars(
            select(LiveSession)
            .where(
                where(actor, Permission.LIVE_PUBLISH),
                or_(
                    LiveSession.phase == Phase.ENDED,
                    (LiveSession.phase == Phase.DRAFT) & LiveSession.starts_at.is_not(None),
                ),
            )
            .order_by(LiveSession.starts_at.is_(None), LiveSession.starts_at, LiveSession.id)
            .limit(limit)
        )
    )
