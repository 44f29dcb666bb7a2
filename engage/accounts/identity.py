"""Flask-Login, reduced to what is used: the signed cookie carries a session token, the row decides."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from engage.accounts import actions, passwords
from engage.accounts.actions.sessions import SEEN_EVERY, Browser
from engage.accounts.devices import device_label
from engage.accounts.queries import OpenSession, open_session
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.errors import Refusal

_WAITING, _TARGET = "waiting", "then"
log = logging.getLogger(__name__)


class SignedInStaff(UserMixin):
    """Who is signed in in this browser; ``session`` is the row that says so."""

    def __init__(self, token: str, row: OpenSession) -> None:
        self.token = token
        self.session = row

    def get_id(self) -> str:
        return self.token

    def as_actor(self, address: str | None = None) -> Actor:
        """The actor of what this person does from ``address``."""
        return self.session.actor(address)


def init_identity(app: Flask) -> None:
    """Bind Flask-Login to ``app``."""
    manager = LoginManager()
    # An address changes with the network; the session's own limits and list do this work.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app)
    app.after_request(_seen)
    passwords.prepare()


def remember(token: str) -> None:
    """Put a fresh session into the browser's cookie; nothing of an earlier one stays."""
    session.clear()
    row = open_session(token)
    if row is not None:
        login_user(SignedInStaff(token, row))


def wait_for_second(token: str, target: str) -> None:
    """Put a session that waits for its second factor into the cookie, and where it goes on afterwards."""
    session.clear()
    session[_WAITING], session[_TARGET] = token, target


def waiting() -> tuple[str, str]:
    """The token of the session that waits in this browser, and where it goes on; empty where none does."""
    return str(session.get(_WAITING) or ""), str(session.get(_TARGET) or "")


def browser() -> Browser:
    """The browser of this request, for a session that begins in it."""
    return Browser(
        address=request.remote_addr,
        label=device_label(request.user_agent.string),
        former=str(session.get("_user_id") or ""),
    )


def forget() -> None:
    """Take the session out of the browser's cookie."""
    logout_user()
    session.clear()


def current_session() -> OpenSession:
    """The session of this request; only behind a staff door."""
    return current_user.session


def _load(token: str) -> SignedInStaff | None:
    row = open_session(token)
    if row is None:
        return None
    if row.last_seen_at < now() - SEEN_EVERY:
        g.session_to_touch = row.id
    return SignedInStaff(token, row)


def _seen(response: Response) -> Response:
    note_seen()
    return response


def note_seen() -> None:
    """Keep the session that was used open; every page does so, a socket's event only where it calls this."""
    session_id = g.pop("session_to_touch", None)
    if session_id is not None:
        try:
            actions.touch_session(session_id, None)
        except Refusal:
            # The page is ready; that it was looked at may be noted next time.
            log.info("a session could not be noted as seen")
