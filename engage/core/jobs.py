"""Work for later: outbox rows written in the same transaction, run by the worker at least once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.clock import now
from engage.core.db import JsonData, Model, UtcDateTime, db

JobFunction = Callable[[dict[str, Any]], None]
MAX_ATTEMPTS = 8


class OutboxJob(Model):
    """One piece of work; deleted a while after it is done. ``key`` lets equal waiting work coalesce."""

    __table_args__ = (Index("ix_outbox_job_waiting", "done_at", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str | None] = mapped_column(String(200), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JsonData)
    run_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(500))


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work on a clock: ``run`` is called about every ``seconds``."""

    name: str
    seconds: int
    run: Callable[[], None]


JOBS: dict[str, JobFunction] = {}
PERIODICS: dict[str, Periodic] = {}


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register the function the worker runs for outbox rows called ``name``; it must be safe to run twice."""

    def register(function: JobFunction) -> JobFunction:
        if JOBS.get(name, function) is not function:
            raise ValueError(f"two jobs are called {name}")
        JOBS[name] = function
        return function

    return register


def periodic(name: str, *, seconds: int) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function the worker calls about every ``seconds``."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        PERIODICS[name] = Periodic(name, seconds, function)
        return function

    return register


def enqueue(
    name: str, payload: dict[str, Any], *, key: str | None = None, delay: timedelta = timedelta()
) -> None:
    """Add work to the running transaction. With ``key``, nothing is added while an unstarted row has it."""
    if key is not None:
        waiting = select(OutboxJob.id).where(
            OutboxJob.key == key, OutboxJob.done_at.is_(None), OutboxJob.started_at.is_(None)
        )
        if db.session.execute(waiting.limit(1)).first() is not None:
            return
    db.session.add(OutboxJob(name=name, key=key, payload=payload, run_at=now() + delay))
