"""Rate limits: by device first and by network second, since hundreds sit behind one carrier address."""

from __future__ import annotations

import ipaddress
import logging
import math
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse
from limits.errors import StorageError

from engage.core.errors import TooMany
from engage.core.ids import keyed_hash
from engage.core.keys import key as hashing_key
from engage.web.counters import WindowCounters

log = logging.getLogger(__name__)
_View = TypeVar("_View", bound=Callable[..., Any])


def init_limits(app: Flask) -> None:
    """Count in the configured storage. Only what asks for it is counted (``hit``, ``limited``)."""
    config = app.config["ENGAGE"]
    app.config["RATELIMIT_STORAGE_URI"] = config.limits_storage
    options: dict[str, Any] = {"wrap_exceptions": True}
    if config.limits_storage.startswith("redis"):
        # Nobody waits long for a count: see _count_in_storage.
        options |= {"socket_timeout": 1, "socket_connect_timeout": 1}
    app.config["RATELIMIT_STORAGE_OPTIONS"] = options
    app.config["RATELIMIT_ENABLED"] = config.rate_limits
    in_process = config.limits_storage.startswith("memory:")
    app.extensions["limit_counters"] = WindowCounters() if in_process else None
    if not in_process:
        limiter.init_app(app)


def network(address: str | None = None) -> str:
    """The network an address belongs to: the IPv4 address itself, or the /56 of an IPv6 address."""
    address = address if address is not None else (request.remote_addr or "unknown")
    with suppress(OSError, ValueError):
        socket.inet_pton(socket.AF_INET, address)
        return address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:  # as a socket for both kinds names IPv4 visitors
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 56), strict=False))
    return str(parsed)


limiter = Limiter(key_func=network, default_limits=[], headers_enabled=False)
_parsed: dict[str, RateLimitItem] = {}


def hit(
    name: str,
    *,
    device: str | None = None,
    per_device: str = "",
    per_network: str = "",
    of: str | None = None,
) -> None:
    """Count one ``name`` against the limits (``"10/minute"``); raises ``TooMany`` with the seconds to wait.

    ``device`` is the counted device or account; ``of`` the network (default: the request's own).
    """
    if not current_app.config["ENGAGE"].rate_limits:
        return
    if per_device and device:
        _count(per_device, name, "device", device)
    if per_network:
        _count(per_network, name, "network", of if of is not None else network())


def limited(name: str, *, per_device: str = "", per_network: str = "") -> Callable[[_View], _View]:
    """Mark a view: its requests are counted by the guard before it runs."""

    def mark(view: _View) -> _View:
        view.limit = (name, per_device, per_network)  # type: ignore[attr-defined]
        return view

    return mark


def _count(limit: str, *key: str) -> None:
    item = _parsed.get(limit)
    if item is None:
        item = _parsed[limit] = parse(limit)
    counters: WindowCounters | None = current_app.extensions["limit_counters"]
    if counters is not None:
        wait = counters.hit(key, item.amount, item.get_expiry())
        if wait:
            raise TooMany(wait)
    else:
        _count_in_storage(item, key)


def _count_in_storage(item: RateLimitItem, key: tuple[str, ...]) -> None:
    # Redis may write it to its disk: who came is not to be read there.
    key = (keyed_hash(hashing_key("limits"), *key),)
    try:
        if limiter.limiter.hit(item, *key):
            return
        reset = limiter.limiter.get_window_stats(item, *key).reset_time
    except StorageError as error:
        # Whoever writes to the city must not depend on the counting.
        log.warning("limits are not counted: %s", type(error.storage_error).__name__)
        return
    raise TooMany(math.ceil(reset - time.time()))
