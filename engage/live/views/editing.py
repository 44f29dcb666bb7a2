"""Staff: writing and changing a session, and publishing its record."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.fields import SelectChoice

from engage.accounts.permissions import Permission
from engage.accounts.queries import units
from engage.accounts.rules import may
from engage.core.errors import Conflict, Invalid
from engage.live import actions
from engage.live.forms import SessionForm, form_values
from engage.live.models import LiveSession
from engage.live.queries import record as record_queries
from engage.live.rules.life import Step
from engage.live.rules.session import SUMMARY_MOST
from engage.live.views.staff import readable
from engage.themedays.queries.staff import mine
from engage.web.actor import current_actor
from engage.web.display import local
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.numbers import revision_number

blueprint = Blueprint("live_editing", __name__)


@blueprint.route("/staff/live/new", methods=["GET", "POST"])
@staff(Permission.LIVE_EDIT)
def new() -> ResponseReturnValue:
    """Write a session."""
    form = _form(None)
    if request.method == "POST" and form.validate():
        try:
            _id, made = actions.create(
                current_actor(), form.unit.data, form.values(), request_id=form.request_id.data or ""
            )
        except Invalid as error:
            _refuse(form, error)
        else:
            flash(gettext("The session is saved as a draft. Announce it when it is ready."), "success")
            return redirect(url_for("live_staff.show", public_id=made), 303)
    return render_template("live/staff/edit.html", form=form, room=None), 422 if form.errors else 200


@blueprint.route("/staff/live/<public_id>/edit", methods=["GET", "POST"])
@staff(Permission.LIVE_EDIT)
def edit(public_id: str) -> ResponseReturnValue:
    """Change a session."""
    session = readable(public_id)
    form = _form(session)
    if request.method == "POST" and form.validate():
        revision = revision_number(form.revision.data)
        try:
            actions.edit(current_actor(), session.id, revision, form.values())
        except Invalid as error:
            _refuse(form, error)
        except Conflict as error:
            form.title_zh.errors = [*form.title_zh.errors, render(error.message)]
            return render_template("live/staff/edit.html", form=form, room=session), 409
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("live_staff.show", public_id=public_id), 303)
    return render_template("live/staff/edit.html", form=form, room=session), 422 if form.errors else 200


@blueprint.route("/staff/live/<public_id>/record", methods=["GET", "POST"])
@staff(Permission.LIVE_PUBLISH)
def record(public_id: str) -> ResponseReturnValue:
    """Look at the record as it will be, write its summary, publish it."""
    session = readable(public_id)
    if request.method == "POST":
        summary = request.form.get("summary", "")
        try:
            actions.step(current_actor(), session.id, Step.PUBLISH_RECORD, summary=summary)
        except Invalid as error:
            return _record_page(session, summary, render(error.errors["summary"])), 422
        except Conflict as error:
            flash(render(error.message), "error")
            return _record_page(session, summary), 409
        flash(gettext("The record is published."), "success")
        return redirect(url_for("live.record", public_id=public_id), 303)
    return _record_page(session, session.record_summary)


def _record_page(session: LiveSession, summary: str, error: str = "") -> str:
    return render_template(
        "live/staff/record.html",
        room=session,
        record=record_queries.record(session),
        summary=summary,
        errors={"summary": error} if error else {},
        most=SUMMARY_MOST,
    )


def _form(session: LiveSession | None) -> SessionForm:
    form = SessionForm(data=form_values(session) if session else None)
    actor = current_actor()
    form.activity.choices = [SelectChoice(0, gettext("None"))]
    form.activity.choices += [SelectChoice(item.id, local(item.title)) for item in mine(actor)]
    if session is None:
        form.unit.choices = [
            SelectChoice(unit.id, local(unit.name))
            for unit in units()
            if may(actor, Permission.LIVE_EDIT, unit_id=unit.id)
        ]
    else:
        # Whose session it is does not change by editing.
        del form.unit
        known = {choice.value for choice in form.activity.choices}
        if session.activity_id is not None and session.activity_id not in known:
            form.activity.choices += [
                SelectChoice(session.activity_id, gettext("(an activity of another unit)"))
            ]
    return form


def _refuse(form: SessionForm, error: Invalid) -> None:
    renamed = {"title": "title_zh"}
    form.refuse(Invalid({renamed.get(name, name): sentence for name, sentence in error.errors.items()}))
