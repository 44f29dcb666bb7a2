"""For machines: is the process up, can it read its database, and is the worker at work."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from engage.core.calendar import missing_years
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.disk import Disk
from engage.core.jobs import MAX_ATTEMPTS, OutboxJob
from engage.core.running import seconds_since_beat
from engage.web.actor import staff_actor
from engage.web.guards import public

blueprint = Blueprint("health", __name__)
LATE_SECONDS = 60
SILENT_SECONDS = 30
HANGING_AFTER = timedelta(minutes=15)


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """503 without the database or room on the disk; how the worker fares and unknown holidays in the body.

    Whoever is neither on this machine nor signed in is told the state and no more.
    """
    try:
        db.session.execute(text("SELECT 1"))
        work = _work()
    except SQLAlchemyError:
        return jsonify(status="unavailable", **({"database": "unreachable"} if _is_here() else {})), 503
    room = _disk().has_room()
    state, code = ("ok", 200) if room else ("unavailable", 503)
    if not _is_here() and staff_actor() is None:
        return jsonify(status=state), code
    return jsonify(status=state, **_details(work, room)), code


def _is_here() -> bool:
    """Whether who asks sits on this machine: what a proxy passes on comes from somewhere else."""
    try:
        here = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return here and not any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))


def _disk() -> Disk:
    found: Disk | None = current_app.extensions.get("engage_disk")
    if found is None:
        found = current_app.extensions["engage_disk"] = Disk(current_app.config["ENGAGE"].instance)
    return found


def _details(work: dict[str, int], room: bool) -> dict[str, Any]:
    silent = seconds_since_beat(current_app.config["ENGAGE"].instance)
    return dict(
        database="ok",
        **({} if room else {"disk": "full"}),
        worker=_state(silent, work),
        worker_silent_s=None if silent is None else round(silent),
        **work,
        years_without_holidays=missing_years(today()),
    )


def _work() -> dict[str, int]:
    unfinished = select(func.count()).where(OutboxJob.done_at.is_(None))
    waiting = OutboxJob.started_at.is_(None)
    oldest = db.session.scalar(
        select(func.min(OutboxJob.run_at)).where(
            OutboxJob.done_at.is_(None), waiting, OutboxJob.attempts < MAX_ATTEMPTS
        )
    )
    return {
        "worker_late_s": max(0, round((now() - oldest).total_seconds())) if oldest else 0,
        "hanging_jobs": _count(unfinished.where(OutboxJob.started_at < now() - HANGING_AFTER)),
        "failed_jobs": _count(unfinished.where(waiting, OutboxJob.attempts >= MAX_ATTEMPTS)),
    }


def _count(query: Any) -> int:
    return db.session.scalar(query) or 0


def _state(silent: float | None, work: dict[str, int]) -> str:
    if silent is None or silent > SILENT_SECONDS:
        return "stopped"
    if work["hanging_jobs"]:
        return "stuck"
    return "late" if work["worker_late_s"] > LATE_SECONDS else "ok"
