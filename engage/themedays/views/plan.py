"""The plan of a year as a unit's staff work on it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.clock import now
from engage.core.errors import Conflict, Invalid
from engage.themedays.actions import rows as actions
from engage.themedays.forms import RowForm, contact_lines
from engage.themedays.queries import plan as queries
from engage.themedays.queries import rows as row_queries
from engage.themedays.views._row_page import keep_edits, may_arrange, row_form, row_page, stored_page
from engage.themedays.views.blueprint import blueprint
from engage.web.actor import current_actor
from engage.web.display import datetime_text
from engage.web.guards import staff
from engage.web.languages import render


@blueprint.get("/staff/plan")
@staff(Permission.PLAN_FILE)
def years() -> ResponseReturnValue:
    """The newest year's plan, or that no year is open yet."""
    found = queries.rounds()
    if found:
        return redirect(url_for("themedays.plan", year=found[0].year), 303)
    return render_template("themedays/no_round.html", may_arrange=may_arrange())


@blueprint.get("/staff/plan/<int:year>")
@staff(Permission.PLAN_FILE)
def plan(year: int) -> str:
    """A unit's own rows with their states and the deadline; for the coordinator every unit's."""
    return render_template(
        "themedays/plan.html",
        plan=queries.own_plan(current_actor(), year),
        rounds=queries.rounds(),
        moment=now(),
        may_arrange=may_arrange(),
    )


@blueprint.route("/staff/plan/<int:year>/rows/new", methods=["GET", "POST"])
@staff(Permission.PLAN_FILE)
def new_row(year: int) -> ResponseReturnValue:
    """Write a row; it can be filed in the same step."""
    plan = queries.own_plan(current_actor(), year)
    form = RowForm()
    form.offer(plan.units, queries.all_units())
    if form.validate_on_submit():
        try:
            public_id = actions.write_row(
                current_actor(),
                year,
                form.unit.data,
                form.fields(),
                request_id=form.request_id.data or "",
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return _saved(public_id)
    page = render_template(
        "themedays/row.html",
        form=form,
        row=None,
        year=year,
        # Who arranges writes for any unit: the last one's time is not that of all.
        ends=plan.round.deadline if may_arrange() else plan.ends_last,
        passed=now() >= plan.ends_last,
        contacts=contact_lines(None),
        may_arrange=may_arrange(),
        deeds=frozenset(),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/staff/plan/rows/<public_id>", methods=["GET", "POST"])
@staff(Permission.PLAN_FILE)
def row(public_id: str) -> ResponseReturnValue:
    """Read a row, and change it where that is possible now."""
    opened = row_queries.row_for(current_actor(), public_id)
    if request.method == "POST":
        refused = keep_edits(opened)
        if refused is not None:
            return refused
        if request.form.get("reason", "").strip() and request.form.get("then") != "file":
            # What is to be said when the row is returned is no part of it, and is not lost by saving it.
            flash(gettext("Saved."), "success")
            return stored_page(public_id)
        return _saved(public_id)
    return row_page(opened, row_form(opened), contact_lines(opened.row))


@blueprint.post("/staff/plan/rows/<public_id>/file")
@staff(Permission.PLAN_FILE)
def file_row(public_id: str) -> ResponseReturnValue:
    """File a row."""
    _file(public_id)
    return redirect(url_for("themedays.row", public_id=public_id), 303)


@blueprint.post("/staff/plan/rows/<public_id>/take-back")
@staff(Permission.PLAN_FILE)
def take_back(public_id: str) -> ResponseReturnValue:
    """Take a filed row back."""
    try:
        actions.take_back_row(current_actor(), public_id)
    except Conflict as refusal:
        flash(render(refusal.message), "error")
    else:
        ends = row_queries.row_for(current_actor(), public_id).ends
        words = gettext(
            "The row is a draft again. File it once more by %(moment)s.", moment=datetime_text(ends)
        )
        flash(words, "info")
    return redirect(url_for("themedays.row", public_id=public_id), 303)


@blueprint.post("/staff/plan/rows/<public_id>/delete")
@staff(Permission.PLAN_FILE)
def delete_row(public_id: str) -> ResponseReturnValue:
    """Delete a draft."""
    year = row_queries.row_for(current_actor(), public_id).round.year
    actions.delete_row(current_actor(), public_id)
    flash(gettext("The draft has been deleted."), "success")
    return redirect(url_for("themedays.plan", year=year), 303)


def _saved(public_id: str) -> ResponseReturnValue:
    if request.form.get("then") == "file":
        _file(public_id)
    else:
        flash(gettext("Saved."), "success")
    return redirect(url_for("themedays.row", public_id=public_id), 303)


def _file(public_id: str) -> None:
    """File, or say what is missing or too late: the row is kept either way."""
    try:
        actions.file_row(current_actor(), public_id)
    except Invalid as refusal:
        for sentence in refusal.errors.values():
            flash(render(sentence), "error")
    except Conflict as refusal:
        flash(render(refusal.message), "error")
    else:
        flash(gettext("The row has been filed."), "success")
