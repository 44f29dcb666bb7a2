"""Counts, always from the comments themselves through one covering index, so that they cannot drift."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, select

from engage.cases.models import Case, CaseState
from engage.consultations.events import COMMENT
from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Source, Stance
from engage.consultations.rules.settling import Progress
from engage.core.db import db


@dataclass(frozen=True, slots=True)
class Tally:
    """Published comments with words, and counted stances, of a clause or of everything."""

    comments: int = 0
    agree: int = 0
    partly: int = 0
    disagree: int = 0

    @property
    def stances(self) -> int:
        return self.agree + self.partly + self.disagree

    def plus(self, other: Tally) -> Tally:
        return Tally(
            self.comments + other.comments,
            self.agree + other.agree,
            self.partly + other.partly,
            self.disagree + other.disagree,
        )


NOTHING = Tally()


def clause_tallies(consultation_id: int) -> dict[str, Tally]:
    """What is published, by clause key (empty: the whole draft); one query."""
    rows = db.session.execute(
        select(
            Comment.clause,
            Comment.stance,
            Comment.counted,
            Comment.has_text,
            func.count().label("number"),
        )
        .where(Comment.consultation_id == consultation_id, Comment.state == CommentState.PUBLISHED)
        .group_by(Comment.clause, Comment.stance, Comment.counted, Comment.has_text)
    )
    found: dict[str, Tally] = {}
    for row in rows:
        tally = found.get(row.clause, NOTHING)
        if row.has_text:
            tally = replace(tally, comments=tally.comments + row.number)
        if row.counted and row.stance is not None:
            name = Stance(row.stance).value
            tally = replace(tally, **{name: getattr(tally, name) + row.number})
        found[row.clause] = tally
    return found


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    found = NOTHING
    for tally in tallies:
        found = found.plus(tally)
    return found


def state_counts(consultation_id: int) -> dict[CommentState, int]:
    """How many comments with words stand in each state, for staff."""
    rows = db.session.execute(
        select(Comment.state, func.count().label("number"))
        .where(Comment.consultation_id == consultation_id, Comment.has_text)
        .group_by(Comment.state)
    )
    return {row.state: row.number for row in rows}


def outcome_counts(consultation_id: int) -> dict[Adoption | None, int]:
    """Published comments with words by outcome; `None` for those without one yet."""
    rows = db.session.execute(
        select(Comment.adoption, func.count().label("number"))
        .where(
            Comment.consultation_id == consultation_id,
            Comment.state == CommentState.PUBLISHED,
            Comment.has_text,
        )
        .group_by(Comment.adoption)
    )
    return {row.adoption: row.number for row in rows}


def source_counts(consultation_id: int) -> dict[Source, int]:
    """Published comments with words by the way they came in."""
    rows = db.session.execute(
        select(Comment.source, func.count().label("number"))
        .where(
            Comment.consultation_id == consultation_id,
            Comment.state == CommentState.PUBLISHED,
            Comment.has_text,
        )
        .group_by(Comment.source)
    )
    return {row.source: row.number for row in rows}


@dataclass(frozen=True, slots=True)
class Figures:
    """What everybody may know of one consultation in numbers; every page shows these and no others.

    `said` are published comments and stances, `comments` those with words; of them `replied` have an official
    reply, `handled` a reply or an outcome, `adopted` are adopted in full and `partly` in part.
    """

    said: int = 0
    comments: int = 0
    replied: int = 0
    handled: int = 0
    adopted: int = 0
    partly: int = 0


NO_FIGURES = Figures()


def figures(ids: list[int]) -> dict[int, Figures]:
    """The figures of consultations with a published comment, by their id; at most one query."""
    if not ids:
        return {}
    replied = Comment.replied_at.is_not(None)

    def worded(*where: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(Comment.has_text, *where)

    rows = db.session.execute(
        select(
            Comment.consultation_id,
            func.count().label("said"),
            worded().label("comments"),
            worded(replied).label("replied"),
            worded(replied | Comment.adoption.is_not(None)).label("handled"),
            worded(Comment.adoption == Adoption.ADOPTED).label("adopted"),
            worded(Comment.adoption == Adoption.PARTLY).label("partly"),
        )
        .where(Comment.consultation_id.in_(ids), Comment.state == CommentState.PUBLISHED)
        .group_by(Comment.consultation_id)
    )
    return {
        row.consultation_id: Figures(
            row.said, row.comments, row.replied, row.handled, row.adopted, row.partly
        )
        for row in rows
    }


def progress(consultation: Consultation) -> Progress:
    """What settling still waits for; three queries."""
    open_cases = db.session.scalar(
        select(func.count())
        .select_from(Comment)
        .join(Case, (Case.source_kind == COMMENT) & (Case.source_id == Comment.id))
        .where(Comment.consultation_id == consultation.id, Case.state == CaseState.OPEN)
    )
    return Progress(
        pending=state_counts(consultation.id).get(CommentState.PENDING, 0),
        without_outcome=outcome_counts(consultation.id).get(None, 0),
        open_cases=open_cases or 0,
        result_published=consultation.result_published_at is not None,
    )
