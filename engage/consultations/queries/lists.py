"""Lists of consultations for everybody: what is open, and what is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, select

from engage.accounts.models import Unit
from engage.consultations.models import Consultation, State
from engage.consultations.rules.phases import Phase, phase
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized

_PAGE = 20


@dataclass(frozen=True, slots=True)
class Summary:
    """A consultation in a list."""

    id: int
    public_id: str
    title: Localized
    unit_name: Localized
    phase: Phase
    opens_at: datetime | None
    closes_at: datetime | None
    result_published_at: datetime | None


def open_list() -> list[Summary]:
    """Those that are open or announced, the one that closes first on top."""
    moment = now()
    rows = db.session.execute(
        _summaries()
        .where(Consultation.state == State.PUBLISHED, Consultation.closes_at > moment)
        .order_by(case((Consultation.opens_at <= moment, 0), else_=1), Consultation.closes_at)
        .limit(100)
    )
    return _as_summaries(rows.all(), moment)


def closed_list(page: int = 1) -> tuple[list[Summary], int, int]:
    """A page of those that are closed or settled, newest first; its number and how many there are, from 1.

    A number beyond the last page means the last.
    """
    moment = now()
    closed = (Consultation.state.in_([State.PUBLISHED, State.SETTLED]), Consultation.closes_at <= moment)
    count = db.session.scalar(select(func.count()).select_from(Consultation).where(*closed)) or 0
    pages = max(1, -(-count // _PAGE))
    page = min(max(1, page), pages)
    rows = db.session.execute(
        _summaries()
        .where(*closed)
        .order_by(Consultation.closes_at.desc(), Consultation.id.desc())
        .offset((page - 1) * _PAGE)
        .limit(_PAGE)
    ).all()
    return _as_summaries(rows, moment), page, pages


def _summaries() -> Any:
    return select(
        Consultation.id,
        Consultation.public_id,
        Consultation.title,
        Unit.name.label("unit_name"),
        Consultation.state,
        Consultation.opens_at,
        Consultation.closes_at,
        Consultation.result_published_at,
    ).join(Unit, Unit.id == Consultation.unit_id)


def _as_summaries(rows: Sequence[Row[Any]], moment: datetime) -> list[Summary]:
    return [
        Summary(
            row.id,
            row.public_id,
            row.title,
            row.unit_name,
            phase(row.state, row.opens_at, row.closes_at, moment),
            row.opens_at,
            row.closes_at,
            row.result_published_at,
        )
        for row in rows
    ]
