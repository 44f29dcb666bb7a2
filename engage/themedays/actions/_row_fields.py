"""What a plan row says: checked, put into the row, and told to the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from engage.accounts.models import Unit
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.messages import Message, msg
from engage.themedays.actions._load import check_texts, cohost_ids
from engage.themedays.models import Form, PlanContact, PlanRow, PlanRowCohost
from engage.themedays.rules import CONTACTS_LIMIT, TEXT_LIMIT, THEME_LIMIT

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


def put_row(row: PlanRow, fields: RowFields) -> None:
    """Write ``fields`` into a row; its revision counts what changed."""
    before = _said(row)
    row.theme, row.form, row.planned_on = fields.theme, fields.form, fields.planned_on
    row.steps, row.remarks = fields.steps, fields.remarks
    wanted = cohost_ids(fields.cohosts, row.unit_id)
    kept = {one.unit_id: one for one in row.cohosts}
    row.cohosts = [kept.get(unit_id) or PlanRowCohost(unit_id=unit_id) for unit_id in wanted]
    # How long they are kept counts from when they were given.
    if [ContactFields(one.name, one.post, one.phone) for one in row.contacts] != list(fields.contacts):
        row.contacts = [PlanContact(name=c.name, post=c.post, phone=c.phone) for c in fields.contacts]
    if _said(row) != before:
        row.revision = (row.revision or 0) + 1


def _said(row: PlanRow) -> RowFields:
    return RowFields(
        row.theme,
        row.form,
        row.planned_on,
        row.steps,
        row.remarks,
        tuple(sorted(one.unit_id for one in row.cohosts)),
        tuple(ContactFields(one.name, one.post, one.phone) for one in row.contacts),
    )


def row_state(row: PlanRow) -> dict[str, Any]:
    """What the audit log keeps of a row; of the contacts only how many they are."""
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


def missing_in_row(row: PlanRow) -> dict[str, Message]:
    """Sentences by field for what filing needs and a draft may leave out."""
    errors: dict[str, Message] = {}
    if row.planned_on is None:
        errors["planned_on"] = msg("Please enter the planned day before filing.")
    if not row.contacts:
        errors["contacts"] = msg("Please enter at least one contact before filing.")
    return errors


def check_row(fields: RowFields, year: int) -> None:
    """Raise ``Invalid`` for what no row of ``year`` may say, not even a draft."""
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
