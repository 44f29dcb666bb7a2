"""What stays of a deed beside the deed itself; which devices took part is in no table (see ``marks``)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.db import JsonData, Model


class WriteRequest(Model):
    """A client-made request id (keyed hash) with the hash of its body and what it was answered."""

    __table_args__ = (Index("ix_write_request_day", "day"), {"sqlite_with_rowid": False})

    request_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    answer: Mapped[dict[str, Any]] = mapped_column(JsonData)
    day: Mapped[date] = mapped_column(Date)


class Receipt(Model):
    """A receipt code (keyed hash) and the one object it opens."""

    __table_args__ = (Index("ix_receipt_object", "kind", "object_id"), {"sqlite_with_rowid": False})

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]


class Deletion(Model):
    """An erasure that must be done again after a restore; names a row, holds no personal data.

    ``mark`` tells it from every other, also where a row number is given anew after a restore.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int]
    day: Mapped[date] = mapped_column(Date)
