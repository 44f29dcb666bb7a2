"""Taking the order of arrival out of the tables that note devices, where the database keeps one."""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import product

from sqlalchemy import Table, func, select, text

from engage.core.clock import today
from engage.core.db import db
from engage.core.writer import atomic
from engage.participation.models import Participation, WriteRequest

EVERY_SECONDS = 300
ROWS_AT_ONCE = 500
_HEXADECIMAL = "0123456789abcdef"


def mix() -> None:
    """Write the rows of today and yesterday anew, a share of the hashes at a time.

    PostgreSQL keeps rows, and the number of the transaction that wrote each, in the order of arrival; SQLite
    keeps these tables in the order of their keys, so nothing is to be done there. The shares are short
    transactions, since writers wait for each, and come in an order drawn anew.
    """
    if db.engine.dialect.name != "postgresql":
        return
    for model, hashed in ((Participation, "device_hash"), (WriteRequest, "request_hash")):
        _mix(model.__table__, hashed)


def _mix(table: Table, hashed: str) -> None:
    since = today() - timedelta(days=1)
    count = db.session.scalar(select(func.count()).select_from(table).where(table.c.day >= since)) or 0
    db.session.rollback()
    keys = ", ".join(
        [hashed, *(column.name for column in table.primary_key.columns if column.name != hashed)]
    )
    # Names come from our own tables; what varies is bound.
    statement = text(
        f"WITH taken AS (DELETE FROM {table.name} WHERE day >= :since AND {hashed} LIKE :share RETURNING *) "  # noqa: S608
        f"INSERT INTO {table.name} SELECT * FROM taken ORDER BY {keys}"
    )
    for share in _shares(count):
        with atomic():
            db.session.execute(statement, {"since": since, "share": f"{share}%"})


def _shares(count: int) -> list[str]:
    """The beginnings of hashes that part ``count`` rows into shares of some ``ROWS_AT_ONCE``, shuffled."""
    digits = 0
    while ROWS_AT_ONCE * 16**digits < count:
        digits += 1
    shares = ["".join(letters) for letters in product(_HEXADECIMAL, repeat=digits)]
    secrets.SystemRandom().shuffle(shares)
    return shares
