"""The working list of staff: filtered, searched, paged by key so that no row is skipped or seen twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from engage.consultations.models import Comment, CommentState
from engage.core.db import db

PAGE_SIZE = 30
SEARCH_LIMIT = 60
_EXPORT_BATCH = 500


class View(StrEnum):
    """Which comments the list shows."""

    PENDING = "pending"
    TO_ANSWER = "to-answer"
    DONE = "done"
    DECLINED = "declined"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Filter:
    """`clause` None: every clause, empty: comments on the whole. `search` is looked for in the text."""

    view: View = View.PENDING
    clause: str | None = None
    search: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """`after` is the key of the next page, None where this is the last."""

    comments: list[Comment]
    after: int | None


def queue(consultation_id: int, wanted: Filter, after: int | None = None) -> QueuePage:
    """A page of comments with words; those to review oldest first, the others newest first; one query."""
    oldest_first = wanted.view in (View.PENDING, View.TO_ANSWER)
    query = _filtered(consultation_id, wanted)
    if after is not None:
        query = query.where(Comment.id > after if oldest_first else Comment.id < after)
    query = query.order_by(Comment.id if oldest_first else Comment.id.desc()).limit(PAGE_SIZE + 1)
    rows = list(db.session.scalars(query))
    more = len(rows) > PAGE_SIZE
    rows = rows[:PAGE_SIZE]
    return QueuePage(rows, rows[-1].id if more else None)


def export_rows(consultation_id: int) -> Iterator[Comment]:
    """Every comment but erased ones, oldest first, read in batches so that memory stays flat."""
    after = 0
    while True:
        batch = db.session.scalars(
            select(Comment)
            .where(
                Comment.consultation_id == consultation_id,
                Comment.state != CommentState.ERASED,
                Comment.id > after,
            )
            .order_by(Comment.id)
            .limit(_EXPORT_BATCH)
        ).all()
        yield from batch
        if len(batch) < _EXPORT_BATCH:
            return
        after = batch[-1].id


def _filtered(consultation_id: int, wanted: Filter) -> Select[Any]:
    query = select(Comment).where(Comment.consultation_id == consultation_id, Comment.has_text)
    query = query.where(*_state(wanted.view))
    if wanted.clause is not None:
        query = query.where(Comment.clause == wanted.clause)
    if wanted.held:
        query = query.where(Comment.held)
    if wanted.search:
        query = query.where(Comment.text.icontains(wanted.search[:SEARCH_LIMIT], autoescape=True))
    return query


def _state(view: View) -> list[ColumnElement[bool]]:
    match view:
        case View.PENDING:
            return [Comment.state == CommentState.PENDING]
        case View.TO_ANSWER:
            return [Comment.state == CommentState.PUBLISHED, Comment.adoption.is_(None)]
        case View.DONE:
            return [Comment.state == CommentState.PUBLISHED, Comment.adoption.is_not(None)]
        case View.DECLINED:
            return [Comment.state == CommentState.DECLINED]
        case View.ALL:
            return [Comment.state != CommentState.ERASED]
