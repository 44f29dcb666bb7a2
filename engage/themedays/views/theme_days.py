"""Editing theme days."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.types import Localized
from engage.themedays.actions import theme_days as actions
from engage.themedays.forms import NoteForm, ThemeDayForm, both, theme_day_data
from engage.themedays.models import ThemeDay, ThemeDayState
from engage.themedays.queries import plan, staff
from engage.themedays.queries.rows import readable
from engage.themedays.rules import YEARS, ActivityDeed, activity_possible
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
            public_id = actions.create_theme_day(
                current_actor(), year, form.fields(), request_id=form.request_id.data or ""
            )
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
    if request.method != "POST":
        return _page(day, _form(day))
    refused = _keep_edits(day)
    if refused is not None:
        return refused
    flash(gettext("Saved."), "success")
    if request.form.get("merge_note", "").strip():
        # What is to be said when another one is merged is not lost by saving this one.
        day = staff.theme_day(public_id)
        return _page(day, _form(day, typed=False))
    return redirect(url_for("themedays.theme_day", public_id=public_id), 303)


@blueprint.post("/staff/theme-days/<public_id>/merge")
@guards.staff(Permission.PLAN_ARRANGE)
def merge(public_id: str) -> ResponseReturnValue:
    """Take another theme day of the year into this one; what was typed in its form is saved first."""
    if "theme_zh" in request.form:
        refused = _keep_edits(staff.theme_day(public_id))
        if refused is not None:
            return refused
    note = Localized(zh_CN=request.form.get("merge_note", "").strip())
    try:
        actions.merge_theme_days(current_actor(), public_id, request.form.get("merge", ""), note)
    except Invalid as refusal:
        day = staff.theme_day(public_id)
        sentences = [render(sentence) for sentence in refusal.errors.values()]
        return _page(day, _form(day, typed=False), merge_errors={"merge_note": sentences}), 422
    except Conflict as refusal:
        flash(render(refusal.message), "error")
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
        above=(gettext("Year plan %(year)s", year=day.year), url_for("themedays.plan", year=day.year)),
        back=url_for("themedays.theme_day", public_id=public_id),
        with_it=sum(activity_possible(ActivityDeed.CANCEL, staff.phase_of(one)) for one in day.activities),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/staff/theme-days/<public_id>/remove")
@guards.staff(Permission.PLAN_ARRANGE)
def remove_theme_day(public_id: str) -> ResponseReturnValue:
    """Delete a draft theme day with nothing in it."""
    year = staff.theme_day(public_id).year
    try:
        actions.remove_theme_day(current_actor(), public_id)
    except Conflict as refusal:
        flash(render(refusal.message), "error")
        return redirect(url_for("themedays.theme_day", public_id=public_id), 303)
    flash(gettext("The draft has been deleted."), "success")
    return redirect(url_for("themedays.board", year=year), 303)


def _form(day: ThemeDay, *, typed: bool = True) -> ThemeDayForm:
    data = theme_day_data(day)
    form = ThemeDayForm(data=data) if typed else ThemeDayForm(formdata=None, data=data)
    form.offer(plan.all_units())
    return form


def _keep_edits(day: ThemeDay) -> ResponseReturnValue | None:
    """Save what was typed into the fields of a theme day; answers its page where that is refused."""
    form = _form(day)
    if form.validate_on_submit():
        try:
            actions.change_theme_day(
                current_actor(),
                day.public_id,
                form.fields(),
                _revision(form),
                both(form, "note"),
                request_id=form.request_id.data or "",
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return None
    return _page(day, form), 422


def _page(day: ThemeDay, form: ThemeDayForm, **more: Any) -> str:
    actor = current_actor()
    arranges = may(actor, Permission.PLAN_ARRANGE)
    rows = staff.rows_of(day.id)
    return render_template(
        "themedays/theme_day.html",
        form=form,
        day=day,
        year=day.year,
        rows=rows,
        readable_rows=readable(actor, rows),
        arranges=arranges,
        may_write=bool(staff.editable_units(actor, day)),
        readable={
            one.id
            for one in day.activities
            if may(actor, Permission.ACTIVITY_READ, unit_id=one.unit_id, activity_id=one.id)
        },
        phase_of=staff.phase_of,
        others=_others(day) if arranges else (),
        published=day.state is ThemeDayState.PUBLISHED,
        cancelled=day.state is ThemeDayState.CANCELLED,
        **more,
    )


def _others(day: ThemeDay) -> list[ThemeDay]:
    """What may be merged into a theme day: into a draft only drafts."""
    draft = day.state is ThemeDayState.DRAFT
    return [
        one
        for one in plan.theme_days_of(day.year)
        if one.id != day.id and not (draft and one.state is ThemeDayState.PUBLISHED)
    ]


def _revision(form: ThemeDayForm) -> int:
    value = form.revision.data or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
