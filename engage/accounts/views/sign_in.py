"""Signing in by password or one-time link, and signing out."""

from __future__ import annotations

import re

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts import actions, factors, known_browsers, queries
from engage.accounts.actions.second_step import BEGIN_AGAIN
from engage.accounts.confirming import passkey_site
from engage.accounts.forms import SecondStepForm, SignInForm
from engage.accounts.identity import browser, current_session, forget, remember, wait_for_second, waiting
from engage.accounts.lockout import Origin
from engage.accounts.passkeys import LONGEST_ANSWER
from engage.accounts.views.blueprint import blueprint
from engage.core.errors import Gone, Invalid, TooMany
from engage.core.ids import keyed_hash
from engage.core.keys import key
from engage.web.actor import current_actor, staff_actor
from engage.web.guards import sign_in_door, signed_in
from engage.web.languages import render
from engage.web.limits import network
from engage.web.refusals import note_refusal

# Printable ASCII of this site's own staff pages.
_NEXT = re.compile(r"/(?:staff/|styleguide|live/)[!-~]{0,300}\Z")


@blueprint.route("/staff/sign-in", methods=["GET", "POST"])
@sign_in_door
def sign_in() -> ResponseReturnValue:
    """The sign-in page; whoever is signed in already goes on."""
    if staff_actor() is not None:
        return redirect(_next())
    form = SignInForm()
    status = 200
    headers = {}
    if form.validate_on_submit():
        try:
            signed = actions.sign_in(
                form.email.data, form.password.data, origin=_origin(form.email.data), browser=browser()
            )
        except Invalid as refusal:
            form.refuse(refusal)
        except TooMany as refusal:
            note_refusal(refusal.status)
            form.password.errors = [render(refusal.message)]
            status, headers = 429, {"Retry-After": str(refusal.retry_after)}
        else:
            return _signed_in(signed, _next())
    if form.is_submitted() and status == 200:
        status = 422
    return render_template("accounts/sign_in.html", form=form, next=_next_field()), status, headers


@blueprint.route("/staff/sign-in/<token>", methods=["GET", "POST"])
@sign_in_door
def sign_in_link(token: str) -> ResponseReturnValue:
    """A one-time link: opening it only asks, so that programs that preview links do not use it up."""
    holder = queries.link_holder(token)
    if holder is None:
        raise Gone(actions.LINK_IS_USED)
    if request.method != "POST":
        return render_template("accounts/sign_in_link.html", person=holder)
    signed = actions.sign_in_by_link(token, browser())
    response = _signed_in(signed, url_for("accounts.home"))
    if signed.complete and not signed.has_password:
        # After the session was begun anew, which forgets what was said before.
        flash(gettext("You are signed in. Set a password under your name to do so without a link."), "info")
    return response


@blueprint.route("/staff/sign-in/second-step", methods=["GET", "POST"])
@sign_in_door
def second_step() -> ResponseReturnValue:
    """After the password or the link: a code, a passkey or a recovery code."""
    token, target = waiting()
    waits = factors.waiting_session(token) if token else None
    if waits is None:
        flash(gettext("This sign-in took too long. Please begin again."), "error")
        return redirect(url_for("accounts.sign_in"), 303)
    form, status, headers = SecondStepForm(), 200, {}
    if form.validate_on_submit():
        try:
            signed = actions.finish_sign_in(
                token,
                browser(),
                origin=_origin(queries.email_of(waits.user_id)),
                code=form.code.data or "",
                answer=(form.credential.data or "")[:LONGEST_ANSWER],
                site=passkey_site(),
            )
        except Invalid as refusal:
            form.refuse(refusal)
            status = refusal.status
        except TooMany as refusal:
            note_refusal(refusal.status)
            form.code.errors = [render(refusal.message)]
            status, headers = refusal.status, {"Retry-After": str(refusal.retry_after)}
        else:
            return _signed_in(signed, target or url_for("accounts.home"))
        form.code.data = form.credential.data = ""
    passkeys = bool(factors.passkeys_of(waits.user_id)) and passkey_site() is not None
    return render_template("accounts/second_step.html", form=form, passkeys=passkeys), status, headers


@blueprint.post("/staff/sign-in/second-step/passkey")
@sign_in_door
def second_step_passkey() -> Response:
    """What the browser is asked to show a passkey with."""
    waits, site = factors.waiting_session(waiting()[0]), passkey_site()
    if waits is None or site is None:
        raise Gone(BEGIN_AGAIN)
    return Response(actions.passkey_to_use(waits.id, waits.user_id, site), mimetype="application/json")


@blueprint.post("/staff/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session."""
    actions.sign_out(current_actor(), current_session().id)
    forget()
    flash(gettext("You are signed out."), "success")
    response = redirect(url_for("accounts.sign_in"), 303)
    # Not the cookies: those of the citizen on this device, and that the account knows this browser, stay.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _signed_in(signed: actions.SignedIn, target: str) -> ResponseReturnValue:
    """Give the browser its session and remember it as one the account knows; or ask for the second factor."""
    if not signed.complete:
        wait_for_second(signed.token, target)
        return redirect(url_for("accounts.second_step"), 303)
    remember(signed.token)
    response = redirect(target, 303)
    known_browsers.mark(response, known_browsers.account_key(queries.email_of(signed.user_id)))
    return response


def _origin(email: str) -> Origin:
    account = known_browsers.account_key(email)
    return Origin(
        account=account,
        network=keyed_hash(key("sign-in"), "network", network()),
        browser=known_browsers.known(account),
    )


def _next_field() -> str:
    target = request.values.get("next", "")
    return target if _NEXT.match(target) and "\\" not in target else ""


def _next() -> str:
    return _next_field() or url_for("accounts.home")
