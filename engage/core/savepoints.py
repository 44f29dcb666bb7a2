"""A cheap savepoint for commands that change no objects of the session."""

from __future__ import annotations

from typing import Any, Final, cast

from sqlalchemy.orm import Session

PLAIN: Final = "objects were changed in a plain command"


def is_changed(session: Session) -> bool:
    """Whether ``session`` holds changes it has not written yet."""
    return bool(session.new or session.dirty or session.deleted)


class PlainSavepoint:
    """A savepoint the session need not know of, since no objects are changed in it.

    A failed flush ends the innermost transaction the session knows: here it would be the whole batch's.
    So flushing is refused meanwhile.
    """

    def __init__(self, session: Session) -> None:
        self._session, connection = session, session.connection()
        raw = cast(Any, connection.connection.dbapi_connection)
        # What SQLite says of it by itself reaches the writer as it is; the driver alone costs a tenth.
        self._run = raw.execute if connection.dialect.name == "sqlite" else connection.exec_driver_sql
        self._run("SAVEPOINT gathered")

    def commit(self) -> None:
        """Keep what was done; ``RuntimeError`` where objects wait to be written."""
        if is_changed(self._session):
            raise RuntimeError(PLAIN)
        self._run("RELEASE SAVEPOINT gathered")

    def rollback(self) -> None:
        """Undo what was done, and let the session forget every object."""
        self._run("ROLLBACK TO SAVEPOINT gathered")
        self._run("RELEASE SAVEPOINT gathered")
        self._session.expunge_all()
