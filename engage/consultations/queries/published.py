"""Consultations as everybody may read them: kept in the process, so that a comment costs few queries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, case, select

from engage.accounts.models import Unit
from engage.consultations.events import ConsultationChanged
from engage.consultations.models import Consultation, DraftVersion, Kind, State
from engage.consultations.rules.clauses import Clause, from_data
from engage.consultations.rules.phases import Deed, Phase, phase, require_phase
from engage.core.bus import subscribe
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.types import Localized

_PAGE = 20
CHECK_SECONDS: Final = 1.0
"""How long another process's change may stay unseen; a comment being sent looks at the database itself."""
_MOST_KEPT: Final = 200


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
    state: State
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


@dataclass(slots=True)
class _Cache:
    consultations: dict[str, tuple[float, Published]] = field(default_factory=dict)


_caches: WeakKeyDictionary[Engine, _Cache] = WeakKeyDictionary()


def published(public_id: str) -> Published:
    """The published consultation at an address, with its phase now. Raises `NotFound`, also for drafts."""
    kept = _cache().consultations
    found = kept.get(public_id)
    moment = time.monotonic()
    if found is None or moment - found[0] >= CHECK_SECONDS:
        found = (moment, _read(public_id))
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[public_id] = found
    one = found[1]
    stands = phase(one.state, one.opens_at, one.closes_at, now())
    require_phase(Deed.SEE, stands)
    return one if one.phase is stands else replace(one, phase=stands)


def _read(public_id: str) -> Published:
    row = db.session.execute(
        select(Consultation, Unit.name.label("unit_name"))
        .join(Unit, Unit.id == Consultation.unit_id)
        .where(Consultation.public_id == public_id)
    ).first()
    if row is None:
        raise NotFound
    one: Consultation = row.Consultation
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
        state=one.state,
        version=one.version_number,
        clauses=clauses_of(one.id, one.version_number),
        phase=phase(one.state, one.opens_at, one.closes_at, now()),
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


def _cache() -> _Cache:
    engine = db.engine
    cache = _caches.get(engine)
    if cache is None:
        cache = _caches[engine] = _Cache()
    return cache


@subscribe(ConsultationChanged)
def _forget(event: ConsultationChanged) -> None:
    """What this process has just changed is seen at once."""
    for cache in _caches.values():
        cache.consultations.pop(event.public_id, None)
