"""Reading the audit log, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from engage.audit.events import labels_of
from engage.audit.models import AuditEntry, AuditOrigin
from engage.core.db import db

PAGE = 50


@dataclass(frozen=True, slots=True)
class LogFilter:
    """``who`` and ``what`` are parts of names as recorded; ``event`` a declared one; times are aware.

    ``numbered`` is the kind and the number of an object that is told by it.
    """

    who: str = ""
    event: str = ""
    what: str = ""
    numbered: tuple[str, str] | None = None
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """An entry and the address it came from, where that is still kept."""

    entry: AuditEntry
    address: str | None


def lines(wanted: LogFilter, *, before_id: int | None = None, limit: int = PAGE) -> Sequence[LogLine]:
    """Up to ``limit`` entries older than ``before_id``; the cost does not grow with the page number."""
    query = _filtered(
        select(AuditEntry, AuditOrigin.address).outerjoin(AuditOrigin, AuditOrigin.entry_id == AuditEntry.id),
        wanted,
    )
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    rows = db.session.execute(query.order_by(AuditEntry.id.desc()).limit(limit))
    return [LogLine(entry, address) for entry, address in rows]


def of_object(kind: str, object_id: int | str, limit: int = PAGE) -> Sequence[AuditEntry]:
    """What was done to one object, newest first."""
    return db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.object_kind == kind, AuditEntry.object_id == str(object_id))
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    ).all()


def _filtered(query: Select[AuditEntry, str], wanted: LogFilter) -> Select[AuditEntry, str]:
    if wanted.who:
        query = query.where(AuditEntry.actor_label.icontains(wanted.who, autoescape=True))
    if wanted.event:
        query = query.where(AuditEntry.event == wanted.event)
    if wanted.numbered:
        kind, number = wanted.numbered
        query = query.where(
            AuditEntry.object_kind == kind,
            AuditEntry.object_label.in_(labels_of(number)) | AuditEntry.object_label.endswith(f" #{number}"),
        )
    elif wanted.what:
        query = query.where(
            AuditEntry.object_label.icontains(wanted.what, autoescape=True)
            | (AuditEntry.object_id == wanted.what)
        )
    if wanted.start is not None:
        query = query.where(AuditEntry.at >= wanted.start)
    if wanted.end is not None:
        query = query.where(AuditEntry.at < wanted.end)
    return query
