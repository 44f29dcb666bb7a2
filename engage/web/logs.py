"""Structured logs: one JSON object a line, with the id of the request."""

from __future__ import annotations

import logging
import os
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import gevent
import structlog
from flask import Flask, Response, g, request
from gevent.monkey import is_module_patched
from structlog.typing import Processor

_PLAIN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
access = structlog.get_logger("engage.access")
_uncaught = logging.getLogger("engage.uncaught")
_plain_access = logging.getLogger("engage.access")


def init_logs(app: Flask) -> None:
    """Configure logging once per process and give each request its id."""
    config = app.config["ENGAGE"]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    if not any(getattr(handler, "engage", False) for handler in root.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.engage = True  # type: ignore[attr-defined]
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            )
        )
        root.addHandler(handler)
    root.setLevel(config.log_level)
    for chatty in ("alembic", "engineio", "flask_wtf", "socketio", "engage.web.socketserver"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))
    app.before_request(_begin)
    app.after_request(_end)


def log_what_nobody_caught() -> None:
    """Send into the log what Python and gevent would print as a traceback of many lines.

    For web and worker; whoever types a command reads the traceback at the terminal.
    """
    logging.captureWarnings(True)
    sys.excepthook = lambda *found: _uncaught.critical("uncaught", exc_info=found)
    threading.excepthook = lambda args: _uncaught.error(
        "thread failed", exc_info=(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback)
    )
    sys.unraisablehook = lambda args: _uncaught.error(
        args.err_msg or "ignored",
        exc_info=(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback),
    )
    if is_module_patched("threading"):
        hub = gevent.get_hub()
        hub.print_exception = partial(_of_the_hub, hub.print_exception)  # type: ignore[method-assign]


def warn_of_root() -> None:
    """Say so where web or worker was started as root, which it needs for nothing and which breaks no fall."""
    if os.geteuid() == 0:
        logging.getLogger("engage").warning(
            "started as root: let a system user of its own run it (docs/operations.md)"
        )


def _of_the_hub(print_exception: Callable[..., None], context: object, *found: Any) -> None:
    """What a greenlet raised and nobody asks for. Must not raise: where logging fails, it is printed."""
    try:
        _uncaught.error("greenlet failed", exc_info=found, extra={"context": repr(context)})
    except Exception:
        print_exception(context, *found)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_log_id = given if _PLAIN_ID.fullmatch(given) else secrets.token_hex(8)
    g.request_began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_log_id)


def _end(response: Response) -> Response:
    # No address, no query and no device: a log line must not say which citizen did what.
    response.headers.setdefault("X-Request-Id", g.get("request_log_id", ""))
    elapsed = (time.perf_counter() - g.get("request_began", time.perf_counter())) * 1000
    failed = response.status_code >= 500
    if not failed and not _plain_access.isEnabledFor(logging.DEBUG):
        return response
    log = access.warning if failed else access.debug
    log(
        "request",
        method=request.method,
        endpoint=request.endpoint,
        status=response.status_code,
        ms=round(elapsed, 1),
    )
    return response
