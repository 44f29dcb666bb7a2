"""Deleting personal data: on time by the clock, at once by receipt code, and again after a restore."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Column, Date, Table, delete, exists, insert, select, tuple_, update
from sqlalchemy.sql.elements import ColumnElement

from engage.core.clock import from_local, local, now, today
from engage.core.db import Model, db
from engage.core.errors import Gone, NotFound
from engage.core.ids import request_id as fresh_mark
from engage.core.jobs import enqueue
from engage.core.messages import msg
from engage.core.personal import Personal, personal_columns
from engage.core.writer import atomic
from engage.participation import erased, receipts
from engage.participation.actions import once
from engage.participation.erased import Noted
from engage.participation.erasers import Eraser, eraser_of, rows_of_kinds
from engage.participation.marks import forget_due, note_retracted
from engage.participation.models import Deletion, Receipt, WriteRequest

log = logging.getLogger(__name__)

BATCH = 500
REQUEST_DAYS = 30
FORGET_WORDS = "participation.forget-words"
NIGHT = time(3)
"""On the site's clocks, when few people write."""
_NOT_FOUND = msg("This receipt code is not known. Please check it; letters and digits must be exact.")


class NotAllDeleted(Exception):
    """Some of what was due could not be deleted; the rest was."""


@dataclass(frozen=True, slots=True)
class _Duty:
    """Columns of one table with one deadline: blanked together, or the table whose rows go."""

    table: Table
    declared: Personal
    columns: list[tuple[Column[Any], Personal]]


def delete_due(moment: datetime | None = None) -> int:
    """Delete or blank every personal value whose days are over; answers how many rows were touched.

    In batches of ``BATCH`` rows, each its own short transaction. A table that fails holds up no other; then
    ``NotAllDeleted`` is raised at the end.
    """
    moment = moment or now()
    touched, failed = 0, []
    for duty in _duties():
        try:
            while count := _delete_batch(duty, moment):
                touched += count
        except Exception:
            log.exception("not deleted on time", extra={"table": duty.table.name})
            db.session.rollback()
            failed.append(duty.table.name)
    touched += forget_due(moment)
    touched += _prune_requests(moment) + _prune_receipts()
    if failed:
        raise NotAllDeleted(f"Personal data that was due could not be deleted from: {', '.join(failed)}.")
    return touched


@dataclass(frozen=True, slots=True)
class Erasable:
    """What is erased by a code now, of one kind, and how many more it ``leaves`` under it."""

    found: list[receipts.Found]
    eraser: Eraser
    leaves: int

    @property
    def lines(self) -> list[str]:
        """What each is, in a line."""
        ids = [each.object_id for each in self.found]
        return self.eraser.lines(ids) if self.eraser.lines else []


def look_up(code: str, which: str = "") -> Erasable:
    """What a receipt code would erase: all it opens, or the one whose ``handle`` is ``which``.

    Raises ``NotFound`` for an unknown code or handle, ``Gone`` for a kind kept.
    """
    under = receipts.find_all(code)
    found = [each for each in under if which in ("", each.handle)]
    if not found:
        raise NotFound(_NOT_FOUND)
    eraser = eraser_of(found[0].kind)
    if eraser is None:
        raise Gone(msg("What belongs to this code cannot be erased here. Please ask the organiser."))
    return Erasable(found, eraser, len(under) - len(found))


def erase_by_code(code: str, request_id: str, which: str = "") -> None:
    """Erase what a receipt code opens, with its receipts, or the one of handle ``which``.

    The same form sent again changes nothing.

    Raises like ``look_up``, and ``Invalid`` for a malformed request id.
    """

    done: list[Noted] = []

    def write() -> dict[str, Any]:
        erasable = look_up(code, which)
        for found in erasable.found:
            erasable.eraser.erase(found.object_id)
            for code_hash in receipts.hashes_of(found.kind, found.object_id):
                note_retracted(code_hash)
            receipts.forget(found.kind, found.object_id)
            done.append(Noted(fresh_mark(), found.kind, found.object_id, today()))
            _note(done[-1])
        enqueue(FORGET_WORDS, {}, key=FORGET_WORDS)
        return {}

    with atomic():
        # First of all: after a lost answer the code is not known any more.
        body = f"{receipts.normalised(code)}{which and '/'}{which}"
        once(request_id, "participation.erase", body, write, several=True)
    _write_down(done)


def forget_words_later() -> None:
    """Have the worker write the database anew in the coming night; joins a running transaction."""
    night = from_local(datetime.combine(today() + timedelta(days=1), NIGHT))
    enqueue(FORGET_WORDS, {"at_night": True}, key=f"{FORGET_WORDS}:{night:%Y-%m-%d}", delay=night - now())


def deletions() -> list[Noted]:
    """The erasures this database knows, for a restore to carry over."""
    rows = db.session.execute(
        select(Deletion.mark, Deletion.kind, Deletion.object_id, Deletion.day).order_by(Deletion.mark)
    )
    return [Noted(row.mark, row.kind, row.object_id, row.day) for row in rows]


def keep_outside() -> None:
    """Write down beside the database what it knows of erasures and the list there lacks."""
    _write_down(deletions())


def _write_down(noted: list[Noted]) -> None:
    try:
        erased.write_down(current_app.config["ENGAGE"].instance, noted)
    except OSError:
        # It is erased and noted in the database; the worker's clock tries again.
        log.exception("list of erasures not written")


def reapply_deletions(noted: Iterable[Noted]) -> int:
    """After a restore: erase again what was erased since the backup; answers how many.

    ``noted`` are erasures known from elsewhere. Those the backup knows itself are left out: in it they are
    done. What is due by the clock is deleted as well.
    """
    known = {deletion.mark for deletion in deletions()}
    missing = [deletion for deletion in noted if deletion.mark not in known]
    for deletion in missing:
        eraser = eraser_of(deletion.kind)
        with atomic():
            if eraser is not None:
                eraser.erase(deletion.object_id)
            receipts.forget(deletion.kind, deletion.object_id)
            _note(deletion)
            enqueue(FORGET_WORDS, {}, key=FORGET_WORDS)
    delete_due()
    return len(missing)


def _note(noted: Noted) -> None:
    db.session.execute(
        insert(Deletion).values(mark=noted.mark, kind=noted.kind, object_id=noted.object_id, day=noted.day)
    )


def _duties() -> Iterator[_Duty]:
    grouped: dict[tuple[str, str, int, bool], list[tuple[Column[Any], Personal]]] = {}
    for column, declared in personal_columns(Model.metadata):
        key = (column.table.name, declared.since, declared.days, declared.whole_row)
        grouped.setdefault(key, []).append((column, declared))
    for (name, *_), columns in grouped.items():
        yield _Duty(Model.metadata.tables[name], columns[0][1], columns)


def _delete_batch(duty: _Duty, moment: datetime) -> int:
    table, declared = duty.table, duty.declared
    blanks = {column: _blank(column, personal) for column, personal in duty.columns}
    keys = list(table.primary_key.columns)
    derived = [table.c[declared.derived[1]]] if declared.derived else []
    with atomic():
        rows = db.session.execute(
            select(*keys, *derived).where(_due(duty, blanks, moment)).limit(BATCH)
        ).all()
        if not rows:
            return 0
        which = tuple_(*keys).in_([tuple(row[: len(keys)]) for row in rows])
        if len(keys) == 1:
            which = keys[0].in_([row[0] for row in rows])
        # Core statements: audit entries past their time may go, which the ORM would refuse.
        if declared.whole_row:
            db.session.execute(delete(table).where(which))
        else:
            db.session.execute(
                update(table).where(which).values({c.name: blank for c, blank in blanks.items()})
            )
        if declared.derived:
            _make_anew(declared.derived, {row[-1] for row in rows})
    return len(rows)


def _make_anew(derived: tuple[str, str], values: set[Any]) -> None:
    job, column = derived
    for value in sorted(values):
        enqueue(job, {column: value}, key=f"{job}:{value}")


def _due(duty: _Duty, blanks: dict[Column[Any], str | None], moment: datetime) -> ColumnElement[bool]:
    since = duty.table.c[duty.declared.since]
    cutoff: date | datetime = moment - timedelta(days=duty.declared.days)
    if isinstance(since.type, Date):
        cutoff = local(moment - timedelta(days=duty.declared.days)).date()
    due: ColumnElement[bool] = since < cutoff
    if duty.declared.whole_row:
        return due
    return due & _any([column.is_distinct_from(blank) for column, blank in blanks.items()])


def _any(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    joined = conditions[0]
    for condition in conditions[1:]:
        joined |= condition
    return joined


def _blank(column: Column[Any], declared: Personal) -> str | None:
    if declared.erase is not None:
        return declared.erase
    return None if column.nullable else ""


def _prune_receipts() -> int:
    """Receipts do not outlive what they open."""
    pruned = 0
    for kind, rows in rows_of_kinds().items():
        orphans = (
            select(Receipt.code_hash)
            .where(Receipt.kind == kind, ~exists().where(rows == Receipt.object_id))
            .limit(BATCH)
        )
        while hashes := list(db.session.scalars(orphans)):
            with atomic():
                db.session.execute(delete(Receipt).where(Receipt.code_hash.in_(hashes)))
            pruned += len(hashes)
    db.session.rollback()
    return pruned


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
