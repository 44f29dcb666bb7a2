"""Opening, answering, handing over and withdrawing cases; answering answers at the source."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.audit.events import declare
from engage.cases.models import Case, CaseState
from engage.cases.sources import handler_of
from engage.core.actor import Actor
from engage.core.calendar import add_working_days
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.notifications.actions import notify
from engage.notifications.queries import holders

DUE_WORKING_DAYS = 5
"""Source: what was not answered live gets a public written answer within five working days (domain rules)."""
ANSWER_LIMIT = 10_000
REASON_LIMIT = 500
_TITLE = 120

OPENED = declare("case.opened", msg("Case opened"), unit=msg("Unit"), due_on=msg("Due"))
ANSWERED = declare("case.answered", msg("Case answered"), late=msg("Late"))
REASSIGNED = declare("case.reassigned", msg("Case handed over"), unit=msg("Unit"), reason=msg("Reason"))
WITHDRAWN = declare("case.withdrawn", msg("Case withdrawn"), reason=msg("Reason"))


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
    case.title = " ".join(title.split())[:_TITLE]
    case.state, case.opened_at, case.opened_by_id = CaseState.OPEN, now(), actor.id
    case.answered_at = case.answered_by_id = case.reminded_on = None
    case.revision = (case.revision or 0) + 1
    db.session.flush()
    record(
        actor, OPENED, "case", case.id, after={"unit": _unit_name(unit_id), "due_on": due}, label=case.title
    )
    _tell(case)
    return case


def answer_case(actor: Actor, case_id: int, text: str, revision: int) -> None:
    """Answer at the source and close the case, in one transaction.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict`` (answered or changed meanwhile), ``Invalid``.
    """
    with atomic():
        case = _case(case_id)
        require(actor, Permission.CASE_ANSWER, unit_id=case.unit_id, activity_id=case.activity_id)
        text = text.strip()
        if not text:
            raise Invalid({"text": msg("Please write the answer.")})
        if len(text) > ANSWER_LIMIT:
            raise Invalid(
                {"text": msg("The answer may have at most {limit} characters.", limit=ANSWER_LIMIT)}
            )
        _check_current(case, revision)
        handler_of(case.source_kind).answer(actor, case.source_id, text)
        case.state, case.answered_at, case.answered_by_id = CaseState.ANSWERED, now(), actor.id
        case.revision += 1
        record(actor, ANSWERED, "case", case.id, after={"late": today() > case.due_on}, label=case.title)


def reassign_case(actor: Actor, case_id: int, unit_id: int, reason: str, revision: int) -> None:
    """Hand an open case to another unit with a reason; the due date stays.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """
    with atomic():
        case = _case(case_id)
        require(actor, Permission.CASE_ASSIGN, unit_id=case.unit_id, activity_id=case.activity_id)
        reason = reason.strip()
        if not reason or len(reason) > REASON_LIMIT:
            raise Invalid(
                {"reason": msg("Please give a reason of at most {limit} characters.", limit=REASON_LIMIT)}
            )
        unit = db.session.get(Unit, unit_id)
        if unit is None or not unit.active:
            raise Invalid({"unit": msg("Please choose a unit.")})
        _check_current(case, revision)
        before = case.unit_id
        case.unit_id, case.reassign_reason, case.reminded_on = unit_id, reason, None
        case.revision += 1
        handler_of(case.source_kind).reassigned(actor, case.source_id, unit_id)
        _tell(case)
        record(
            actor,
            REASSIGNED,
            "case",
            case.id,
            before={"unit": _unit_name(before)},
            after={"unit": unit.name, "reason": reason},
            label=case.title,
        )


def close_case_of(actor: Actor, source_kind: str, source_id: int) -> None:
    """The source was answered there: close its open case in the running transaction, if it has one."""
    case = _open_case_of(source_kind, source_id)
    if case is not None:
        case.state, case.answered_at, case.answered_by_id = CaseState.ANSWERED, now(), actor.id
        case.revision += 1
        record(actor, ANSWERED, "case", case.id, after={"late": today() > case.due_on}, label=case.title)


def withdraw_case_of(actor: Actor, source_kind: str, source_id: int, reason: str) -> None:
    """The source is owed nothing any more: withdraw its open case in the running transaction."""
    case = _open_case_of(source_kind, source_id)
    if case is not None:
        case.state = CaseState.WITHDRAWN
        case.revision += 1
        record(actor, WITHDRAWN, "case", case.id, after={"reason": reason}, label=case.title)


def _tell(case: Case) -> None:
    # A unit without staff here must not leave a citizen waiting unnoticed.
    people = holders(Permission.CASE_ANSWER, case.unit_id) or holders(Permission.CASE_ASSIGN)
    notify(
        people,
        f"case-opened:{case.id}:{case.revision}",
        msg("Your unit owes an answer"),
        msg("“{title}” is due on {day}.", title=case.title, day=case.due_on),
        f"/staff/cases/{case.public_id}",
    )


def _open_case_of(source_kind: str, source_id: int) -> Case | None:
    return db.session.scalar(
        select(Case).where(
            Case.source_kind == source_kind, Case.source_id == source_id, Case.state == CaseState.OPEN
        )
    )


def _unit_name(unit_id: int) -> Localized:
    unit = db.session.get(Unit, unit_id)
    return unit.name if unit is not None else Localized()


def _case(case_id: int) -> Case:
    case = db.session.get(Case, case_id)
    if case is None:
        raise NotFound
    return case


def _check_current(case: Case, revision: int) -> None:
    if case.state is not CaseState.OPEN:
        raise Conflict(msg("This case has been closed in the meantime. What you typed is kept below."))
    if case.revision != revision:
        raise Conflict
