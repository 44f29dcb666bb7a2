"""The coordinator's year: who has filed, what is arranged, what is published."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage.accounts.permissions import Permission
from engage.core.clock import now, today
from engage.core.errors import Conflict, Invalid
from engage.themedays.actions import rounds
from engage.themedays.forms import ExtensionForm, RoundForm, both, shown, wall
from engage.themedays.queries import plan as queries
from engage.themedays.views.blueprint import blueprint
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render


@blueprint.route("/staff/plan/new", methods=["GET", "POST"])
@staff(Permission.PLAN_ARRANGE)
def new_round() -> ResponseReturnValue:
    """Open a year for filing."""
    form = RoundForm(data={"year": today().year + 1})
    if form.validate_on_submit():
        year = form.year.data or 0
        try:
            rounds.open_round(
                current_actor(),
                year,
                form.deadline.moment or now(),
                both(form, "instructions"),
                request_id=form.request_id.data or "",
            )
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            form.year.errors = [render(refusal.message)]
        else:
            flash(gettext("The plan is open for filing."), "success")
            return redirect(url_for("themedays.board", year=year), 303)
    page = render_template("themedays/round.html", form=form, plan=None)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/staff/plan/<int:year>/settings", methods=["GET", "POST"])
@staff(Permission.PLAN_ARRANGE)
def change_round(year: int) -> ResponseReturnValue:
    """Set another deadline or other instructions."""
    plan = queries.round_of(year)
    form = RoundForm(
        data={"deadline": wall(plan.deadline), "year": year, **shown({"instructions": plan.instructions})}
    )
    del form.year
    if form.validate_on_submit():
        try:
            rounds.change_round(
                current_actor(), year, form.deadline.moment or now(), both(form, "instructions")
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("themedays.board", year=year), 303)
    page = render_template("themedays/round.html", form=form, plan=plan)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/staff/plan/<int:year>/board", methods=["GET", "POST"])
@staff(Permission.PLAN_ARRANGE)
def board(year: int) -> ResponseReturnValue:
    """The year on one page; its form gives one unit more time."""
    form = ExtensionForm()
    form.unit.choices = [(unit.id, unit.name.text()) for unit in queries.all_units()]
    if form.validate_on_submit():
        try:
            rounds.extend(current_actor(), year, form.unit.data, form.until.moment or now())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The unit has more time now and has been told."), "success")
            return redirect(url_for("themedays.board", year=year), 303)
    found = queries.board(year)
    page = render_template(
        "themedays/board.html",
        board=found,
        rounds=queries.rounds(),
        form=form,
        today=today(),
        passed=now() >= found.round.deadline,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/staff/plan/<int:year>/publish")
@staff(Permission.PLAN_PUBLISH)
def publish(year: int) -> ResponseReturnValue:
    """Publish the annual schedule."""
    count = rounds.publish_schedule(current_actor(), year)
    flash(
        ngettext("%(num)s theme day has been published.", "%(num)s theme days have been published.", count),
        "success",
    )
    return redirect(url_for("themedays.board", year=year), 303)
