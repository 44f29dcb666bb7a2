"""What the coordinator does with a filed row: arranged into a month, taken out again, returned to its unit.

Each is a button of the row's form, so it saves first what was typed there.
"""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.errors import Conflict, Invalid
from engage.themedays.actions import arranging, rows
from engage.themedays.queries.rows import row_for
from engage.themedays.views._row_page import edits_kept_for, stored_page
from engage.themedays.views.blueprint import blueprint
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render


@blueprint.post("/staff/plan/rows/<public_id>/arrange")
@staff(Permission.PLAN_ARRANGE)
def arrange(public_id: str) -> ResponseReturnValue:
    """Put a row into a month (``month:3``) or a theme day (``day:<public id>``)."""
    refused = edits_kept_for(public_id)
    if refused is not None:
        return refused
    kind, _, value = request.form.get("target", "").partition(":")
    year = row_for(current_actor(), public_id).round.year
    try:
        if kind == "day":
            arranging.arrange_into_day(current_actor(), public_id, value)
        else:
            month = int(value) if value.isascii() and value.isdecimal() and len(value) < 3 else 0
            arranging.arrange_into_month(current_actor(), public_id, month)
    except Invalid as refusal:
        for sentence in refusal.errors.values():
            flash(render(sentence), "error")
    except Conflict as refusal:
        flash(render(refusal.message), "error")
    else:
        flash(gettext("The row has been arranged."), "success")
        return redirect(url_for("themedays.board", year=year), 303)
    return _to(public_id)


@blueprint.post("/staff/plan/rows/<public_id>/release")
@staff(Permission.PLAN_ARRANGE)
def release(public_id: str) -> ResponseReturnValue:
    """Take a row out of its theme day."""
    refused = edits_kept_for(public_id)
    if refused is not None:
        return refused
    try:
        arranging.release_row(current_actor(), public_id)
    except Conflict as refusal:
        flash(render(refusal.message), "error")
    else:
        flash(gettext("The row waits to be arranged again."), "success")
    return _to(public_id)


@blueprint.post("/staff/plan/rows/<public_id>/return")
@staff(Permission.PLAN_ARRANGE)
def return_row(public_id: str) -> ResponseReturnValue:
    """Return a filed row to its unit with a comment."""
    refused = edits_kept_for(public_id)
    if refused is not None:
        return refused
    try:
        rows.return_row(current_actor(), public_id, request.form.get("reason", ""))
    except Invalid as refusal:
        reasons = [render(sentence) for sentence in refusal.errors.values()]
        return stored_page(public_id, reason_errors=reasons), 422
    flash(gettext("The row has been returned; the unit has been told."), "success")
    return _to(public_id)


def _to(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("themedays.row", public_id=public_id), 303)
