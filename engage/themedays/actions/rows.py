"""Plan rows: written and filed by a unit, returned with a comment by the coordinator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg, too_long
from engage.core.writer import atomic
from engage.notifications.actions import notify
from engage.notifications.queries import holders, holders_by_unit
from engage.participation.actions import made_once
from engage.themedays import entries
from engage.themedays.actions._load import active_unit, extension_of, load, round_of
from engage.themedays.actions._row_fields import (
    ContactFields,
    RowFields,
    check_row,
    missing_in_row,
    put_row,
    row_state,
)
from engage.themedays.models import PlanRound, PlanRow, PlanRowState
from engage.themedays.rules import (
    NOTE_LIMIT,
    ROW_DEEDS,
    ROWS_LIMIT,
    RowDeed,
    filing_ends,
    filing_open,
    is_late,
    require_row,
)

__all__ = [
    "ContactFields",
    "RowFields",
    "change_row",
    "delete_row",
    "file_row",
    "return_row",
    "take_back_row",
    "write_row",
]


def write_row(
    actor: Actor,
    year: int,
    unit_id: int,
    fields: RowFields,
    *,
    request_id: str = "",
    is_demo: bool = False,
) -> str:
    """Write a draft row, once for a ``request_id``; answers its public id.

    Raises ``NotFound``, ``NotAllowed``, ``Invalid``.
    """

    def make() -> str:
        plan = round_of(year)
        unit = active_unit(unit_id)
        require(actor, Permission.PLAN_FILE, unit_id=unit.id)
        check_row(fields, plan.year)
        count = db.session.scalar(
            select(func.count()).where(PlanRow.round_id == plan.id, PlanRow.unit_id == unit.id)
        )
        if (count or 0) >= ROWS_LIMIT:
            raise Invalid({"theme": msg("A unit may write at most {limit} rows a year.", limit=ROWS_LIMIT)})
        row = PlanRow(round_id=plan.id, unit_id=unit.id, is_demo=is_demo)
        put_row(row, fields)
        db.session.add(row)
        db.session.flush()
        record(actor, entries.ROW_CREATED, "plan-row", row.public_id, after=row_state(row), label=row.theme)
        return row.public_id

    with atomic():
        return made_once(actor, request_id, f"row.write:{year}", [unit_id, fields], make)


def change_row(
    actor: Actor, public_id: str, fields: RowFields, revision: int, *, request_id: str = ""
) -> None:
    """Change a row, once for a ``request_id``: its unit until it is filed, the coordinator from then on.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """

    def make() -> str:
        row = load(PlanRow, public_id)
        filed = row.state in ROW_DEEDS[RowDeed.ADJUST][1]
        deed = RowDeed.ADJUST if filed and may(actor, Permission.PLAN_ARRANGE) else RowDeed.EDIT
        _require(actor, deed, row)
        if row.revision != revision:
            raise Conflict
        check_row(fields, _round(row).year)
        before = row_state(row)
        put_row(row, fields)
        db.session.flush()
        old, new = changes(before, row_state(row))
        if new:
            record(actor, entries.ROW_CHANGED, "plan-row", public_id, old, new, label=row.theme)
        if filed:
            _tell_cohosts(row)
        return public_id

    with atomic():
        made_once(actor, request_id, f"row.change:{public_id}", fields, make)


def file_row(actor: Actor, public_id: str) -> None:
    """File a row and tell the units it names as co-hosts.

    Raises ``Conflict`` after the time given to the unit, ``Invalid`` if something is missing.
    """
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.FILE, row)
        plan, moment = _round(row), now()
        if not filing_open(row.state, moment, _ends(row, plan)):
            raise Conflict(
                msg(
                    "The deadline for filing has passed. Your row is kept as a draft. "
                    "Please ask the coordinator for more time; then you can file it."
                )
            )
        errors = missing_in_row(row)
        if errors:
            raise Invalid(errors)
        row.filed_at, row.return_reason = moment, ""
        _move(actor, row, PlanRowState.FILED, late=is_late(moment, plan.deadline))
        _tell_cohosts(row)


def take_back_row(actor: Actor, public_id: str) -> None:
    """Take a filed row back to change it.

    Raises ``Conflict`` once it is arranged, and after the time for filing: it could not be filed again.
    """
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.TAKE_BACK, row)
        if not filing_open(PlanRowState.DRAFT, now(), _ends(row, _round(row))):
            raise Conflict(
                msg(
                    "The time for filing is over, so this row could not be filed again. "
                    "Please ask the coordinator to change it or to return it to you."
                )
            )
        row.filed_at = None
        _move(actor, row, PlanRowState.DRAFT)


def delete_row(actor: Actor, public_id: str) -> None:
    """Delete a draft with its contacts. Raises ``Conflict`` for one that has been filed."""
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.DELETE, row)
        record(actor, entries.ROW_DELETED, "plan-row", public_id, before=row_state(row), label=row.theme)
        db.session.delete(row)


def return_row(actor: Actor, public_id: str, reason: str) -> None:
    """Return a filed row to its unit with a comment and tell its staff; it can be filed again at any time.

    Raises ``Conflict``, ``Invalid``.
    """
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.RETURN, row)
        reason = reason.strip()
        if not reason:
            raise Invalid({"reason": msg("Please say what to change.")})
        if len(reason) > NOTE_LIMIT:
            raise Invalid({"reason": too_long(len(reason), NOTE_LIMIT)})
        row.return_reason, row.filed_at = reason, None
        _move(actor, row, PlanRowState.RETURNED, reason=reason)
        notify(
            holders(Permission.PLAN_FILE, row.unit_id),
            f"row-returned:{row.id}:{row.revision}",
            msg("A plan row was returned: {theme}", theme=row.theme),
            msg("What the coordinator wrote: {reason}", reason=reason),
            f"/staff/plan/rows/{row.public_id}",
        )


def _require(actor: Actor, deed: RowDeed, row: PlanRow) -> None:
    permission = ROW_DEEDS[deed][0]
    if permission is Permission.PLAN_ARRANGE:
        require(actor, permission)
    else:
        require(actor, permission, unit_id=row.unit_id)
    require_row(deed, row.state)


def _move(actor: Actor, row: PlanRow, state: PlanRowState, reason: str = "", late: bool = False) -> None:
    before, row.state = row.state, state
    row.revision += 1
    after: dict[str, Any] = {"state": state}
    after |= {"reason": reason} if reason else {}
    after |= {"late": True} if late else {}
    record(actor, entries.ROW_STATE, "plan-row", row.public_id, {"state": before}, after, label=row.theme)


def _tell_cohosts(row: PlanRow) -> None:
    """Tell each unit once that a row names it as co-host."""
    unit_ids = [one.unit_id for one in row.cohosts]
    if not unit_ids:
        return
    host = db.session.get_one(Unit, row.unit_id).name.text()
    for unit_id, people in holders_by_unit(Permission.PLAN_FILE, unit_ids).items():
        if unit_id is None:
            continue
        notify(
            people,
            f"row-cohost:{row.id}:{unit_id}",
            msg("Your unit is named as a co-host: {theme}", theme=row.theme),
            msg("{unit} has filed a plan row that names your unit as a co-host.", unit=host),
            f"/staff/plan/rows/{row.public_id}",
        )


def _round(row: PlanRow) -> PlanRound:
    return db.session.get_one(PlanRound, row.round_id)


def _ends(row: PlanRow, plan: PlanRound) -> datetime:
    extension = extension_of(plan.id, row.unit_id)
    return filing_ends(plan.deadline, extension.until if extension else None)
