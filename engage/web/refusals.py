"""A line in the log for what was refused: forbidden, or too often. No address, no device, nothing typed."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus

from flask import request

from engage.web.actor import staff_actor

log = logging.getLogger("engage.refusals")
_NOTED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
# A flood of refusals must not become a flood of lines: one a second for each kind, and how many came before.
_EVERY = 1.0
_MOST_KINDS = 1000
_last: dict[tuple[int, str, str], tuple[float, int]] = {}


def note_refusal(status: int) -> None:
    """Write that this request is answered with ``status``, where that is one to know of."""
    if status not in _NOTED:
        return
    kind = (int(status), request.endpoint or "", request.method)
    moment = time.monotonic()
    written, more = _last.get(kind, (-_EVERY, 0))
    if moment - written < _EVERY:
        _last[kind] = written, more + 1
        return
    if len(_last) >= _MOST_KINDS:
        _last.clear()
    _last[kind] = moment, 0
    actor = staff_actor()
    log.warning(
        "refused",
        extra={
            "status": kind[0],
            "endpoint": kind[1],
            "method": kind[2],
            "staff": actor.id if actor else None,
            "more_before": more,
        },
    )
