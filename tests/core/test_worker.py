"""The worker: work is run at least once, whatever happens to the note that it is done."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from engage import worker
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Busy
from engage.core.jobs import JOBS, MAX_ATTEMPTS, OutboxJob, enqueue, job
from engage.core.writer import atomic
from tests.fixtures.server import wait_until

pytestmark = pytest.mark.database


@pytest.fixture
def runs() -> Iterator[list[dict[str, Any]]]:
    """A kind of work that is written down when it runs."""
    seen: list[dict[str, Any]] = []
    job("test.work")(seen.append)
    yield seen
    del JOBS["test.work"]


def _order(**values: Any) -> None:
    with atomic():
        enqueue("test.work", {"n": 1})
        db.session.flush()
        if values:
            db.session.execute(update(OutboxJob).values(**values))


def _row() -> OutboxJob:
    db.session.rollback()
    return db.session.scalars(select(OutboxJob).execution_options(populate_existing=True)).one()


def _refusing(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """The database takes no note that work is done, so many times."""
    left = [times]
    begin = worker.atomic

    def refusing() -> Any:
        if left[0] and _row().started_at is not None:
            left[0] -= 1
            raise Busy
        return begin()

    monkeypatch.setattr(worker, "atomic", refusing)
    monkeypatch.setattr(worker, "FINISH_PAUSES", (0.0, 0.0))


def test_a_note_that_is_refused_is_made_again(
    app: Flask, runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        _order()
        _refusing(monkeypatch, 2)
        worker.Worker(app).run_waiting()
        assert _row().done_at is not None
        assert runs == [{"n": 1}]


def test_work_that_could_not_be_noted_is_run_again(
    app: Flask, runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    working = worker.Worker(app)
    with app.app_context():
        _order()
        with monkeypatch.context() as full:
            _refusing(full, 3)
            with pytest.raises(Busy):
                working.run_waiting()
        assert _row().started_at is not None
        working.run_waiting()
        assert len(runs) == 1
        working.release_lost()
        working.run_waiting()
        assert len(runs) == 2
        assert _row().done_at is not None


def test_work_in_hand_is_not_taken_back(app: Flask, runs: list[dict[str, Any]]) -> None:
    working = worker.Worker(app)
    with app.app_context():
        _order(started_at=now() - timedelta(hours=1), attempts=1)
        working.taken.add(_row().id)
        working.release_lost()
        assert _row().started_at is not None
        working.taken.clear()
        working.release_lost()
        assert _row().started_at is None


@pytest.mark.parametrize(
    ("values", "kept"),
    [
        ({"done_at": timedelta(days=6)}, True),
        ({"done_at": timedelta(days=8)}, False),
        ({"run_at": timedelta(days=29), "attempts": MAX_ATTEMPTS}, True),
        ({"run_at": timedelta(days=31), "attempts": MAX_ATTEMPTS}, False),
        ({"run_at": timedelta(days=31), "attempts": MAX_ATTEMPTS - 1}, True),
        ({"run_at": timedelta(days=31), "attempts": MAX_ATTEMPTS, "started_at": timedelta(0)}, True),
    ],
)
def test_what_is_done_or_given_up_is_forgotten_in_time(
    app: Flask, values: dict[str, Any], kept: bool
) -> None:
    ago = {name: now() - value if isinstance(value, timedelta) else value for name, value in values.items()}
    with app.app_context():
        _order(**ago)
        worker.forget_done_jobs()
        assert (db.session.scalar(select(OutboxJob.id)) is not None) is kept


def _fails(_payload: dict[str, Any]) -> None:
    raise ValueError


@pytest.mark.parametrize(("done", "attempts"), [(True, 0), (False, MAX_ATTEMPTS - 1)])
def test_of_work_done_or_given_up_no_time_finer_than_the_minute_stays(
    app: Flask, runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, done: bool, attempts: int
) -> None:
    """Some work tells that somebody had something erased, and stays for days."""
    if not done:
        monkeypatch.setitem(JOBS, "test.work", _fails)
    with app.app_context():
        begun = now() - timedelta(seconds=7, microseconds=123_456)
        _order(run_at=begun, attempts=attempts)
        worker.Worker(app).run_waiting()
        row = _row()
        times = [row.run_at, row.started_at, row.done_at]
        assert (row.done_at is not None) is done
        assert {moment.replace(second=0, microsecond=0) for moment in times if moment} == {
            moment for moment in times if moment
        }


def test_it_wakes_for_what_is_written_and_for_what_falls_due_and_for_nothing_else(
    app: Flask, runs: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look that is a safety net comes once an hour here, and no clock strikes."""
    monkeypatch.setattr(worker, "SWEEP_SECONDS", 3600.0)
    monkeypatch.setattr(worker, "PERIODICS", {})
    looks: list[int] = []
    due = worker._due

    def counted(taken: set[int], moment: datetime) -> list[int]:
        looks.append(1)
        return due(taken, moment)

    monkeypatch.setattr(worker, "_due", counted)
    working = worker.Worker(app)
    relay = threading.Thread(target=working._relay)
    relay.start()
    try:
        with app.app_context():
            with atomic():
                enqueue("test.work", {"n": 1})
            wait_until(lambda: runs == [{"n": 1}], 20)
            with atomic():
                enqueue("test.work", {"n": 2}, delay=timedelta(seconds=3))
            wait_until(lambda: len(runs) == 2, 20)
    finally:
        working.stopping.set()
        relay.join(20)
        working.threads.shutdown()
    assert not relay.is_alive()
    # At the start, after each of the commits (asked for, begun, done: of two), and when the second fell due.
    assert len(looks) <= 1 + 6 + 2
