"""How much of a request's head is read: wishes as long as browsers send them, a host as long as a name is.

The server bounds each line, but lines of one name are joined, and libraries read a list of 30 KB for 80 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from flask import Flask

WISHES: Final = tuple(
    f"HTTP_{name}"
    for name in (
        "ACCEPT",
        "ACCEPT_CHARSET",
        "ACCEPT_ENCODING",
        "ACCEPT_LANGUAGE",
        "CACHE_CONTROL",
        "IF_MATCH",
        "IF_MODIFIED_SINCE",
        "IF_NONE_MATCH",
        "IF_RANGE",
        "IF_UNMODIFIED_SINCE",
        "PRAGMA",
        "RANGE",
    )
)
"""What a server may leave unheard (RFC 9110, sections 12.1, 13.1 and 14.2)."""
WISH_MOST: Final = 1_000
"""Signs; browsers send some 150."""
COOKIE_MOST: Final = 8 * 1024
"""Signs, as of one line: a browser sends no second one (RFC 6265, section 5.4)."""
HOST_MOST: Final = 253 + len(":65535")
"""Signs of a name (RFC 1035) and a port."""


def init_heads(app: Flask) -> None:
    """Bound what pages and sockets of ``app`` read of a head."""
    app.wsgi_app = _Bounded(app.wsgi_app)  # type: ignore[method-assign]


class _Bounded:
    """Leaves longer wishes and cookies unread, and answers no host that can be none."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        for name in WISHES:
            if name in environ and len(environ[name]) > WISH_MOST:
                del environ[name]
        if len(environ.get("HTTP_COOKIE", "")) > COOKIE_MOST:
            del environ["HTTP_COOKIE"]
        if len(environ.get("HTTP_HOST", "")) <= HOST_MOST:
            return self.app(environ, start_response)
        start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This address is too long.\n"]
