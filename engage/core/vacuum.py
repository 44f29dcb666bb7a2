"""Writing PostgreSQL's tables anew, so that what was deleted is in none of their files."""

from __future__ import annotations

import time
from typing import Final

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

_POLL_SECONDS: Final = 0.05
# Who comes after it waits for the same table.
_LOCK_MILLISECONDS: Final = 250
_LOCK_NOT_AVAILABLE: Final = "55P03"
_NOW = text("SELECT pg_current_xact_id()::text")
# VACUUM keeps the dead rows that a transaction of this database may still see which began before them, and
# those that it may see itself: its snapshot reaches back to the oldest that writes in any database.
_NOBODY_LOOKS_BACK = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot()) > CAST(:moment AS xid8)"
    " AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND age(backend_xmin) > age(CAST(CAST(:moment AS xid8) AS xid)))"
)


def write_anew(engine: Engine, seconds: float) -> bool:
    """Write every table of ours anew, one after the other; who reads or writes it waits meanwhile.

    Answers whether it was done: not where transactions begun before this moment last longer than ``seconds``,
    nor where a table is not let go. The server's log holds what was written until it is recycled.
    """
    tables, quoted = inspect(engine).get_table_names(), engine.dialect.identifier_preparer.quote
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not _nobody_looks_back(connection, time.monotonic() + seconds):
            return False
        try:
            connection.exec_driver_sql(f"SET lock_timeout = {_LOCK_MILLISECONDS}")
            connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(map(quoted, tables))}")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def size_of(engine: Engine) -> int:
    """The bytes of the database."""
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _nobody_looks_back(connection: Connection, deadline: float) -> bool:
    moment = connection.scalar(_NOW)
    while not connection.scalar(_NOBODY_LOOKS_BACK, {"moment": moment}):
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True
