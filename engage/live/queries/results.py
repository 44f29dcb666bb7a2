"""What the portal tells of live sessions: open now, results, the story of a theme day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engage.core.db import db
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.live.rules.deeds import PUBLISHED
from engage.live.rules.life import ACTS, Act

_S = QuestionState


@dataclass(frozen=True, slots=True)
class Told:
    """A session with its figures.

    ``asked`` received as the record accounts for them, withdrawn ones too, ``published`` with the one on air,
    ``answered`` live or in writing, ``owed`` in writing.
    """

    session: LiveSession
    asked: int
    published: int
    answered: int
    owed: int


def open_now() -> list[LiveSession]:
    """Listed sessions that are live or collecting questions, live ones first."""
    rows = _listed(Phase.LIVE, Phase.COLLECTING)
    return sorted(rows, key=lambda row: row.phase is not Phase.LIVE)


def announced() -> list[LiveSession]:
    """Listed sessions that are announced, the next to start first."""
    return list(_listed(Phase.ANNOUNCED))


def recent_results(limit: int = 6) -> list[Told]:
    """Listed sessions with a published record, newest first."""
    rows = db.session.scalars(
        select(LiveSession)
        .options(joinedload(LiveSession.unit))
        .where(LiveSession.phase == Phase.RECORDED, LiveSession.listed)
        .order_by(LiveSession.record_published_at.desc())
        .limit(limit)
    ).all()
    return _told(rows)


def story(activity_ids: Sequence[int]) -> list[Told]:
    """The public sessions of these activities with their figures, in order of their start."""
    rows = db.session.scalars(
        select(LiveSession)
        .options(joinedload(LiveSession.unit))
        .where(
            LiveSession.activity_id.in_(activity_ids),
            LiveSession.phase.in_(ACTS[Act.SEE]),
            LiveSession.listed,
        )
        .order_by(LiveSession.starts_at, LiveSession.id)
    ).all()
    return _told(rows)


def _listed(*phases: Phase) -> Sequence[LiveSession]:
    return db.session.scalars(
        select(LiveSession)
        .options(joinedload(LiveSession.unit))
        .where(LiveSession.phase.in_(phases), LiveSession.listed)
        .order_by(LiveSession.starts_at, LiveSession.id)
        .limit(50)
    ).all()


@dataclass(frozen=True, slots=True)
class Figures:
    """What ``Told`` counts, for one session."""

    asked: int = 0
    published: int = 0
    answered: int = 0
    owed: int = 0


def figures(session_ids: Sequence[int]) -> dict[int, Figures]:
    """The figures of sessions that have questions, by their id; one query, none for no session."""
    if not session_ids:
        return {}
    replied = LiveQuestion.answer != ""
    rows = db.session.execute(
        select(
            LiveQuestion.session_id,
            func.count(),
            func.count().filter(LiveQuestion.state.in_(PUBLISHED)),
            func.count().filter(
                (LiveQuestion.state == _S.ANSWERED) | ((LiveQuestion.state == _S.WRITTEN) & replied)
            ),
            func.count().filter((LiveQuestion.state == _S.WRITTEN) & ~replied),
        )
        .where(LiveQuestion.session_id.in_(session_ids))
        .group_by(LiveQuestion.session_id)
    )
    return {row[0]: Figures(*row[1:]) for row in rows}


def _told(sessions: Sequence[LiveSession]) -> list[Told]:
    found = figures([session.id for session in sessions])
    return [Told(session, *astuple(found.get(session.id, Figures()))) for session in sessions]
