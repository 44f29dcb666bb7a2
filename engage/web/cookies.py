"""Every cookie of the site: its name, who may read it, how long it stays.

Over HTTPS the names begin with ``__Host-`` (or ``__Secure-`` for a cookie of one page
alone): browsers take such a cookie from this very host over HTTPS only, so that neither a neighbouring
subdomain nor a line without encryption can put one in. Source: RFC 6265bis, 4.1.3.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, request
from werkzeug.wrappers import Response

_HOST, _SECURE = "__Host-", "__Secure-"


def named(cookie: str, *, path: str = "/", secure: bool | None = None) -> str:
    """The name under which ``cookie`` travels; ``secure`` is this site's own setting where not given."""
    if secure is None:
        secure = current_app.config["ENGAGE"].secure_cookies
    if not secure:
        return cookie
    return f"{_HOST if path == '/' else _SECURE}{cookie}"


def read(cookie: str, *, path: str = "/", sent: Mapping[str, str] | None = None) -> str:
    """What the browser brought, empty where it brought nothing; ``sent`` for doors that have no request."""
    return (request.cookies if sent is None else sent).get(named(cookie, path=path), "")


def keep(response: Response, cookie: str, value: str, *, seconds: int, path: str = "/") -> None:
    """Have the browser keep ``value`` for ``seconds``: out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        named(cookie, path=path),
        value,
        max_age=seconds,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["ENGAGE"].secure_cookies,
    )


def forget(response: Response, cookie: str, *, path: str = "/") -> None:
    """Have the browser drop it."""
    response.delete_cookie(
        named(cookie, path=path),
        path=path,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["ENGAGE"].secure_cookies,
    )
