"""Editing theme days."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.errors import Invalid, NotFound
from engage.core.types import Localized
from engage.themedays.actions import theme_days as actions
from engage.themedays.forms import NoteForm, ThemeDayForm, both, theme_day_data
from engage.themedays.models import ThemeDayState
from engage.themedays.queries import plan, staff
from engage.themedays.rules import YEARS
from engage.themedays.views.blueprint import blueprint
from engage.web import guards
from engage.web.actor import current_actor
from engage.web.languages import render


@blueprint.route("/staff/theme-days/new", methods=["GET", "POST"])
@guards.staff(Permission.PLAN_ARRANGE)
def new_theme_day() -> ResponseReturnValue:
    """Write a theme day without a row behind it."""
    year, month = (request.args.get(name, 0, type=int) for name in ("year", "month"))
    if year not in YEARS:
        raise NotFound
    form = ThemeDayForm(data={"month": month if 1 <= month <= 12 else 1})
    form.offer(plan.all_units())
    if form.validate_on_submit():
        try:
            public_id = actions.create_theme_day(current_actor(), year, form.fields())
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The theme day has been created."), "success")
            return redirect(url_for("themedays.theme_day", public_id=public_id), 303)
    page = render_template("themedays/theme_day.html", form=form, day=None, year=year)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/staff/theme-days/<public_id>", methods=["GET", "POST"])
@guards.staff(Permission.ACTIVITY_READ)
def theme_day(public_id: str) -> ResponseReturnValue:
    """A theme day with its activities; the coordinator changes it here."""
    day = staff.theme_day(public_id)
    arranges = may(current_actor(), Permission.PLAN_ARRANGE)
    form = ThemeDayForm(data=theme_day_data(day))
    form.offer(plan.all_units())
    if request.method == "POST" and form.validate_on_submit():
        try:
            actions.change_theme_day(
                current_actor(), public_id, form.fields(), _revision(form), both(form, "note")
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("themedays.theme_day", public_id=public_id), 303)
    page = render_template(
        "themedays/theme_day.html",
        form=form,
        day=day,
        year=day.year,
        rows=staff.rows_of(day.id),
        arranges=arranges,
        may_write=may(current_actor(), Permission.ACTIVITY_EDIT, anywhere=True),
        readable={
            one.id
            for one in day.activities
            if may(current_actor(), Permission.ACTIVITY_READ, unit_id=one.unit_id, activity_id=one.id)
        },
        phase_of=staff.phase_of,
        others=[one for one in plan.theme_days_of(day.year) if one.id != day.id] if arranges else (),
        published=day.state is ThemeDayState.PUBLISHED,
        cancelled=day.state is ThemeDayState.CANCELLED,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/staff/theme-days/<public_id>/merge")
@guards.staff(Permission.PLAN_ARRANGE)
def merge(public_id: str) -> ResponseReturnValue:
    """Take another theme day of the year into this one."""
    note = Localized(zh_CN=request.form.get("merge_note", "").strip())
    try:
        actions.merge_theme_days(current_actor(), public_id, request.form.get("merge", ""), note)
    except Invalid as refusal:
        for sentence in refusal.errors.values():
            flash(render(sentence), "error")
    else:
        flash(gettext("The theme days have been merged."), "success")
    return redirect(url_for("themedays.theme_day", public_id=public_id), 303)


@blueprint.route("/staff/theme-days/<public_id>/cancel", methods=["GET", "POST"])
@guards.staff(Permission.PLAN_PUBLISH)
def cancel_theme_day(public_id: str) -> ResponseReturnValue:
    """Cancel a published theme day, with a reason."""
    day = staff.theme_day(public_id)
    form = NoteForm()
    if form.validate_on_submit():
        try:
            actions.cancel_theme_day(current_actor(), public_id, both(form, "note"))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The theme day has been cancelled; the calendar says so."), "success")
            return redirect(url_for("themedays.theme_day", public_id=public_id), 303)
    page = render_template(
        "themedays/cancel.html",
        form=form,
        title=day.theme,
        back=url_for("themedays.theme_day", public_id=public_id),
    )
    return page, 422 if form.is_submitted() else 200


def _revision(form: ThemeDayForm) -> int:
    value = form.revision.data or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
