"""What a source does with its case, in the source's own transaction."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from engage.audit.actions import record
from engage.cases.actions._load import tell_unit, unit_name
from engage.cases.entries import ANSWERED, OPENED, WITHDRAWN
from engage.cases.models import Case, CaseState
from engage.cases.rules import excerpt
from engage.core.actor import Actor
from engage.core.calendar import add_working_days
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.messages import msg

DUE_WORKING_DAYS = 5
"""Source: what was not answered live gets a public written answer within five working days (domain rules)."""
_TITLE = 120


def open_case(
    actor: Actor,
    source_kind: str,
    source_id: int,
    unit_id: int,
    title: str,
    *,
    activity_id: int | None = None,
    due_on: date | None = None,
    is_demo: bool = False,
) -> Case:
    """Open a case in the running transaction, or open the source's withdrawn one again.

    The caller has checked that ``actor`` may defer or assign. Without ``due_on`` it is due in five working
    days. Raises ``Conflict`` where the source has an open case of another unit.
    """
    case = db.session.scalar(select(Case).where(Case.source_kind == source_kind, Case.source_id == source_id))
    due = due_on or add_working_days(today(), DUE_WORKING_DAYS)
    if case is None:
        case = Case(source_kind=source_kind, source_id=source_id, is_demo=is_demo)
        db.session.add(case)
    elif case.state is CaseState.OPEN:
        if case.unit_id == unit_id:
            return case
        raise Conflict(msg("Another unit already owes this answer. Hand its case over instead."))
    case.unit_id, case.activity_id, case.due_on = unit_id, activity_id, due
    case.title = excerpt(title, _TITLE)
    case.state, case.opened_at, case.opened_by_id = CaseState.OPEN, now(), actor.id
    case.answered_at = case.answered_by_id = case.reminded_on = case.returned_at = None
    case.revision = (case.revision or 0) + 1
    db.session.flush()
    record(
        actor, OPENED, "case", case.id, after={"unit": unit_name(unit_id), "due_on": due}, label=case.title
    )
    tell_unit(case)
    return case


def close_case_of(actor: Actor, source_kind: str, source_id: int) -> None:
    """The source was answered there: close its open case in the running transaction, if it has one."""
    case = _open_case_of(source_kind, source_id)
    if case is not None:
        case.state, case.answered_at, case.answered_by_id = CaseState.ANSWERED, now(), actor.id
        case.returned_at = None
        case.revision += 1
        record(actor, ANSWERED, "case", case.id, after={"late": today() > case.due_on}, label=case.title)


def withdraw_case_of(actor: Actor, source_kind: str, source_id: int, reason: str) -> None:
    """The source is owed nothing any more: withdraw its open case in the running transaction."""
    case = _open_case_of(source_kind, source_id)
    if case is not None:
        case.state, case.returned_at = CaseState.WITHDRAWN, None
        case.revision += 1
        record(actor, WITHDRAWN, "case", case.id, after={"reason": reason}, label=case.title)


def _open_case_of(source_kind: str, source_id: int) -> Case | None:
    return db.session.scalar(
        select(Case).where(
            Case.source_kind == source_kind, Case.source_id == source_id, Case.state == CaseState.OPEN
        )
    )
