"""The moderators' queue by the page: a column costs what is shown of it, however many wait in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all

from engage.core.db import db
from engage.live.models import LiveQuestion, QuestionState
from engage.live.queries.pages import PAGE, Order
from engage.live.rules.streams import MODERATORS, View, question_view

_S = QuestionState


@dataclass(frozen=True, slots=True)
class Column:
    """Which states stand in a column, whether from the ``newest`` on, and how many ``rows`` it opens with."""

    states: tuple[QuestionState, ...]
    newest: bool = False
    rows: int = PAGE


# What waits is read from the oldest, what is dealt with from the newest. What its asker took back is in none:
# nobody decided it, and nobody is to read it.
COLUMNS: Final = {
    "pending": Column((_S.PENDING,)),
    "approved": Column((_S.APPROVED,)),
    "on-air": Column((_S.ON_AIR,), rows=1),
    "answered": Column((_S.ANSWERED,), newest=True, rows=PAGE // 2),
    "written": Column((_S.WRITTEN,), newest=True, rows=PAGE // 2),
    "declined": Column((_S.DECLINED, _S.TAKEN_DOWN), newest=True, rows=PAGE // 2),
}
ON_AIR: Final = "on-air"
BY_SUPPORTS: Final = "approved"
"""The column that a moderator may order by supports: what comes next is chosen from it."""
WORDS_MOST: Final = 100
"""Characters of a search; what is longer is cut, and finds what its beginning finds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the last question shown already stands: its number, and its supports as they were then."""

    number: int
    supports: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """The moderators' views of a page of a column, and whether there are ``more`` after them."""

    views: list[View]
    more: bool


def rows(
    session_id: int,
    name: str,
    *,
    by: Order = Order.NEW,
    words: str = "",
    after: Place | None = None,
    limit: int = PAGE,
) -> Rows:
    """A page of the column ``name`` behind the place ``after``; ``words`` narrow it as in ``found_counts``.

    ``by`` orders the approved ones, by supports or from the newest on.
    """
    column = COLUMNS[name]
    supports = name == BY_SUPPORTS and by is Order.SUPPORTS
    newest = column.newest or (name == BY_SUPPORTS and not supports)
    # Each state by its own index: together they would be sorted whole.
    pages = [
        select(LiveQuestion.id)
        .where(
            LiveQuestion.session_id == session_id,
            LiveQuestion.state == state,
            *_beyond(after, supports, newest),
            *_matching(words),
        )
        .order_by(*_order(supports, newest))
        .limit(limit + 1)
        .subquery()
        for state in column.states
    ]
    wanted = union_all(*(select(page.c.id) for page in pages)).subquery()
    found = db.session.scalars(
        select(LiveQuestion)
        .where(LiveQuestion.id.in_(select(wanted.c.id)))
        .order_by(*_order(supports, newest))
        .limit(limit + 1)
    ).all()
    return Rows(_views(found[:limit]), len(found) > limit)


def opening(session_id: int, *, words: str = "") -> dict[str, Rows]:
    """What a console begins with: the first rows of each column."""
    return {
        # What is on air is always shown.
        name: rows(
            session_id, name, by=Order.SUPPORTS, words="" if name == ON_AIR else words, limit=column.rows
        )
        for name, column in COLUMNS.items()
    }


def found_counts(session_id: int, words: str) -> dict[str, int]:
    """How many questions of each state ``words`` finds in text or nickname; ``#17`` finds that number."""
    found = db.session.execute(
        select(LiveQuestion.state, func.count())
        .where(LiveQuestion.session_id == session_id, *_matching(words))
        .group_by(LiveQuestion.state)
    )
    return {state.value: count for state, count in found}


def column_counts(counts: dict[str, int]) -> dict[str, int]:
    """Counts by state as counts by column."""
    return {
        name: sum(counts.get(state.value, 0) for state in column.states) for name, column in COLUMNS.items()
    }


def _order(supports: bool, newest: bool) -> tuple[Any, ...]:
    if supports:
        return (LiveQuestion.supports.desc(), LiveQuestion.number)
    return (LiveQuestion.number.desc() if newest else LiveQuestion.number.asc(),)


def _beyond(after: Place | None, supports: bool, newest: bool) -> Sequence[ColumnElement[bool]]:
    if after is None:
        return ()
    if not supports:
        return (LiveQuestion.number < after.number if newest else LiveQuestion.number > after.number,)
    fewer, same = LiveQuestion.supports < after.supports, LiveQuestion.supports == after.supports
    return (or_(fewer, and_(same, LiveQuestion.number > after.number)),)


def _matching(words: str) -> Sequence[ColumnElement[bool]]:
    words = words.strip()[:WORDS_MOST]
    if not words:
        return ()
    number = words.removeprefix("#")
    if words.startswith("#") and number.isascii() and number.isdigit() and len(number) < 10:
        return (LiveQuestion.number == int(number),)
    return (
        or_(
            LiveQuestion.text.icontains(words, autoescape=True),
            LiveQuestion.nickname.icontains(words, autoescape=True),
        ),
    )


def _views(questions: Sequence[LiveQuestion]) -> list[View]:
    views = (question_view(MODERATORS, question) for question in questions)
    return [view for view in views if view is not None]
