"""Noticing that another process has committed, for the price of a look."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask

from engage.core.db import db


class ChangeWatch:
    """Says whether anyone else committed since the last look.

    On SQLite by ``PRAGMA data_version`` on a connection of its own (a few microseconds). On other databases
    every look says yes: the caller's own query is then the look.
    """

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            engine = db.engine
        self._connection: sqlite3.Connection | None = None
        if engine.dialect.name == "sqlite":
            self._connection = sqlite3.connect(
                str(engine.url.database), isolation_level=None, check_same_thread=False, timeout=0
            )
        self._version: Any = None

    def changed(self) -> bool:
        """Whether another connection committed since the last call; the first call says yes."""
        if self._connection is None:
            return True
        try:
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.OperationalError:
            return True
        was, self._version = self._version, version
        return bool(version != was)
