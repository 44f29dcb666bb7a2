"""The staff session, without cost for the many requests that carry none."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask.wrappers import Request


class StaffSessions(SecureCookieSessionInterface):
    """Flask's signed cookie; its serializer is only made for requests that have the cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of this request: an empty one for citizens."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)
