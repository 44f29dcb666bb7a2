"""Consultations as everybody may read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, select

from engage.accounts.models import Unit
from engage.consultations.models import Consultation, DraftVersion, Kind, State
from engage.consultations.rules.clauses import Clause, from_data
from engage.consultations.rules.phases import Deed, Phase, phase, require_phase
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
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


@dataclass(frozen=True, slots=True)
class Published:
    """A consultation with the clauses of its newest published version."""

    id: int
    public_id: str
    unit_id: int
    unit_name: Localized
    activity_id: int | None
    kind: Kind
    title: Localized
    background: Localized
    contact: Localized
    short_reason: Localized
    opens_at: datetime
    closes_at: datetime
    review_first: bool
    version: int
    clauses: tuple[Clause, ...]
    phase: Phase
    result_note: Localized
    result_published_at: datetime | None
    settled_at: datetime | None

    def clause(self, key: str) -> Clause:
        """A clause people may comment on. Raises `NotFound`."""
        for one in self.clauses:
            if one.key == key and one.commentable:
                return one
        raise NotFound


def published(public_id: str) -> Published:
    """The published consultation at an address. Raises `NotFound`, also for drafts."""
    row = db.session.execute(
        select(Consultation, Unit.name.label("unit_name"))
        .join(Unit, Unit.id == Consultation.unit_id)
        .where(Consultation.public_id == public_id)
    ).first()
    if row is None:
        raise NotFound
    one: Consultation = row.Consultation
    stands = phase(one.state, one.opens_at, one.closes_at, now())
    require_phase(Deed.SEE, stands)
    if one.version_number is None or one.opens_at is None or one.closes_at is None:
        raise NotFound
    return Published(
        id=one.id,
        public_id=one.public_id,
        unit_id=one.unit_id,
        unit_name=row.unit_name,
        activity_id=one.activity_id,
        kind=one.kind,
        title=one.title,
        background=one.background,
        contact=one.contact,
        short_reason=one.short_reason,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        review_first=one.review_first,
        version=one.version_number,
        clauses=clauses_of(one.id, one.version_number),
        phase=stands,
        result_note=one.result_note,
        result_published_at=one.result_published_at,
        settled_at=one.settled_at,
    )


def clauses_of(consultation_id: int, number: int) -> tuple[Clause, ...]:
    """The clauses of a published version. Raises `NotFound`."""
    row = db.session.execute(
        select(DraftVersion.id, DraftVersion.clauses).where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.number == number
        )
    ).first()
    if row is None:
        raise NotFound
    return from_data(row.clauses)


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


def closed_list(page: int = 1) -> tuple[list[Summary], bool]:
    """A page (from 1) of those that are closed or settled, newest first, and whether more follow."""
    moment = now()
    rows = db.session.execute(
        _summaries()
        .where(
            Consultation.state.in_([State.PUBLISHED, State.SETTLED]),
            Consultation.closes_at <= moment,
        )
        .order_by(Consultation.closes_at.desc(), Consultation.id.desc())
        .offset((page - 1) * _PAGE)
        .limit(_PAGE + 1)
    ).all()
    return _as_summaries(rows[:_PAGE], moment), len(rows) > _PAGE


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
