"""The address of this site: what leads to it from outside, and whether an address is ours.

A browser says in ``Host`` which site it means, and whoever makes the request can write anything there. So the
setting ``public_url`` decides where links lead; without one it is the address that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Flask, current_app, request

_PORTS = {"http": "80", "https": "443"}
_PORT = re.compile(r":[0-9]+\Z")
_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})


def init_addresses(app: Flask) -> None:
    """Answer only to the hosts of the setting ``trusted_hosts``, and offer the functions to templates."""
    hosts = app.config["ENGAGE"].hosts
    if hosts:
        app.wsgi_app = _OnlyHosts(app.wsgi_app, hosts)  # type: ignore[method-assign]
    app.jinja_env.globals["absolute"] = absolute
    app.jinja_env.globals["site_host"] = site_host


def absolute(path: str) -> str:
    """``path`` of this site (``/…``) as a link that works from outside."""
    root = current_app.config["ENGAGE"].public_url or f"{request.scheme}://{request.host}"
    return f"{root}{path}"


def lasting(path: str) -> str:
    """``path`` for pages that are kept and served to others: never by the host that somebody asked for.

    Without the setting ``public_url`` it is the path alone, which browsers read as well.
    """
    return f"{current_app.config['ENGAGE'].public_url}{path}"


def site_host() -> str:
    """Host and port of this site as people type them."""
    return urlsplit(absolute("")).netloc


def is_ours(address: str, host: str | None = None) -> bool:
    """Whether an ``Origin`` or a page's address is of this site: ``public_url``, or the ``host`` asked for.

    ``null`` (a page without an origin) and what has no scheme of the web never are. Source: RFC 6454.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in _PORTS or not parts.hostname:
        return False
    name = _plain(parts.netloc, parts.scheme)
    public = urlsplit(current_app.config["ENGAGE"].public_url)
    if name == public.netloc:
        return parts.scheme == public.scheme
    return port != 0 and name == _plain(host if host is not None else request.host, parts.scheme)


def path_of_ours(address: str) -> str:
    """Path and query of a page of this site, empty for any other address."""
    if not is_ours(address):
        return ""
    parts: SplitResult = urlsplit(address)
    if not parts.path.startswith("/") or parts.path.startswith("//"):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _plain(netloc: str, scheme: str) -> str:
    """Host and port as an ``Origin`` has them: in small letters, without the port everybody knows."""
    return netloc.lower().removesuffix(f":{_PORTS[scheme]}")


class _OnlyHosts:
    """In front of pages and sockets: who means another site gets no page of this one."""

    def __init__(self, app: Callable[..., Any], hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts) | _HERE

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        host = _plain(environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"])
        if host in self.hosts or _PORT.sub("", host) in self.hosts:
            return self.app(environ, start_response)
        start_response("421 Misdirected Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"This address is not known here.\n"]
