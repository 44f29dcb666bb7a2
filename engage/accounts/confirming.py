"""Before what gives away much: a person shows once more that it is them, at most a quarter of an hour ago.

A screen that is left alone, or a stolen cookie, then opens no lasting way in. The question stands in place of
the answer to the form, and what was sent goes along with it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from engage.accounts import actions, factors
from engage.accounts.forms import ConfirmForm
from engage.accounts.identity import current_session
from engage.accounts.models import User
from engage.accounts.passkeys import LONGEST_ANSWER, Site, site_of
from engage.accounts.queries import OpenSession
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Invalid, TooMany
from engage.web.actor import current_actor
from engage.web.addresses import absolute
from engage.web.languages import local_text, render
from engage.web.refusals import note_refusal
from engage.web.site import current_site

CONFIRMED_FOR = timedelta(minutes=15)
_OWN = ("csrf_token", "_request_id", "_confirming", "confirm_password", "confirm_code", "confirm_credential")


def is_confirmed(session: OpenSession) -> bool:
    """Whether the holder of this session has shown who they are a moment ago."""
    confirmed_at = session.confirmed_at
    return session.exempt or (confirmed_at is not None and confirmed_at > now() - CONFIRMED_FOR)


def confirmed(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Ask before a POST of a signed-in person who has not shown lately who they are; then run ``view``."""

    @wraps(view)
    def ask_first(**parts: Any) -> ResponseReturnValue:
        if request.method != "POST" or is_confirmed(current_session()):
            return view(**parts)
        form = ConfirmForm()
        status, headers = 403, {}
        if "_confirming" in request.form:
            try:
                _confirm(form)
            except Invalid as refusal:
                form.refuse(refusal)
                status = refusal.status
            except TooMany as refusal:
                note_refusal(refusal.status)
                form.code.errors = form.password.errors = [render(refusal.message)]
                status, headers = refusal.status, {"Retry-After": str(refusal.retry_after)}
            else:
                return view(**parts)
        response = make_response(_page(form), status)
        response.headers.update(headers)
        return response

    return ask_first


def passkey_site() -> Site | None:
    """For whom passkeys are made here: the public address, or this machine; ``None`` where there are none."""
    here = absolute("")
    known = current_app.config["ENGAGE"].public_url or urlsplit(here).hostname == "localhost"
    address = here if known else ""
    return site_of(address, local_text(current_site().name)) if address else None


def _confirm(form: ConfirmForm) -> None:
    actions.confirm(
        current_actor(),
        current_session().id,
        password=form.password.data or "",
        code=form.code.data or "",
        answer=(form.credential.data or "")[:LONGEST_ANSWER],
        site=passkey_site(),
    )


def _page(form: ConfirmForm) -> str:
    user = db.session.get_one(User, current_session().user_id)
    has_factor = factors.has_factor(user.id)
    form.code.data = form.credential.data = ""
    return render_template(
        "accounts/confirm.html",
        form=form,
        sent=[(name, value) for name, value in request.form.items(multi=True) if name not in _OWN],
        request_id=request.form.get("_request_id", ""),
        has_factor=has_factor,
        has_password=user.password_hash is not None,
        passkeys=bool(factors.passkeys_of(user.id)) and passkey_site() is not None,
    )
