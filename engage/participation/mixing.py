"""Taking the order of arrival out of the tables that note devices, where the database keeps one."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Table, text

from engage.core.clock import today
from engage.core.db import db
from engage.core.writer import atomic
from engage.participation.models import Participation, WriteRequest

EVERY_SECONDS = 300


def mix() -> None:
    """Write the rows of today and yesterday anew in the order of their keys, in one transaction.

    PostgreSQL keeps rows, and the number of the transaction that wrote each, in the order of arrival; SQLite
    keeps these tables in the order of their keys, so nothing is to be done there.
    """
    if db.engine.dialect.name != "postgresql":
        return
    since = today() - timedelta(days=1)
    for model in (Participation, WriteRequest):
        table: Table = model.__table__
        keys = ", ".join(reversed([column.name for column in table.primary_key.columns]))
        with atomic():
            # Names come from our own tables; the day is a bound value.
            db.session.execute(
                text(
                    f"WITH taken AS (DELETE FROM {table.name} WHERE day >= :since RETURNING *) "  # noqa: S608
                    f"INSERT INTO {table.name} SELECT * FROM taken ORDER BY {keys}"
                ),
                {"since": since},
            )
