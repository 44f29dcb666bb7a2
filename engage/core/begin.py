"""How a transaction begins on each database, and that only a writing one changes anything.

A connection with the execution option ``engage_write`` writes; ``engage_deadline`` is the moment (monotonic
clock) until which it waits for its turn. All others read, and a statement of theirs that changes rows is an
error.
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any, Final, cast

from sqlalchemy import Connection, Engine, event

from engage.core.errors import Busy

WAIT_SECONDS = 5.0
CHANNEL: Final = "engage"
OUTSIDE: Final = "rows were changed outside atomic()"
ADVISORY_LOCK: Final = 0x456E6761
_POLL_SECONDS = 0.01
_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE"})


def writing(deadline: float) -> dict[str, Any]:
    """The execution options of a write transaction that waits for its turn until ``deadline``."""
    return {"engage_write": True, "engage_deadline": deadline}


def init_begin(engine: Engine) -> None:
    """Let the transactions of ``engine`` begin so."""
    event.listen(engine, "begin", _begin_sqlite if engine.dialect.name == "sqlite" else _begin_other)
    event.listen(engine, "before_cursor_execute", _change_only_inside)


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("engage_write"):
        connection.exec_driver_sql("BEGIN")
        return
    raw = cast(Any, connection.connection.dbapi_connection)
    deadline = _deadline(connection)
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) and "busy" not in str(error):
                raise Busy from error
            if time.monotonic() >= deadline:
                raise Busy from error
        time.sleep(_POLL_SECONDS)


def _begin_other(connection: Connection) -> None:
    if connection.get_execution_options().get("engage_write"):
        # Waiting for one's turn has an end, as on SQLite; what comes after may take its time.
        left = max(1, round((_deadline(connection) - time.monotonic()) * 1000))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{left}ms'")
        # Who listens (engage.core.wakeups) is told with the commit, and only then.
        connection.exec_driver_sql(
            f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK}), pg_notify('{CHANNEL}', '')"
        )
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    else:
        # As on SQLite: what a page reads in several statements is of one moment (a room and its seq).
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _deadline(connection: Connection) -> float:
    found = connection.get_execution_options().get("engage_deadline")
    return time.monotonic() + WAIT_SECONDS if found is None else float(found)


def _change_only_inside(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: bool
) -> None:
    if statement[:6].upper() in _CHANGES and not connection.get_execution_options().get("engage_write"):
        raise RuntimeError(OUTSIDE)
