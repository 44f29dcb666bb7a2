"""Signing in by password or one-time link, and signing out."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts import actions, queries
from engage.accounts.devices import device_label
from engage.accounts.forms import SignInForm
from engage.accounts.identity import current_session, forget, remember
from engage.accounts.views.blueprint import blueprint
from engage.core.errors import Gone, Invalid, TooMany
from engage.core.ids import keyed_hash
from engage.core.keys import key
from engage.web.actor import current_actor, staff_actor
from engage.web.guards import sign_in_door, signed_in
from engage.web.languages import render
from engage.web.limits import network

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
                form.email.data,
                form.password.data,
                account=account_key(form.email.data),
                network=keyed_hash(key("sign-in"), "network", network()),
                address=request.remote_addr,
                device_label=device_label(request.user_agent.string),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        except TooMany as refusal:
            form.password.errors = [render(refusal.message)]
            status, headers = 429, {"Retry-After": str(refusal.retry_after)}
        else:
            remember(signed.token)
            return redirect(_next(), 303)
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
    signed = actions.sign_in_by_link(
        token, address=request.remote_addr, device_label=device_label(request.user_agent.string)
    )
    remember(signed.token)
    if not signed.has_password:
        flash(gettext("You are signed in. Set a password if you want to sign in without a link."), "info")
        return redirect(url_for("accounts.account"), 303)
    return redirect(url_for("accounts.home"), 303)


@blueprint.post("/staff/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End this session."""
    actions.sign_out(current_actor(), current_session().id)
    forget()
    flash(gettext("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


def account_key(email: str) -> str:
    """The name under which attempts on an account are counted, the same for unknown ones."""
    return keyed_hash(key("sign-in"), "account", email.strip().lower())


def _next_field() -> str:
    target = request.values.get("next", "")
    return target if _NEXT.match(target) and "\\" not in target else ""


def _next() -> str:
    return _next_field() or url_for("accounts.home")
