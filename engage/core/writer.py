"""The writer: one write transaction at a time in the process, shared by hot commands.

Why: SQLite has one writer. A greenlet that yields inside a write transaction while another begins one would
stop the whole process for SQLite's busy wait, so every write takes the process's lock cooperatively, begins
IMMEDIATE, runs without yielding, and lets only the commit (the fsync) run in the hub's thread pool. Commands
that arrive meanwhile gather and share the next commit, each in its own savepoint. On PostgreSQL an advisory
lock gives the same order between processes.

Waiting for one's turn ends ``WAIT_SECONDS`` after one came, whoever is in front: the process's lock, the
database's and the queue of gathered commands have one deadline. A command that has begun is waited for.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, current_app
from gevent.monkey import is_module_patched
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engage.core import bus
from engage.core.begin import OUTSIDE, WAIT_SECONDS, init_begin, writing
from engage.core.db import db
from engage.core.errors import Busy
from engage.core.savepoints import PLAIN, PlainSavepoint, is_changed
from engage.core.threads import beside_the_hub
from engage.core.turns import Command, Writer, left, let_gather

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_SCOPE = "write_scope"
# Nothing else runs while commands do: what would take longer shares the commit after this one.
_BATCH_SECONDS = 0.015
_CANNOT_WRITE = ("locked", "full", "busy", "disk I/O", "readonly", "unable to open", "no such savepoint")


class Beside(Protocol):
    """Something a transaction decides about that lies in a file beside the database.

    Written before the commit and marked as open, so that a crash between the two can be told from an end.
    """

    @property
    def file(self) -> Hashable:
        """What one ``sync`` brings to the disk, whoever wrote into it."""

    def sync(self) -> None:
        """Let what was written be on the disk; called right before the commit, in its thread."""

    def settle(self) -> None:
        """The transaction has ended well; called right after the commit, before it is acknowledged."""


@dataclass(slots=True)
class _Scope:
    events: list[object] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    plain: bool = False


def init_writer(app: Flask) -> None:
    """Attach a writer to ``app``; call after the database is bound."""
    app.extensions["engage_writer"] = Writer()
    with app.app_context():
        engine = db.engine
    init_begin(engine)


def is_writing() -> bool:
    """Whether a write transaction of this session is running."""
    return _SCOPE in db.session().info


def publish(item: object) -> None:
    """Queue an event of the running transaction; it is delivered after commit. Outside one: an error."""
    _scope().events.append(item)


def accompany(item: Beside) -> None:
    """Let ``item`` follow the running transaction (its own command, where commands share one)."""
    _scope().beside.append(item)


@contextmanager
def atomic() -> Iterator[Session]:
    """A write transaction: commits at the end, undoes everything on an error, then delivers its events.

    Inside another ``atomic`` (or a gathered command) it joins that one. Must not yield to other greenlets
    except through nested writes. Raises ``Busy`` where the database cannot take the write.
    """
    session = db.session()
    if _SCOPE in session.info:
        yield session
        return
    deadline = time.monotonic() + WAIT_SECONDS
    writer = _writer()
    _end_reading(session)
    scope = _Scope()
    if not writer.lock.acquire(timeout=left(deadline)):
        raise Busy
    try:
        with _transaction(session, scope, deadline):
            yield session
    finally:
        writer.lock.release()
    bus.deliver(scope.events)


def gather(run: Callable[[], _T], *, plain: bool = False) -> _T:
    """Run ``run`` in a transaction shared with other gathered commands; answers after the commit.

    ``run`` works on plain values and ``db.session`` only (no request, no ``g``): another greenlet may run it.
    Its error undoes only itself. ``plain`` promises that ``run`` changes no objects, only executes statements
    on the connection, which costs a third less. Raises what ``run`` raises, or ``Busy``.
    """
    if _SCOPE in db.session().info:
        return run()
    writer = _writer()
    _end_reading(db.session())
    command = Command(run, plain, time.monotonic() + WAIT_SECONDS)
    writer.line_up(command)
    while not command.ended:
        if command.leads:
            _lead(writer, command)
        else:
            writer.follow(command)
    if command.error is not None:
        raise command.error
    bus.deliver(command.events)
    return cast(_T, command.value)


def _lead(writer: Writer, command: Command) -> None:
    """Run what has gathered by the time the transaction has begun; who cannot begin lets the next one try."""
    batch: list[Command] = []
    taken = False
    try:
        taken = writer.lock.acquire(timeout=left(command.deadline))
        if not taken:
            raise Busy
        let_gather(_BATCH_SECONDS)
        _run_batch(writer, command.deadline, batch)
    except BaseException as error:
        for member in batch:
            member.error = member.error or (error if isinstance(error, Exception) else Busy())
        if not batch or not isinstance(error, Exception):
            raise
    finally:
        if taken:
            writer.lock.release()
        if not batch:
            writer.step_aside(command)
        writer.end(batch)


def _run_batch(writer: Writer, deadline: float, batch: list[Command]) -> None:
    app = cast(Any, current_app)._get_current_object()
    with app.app_context():
        session = db.session()
        scope = _Scope()
        with _transaction(session, scope, deadline):
            batch[:] = writer.take()
            until = time.monotonic() + _BATCH_SECONDS
            for number, member in enumerate(batch):
                if number and time.monotonic() >= until:
                    writer.put_back(batch[number:])
                    del batch[number:]
                    break
                _run_one(session, scope, member)


def _run_one(session: Session, scope: _Scope, member: Command) -> None:
    savepoint = PlainSavepoint(session) if member.plain else session.begin_nested()
    scope.plain = member.plain
    followed = len(scope.beside)
    try:
        member.value = member.run()
        savepoint.commit()
    except sqlite3.OperationalError:
        raise  # of the savepoint itself
    except OperationalError as error:
        if out_of_reach(error):
            raise
        _give_up(savepoint, scope, followed)
        member.error = error
    except Exception as error:
        _give_up(savepoint, scope, followed)
        member.error = error
    else:
        member.events = scope.events
    finally:
        scope.plain = False
    scope.events = []


def _give_up(savepoint: Any, scope: _Scope, followed: int) -> None:
    savepoint.rollback()
    del scope.beside[followed:]


@contextmanager
def _transaction(session: Session, scope: _Scope, deadline: float) -> Iterator[None]:
    session.info[_SCOPE] = scope
    try:
        session.connection(execution_options=writing(deadline))
        yield
        session.flush()
        _commit(session, scope)
    except OperationalError as error:
        _undo(session)
        if out_of_reach(error):
            log.warning("write refused: %s", error.orig)
            raise Busy from error
        raise
    except (sqlite3.OperationalError, OSError) as error:
        _undo(session)
        log.warning("commit refused: %s", error)
        raise Busy from error
    except BaseException:
        _undo(session)
        raise
    finally:
        del session.info[_SCOPE]


def _undo(session: Session) -> None:
    try:
        session.rollback()
    except OperationalError:
        # A full disk makes SQLite end the whole transaction itself, savepoints included.
        session.invalidate()


def _commit(session: Session, scope: _Scope) -> None:
    connection = session.connection()
    raw = cast(Any, connection.connection.dbapi_connection)
    in_thread = connection.dialect.name == "sqlite" and is_module_patched("threading")

    def lasting() -> None:
        for item in {item.file: item for item in scope.beside}.values():
            item.sync()
        if in_thread:
            raw.commit()

    if in_thread or scope.beside:
        beside_the_hub(lasting)
    session.commit()
    for item in scope.beside:
        item.settle()


def out_of_reach(error: OperationalError) -> bool:
    """Whether the database itself cannot answer now, as against a statement that is wrong."""
    if not isinstance(error.orig, sqlite3.OperationalError):
        # PostgreSQL says so for what lies with the server only: gone, full, shutting down, a deadlock.
        return True
    return any(word in str(error.orig) for word in _CANNOT_WRITE)


def _end_reading(session: Session) -> None:
    if is_changed(session):
        raise RuntimeError(OUTSIDE)
    session.rollback()


def _scope() -> _Scope:
    scope = db.session().info.get(_SCOPE)
    if scope is None:
        raise RuntimeError("not inside atomic()")
    return cast(_Scope, scope)


def _writer() -> Writer:
    return cast(Writer, current_app.extensions["engage_writer"])


@event.listens_for(Session, "before_flush")
def _flush_only_inside(session: Session, _context: Any, _instances: Any) -> None:
    if not is_changed(session):
        return
    scope = session.info.get(_SCOPE)
    if scope is None:
        raise RuntimeError(OUTSIDE)
    if scope.plain:
        raise RuntimeError(PLAIN)
