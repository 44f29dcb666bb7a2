"""The questions of a room by the page: a page costs the same in any room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import case, func, or_, select

from engage.core.db import db
from engage.live.models import LiveQuestion, QuestionState
from engage.live.rules.deeds import PUBLISHED
from engage.live.rules.streams import milliseconds

PAGE: Final = 30
"""Questions of a room on one page."""
LISTED: Final = PUBLISHED - {QuestionState.ON_AIR}

_S = QuestionState


class Order(StrEnum):
    """In which order a room lists its questions; ``ANSWERED`` has those first, the others after them."""

    NEW = "new"
    SUPPORTS = "supports"
    ANSWERED = "answered"


_NEWEST = (LiveQuestion.published_at.desc(), LiveQuestion.id.desc())
_ANSWERED = case((or_(LiveQuestion.state == _S.ANSWERED, LiveQuestion.answer != ""), 1), else_=0)
_ORDERS: Final[dict[Order, tuple[Any, ...]]] = {
    Order.NEW: _NEWEST,
    Order.SUPPORTS: (LiveQuestion.supports.desc(), *_NEWEST),
    Order.ANSWERED: (_ANSWERED.desc(), *_NEWEST),
}


def listed(session_id: int, order: Order = Order.NEW, page: int = 1) -> Sequence[LiveQuestion]:
    """The published questions of one page (from 1), without the one on air."""
    query = (
        select(LiveQuestion)
        .where(
            LiveQuestion.session_id == session_id,
            LiveQuestion.published_at.is_not(None),
            LiveQuestion.state.in_(LISTED),
        )
        .order_by(*_ORDERS[order])
    )
    return db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()


def on_air(session_id: int) -> Sequence[LiveQuestion]:
    """The question that is being answered now; none or one."""
    query = select(LiveQuestion).where(
        LiveQuestion.session_id == session_id, LiveQuestion.state == QuestionState.ON_AIR
    )
    return db.session.scalars(query).all()


def newest(session_id: int) -> int:
    """When the newest question of a room was published, in milliseconds; 0 where none ever was."""
    query = select(func.max(LiveQuestion.published_at)).where(LiveQuestion.session_id == session_id)
    return milliseconds(db.session.scalar(query))


def state_counts(session_id: int) -> dict[str, int]:
    """How many questions of a session are in each state; states without any are left out."""
    rows = db.session.execute(
        select(LiveQuestion.state, func.count())
        .where(LiveQuestion.session_id == session_id)
        .group_by(LiveQuestion.state)
    )
    return {state.value: count for state, count in rows}


def published(counts: dict[str, int], states: Collection[QuestionState] = PUBLISHED) -> int:
    """How many of ``state_counts`` are published (or in ``states``)."""
    return sum(counts.get(state.value, 0) for state in states)
