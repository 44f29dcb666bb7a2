"""Noticing that another process has committed, for the price of a look."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from engage.core.begin import CHANNEL
from engage.core.db import db

_CONNECT_SECONDS = 5
LOOK_SECONDS = 0.2


class ChangeWatch:
    """Says whether anyone committed since the last look; one thread looks.

    On a connection of its own: on SQLite by ``PRAGMA data_version`` (a few microseconds), on PostgreSQL by
    what every write transaction notifies (engage.core.begin). Where that cannot be asked the answer is yes.
    """

    def __init__(self, app: Flask) -> None:
        with app.app_context():
            engine = db.engine
        sqlite = engine.dialect.name == "sqlite"
        self._look: _DataVersion | _Notifications = (_DataVersion if sqlite else _Notifications)(engine)

    def changed(self) -> bool:
        """Whether another connection committed since the last call; the first call says yes."""
        return self._look.changed()

    def wait(self, seconds: float) -> bool:
        """Wait until another connection commits, at most so long; whether one did since the last call.

        PostgreSQL tells of a commit at once; SQLite is looked at every ``LOOK_SECONDS``.
        """
        return self._look.wait(seconds)

    def close(self) -> None:
        """Give the connection back; whoever looks once more opens another."""
        self._look.close()


class _DataVersion:
    def __init__(self, engine: Engine) -> None:
        self._path = str(engine.url.database)
        self._connection: sqlite3.Connection | None = None
        self._version: Any = None

    def changed(self) -> bool:
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(
                    self._path, isolation_level=None, check_same_thread=False, timeout=0
                )
            version = self._connection.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.OperationalError:
            return True
        was, self._version = self._version, version
        return bool(version != was)

    def wait(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while not self.changed():
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, LOOK_SECONDS))
        return True

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = self._version = None


class _Notifications:
    def __init__(self, engine: Engine) -> None:
        self._driver: Any = engine.dialect.loaded_dbapi
        self._arguments = engine.dialect.create_connect_args(engine.url)
        self._connection: Any = None

    def changed(self) -> bool:
        return self._heard(0)

    def wait(self, seconds: float) -> bool:
        heard = self._heard(seconds)
        if self._connection is None:  # a server that is gone is not asked again at once
            time.sleep(min(seconds, LOOK_SECONDS))
        return heard

    def _heard(self, seconds: float) -> bool:
        try:
            if self._connection is None:
                self._listen()
                return True
            heard = any(True for _notice in self._connection.notifies(timeout=seconds, stop_after=1))
            # Many may have come together: they are one change.
            return sum(1 for _notice in self._connection.notifies(timeout=0)) > 0 or heard
        except self._driver.OperationalError:
            # What was notified meanwhile is lost with the connection, so the caller looks for itself.
            self.close()
            return True

    def _listen(self) -> None:
        places, names = self._arguments
        self._connection = self._driver.connect(
            *places, **names, autocommit=True, connect_timeout=_CONNECT_SECONDS
        )
        self._connection.execute(f"LISTEN {CHANNEL}")

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(self._driver.Error):
                self._connection.close()
        self._connection = None
