"""How the web process runs: one gevent process for pages and sockets. Documented in docs/operations.md."""

from __future__ import annotations

import contextlib
import os
import resource

SOCKETS = int(os.environ.get("ENGAGE_MAX_SOCKETS", "15000"))

worker_class = "gevent"
workers = 1
# gunicorn's default of 1,000 caps sockets silently.
worker_connections = SOCKETS + 1000
backlog = 4096
keepalive = 30
timeout = 60
# Sockets are closed at once on SIGTERM (engage.web.sockets); what is left gets this long.
graceful_timeout = 5
accesslog = None
errorlog = "-"
loglevel = "warning"
control_socket_disable = True


def on_starting(_server: object) -> None:
    """Raise the limit of open files to what so many sockets need, as far as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SOCKETS * 2 + 2000
    ceiling = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < ceiling:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))
