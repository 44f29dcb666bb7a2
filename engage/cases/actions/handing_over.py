"""Who owes the answer: handed to another unit, or given back by one that it is not for."""

from __future__ import annotations

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.cases.actions._load import load, require_current, tell_unit, unit_name
from engage.cases.entries import REASSIGNED, RETURNED
from engage.cases.models import Case
from engage.cases.rules import require_in_hand
from engage.cases.sources import handler_of
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.notifications.actions import notify
from engage.notifications.queries import holders

REASON_LIMIT = 500


def reassign_case(actor: Actor, case_id: int, unit_id: int, reason: str, revision: int) -> None:
    """Hand an open case to another unit with a reason; the due date stays.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """
    with atomic():
        case = load(case_id)
        require(actor, Permission.CASE_ASSIGN, unit_id=case.unit_id, activity_id=case.activity_id)
        reason = _checked(reason)
        unit = db.session.get(Unit, unit_id)
        if unit is None or not unit.active:
            raise Invalid({"unit": msg("Please choose a unit.")})
        require_current(case, revision)
        before = case.unit_id
        case.unit_id, case.reassign_reason, case.reminded_on = unit_id, reason, None
        case.returned_at = None
        case.revision += 1
        handler_of(case.source_kind).reassigned(actor, case.source_id, unit_id)
        tell_unit(case)
        record(
            actor,
            REASSIGNED,
            "case",
            case.id,
            before={"unit": unit_name(before)},
            after={"unit": unit.name, "reason": reason},
            label=case.title,
        )


def return_case(actor: Actor, case_id: int, reason: str, revision: int) -> None:
    """Give a case that is not the unit's back to the coordinator, who hands it to the right one.

    It stays open and due. Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """
    with atomic():
        case = load(case_id)
        require(actor, Permission.CASE_ANSWER, unit_id=case.unit_id, activity_id=case.activity_id)
        reason = _checked(reason)
        require_current(case, revision)
        require_in_hand(case.returned_at)
        case.returned_at, case.return_reason = now(), reason
        case.revision += 1
        _tell_coordinators(case, unit_name(case.unit_id).text(), reason)
        record(
            actor,
            RETURNED,
            "case",
            case.id,
            after={"unit": unit_name(case.unit_id), "reason": reason},
            label=case.title,
        )


def _tell_coordinators(case: Case, unit: str, reason: str) -> None:
    notify(
        holders(Permission.CASE_ASSIGN),
        f"case-returned:{case.id}:{case.revision}",
        msg("A unit gave a case back"),
        msg(
            "“{title}” is not for {unit}: {reason} It is due on {day}.",
            title=case.title,
            unit=unit,
            reason=reason,
            day=case.due_on,
        ),
        f"/staff/cases/{case.public_id}",
    )


def _checked(reason: str) -> str:
    reason = reason.strip()
    if not reason or len(reason) > REASON_LIMIT:
        raise Invalid(
            {"reason": msg("Please give a reason of at most {limit} characters.", limit=REASON_LIMIT)}
        )
    return reason
