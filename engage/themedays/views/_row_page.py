"""The page of a plan row: one form, whose other buttons take along what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.errors import Invalid
from engage.themedays.actions import rows as actions
from engage.themedays.forms import RowForm, contact_lines, row_data
from engage.themedays.queries import plan as queries
from engage.themedays.queries.rows import OpenRow, row_for
from engage.themedays.rules import RowDeed
from engage.web.actor import current_actor
from engage.web.numbers import revision_number


def may_arrange() -> bool:
    """Whether this member of staff arranges the year, and gives units more time to file."""
    return may(current_actor(), Permission.PLAN_ARRANGE)


def row_form(opened: OpenRow, *, typed: bool = True) -> RowForm:
    """The form of a row, with what was sent or as it is stored."""
    data = row_data(opened.row)
    form = RowForm(data=data) if typed else RowForm(formdata=None, data=data)
    form.offer([opened.row.unit], queries.all_units())
    return form


def row_page(opened: OpenRow, form: RowForm, contacts: Sequence[tuple[str, str, str]], **more: Any) -> str:
    """The page of a row: a form where something can be changed now, else to be read."""
    editable = bool(opened.deeds & {RowDeed.EDIT, RowDeed.ADJUST})
    return render_template(
        "themedays/row.html" if editable else "themedays/row_read.html",
        form=form,
        row=opened.row,
        year=opened.round.year,
        ends=opened.ends,
        passed=opened.passed,
        deeds=opened.deeds,
        own=opened.own,
        contacts=contacts,
        may_arrange=may_arrange(),
        theme_days=queries.theme_days_of(opened.round.year) if RowDeed.ARRANGE in opened.deeds else (),
        **more,
    )


def stored_page(public_id: str, **more: Any) -> str:
    """The page of a row as it is stored, with what was typed beside its fields."""
    opened = row_for(current_actor(), public_id)
    contacts = [(one.name, one.post, one.phone) for one in opened.row.contacts]
    return row_page(opened, row_form(opened, typed=False), contacts, **more)


def keep_edits(opened: OpenRow) -> ResponseReturnValue | None:
    """Save what was typed into the fields of a row; answers its page where that is refused."""
    form = row_form(opened)
    if form.validate_on_submit():
        try:
            actions.change_row(
                current_actor(),
                opened.row.public_id,
                form.fields(),
                revision_number(form.revision.data),
                request_id=form.request_id.data or "",
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return None
    return row_page(opened, form, contact_lines(opened.row)), 422


def edits_kept_for(public_id: str) -> ResponseReturnValue | None:
    """The same for a button that does something else with the row; it need not bring the fields."""
    if "theme" not in request.form:
        return None
    return keep_edits(row_for(current_actor(), public_id))
