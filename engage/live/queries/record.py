"""The record of a session: every question accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from engage.core.db import db
from engage.live.models import LiveQuestion, LiveSession, QuestionState, Source
from engage.moderation.models import ReasonClass

_S = QuestionState


@dataclass(frozen=True, slots=True)
class Ledger:
    """received = answered + written + waiting + open + declined + withdrawn; no question is left out.

    ``written`` have their written answer, ``waiting`` are still owed one, ``open`` are pending (``held`` of
    them held
    back by a word rule), approved or on air; ``declined`` counts by reason class, with what was taken down
    later.
    """

    received: int
    answered: int
    written: int
    waiting: int
    open: int
    held: int
    declined: dict[ReasonClass, int]
    withdrawn: int
    supports: int
    sources: dict[Source, int]

    @property
    def declined_total(self) -> int:
        return sum(self.declined.values())


@dataclass(frozen=True, slots=True)
class Record:
    """What the record page shows, with the ledger: answered questions in the order they were answered.

    Of the deferred ones those that have their answer come first, then the promises in the order received.
    """

    session: LiveSession
    answered: Sequence[LiveQuestion]
    written: Sequence[LiveQuestion]
    ledger: Ledger


def ledger(session_id: int) -> Ledger:
    """The account of all questions of a session."""
    rows = db.session.execute(
        select(
            LiveQuestion.state,
            LiveQuestion.reason,
            LiveQuestion.source,
            LiveQuestion.held,
            (LiveQuestion.answer != "").label("replied"),
            func.count().label("number"),
            func.sum(LiveQuestion.supports).label("supports"),
        )
        .where(LiveQuestion.session_id == session_id)
        # By its label: the comparison written twice would be two different parameters to PostgreSQL.
        .group_by(LiveQuestion.state, LiveQuestion.reason, LiveQuestion.source, LiveQuestion.held, "replied")
    ).all()
    states: Counter[QuestionState] = Counter()
    declined: Counter[ReasonClass] = Counter()
    sources: Counter[Source] = Counter()
    written = held = 0
    for row in rows:
        states[row.state] += row.number
        sources[row.source] += row.number
        if row.state in (_S.DECLINED, _S.TAKEN_DOWN):
            declined[row.reason or ReasonClass.OTHER] += row.number
        if row.state is _S.WRITTEN and row.replied:
            written += row.number
        if row.state is _S.PENDING and row.held:
            held += row.number
    return Ledger(
        received=states.total(),
        answered=states[_S.ANSWERED],
        written=written,
        waiting=states[_S.WRITTEN] - written,
        open=states[_S.PENDING] + states[_S.APPROVED] + states[_S.ON_AIR],
        held=held,
        declined=dict(declined),
        withdrawn=states[_S.WITHDRAWN],
        supports=sum(int(row.supports or 0) for row in rows if row.state in (_S.ANSWERED, _S.WRITTEN)),
        sources=dict(sources),
    )


def record(session: LiveSession) -> Record:
    """The record as it stands now: what is taken down later is gone from it."""
    rows = db.session.scalars(
        select(LiveQuestion)
        .where(LiveQuestion.session_id == session.id, LiveQuestion.state.in_([_S.ANSWERED, _S.WRITTEN]))
        .order_by(LiveQuestion.answered_at, LiveQuestion.id)
    ).all()
    written = [row for row in rows if row.state is _S.WRITTEN]
    promised = sorted((row for row in written if not row.answer), key=lambda row: row.number)
    return Record(
        session,
        [row for row in rows if row.state is _S.ANSWERED],
        [*(row for row in written if row.answer), *promised],
        ledger(session.id),
    )


def questions_after(session_id: int, number: int, *, limit: int) -> Sequence[LiveQuestion]:
    """The next questions of a session for the staff's export, in the order received."""
    return db.session.scalars(
        select(LiveQuestion)
        .where(
            LiveQuestion.session_id == session_id,
            LiveQuestion.state != _S.WITHDRAWN,
            LiveQuestion.number > number,
        )
        .order_by(LiveQuestion.number)
        .limit(limit)
    ).all()


def written_answers(session_id: int) -> Sequence[LiveQuestion]:
    """The questions deferred to a written answer that have it, in the order received."""
    return db.session.scalars(
        select(LiveQuestion)
        .where(
            LiveQuestion.session_id == session_id,
            LiveQuestion.state == _S.WRITTEN,
            LiveQuestion.answer != "",
        )
        .order_by(LiveQuestion.number)
    ).all()


def question_for_receipt(question_id: int) -> tuple[LiveQuestion, LiveSession] | None:
    """The question a receipt opens, with its session."""
    row = db.session.execute(
        select(LiveQuestion, LiveSession)
        .join(LiveSession, LiveSession.id == LiveQuestion.session_id)
        .where(LiveQuestion.id == question_id)
    ).first()
    return (row[0], row[1]) if row else None
