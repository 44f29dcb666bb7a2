"""Consultations as everybody may read them: kept in the process, so that a comment costs few queries."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Row, select

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

CHECK_SECONDS: Final = 1.0
"""How long another process's change may stay unseen; a comment being sent looks at the database itself."""
_MOST_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Published:
    """A consultation with the clauses of its newest published version, published at `version_at`."""

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
    version_at: datetime
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
    version = _version(one.id, one.version_number)
    return as_published(one, row.unit_name, one.version_number, version.published_at, version.clauses)


def as_published(
    one: Consultation,
    unit_name: Localized,
    version: int,
    version_at: datetime,
    clauses: Sequence[Mapping[str, Any]],
) -> Published:
    """A consultation as people read it with a version of its text, or would, where it is a draft."""
    return Published(
        id=one.id,
        public_id=one.public_id,
        unit_id=one.unit_id,
        unit_name=unit_name,
        activity_id=one.activity_id,
        kind=one.kind,
        title=one.title,
        background=one.background,
        contact=one.contact,
        short_reason=one.short_reason,
        opens_at=one.opens_at or version_at,
        closes_at=one.closes_at or version_at,
        review_first=one.review_first,
        state=one.state,
        version=version,
        version_at=version_at,
        clauses=from_data(clauses),
        phase=phase(one.state, one.opens_at, one.closes_at, now()),
        result_note=one.result_note,
        result_published_at=one.result_published_at,
        settled_at=one.settled_at,
    )


def clauses_of(consultation_id: int, number: int) -> tuple[Clause, ...]:
    """The clauses of a published version. Raises `NotFound`."""
    return from_data(_version(consultation_id, number).clauses)


def names_as_read(consultation_id: int, numbers: Collection[int]) -> dict[tuple[int, str], str]:
    """The clauses of published versions by number and key, named as they were in that version; one query."""
    versions = db.session.execute(
        select(DraftVersion.number, DraftVersion.clauses).where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.number.in_(numbers)
        )
    )
    return {(row.number, each.key): each.name for row in versions for each in from_data(row.clauses)}


def clause_names(consultation_id: int) -> dict[str, str]:
    """The clauses of every published version by key, named as in the newest one that has them; one query.

    What was said about a clause stays published when a later version drops it.
    """
    versions = db.session.scalars(
        select(DraftVersion.clauses)
        .where(DraftVersion.consultation_id == consultation_id)
        .order_by(DraftVersion.number)
    )
    return {one.key: one.name for clauses in versions for one in from_data(clauses) if one.commentable}


def _version(consultation_id: int, number: int) -> Row[Any]:
    row = db.session.execute(
        select(DraftVersion.clauses, DraftVersion.published_at).where(
            DraftVersion.consultation_id == consultation_id, DraftVersion.number == number
        )
    ).first()
    if row is None:
        raise NotFound
    return row


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
