"""The database: one engine, SQLite prepared for durability, or PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import orjson
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

from engage.core.types import EnumText, Localized, LocalizedText, UtcDateTime
from engage.core.vacuum import size_of, write_anew

JsonData = JSON

_NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    # Deleted means overwritten; how SQLite was built does not decide it.
    "secure_delete=ON",
    "temp_store=MEMORY",
    "cache_size=-32768",
)


class _Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMING)


_OPENING_SECONDS = 2.0
_POLL_SECONDS = 0.01

db = SQLAlchemy(model_class=_Base, session_options={"expire_on_commit": False})


class Model(db.Model):  # type: ignore[name-defined]
    """Base of every table."""

    __abstract__ = True


def engine_options(url: str) -> dict[str, Any]:
    """Pool and driver options for the database at ``url``.

    SQLite's own busy wait is off (``timeout`` 0 s): it would stop every socket of a cooperative process.
    """
    options: dict[str, Any] = {"pool_size": 10, "max_overflow": 90, "pool_timeout": 10}
    # What people typed must not reach the log with the error of a statement.
    options["hide_parameters"] = True
    # The largest questionnaire keeps everybody waiting for 35 ms instead of 115, read and written.
    options["json_serializer"], options["json_deserializer"] = _json, orjson.loads
    if url.startswith("sqlite"):
        options["connect_args"] = {"check_same_thread": False, "timeout": 0}
    else:
        options["pool_pre_ping"] = True
    return options


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # halves of characters, numbers of more than 64 bits
        return json.dumps(value)


def init_db(app: Flask) -> None:
    """Bind the database to ``app`` and prepare each new SQLite connection."""
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    app.extensions["close_database"] = lambda: _close(app)


def read_anew() -> None:
    """End the running read: what is read next is of now, not of the moment the first row was read.

    Objects read before are read again when they are used.
    """
    db.session.rollback()


def rewrite() -> bool:
    """Write the database anew: what was deleted is nowhere in it after that.

    SQLite's ``secure_delete`` overwrites a deleted row, but not the copies that were left where pages were
    divided while it was there; PostgreSQL overwrites nothing. Nobody writes meanwhile, some 100 MB a second.
    Answers whether it was done; not while others write all the time. SQLite's log is emptied then or, where
    somebody reads in it, by the next call of ``truncate_log``.
    """
    if db.engine.dialect.name != "sqlite":
        return write_anew(db.engine, _OPENING_SECONDS)
    done = _patiently_done("VACUUM")
    if done:
        truncate_log()
    return done


def size() -> int:
    """The bytes of the database."""
    if db.engine.dialect.name != "sqlite":
        return size_of(db.engine)
    return Path(str(db.engine.url.database)).stat().st_size


def truncate_log() -> bool:
    """Empty SQLite's log into the database: what was changed, and in which order, is in no file after that.

    Answers whether it is empty. Tries for two seconds, since it cannot be done while somebody writes, or
    reads what stands in it.
    """
    if db.engine.dialect.name != "sqlite":
        return True
    return _patiently_done("PRAGMA wal_checkpoint(TRUNCATE)")


def _patiently_done(statement: str) -> bool:
    """Whether ``statement``, outside any transaction, could be done; it answers 1 first where it was not."""
    deadline = time.monotonic() + _OPENING_SECONDS
    with db.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        while not (done := _done(raw, statement)) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
    return done


def _done(connection: Any, statement: str) -> bool:
    try:
        row = connection.execute(statement).fetchone()
    except sqlite3.OperationalError:
        return False
    return row is None or row[0] == 0


def _close(app: Flask) -> None:
    """The end of a process: nothing is left in the log."""
    with app.app_context():
        truncate_log()
        db.engine.dispose()


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        # The driver's implicit BEGIN would be a deferred one; ours are explicit (see engage.core.begin).
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            _patiently(connection, f"PRAGMA {pragma}")


def _patiently(connection: Any, statement: str) -> None:
    """Opening the log right after another process closed it may have to wait for its recovery."""
    deadline = time.monotonic() + _OPENING_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
        time.sleep(_POLL_SECONDS)


__all__ = [
    "EnumText",
    "JsonData",
    "Localized",
    "LocalizedText",
    "Model",
    "UtcDateTime",
    "db",
    "engine_options",
    "init_db",
    "read_anew",
    "rewrite",
    "size",
    "truncate_log",
]
