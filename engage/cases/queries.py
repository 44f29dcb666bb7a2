"""The list of what is owed, for a unit and for the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import joinedload

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, may, units_where
from engage.cases.models import Case, CaseState
from engage.cases.rules import (
    CASE_DEEDS,
    NOT_IN_HAND,
    SOON_WORKING_DAYS,
    CaseDeed,
    Standing,
    standing,
    time_left,
)
from engage.cases.sources import Correcting, SourceHandler, SourceView, excerpts_of, handler_of
from engage.core.actor import Actor
from engage.core.calendar import add_working_days
from engage.core.clock import local, today
from engage.core.db import db
from engage.core.errors import NotAllowed, NotFound
from engage.core.messages import Message
from engage.settings.queries import site

PAGE = 30


class Filter(Enum):
    """Which cases a list shows."""

    OPEN = "open"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    RETURNED = "returned"
    ANSWERED = "answered"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Listed:
    """A case in a list; ``asked`` is what was asked, empty where it is not told or erased."""

    case: Case
    kind: Message
    asked: str
    standing: Standing
    left: Message | None


@dataclass(frozen=True, slots=True)
class Opened:
    """A case as its page shows it; ``source`` is ``None`` where the source is gone."""

    case: Case
    kind: Message
    asked: str
    source: SourceView | None
    standing: Standing
    left: Message | None
    deeds: frozenset[CaseDeed]


def cases_of(
    actor: Actor, wanted: Filter, *, unit_id: int | None = None, page: int = 1
) -> tuple[list[Listed], int]:
    """A page of the cases ``actor`` may read and how many there are; the most urgent first."""
    day = today(site().zone)
    query = select(Case).where(_readable(actor), _matches(wanted, day))
    if unit_id is not None:
        query = query.where(Case.unit_id == unit_id)
    total = db.session.scalar(_count(query)) or 0
    # What is open comes first and by due date; what is closed the newest first.
    order = (
        case((Case.state == CaseState.OPEN, 0), else_=1),
        case((Case.state == CaseState.OPEN, Case.due_on)),
        Case.answered_at.desc().nulls_last(),
        # Those due on one day the oldest first, as on the staff home.
        case((Case.state == CaseState.OPEN, Case.id), else_=-Case.id),
    )
    rows = db.session.scalars(
        query.options(joinedload(Case.unit)).order_by(*order).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    asked = excerpts_of([(row.source_kind, row.source_id) for row in rows])
    return [_listed(row, day, asked) for row in rows], total


def counts(actor: Actor, unit_id: int | None = None) -> dict[Filter, int]:
    """How many cases each filter shows; one query."""
    day = today(site().zone)
    query = select(*(func.count().filter(_matches(wanted, day)).label(wanted.name) for wanted in Filter))
    query = query.select_from(Case).where(_readable(actor))
    if unit_id is not None:
        query = query.where(Case.unit_id == unit_id)
    row = db.session.execute(query).one()
    return {wanted: getattr(row, wanted.name) for wanted in Filter}


def opened(actor: Actor, public_id: str) -> Opened:
    """A case with the source it answers. Raises ``NotFound``, ``NotAllowed``."""
    row = db.session.scalar(select(Case).options(joinedload(Case.unit)).where(Case.public_id == public_id))
    if row is None:
        raise NotFound
    deeds = frozenset(
        deed
        for deed, (permission, states) in CASE_DEEDS.items()
        if row.state in states and may(actor, permission, unit_id=row.unit_id, activity_id=row.activity_id)
    )
    if CaseDeed.READ not in deeds:
        raise NotAllowed
    handler = handler_of(row.source_kind)
    source = _source(actor, handler, row.source_id)
    if source is None or source.erased:
        deeds -= {CaseDeed.ANSWER, CaseDeed.CORRECT}
    if not isinstance(handler, Correcting):
        deeds -= {CaseDeed.CORRECT}
    if row.returned_at is not None:
        deeds -= NOT_IN_HAND
    if CaseDeed.REASSIGN in deeds:  # those to whom a case is given back hand it on
        deeds -= {CaseDeed.RETURN}
    asked = excerpts_of([(row.source_kind, row.source_id)])
    found = _listed(row, today(site().zone), asked)
    return Opened(row, found.kind, found.asked, source, found.standing, found.left, deeds)


def _source(actor: Actor, handler: SourceHandler, source_id: int) -> SourceView | None:
    """The source, with its staff page only where that opens for ``actor``."""
    try:
        source = handler.view(source_id)
    except NotFound:
        return None
    if source.permission is None or may(
        actor, source.permission, unit_id=source.unit_id, activity_id=source.activity_id
    ):
        return source
    return replace(source, url=None)


def units_with_cases(actor: Actor) -> Sequence[Unit]:
    """The units whose cases ``actor`` may read, for the filter; empty for staff of one unit."""
    units = units_where(actor, Permission.CASE_READ)
    query = select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)
    if units is None:
        return db.session.scalars(query).all()
    return db.session.scalars(query.where(Unit.id.in_(units))).all() if len(units) > 1 else ()


def all_units() -> Sequence[Unit]:
    """Every active unit: to whom a case can be handed over."""
    return db.session.scalars(select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)).all()


def most_urgent(actor: Actor, limit: int) -> tuple[list[Listed], int]:
    """The open cases ``actor`` may read, those due first, at most ``limit``; and how many are open in all."""
    open_ones = (_readable(actor), Case.state == CaseState.OPEN)
    rows = db.session.scalars(
        select(Case)
        .options(joinedload(Case.unit))
        .where(*open_ones)
        .order_by(Case.due_on, Case.id)
        .limit(limit)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(Case).where(*open_ones)) or 0
    asked, day = excerpts_of([(row.source_kind, row.source_id) for row in rows]), today(site().zone)
    return [_listed(row, day, asked) for row in rows], total


def open_due_by(day: date) -> Sequence[Case]:
    """Open cases that are due on ``day`` or earlier."""
    return db.session.scalars(
        select(Case).where(Case.state == CaseState.OPEN, Case.due_on <= day).order_by(Case.id)
    ).all()


def _readable(actor: Actor) -> ColumnElement[bool]:
    units = units_where(actor, Permission.CASE_READ)
    if units is None:
        return Case.id.is_not(None)
    activities = activities_where(actor, Permission.CASE_READ)
    # No empty list in an "or": it would hide the index of the other one.
    theirs = [
        column.in_(ids) for column, ids in ((Case.unit_id, units), (Case.activity_id, activities)) if ids
    ]
    return and_(or_(false(), *theirs), Case.returned_at.is_(None))


def _matches(wanted: Filter, day: date) -> ColumnElement[bool]:
    is_open = Case.state == CaseState.OPEN
    match wanted:
        case Filter.OPEN:
            return is_open
        case Filter.DUE_SOON:
            last = add_working_days(day, SOON_WORKING_DAYS)
            return and_(is_open, Case.due_on >= day, Case.due_on <= _through_rest_days(last))
        case Filter.OVERDUE:
            return and_(is_open, Case.due_on < day)
        case Filter.RETURNED:
            return and_(is_open, Case.returned_at.is_not(None))
        case Filter.ANSWERED:
            return Case.state == CaseState.ANSWERED
        case Filter.ALL:
            return Case.id.is_not(None)


def _through_rest_days(day: date) -> date:
    """The last day before the next working day: a case due on a rest day counts with the day before."""
    return add_working_days(day, 1) - timedelta(days=1)


def _count(query: Select[Any]) -> Select[Any]:
    return query.with_only_columns(func.count()).order_by(None)


def _listed(row: Case, day: date, asked: dict[tuple[str, int], str]) -> Listed:
    answered = local(row.answered_at, site().zone).date() if row.answered_at else None
    stands = standing(row.state, row.due_on, day, answered)
    left = time_left(row.due_on, day) if row.state is CaseState.OPEN else None
    words = " ".join(asked.get((row.source_kind, row.source_id), "").split())
    return Listed(row, handler_of(row.source_kind).kind, words, stands, left)
