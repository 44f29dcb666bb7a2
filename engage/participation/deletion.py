"""Deleting personal data: on time by the clock, at once by receipt code, and again after a restore."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Date, Table, delete, insert, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from engage.core.clock import local, now, today
from engage.core.db import Model, db
from engage.core.errors import Gone, NotFound
from engage.core.messages import msg
from engage.core.personal import Personal, personal_columns
from engage.core.writer import atomic
from engage.participation import receipts
from engage.participation.erasers import Eraser, eraser_of
from engage.participation.models import Deletion, WriteRequest

BATCH = 500
REQUEST_DAYS = 30
_BY_CODE = "receipt:"
_NOT_FOUND = msg("This receipt code is not known. Please check it; letters and digits must be exact.")


@dataclass(frozen=True, slots=True)
class Noted:
    """A deletion somebody asked for, as it is carried over a restore."""

    table_name: str
    row_key: str
    day: date


def delete_due(moment: datetime | None = None) -> int:
    """Delete or blank every personal value whose days are over; answers how many rows were touched.

    In batches of ``BATCH`` rows, each its own short transaction.
    """
    moment = moment or now()
    touched = 0
    for table, declared, columns in _duties():
        while count := _delete_batch(table, declared, columns, moment):
            touched += count
    return touched + _prune_requests(moment)


def look_up(code: str) -> tuple[receipts.Found, Eraser]:
    """What a receipt code would erase. Raises ``NotFound`` for an unknown code, ``Gone`` for a kind kept."""
    found = receipts.find(code)
    if found is None:
        raise NotFound(_NOT_FOUND)
    eraser = eraser_of(found.kind)
    if eraser is None:
        raise Gone(msg("What belongs to this code cannot be erased here. Please ask the organiser."))
    return found, eraser


def erase_by_code(code: str) -> None:
    """Erase what a receipt code opens, and the receipt. Raises like ``look_up``."""
    with atomic():
        found, eraser = look_up(code)
        eraser.erase(found.object_id)
        receipts.forget(found.kind, found.object_id)
        _note(found.kind, found.object_id)


def deletions() -> list[Noted]:
    """The deletions people asked for, for a restore to carry over."""
    rows = db.session.execute(
        select(Deletion.table_name, Deletion.row_key, Deletion.day).order_by(Deletion.id)
    )
    return [Noted(row.table_name, row.row_key, row.day) for row in rows]


def reapply_deletions(noted: Iterable[Noted]) -> int:
    """After a restore: erase again what was erased since the backup; answers how many.

    ``noted`` are the ``deletions`` of the database that was replaced. Those the backup knows itself are left
    out, since a row number may have been given anew since. What is due by the clock is deleted as well.
    """
    known = set(deletions())
    missing = [deletion for deletion in noted if deletion not in known]
    for deletion in missing:
        kind = deletion.table_name.removeprefix(_BY_CODE)
        eraser = eraser_of(kind)
        with atomic():
            if eraser is not None:
                eraser.erase(int(deletion.row_key))
            receipts.forget(kind, int(deletion.row_key))
            _note(kind, int(deletion.row_key), deletion.day)
    delete_due()
    return len(missing)


def _note(kind: str, object_id: int, day: date | None = None) -> None:
    db.session.execute(
        insert(Deletion).values(table_name=_BY_CODE + kind, row_key=str(object_id), day=day or today())
    )


def _duties() -> Iterator[tuple[Table, Personal, list[tuple[Column[Any], Personal]]]]:
    """Per table and deadline: the columns that are blanked together, or the table whose rows go."""
    grouped: dict[tuple[str, str, int, bool], list[tuple[Column[Any], Personal]]] = {}
    for column, declared in personal_columns(Model.metadata):
        key = (column.table.name, declared.since, declared.days, declared.whole_row)
        grouped.setdefault(key, []).append((column, declared))
    for (name, *_), columns in grouped.items():
        yield Model.metadata.tables[name], columns[0][1], columns


def _delete_batch(
    table: Table, declared: Personal, columns: list[tuple[Column[Any], Personal]], moment: datetime
) -> int:
    since = table.c[declared.since]
    cutoff: date | datetime = moment - timedelta(days=declared.days)
    if isinstance(since.type, Date):
        cutoff = local(moment - timedelta(days=declared.days)).date()
    due: ColumnElement[bool] = since < cutoff
    keys = list(table.primary_key.columns)
    if not declared.whole_row:
        blanks = {column: _blank(column, personal) for column, personal in columns}
        still = [column.is_distinct_from(blank) for column, blank in blanks.items()]
        due &= still[0] if len(still) == 1 else _any(still)
    with atomic():
        rows = db.session.execute(select(*keys).where(due).limit(BATCH)).all()
        if not rows:
            return 0
        which = (
            keys[0].in_([row[0] for row in rows])
            if len(keys) == 1
            else tuple_(*keys).in_([tuple(r) for r in rows])
        )
        # Core statements: audit entries past their time may go, which the ORM would refuse.
        if declared.whole_row:
            db.session.execute(delete(table).where(which))
        else:
            db.session.execute(
                update(table).where(which).values({c.name: blank for c, blank in blanks.items()})
            )
    return len(rows)


def _any(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    joined = conditions[0]
    for condition in conditions[1:]:
        joined |= condition
    return joined


def _blank(column: Column[Any], declared: Personal) -> str | None:
    if declared.erase is not None:
        return declared.erase
    return None if column.nullable else ""


def _prune_requests(moment: datetime) -> int:
    """Request ids are kept as long as a retry may reasonably come."""
    before = local(moment - timedelta(days=REQUEST_DAYS)).date()
    pruned = 0
    while True:
        with atomic():
            rows = db.session.execute(
                select(WriteRequest.request_hash).where(WriteRequest.day < before).limit(BATCH)
            ).all()
            if not rows:
                return pruned
            hashes = [row.request_hash for row in rows]
            db.session.execute(
                delete(WriteRequest).where(WriteRequest.request_hash.in_(hashes), WriteRequest.day < before)
            )
        pruned += len(rows)
