"""The background process: runs the rows of the outbox in a few threads, and the clocks.

It sleeps until somebody writes, a row is due or a clock strikes.

The outbox in the database is the only queue that lasts: what is handed to a thread is in memory alone, so
there is no second store that could be damaged or disagree. Work is run at least once.
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import delete, func, select, update

from engage import create_app
from engage.analysis.process import AnalysisProcess
from engage.cli import require_current
from engage.config import ConfigError
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Busy
from engage.core.jobs import JOBS, MAX_ATTEMPTS, PERIODICS, OutboxJob, periodic
from engage.core.running import Running, beat, hold_running, hold_worker
from engage.core.schema import SchemaError
from engage.core.wakeups import ChangeWatch
from engage.core.writer import atomic
from engage.web.logs import log_what_nobody_caught, warn_of_root

log = logging.getLogger(__name__)

THREADS = 2
# What many write in the same moment is looked at once.
GATHER_SECONDS = 0.1
# A signal to stop is heeded so soon.
STOP_SECONDS = 0.5
# The outbox is looked at though nobody was heard writing.
SWEEP_SECONDS = 30.0
BEAT_SECONDS = 5.0
RELEASE_SECONDS = 60.0
# How long to wait before each further try to note that work is done, where the database takes no write.
FINISH_PAUSES = (0.5, 2.0, 10.0)
BATCH = 200
_KEEP_DONE = timedelta(days=7)
_KEEP_FAILED = timedelta(days=30)
_FIRST_RETRY = timedelta(seconds=5)


@dataclass(slots=True)
class _Clock:
    """Something done at once and then about every ``seconds``."""

    seconds: float
    run: Callable[[], object]
    due: float = 0.0

    def look(self, moment: float) -> None:
        if moment < self.due:
            return
        self.due = moment + self.seconds
        try:
            self.run()
        except Exception:
            log.exception("clock failed")


class Worker:
    """The relay from the outbox to the threads, with the clocks."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.taken: set[int] = set()
        self.ticking: set[str] = set()
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="work")

    def serve(self) -> None:
        """Work until SIGTERM or SIGINT.

        Raises ``Running`` where another worker does, ``SchemaError`` where the database is of another one.
        """
        instance = self.app.config["ENGAGE"].instance
        self.running = hold_running(instance), hold_worker(instance)
        warn_of_root()
        # Before there is any thread or connection.
        analysis = AnalysisProcess(self.app, failed=self.stopping.set)
        try:
            require_current(self.app)
            for stop in (signal.SIGTERM, signal.SIGINT):
                signal.signal(stop, lambda *_: self.stopping.set())
            self._relay()
        finally:
            # First: a thread may wait for an answer of it.
            analysis.stop()
        self.threads.shutdown(cancel_futures=True)
        self.app.extensions["close_database"]()

    def run_waiting(self) -> int:
        """Run all work that is due now in this thread (tests, commands); the number of rows run."""
        count = 0
        with self.app.app_context():
            while due := _due(set(), now()):
                for job_id in due:
                    self._run(job_id)
                count += len(due)
        return count

    def release_lost(self) -> None:
        """Take back what is begun and not in our hands: of a killed worker, or not noted as done."""
        with self.app.app_context(), atomic():
            begun = select(OutboxJob.id).where(OutboxJob.done_at.is_(None), OutboxJob.started_at.is_not(None))
            lost = set(db.session.scalars(begun)) - self.taken
            if lost:
                db.session.execute(update(OutboxJob).where(OutboxJob.id.in_(lost)).values(started_at=None))

    def _relay(self) -> None:
        watch = ChangeWatch(self.app)
        clocks = [
            _Clock(BEAT_SECONDS, lambda: beat(self.app.config["ENGAGE"].instance)),
            _Clock(RELEASE_SECONDS, self.release_lost),
            *(_Clock(one.seconds, partial(self._tick_soon, name)) for name, one in PERIODICS.items()),
        ]
        sweep = 0.0
        while not self.stopping.is_set():
            moment = time.monotonic()
            for clock in clocks:
                clock.look(moment)
            soon = min(sweep, *(clock.due for clock in clocks)) - moment
            try:
                if watch.wait(min(STOP_SECONDS, max(0.0, soon))) or time.monotonic() >= sweep:
                    sweep = time.monotonic() + self._hand_over()
                    self.stopping.wait(GATHER_SECONDS)
            except Exception:
                log.exception("relay failed")
                self.stopping.wait(GATHER_SECONDS)
        watch.close()

    def _hand_over(self) -> float:
        """Give what is due to the threads; in how many seconds to look again though nobody wrote."""
        with self.app.app_context():
            # One moment for both: a row that falls due between them would be in neither.
            moment = now()
            for job_id in _due(self.taken, moment):
                self.taken.add(job_id)
                self.threads.submit(self._run_logged, job_id)
            return _seconds_to_next(moment)

    def _run(self, job_id: int) -> None:
        try:
            with self.app.app_context():
                claimed = _claim(job_id)
                if claimed is not None:
                    _execute(job_id, *claimed)
        finally:
            self.taken.discard(job_id)

    def _run_logged(self, job_id: int) -> None:
        try:
            self._run(job_id)
        except Exception:
            log.exception("work failed", extra={"job_id": job_id})

    def _tick_soon(self, name: str) -> None:
        if name not in self.ticking:
            self.ticking.add(name)
            self.threads.submit(self._tick, name)

    def _tick(self, name: str) -> None:
        try:
            with self.app.app_context():
                PERIODICS[name].run()
        except Exception:
            log.exception("periodic failed", extra={"periodic": name})
        finally:
            self.ticking.discard(name)


def _due(taken: set[int], moment: datetime) -> list[int]:
    waiting = (
        select(OutboxJob.id)
        .where(
            OutboxJob.done_at.is_(None),
            OutboxJob.started_at.is_(None),
            OutboxJob.run_at <= moment,
            OutboxJob.attempts < MAX_ATTEMPTS,
        )
        .order_by(OutboxJob.run_at, OutboxJob.id)
        .limit(BATCH + len(taken))
    )
    rows = list(db.session.scalars(waiting))
    db.session.rollback()
    return [job_id for job_id in rows if job_id not in taken][:BATCH]


def _seconds_to_next(moment: datetime) -> float:
    """From ``moment`` until the next row is due, at most ``SWEEP_SECONDS``."""
    later = select(func.min(OutboxJob.run_at)).where(
        OutboxJob.done_at.is_(None), OutboxJob.started_at.is_(None), OutboxJob.run_at > moment
    )
    due = db.session.scalar(later)
    db.session.rollback()
    return SWEEP_SECONDS if due is None else min(SWEEP_SECONDS, (due - moment).total_seconds())


def _claim(job_id: int) -> tuple[str, dict[str, Any], int] | None:
    with atomic():
        row = db.session.get(OutboxJob, job_id)
        if row is None or row.done_at is not None or row.started_at is not None:
            return None
        row.started_at = now()
        row.attempts += 1
        return row.name, row.payload, row.attempts


def _execute(job_id: int, name: str, payload: dict[str, Any], attempts: int) -> None:
    try:
        JOBS[name](payload)
    except Exception as error:
        log.exception("job failed", extra={"job": name, "attempts": attempts})
        again_at = now() + _FIRST_RETRY * 2**attempts
        if attempts >= MAX_ATTEMPTS:
            again_at = minute(again_at)  # given up
        _finish(job_id, started_at=None, run_at=again_at, error=repr(error)[:500])
    else:
        # What stays is no finer than the minute: some work tells when somebody had something erased.
        done_at = minute()
        _finish(job_id, run_at=done_at, started_at=done_at, done_at=done_at, error=None)


def _finish(job_id: int, **values: Any) -> None:
    for pause in (*FINISH_PAUSES, None):
        db.session.rollback()
        try:
            with atomic():
                db.session.execute(update(OutboxJob).where(OutboxJob.id == job_id).values(**values))
            return
        except Busy:
            if pause is None:
                raise
            time.sleep(pause)


@periodic("core.forget_done_jobs", seconds=3600)
def forget_done_jobs() -> None:
    """Delete rows of work done a week ago, and of work given up a month ago."""
    given_up = OutboxJob.done_at.is_(None) & OutboxJob.started_at.is_(None)
    given_up &= (OutboxJob.attempts >= MAX_ATTEMPTS) & (OutboxJob.run_at < now() - _KEEP_FAILED)
    with atomic():
        db.session.execute(delete(OutboxJob).where((OutboxJob.done_at < now() - _KEEP_DONE) | given_up))


def main() -> None:
    """Entry point of ``python -m engage.worker``."""
    try:
        app = create_app()
    except ConfigError as error:
        sys.exit(str(error))
    log_what_nobody_caught()
    try:
        Worker(app).serve()
    except (Running, SchemaError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
