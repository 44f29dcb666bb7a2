"""What machines are told: 503 without database or disk; about the worker only who is here or signed in."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage import create_app
from engage.accounts.permissions import Role
from engage.core.calendar import missing_years
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.disk import Disk
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


def _asked(client: FlaskClient, address: str, **headers: str) -> Any:
    return client.get("/readyz", headers=headers, environ_base={"REMOTE_ADDR": address})


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("address", "headers", "told"),
    [
        ("127.0.0.1", {}, True),
        ("127.9.9.9", {}, True),
        ("::1", {}, True),
        ("203.0.113.7", {}, False),
        ("10.0.0.5", {}, False),
        ("2001:db8::1", {}, False),
        ("", {}, False),
        # A proxy on this machine that the settings do not know of passes strangers on.
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, False),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7"}, False),
    ],
)
def test_strangers_are_told_the_state_alone(
    app: Flask, client: FlaskClient, address: str, headers: dict[str, str], told: bool
) -> None:
    with app.app_context():
        _work(run_at=now() - 900 * _MINUTE, attempts=MAX_ATTEMPTS)
    answer = _asked(client, address, **headers)
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert ("failed_jobs" in answer.json) is told
    assert told or answer.json == {"status": "ok"}


def test_strangers_hear_no_reason_either(tmp_path: Path) -> None:
    app = create_app(make_config(tmp_path / "instance", f"sqlite:///{tmp_path}/nowhere/engage.db"))
    answer = _asked(app.test_client(), "203.0.113.7")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable"})


def test_signed_in_staff_are_told_wherever_they_sit(staff_client: Callable[..., Any]) -> None:
    assert "failed_jobs" in _asked(staff_client(Role.TYPIST), "203.0.113.7").json


def test_a_full_disk_is_not_ready(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("engage.core.disk._LOOK_AGAIN_SECONDS", 0)
    assert client.get("/readyz").status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr("engage.core.disk.os.posix_fallocate", full)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["status"], answer.json["disk"]) == (
            503,
            "unavailable",
            "full",
        )
        assert _asked(client, "203.0.113.7").json == {"status": "unavailable"}
    assert client.get("/readyz").status_code == 200
    assert not list(app.config["ENGAGE"].instance.glob(".room-*"))


def test_the_disk_is_tried_now_and_then_however_often_it_is_asked(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    assert disk.has_room()
    tmp_path.rename(tmp_path.with_name("gone"))
    assert disk.has_room()
    assert not Disk(tmp_path).has_room()
