"""Questions by the page: what the room lists, and the moderators' queue. Each costs the same in any room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Select, case, func, or_, select

from engage.core.db import db
from engage.live.models import LiveQuestion, QuestionState
from engage.live.rules.deeds import PUBLISHED
from engage.live.rules.streams import MODERATORS, View, milliseconds, question_view

PAGE: Final = 30
"""Questions of a room on one page."""
LISTED: Final = PUBLISHED - {QuestionState.ON_AIR}

_S = QuestionState
# What the console opens with, by state: how many rows, and whether from the newest on.
_QUEUE: Final = (
    ((_S.PENDING,), 60, False),
    ((_S.APPROVED,), 60, False),
    ((_S.ON_AIR,), 1, True),
    ((_S.ANSWERED,), PAGE, True),
    ((_S.WRITTEN,), PAGE, True),
    ((_S.DECLINED, _S.TAKEN_DOWN, _S.WITHDRAWN), PAGE, True),
)


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


def queue_page(
    session_id: int,
    states: Collection[QuestionState],
    *,
    newest: bool = False,
    after: int | None = None,
    limit: int = PAGE,
) -> list[View]:
    """The moderators' views of the questions in ``states`` by number, from the oldest or ``newest`` on.

    ``after`` is the number of the last one that is shown already.
    """
    query = _in_states(session_id, states)
    if after is not None:
        query = query.where(LiveQuestion.number < after if newest else LiveQuestion.number > after)
    query = query.order_by(LiveQuestion.number.desc() if newest else LiveQuestion.number)
    return _views(query.limit(limit))


def queue_by_supports(
    session_id: int, states: Collection[QuestionState], *, skip: int = 0, limit: int = PAGE
) -> list[View]:
    """The moderators' views of the questions in ``states``, the most supported first."""
    query = _in_states(session_id, states).order_by(LiveQuestion.supports.desc(), LiveQuestion.number)
    return _views(query.limit(limit).offset(skip))


def queue_opening(session_id: int) -> list[View]:
    """What a console begins with: the first rows of each column, of the approved also the most supported."""
    views = queue_by_supports(session_id, (_S.APPROVED,))
    for states, limit, newest in _QUEUE:
        views += queue_page(session_id, states, newest=newest, limit=limit)
    return list({view["id"]: view for view in views}.values())


def _in_states(session_id: int, states: Collection[QuestionState]) -> Select[tuple[LiveQuestion]]:
    return select(LiveQuestion).where(
        LiveQuestion.session_id == session_id, LiveQuestion.state.in_(list(states))
    )


def _views(query: Select[tuple[LiveQuestion]]) -> list[View]:
    rows: Iterable[LiveQuestion] = db.session.scalars(query)
    views = (question_view(MODERATORS, question) for question in rows)
    return [view for view in views if view is not None]
