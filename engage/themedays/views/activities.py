"""Editing activities."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.errors import Invalid, NotAllowed
from engage.themedays.actions import activities as actions
from engage.themedays.forms import ActivityForm, NoteForm, activity_data, both
from engage.themedays.models import Activity, Form
from engage.themedays.queries import staff
from engage.themedays.rules import NOT_HOSTED, ON_SITE
from engage.themedays.views.blueprint import blueprint
from engage.web import guards
from engage.web.actor import current_actor
from engage.web.languages import render


@blueprint.get("/staff/activities/")
@guards.staff(Permission.ACTIVITY_READ)
def activities() -> str:
    """The activities one may work on."""
    found = staff.mine(current_actor())
    return render_template("themedays/activities.html", activities=found, phase_of=staff.phase_of)


@blueprint.route("/staff/theme-days/<public_id>/activities/new", methods=["GET", "POST"])
@guards.staff(Permission.ACTIVITY_EDIT)
def new_activity(public_id: str) -> ResponseReturnValue:
    """Write an activity of a theme day."""
    day = staff.theme_day(public_id)
    form = ActivityForm()
    units = staff.editable_units(current_actor(), day)
    if not units:
        raise NotAllowed(NOT_HOSTED)
    form.offer(units)
    if form.validate_on_submit():
        try:
            made = actions.create_activity(
                current_actor(),
                public_id,
                form.unit.data,
                form.fields(),
                request_id=form.request_id.data or "",
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("themedays.activity", public_id=made), 303)
    page = render_template("themedays/activity.html", form=form, day=day, activity=None, deeds=frozenset())
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/staff/activities/<public_id>", methods=["GET", "POST"])
@guards.staff(Permission.ACTIVITY_READ)
def activity(public_id: str) -> ResponseReturnValue:
    """An activity: its form, and what can be done with it now.

    One form with two buttons: the one that announces takes along what was typed.
    """
    found, phase, deeds = staff.activity_for(current_actor(), public_id)
    form = _form(found)
    if request.method == "POST" and form.validate_on_submit():
        publish = request.form.get("deed") == "publish"
        act = actions.publish_activity if publish else actions.change_activity
        drawn = form.request_id.data or ""
        try:
            act(current_actor(), public_id, form.fields(), _revision(form), request_id=drawn)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The activity has been announced.") if publish else gettext("Saved."), "success")
            return redirect(url_for("themedays.activity", public_id=public_id), 303)
    page = render_template(
        "themedays/activity.html",
        form=form,
        day=found.theme_day,
        activity=found,
        phase=phase,
        deeds=deeds,
        makes=_makers(found),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/staff/activities/<public_id>/publish")
@guards.staff(Permission.ACTIVITY_PUBLISH)
def publish_activity(public_id: str) -> ResponseReturnValue:
    """Announce an activity."""
    try:
        actions.publish_activity(current_actor(), public_id)
    except Invalid as refusal:
        for sentence in refusal.errors.values():
            flash(render(sentence), "error")
    else:
        flash(gettext("The activity has been announced."), "success")
    return redirect(url_for("themedays.activity", public_id=public_id), 303)


@blueprint.route("/staff/activities/<public_id>/cancel", methods=["GET", "POST"])
@guards.staff(Permission.ACTIVITY_PUBLISH)
def cancel_activity(public_id: str) -> ResponseReturnValue:
    """Cancel an announced activity, with a reason."""
    found = staff.activity_for(current_actor(), public_id)[0]
    form = NoteForm()
    if form.validate_on_submit():
        try:
            actions.cancel_activity(current_actor(), public_id, both(form, "note"))
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(gettext("The activity has been cancelled; its page says so."), "success")
            return redirect(url_for("themedays.activity", public_id=public_id), 303)
    page = render_template(
        "themedays/cancel.html",
        form=form,
        title=found.title,
        above=(gettext("Activities"), url_for("themedays.activities")),
        back=url_for("themedays.activity", public_id=public_id),
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/staff/activities/<public_id>/remove")
@guards.staff(Permission.ACTIVITY_EDIT)
def remove_activity(public_id: str) -> ResponseReturnValue:
    """Delete a draft."""
    day = staff.activity_for(current_actor(), public_id)[0].theme_day.public_id
    actions.remove_activity(current_actor(), public_id)
    flash(gettext("The draft has been deleted."), "success")
    return redirect(url_for("themedays.theme_day", public_id=day), 303)


def _form(found: Activity) -> ActivityForm:
    form = ActivityForm(data=activity_data(found))
    form.offer([found.unit])
    return form


def _makers(found: Activity) -> tuple[tuple[str, str, str], ...]:
    """What an online activity can be held with: words, address and icon of the page that makes it."""
    if found.form in ON_SITE:
        return ()
    surveys = (gettext("Surveys"), "/staff/surveys/", "clipboard-list")
    if found.form is Form.QUESTIONNAIRE:
        return (surveys,)
    return (
        (gettext("Consultations"), "/staff/consultations/", "scroll-text"),
        (gettext("Live sessions"), "/staff/live/", "radio"),
    )


def _revision(form: ActivityForm) -> int:
    value = form.revision.data or ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else -1
