"""Plan rows: written and filed by a unit, returned with a comment by the coordinator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
from engage.core.messages import Message, msg
from engage.core.writer import atomic
from engage.notifications.actions import notify
from engage.notifications.queries import holders
from engage.themedays import entries
from engage.themedays.actions._load import (
    active_unit,
    check_texts,
    cohost_ids,
    extension_of,
    load,
    round_of,
)
from engage.themedays.models import Form, PlanContact, PlanRound, PlanRow, PlanRowCohost, PlanRowState
from engage.themedays.rules import (
    CONTACTS_LIMIT,
    NOTE_LIMIT,
    ROW_DEEDS,
    ROWS_LIMIT,
    TEXT_LIMIT,
    THEME_LIMIT,
    RowDeed,
    filing_ends,
    is_late,
    require_row,
)

_CONTACT_LIMITS = {"name": 60, "post": 100, "phone": 40}


@dataclass(frozen=True, slots=True)
class ContactFields:
    """A line of the contact list."""

    name: str
    post: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class RowFields:
    """What a unit says of what it plans; ``steps`` has a line for each step."""

    theme: str
    form: Form
    planned_on: date | None
    steps: str = ""
    remarks: str = ""
    cohosts: tuple[int, ...] = ()
    contacts: tuple[ContactFields, ...] = ()


def write_row(actor: Actor, year: int, unit_id: int, fields: RowFields, *, is_demo: bool = False) -> str:
    """Write a draft row; answers its public id. Raises ``NotFound``, ``NotAllowed``, ``Invalid``."""
    with atomic():
        plan = round_of(year)
        unit = active_unit(unit_id)
        require(actor, Permission.PLAN_FILE, unit_id=unit.id)
        _check(fields, plan.year)
        count = db.session.scalar(
            select(func.count()).where(PlanRow.round_id == plan.id, PlanRow.unit_id == unit.id)
        )
        if (count or 0) >= ROWS_LIMIT:
            raise Invalid({"theme": msg("A unit may write at most {limit} rows a year.", limit=ROWS_LIMIT)})
        row = PlanRow(round_id=plan.id, unit_id=unit.id, is_demo=is_demo)
        _put(row, fields)
        db.session.add(row)
        db.session.flush()
        record(actor, entries.ROW_CREATED, "plan-row", row.public_id, after=_state(row), label=row.theme)
        return row.public_id


def change_row(actor: Actor, public_id: str, fields: RowFields, revision: int) -> None:
    """Change a row: its unit while it is a draft or returned, the coordinator once it is filed.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """
    with atomic():
        row = load(PlanRow, public_id)
        filed = row.state in ROW_DEEDS[RowDeed.ADJUST][1]
        deed = RowDeed.ADJUST if filed and may(actor, Permission.PLAN_ARRANGE) else RowDeed.EDIT
        _require(actor, deed, row)
        if row.revision != revision:
            raise Conflict
        _check(fields, _round(row).year)
        before = _state(row)
        _put(row, fields)
        db.session.flush()
        old, new = changes(before, _state(row))
        if new:
            record(actor, entries.ROW_CHANGED, "plan-row", public_id, old, new, label=row.theme)


def file_row(actor: Actor, public_id: str) -> None:
    """File a row.

    Raises ``Conflict`` after the time given to the unit, ``Invalid`` if something is missing.
    """
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.FILE, row)
        plan, moment = _round(row), now()
        extension = extension_of(plan.id, row.unit_id)
        if moment >= filing_ends(plan.deadline, extension.until if extension else None):
            raise Conflict(
                msg(
                    "The deadline for filing has passed. Your row is kept as a draft. "
                    "Please ask the coordinator for more time; then you can file it."
                )
            )
        errors = _missing(row)
        if errors:
            raise Invalid(errors)
        row.filed_at, row.return_reason = moment, ""
        _move(actor, row, PlanRowState.FILED, late=is_late(moment, plan.deadline))


def take_back_row(actor: Actor, public_id: str) -> None:
    """Take a filed row back to change it. Raises ``Conflict`` once it is arranged."""
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.TAKE_BACK, row)
        row.filed_at = None
        _move(actor, row, PlanRowState.DRAFT)


def delete_row(actor: Actor, public_id: str) -> None:
    """Delete a draft with its contacts. Raises ``Conflict`` for one that has been filed."""
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.DELETE, row)
        record(actor, entries.ROW_DELETED, "plan-row", public_id, before=_state(row), label=row.theme)
        db.session.delete(row)


def return_row(actor: Actor, public_id: str, reason: str) -> None:
    """Return a filed row to its unit with a comment and tell its staff. Raises ``Conflict``, ``Invalid``."""
    with atomic():
        row = load(PlanRow, public_id)
        _require(actor, RowDeed.RETURN, row)
        reason = reason.strip()
        if not reason or len(reason) > NOTE_LIMIT:
            raise Invalid(
                {"reason": msg("Please say in at most {limit} characters what to change.", limit=NOTE_LIMIT)}
            )
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


def _round(row: PlanRow) -> PlanRound:
    return db.session.get_one(PlanRound, row.round_id)


def _put(row: PlanRow, fields: RowFields) -> None:
    row.theme, row.form, row.planned_on = fields.theme, fields.form, fields.planned_on
    row.steps, row.remarks = fields.steps, fields.remarks
    row.revision = (row.revision or 0) + 1
    wanted = cohost_ids(fields.cohosts, row.unit_id)
    kept = {one.unit_id: one for one in row.cohosts}
    row.cohosts = [kept.get(unit_id) or PlanRowCohost(unit_id=unit_id) for unit_id in wanted]
    row.contacts = [PlanContact(name=c.name, post=c.post, phone=c.phone) for c in fields.contacts]


def _state(row: PlanRow) -> dict[str, Any]:
    names = db.session.scalars(
        select(Unit.name).where(Unit.id.in_([one.unit_id for one in row.cohosts])).order_by(Unit.id)
    )
    return {
        "theme": row.theme,
        "form": row.form,
        "planned_on": row.planned_on,
        "steps": row.steps,
        "remarks": row.remarks,
        "cohosts": [name.text() for name in names],
        "contacts": len(row.contacts),
    }


def _missing(row: PlanRow) -> dict[str, Message]:
    errors: dict[str, Message] = {}
    if row.planned_on is None:
        errors["planned_on"] = msg("Please enter the planned day before filing.")
    if not row.contacts:
        errors["contacts"] = msg("Please enter at least one contact before filing.")
    return errors


def _check(fields: RowFields, year: int) -> None:
    errors = check_texts(
        {
            "theme": (fields.theme, THEME_LIMIT),
            "steps": (fields.steps, TEXT_LIMIT),
            "remarks": (fields.remarks, TEXT_LIMIT),
        }
    )
    if not fields.theme:
        errors["theme"] = msg("Please enter the theme.")
    if fields.planned_on is not None and fields.planned_on.year != year:
        errors["planned_on"] = msg("Please choose a day in {year}.", year=year)
    if len(fields.contacts) > CONTACTS_LIMIT:
        errors["contacts"] = msg("Please enter at most {limit} contacts.", limit=CONTACTS_LIMIT)
    for contact in fields.contacts:
        if not contact.name:
            errors["contacts"] = msg("Please enter the name of each contact.")
        if any(len(getattr(contact, name)) > limit for name, limit in _CONTACT_LIMITS.items()):
            errors["contacts"] = msg("A name, post or telephone number of a contact is too long.")
    if errors:
        raise Invalid(errors)
