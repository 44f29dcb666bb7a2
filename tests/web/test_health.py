"""What machines are told: 503 only without the database, everything about the worker in the body."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage import create_app
from engage.core.calendar import missing_years
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.jobs import MAX_ATTEMPTS, OutboxJob
from engage.core.running import beat
from engage.core.writer import atomic
from tests.fixtures.database import make_config

pytestmark = pytest.mark.database
_MINUTE = timedelta(minutes=1)


def _work(**values: Any) -> None:
    with atomic():
        db.session.add(OutboxJob(**{"name": "x", "payload": {}, "run_at": now()} | values))


def _ready(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["status"] == answer.json["database"] == "ok"
    return answer.json


def test_a_healthy_installation(app: Flask, client: FlaskClient) -> None:
    beat(app.config["ENGAGE"].instance)
    assert _ready(client) == {
        "status": "ok",
        "database": "ok",
        "worker": "ok",
        "worker_silent_s": 0,
        "worker_late_s": 0,
        "hanging_jobs": 0,
        "failed_jobs": 0,
        "years_without_holidays": missing_years(today()),
    }
    assert client.get("/healthz").json == {"status": "ok"}


@pytest.mark.parametrize(
    ("ago", "worker", "shown"),
    [
        ({"run_at": 2 * _MINUTE}, "late", {"worker_late_s": 120}),
        ({"run_at": 0.5 * _MINUTE}, "ok", {"worker_late_s": 30}),
        ({"run_at": 30 * _MINUTE, "started_at": 14 * _MINUTE}, "ok", {"hanging_jobs": 0, "worker_late_s": 0}),
        ({"run_at": 30 * _MINUTE, "started_at": 16 * _MINUTE}, "stuck", {"hanging_jobs": 1}),
        ({"run_at": 900 * _MINUTE, "attempts": MAX_ATTEMPTS}, "ok", {"failed_jobs": 1, "worker_late_s": 0}),
        ({"run_at": 900 * _MINUTE, "done_at": _MINUTE}, "ok", {"worker_late_s": 0, "failed_jobs": 0}),
        ({"run_at": -5 * _MINUTE}, "ok", {"worker_late_s": 0}),
    ],
)
def test_what_waits_is_told(
    app: Flask, client: FlaskClient, ago: dict[str, Any], worker: str, shown: dict[str, int]
) -> None:
    beat(app.config["ENGAGE"].instance)
    moment = now()
    with app.app_context():
        _work(**{name: moment - it if isinstance(it, timedelta) else it for name, it in ago.items()})
    told = _ready(client)
    assert told["worker"] == worker
    for name, value in shown.items():
        assert abs(told[name] - value) <= (3 if name.endswith("_s") and value else 0), name


def test_a_worker_that_never_came_or_fell_silent_is_stopped(app: Flask, client: FlaskClient) -> None:
    instance: Path = app.config["ENGAGE"].instance
    told = _ready(client)
    assert (told["worker"], told["worker_silent_s"]) == ("stopped", None)
    beat(instance)
    an_hour_ago = time.time() - 3600
    os.utime(instance / "worker.beat", (an_hour_ago, an_hour_ago))
    told = _ready(client)
    assert told["worker"] == "stopped"
    assert told["worker_silent_s"] >= 3600


def test_without_the_database_it_is_not_ready(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path / "instance", f"sqlite:///{tmp_path}/nowhere/engage.db"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"status": "unavailable", "database": "unreachable"}
    assert app.test_client().get("/healthz").status_code == 200
