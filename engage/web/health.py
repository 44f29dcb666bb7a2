"""For machines: is the process up, can it read its database, how late is the worker."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from engage.core.calendar import missing_years
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.jobs import OutboxJob
from engage.web.guards import public

blueprint = Blueprint("health", __name__)
LATE_SECONDS = 60


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """503 only without the database; a late worker and unknown holidays are said in the body."""
    try:
        db.session.execute(text("SELECT 1"))
        oldest = db.session.scalar(
            select(func.min(OutboxJob.run_at)).where(
                OutboxJob.done_at.is_(None), OutboxJob.started_at.is_(None)
            )
        )
    except SQLAlchemyError:
        return jsonify(status="unavailable", database="unreachable"), 503
    late = max(0, round((now() - oldest).total_seconds())) if oldest else 0
    return jsonify(
        status="ok",
        database="ok",
        worker="late" if late > LATE_SECONDS else "ok",
        worker_late_s=late,
        years_without_holidays=missing_years(today()),
    )
