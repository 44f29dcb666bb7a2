"""Published comments, a page at a time; nothing here can answer one that is not published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engage.accounts.models import Unit
from engage.consultations.models import Adoption, Comment, CommentState, Source, Stance
from engage.core.db import db
from engage.core.types import Localized

PAGE_SIZE = 20
_LAST_PAGE = 10_000


class Outcome(StrEnum):
    """What the result page can be narrowed to."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"
    EXPLAINED = "explained"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class PublicComment:
    """A published comment with what came of it; `unit_name` is who replied."""

    number: int
    clause: str
    stance: Stance | None
    text: str
    source: Source
    submitted_minute: datetime
    reply: str
    replied_at: datetime | None
    unit_name: Localized | None
    adoption: Adoption | None
    adoption_reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of comments; `number` and `pages` count from 1."""

    comments: list[PublicComment]
    number: int
    pages: int
    total: int


def of_clause(consultation_id: int, clause: str, number: int = 1) -> Page:
    """The published comments on a clause, newest first; two queries."""
    return _page([Comment.consultation_id == consultation_id, Comment.clause == clause], number)


def of_consultation(consultation_id: int, number: int = 1, outcome: Outcome | None = None) -> Page:
    """All published comments, newest first; those with an outcome only where one is named; two queries."""
    where: list[ColumnElement[bool]] = [Comment.consultation_id == consultation_id]
    if outcome is Outcome.OPEN:
        where.append(Comment.adoption.is_(None))
    elif outcome is not None:
        where.append(Comment.adoption == Adoption(outcome.value))
    return _page(where, number)


def _page(where: list[ColumnElement[bool]], number: int) -> Page:
    where = [*where, Comment.state == CommentState.PUBLISHED, Comment.has_text.is_(True)]
    count = db.session.scalar(select(func.count()).where(*where)) or 0
    pages = max(1, -(-count // PAGE_SIZE))
    number = min(max(1, number), pages, _LAST_PAGE)
    rows = db.session.execute(
        select(
            Comment.number,
            Comment.clause,
            Comment.stance,
            Comment.text,
            Comment.source,
            Comment.submitted_minute,
            Comment.reply,
            Comment.replied_at,
            Unit.name.label("unit_name"),
            Comment.adoption,
            Comment.adoption_reason,
        )
        .outerjoin(Unit, Unit.id == Comment.reply_unit_id)
        .where(*where)
        .order_by(Comment.id.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    )
    return Page([_comment(row) for row in rows], number, pages, count)


def _comment(row: Any) -> PublicComment:
    return PublicComment(
        row.number,
        row.clause,
        row.stance,
        row.text,
        row.source,
        row.submitted_minute,
        row.reply,
        row.replied_at,
        row.unit_name,
        row.adoption,
        row.adoption_reason,
    )
