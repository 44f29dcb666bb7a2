"""One's own account: password and sessions."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage.accounts import actions, factors, queries
from engage.accounts.confirming import confirmed
from engage.accounts.forms import PasswordForm
from engage.accounts.identity import current_session
from engage.accounts.models import User
from engage.accounts.views.blueprint import blueprint
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.web.actor import current_actor
from engage.web.guards import signed_in
from engage.web.limits import limited
from engage.web.site import current_site


@blueprint.route("/staff/account", methods=["GET", "POST"])
@signed_in
@limited("password", per_device="20/hour")
def account() -> ResponseReturnValue:
    """Change the password; see where one is signed in."""
    session = current_session()
    user = db.session.get_one(User, session.user_id)
    asks_current = user.password_hash is not None and not actions.came_by_link(session.by_link, session.began)
    form = PasswordForm()
    if not asks_current:
        del form.current
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate() and _change(form, session.id, asks_current):
            flash(gettext("Your password has been changed. Other devices have been signed out."), "success")
            return redirect(url_for("accounts.account"), 303)
    return (
        render_template(
            "accounts/account.html",
            form=form,
            user=user,
            sessions=queries.sessions_of(session.user_id),
            current=session.id,
            asks_current=asks_current,
            has_factor=factors.has_factor(user.id),
        ),
        status,
    )


@blueprint.post("/staff/account/sessions/<public_id>/end")
@signed_in
@confirmed
def end_session(public_id: str) -> ResponseReturnValue:
    """Sign one of one's own devices out."""
    actions.end_session(current_actor(), public_id)
    flash(gettext("That device has been signed out."), "success")
    return redirect(url_for("accounts.account"), 303)


@blueprint.post("/staff/account/sessions/end-others")
@signed_in
@confirmed
def end_other_sessions() -> ResponseReturnValue:
    """Sign all of one's other devices out."""
    count = actions.end_other_sessions(current_actor(), current_session().id)
    flash(
        ngettext("%(num)d device has been signed out.", "%(num)d devices have been signed out.", count),
        "success",
    )
    return redirect(url_for("accounts.account"), 303)


def _change(form: PasswordForm, session_id: int, asks_current: bool) -> bool:
    if form.new.data != form.again.data:
        form.refuse(Invalid({"again": msg("The two new passwords are not the same.")}))
        return False
    try:
        actions.change_password(
            current_actor(),
            form.current.data if asks_current else "",
            form.new.data,
            session_id=session_id,
            places=_places(),
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return False
    return True


def _places() -> list[str]:
    """What the person's units and the site are called, in every language."""
    site = current_site()
    scopes = queries.names_of_scopes(current_actor().grants).values()
    named = [site.name, site.city, site.organiser, site.undertaker, *scopes]
    return [text for one in named for text in ([one] if isinstance(one, str) else one.values())]
