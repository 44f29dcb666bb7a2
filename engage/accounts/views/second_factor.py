"""One's own second factor: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import segno
from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from engage.accounts import actions, codes, factors
from engage.accounts.confirming import confirmed, is_confirmed, passkey_site
from engage.accounts.forms import AppForm, PasskeyForm
from engage.accounts.identity import current_session
from engage.accounts.models import User
from engage.accounts.passkeys import LONGEST_ANSWER
from engage.accounts.views.blueprint import blueprint
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed, NotFound
from engage.web.actor import current_actor
from engage.web.guards import signed_in
from engage.web.languages import local_text, render
from engage.web.site import current_site


@blueprint.get("/staff/account/second-factor")
@signed_in
def second_factor() -> str:
    """What is set up, and what can be."""
    session = current_session()
    user = db.session.get_one(User, session.user_id)
    return render_template(
        "accounts/second_factor.html",
        app=factors.app_of(user.id),
        passkeys=factors.passkeys_of(user.id),
        codes_left=factors.codes_left(user.id),
        needs_second=session.needs_second,
        exempt=session.exempt,
        must=factors.must_have_factor(user),
        passkeys_possible=passkey_site() is not None,
    )


@blueprint.post("/staff/account/second-factor/app/begin")
@signed_in
@confirmed
def begin_app() -> ResponseReturnValue:
    """Draw the secret of a new app."""
    actions.offer_app(current_actor(), current_session().id)
    return redirect(url_for("accounts.app"), 303)


@blueprint.route("/staff/account/second-factor/app", methods=["GET", "POST"])
@signed_in
def app() -> ResponseReturnValue:
    """The QR code of the new app; a code of it takes it into use."""
    session = current_session()
    form, status = AppForm(), 200
    if form.validate_on_submit():
        try:
            fresh = actions.confirm_app(current_actor(), session.id, form.code.data)
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            flash(render(refusal.message), "error")
            return _to_overview()
        else:
            return _set_up(gettext("The authenticator app is set up."), fresh)
    if form.is_submitted():
        status = 422
    secret = factors.read_offer(session.id, "app")
    if secret is None:
        return _to_overview()
    user = db.session.get_one(User, session.user_id)
    address = codes.app_address(secret, user.email or user.name, local_text(current_site().name))
    shown = codes.secret_text(secret) or ""
    groups = " ".join(shown[at : at + 4] for at in range(0, len(shown), 4))
    page = render_template("accounts/authenticator.html", form=form, picture=_qr(address), secret=groups)
    return page, status


@blueprint.post("/staff/account/second-factor/app/remove")
@signed_in
@confirmed
def remove_app() -> ResponseReturnValue:
    """Take the authenticator app away."""
    return _removed(lambda: actions.remove_app(current_actor(), current_session().id))


@blueprint.post("/staff/account/second-factor/passkeys/begin")
@signed_in
@confirmed
def begin_passkey() -> ResponseReturnValue:
    """Go to the page where a passkey is made."""
    return redirect(url_for("accounts.new_passkey"), 303)


@blueprint.route("/staff/account/second-factor/passkeys/new", methods=["GET", "POST"])
@signed_in
def new_passkey() -> ResponseReturnValue:
    """Name a passkey; a script has the browser make it and sends its answer along."""
    site, session = passkey_site(), current_session()
    if site is None:
        raise NotFound
    if not is_confirmed(session):
        return _to_overview()
    form = PasskeyForm()
    if form.validate_on_submit():
        answer = (form.credential.data or "")[:LONGEST_ANSWER]
        try:
            fresh = actions.add_passkey(current_actor(), session.id, site, form.name.data, answer)
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            flash(render(refusal.message), "error")
            return _to_overview()
        else:
            return _set_up(gettext("The passkey is set up."), fresh)
    form.credential.data = ""
    return render_template("accounts/passkey.html", form=form), 422 if form.is_submitted() else 200


@blueprint.post("/staff/account/second-factor/passkeys/question")
@signed_in
def passkey_to_make() -> Response:
    """What the browser is asked to make a passkey with."""
    site, session = passkey_site(), current_session()
    if site is None or not is_confirmed(session):
        raise NotAllowed
    return _json(actions.passkey_to_make(current_actor(), session.id, site))


@blueprint.post("/staff/account/confirm/passkey")
@signed_in
def passkey_to_confirm() -> Response:
    """What the browser is asked to show a passkey with, to confirm that it is still the same person."""
    site, session = passkey_site(), current_session()
    if site is None:
        raise NotFound
    return _json(actions.passkey_to_use(session.id, session.user_id, site))


@blueprint.post("/staff/account/second-factor/passkeys/<public_id>/remove")
@signed_in
@confirmed
def remove_passkey(public_id: str) -> ResponseReturnValue:
    """Take a passkey away."""
    return _removed(lambda: actions.remove_passkey(current_actor(), current_session().id, public_id))


@blueprint.post("/staff/account/second-factor/codes")
@signed_in
@confirmed
def make_codes() -> ResponseReturnValue:
    """Show fresh recovery codes, this once."""
    try:
        fresh = actions.make_codes(current_actor(), current_session().id)
    except Conflict as refusal:
        flash(render(refusal.message), "error")
        return _to_overview()
    return render_template("accounts/recovery_codes.html", codes=fresh, done="")


def _set_up(done: str, fresh: list[str]) -> ResponseReturnValue:
    if fresh:
        return render_template("accounts/recovery_codes.html", codes=fresh, done=done)
    flash(done, "success")
    return _to_overview()


def _removed(remove: Callable[[], None]) -> ResponseReturnValue:
    try:
        remove()
    except Conflict as refusal:
        flash(render(refusal.message), "error")
    else:
        flash(gettext("The second factor has been taken away."), "success")
    return _to_overview()


def _to_overview() -> ResponseReturnValue:
    return redirect(url_for("accounts.second_factor"), 303)


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")


def _qr(address: str) -> Markup:
    """The picture in the page itself: its address would hold the secret."""
    out = BytesIO()
    drawn = segno.make(address, error="m", micro=False)
    drawn.save(out, kind="svg", border=4, scale=4, xmldecl=False, svgns=False, light="#fff", omitsize=True)
    return Markup(out.getvalue().decode())  # noqa: S704 - drawn by segno from a picture of modules
