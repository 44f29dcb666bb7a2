"""Rows of a file become comments, in short transactions; a row that is there already is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for
from engage.consultations.events import CONSULTATION, IMPORTED, ConsultationChanged
from engage.consultations.models import Comment, CommentState, Consultation, Source
from engage.consultations.rules.importing import ImportedRow
from engage.consultations.rules.phases import Deed
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.ids import keyed_hash, public_id
from engage.core.keys import key
from engage.core.writer import atomic, publish
from engage.moderation.actions import screen

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """After each batch: rows read so far, comments made, rows that were there already."""

    rows: int
    imported: int
    known: int


def find(public_id: str) -> int:
    """The id behind a public address, for commands. Raises `NotFound`."""
    found = db.session.scalar(select(Consultation.id).where(Consultation.public_id == public_id))
    if found is None:
        raise NotFound
    return found


def import_rows(actor: Actor, consultation_id: int, rows: Sequence[ImportedRow]) -> Iterator[Progress]:
    """Store rows as comments, a batch at a time, telling how far it got.

    Rows are known again by a keyed hash of their number and text, so running it twice adds nothing, and
    another text under a known number is a comment of its own. Raises `NotFound`,
    `NotAllowed`, or `Conflict` where the consultation takes no comments from staff now.
    """
    imported = known = 0
    for start in range(0, max(1, len(rows)), _BATCH):
        batch = rows[start : start + _BATCH]
        held = [screen(row.text).held for row in batch]
        with atomic():
            added = _store(actor, consultation_id, zip(batch, held, strict=True))
        imported += added
        known += len(batch) - added
        yield Progress(start + len(batch), imported, known)


def _store(actor: Actor, consultation_id: int, batch: Iterable[tuple[ImportedRow, bool]]) -> int:
    consultation = consultation_for(actor, Deed.ENTER, consultation_id)
    hashes = {_hash(consultation_id, row.number, row.text): (row, held) for row, held in batch}
    # As release 0.1.0 stored them: by the number alone.
    former = {row_hash: _hash(consultation_id, row.number) for row_hash, (row, _held) in hashes.items()}
    query = select(Comment.row_hash, Comment.text).where(
        Comment.consultation_id == consultation_id, Comment.row_hash.in_([*hashes, *former.values()])
    )
    there = {row.row_hash: row.text for row in db.session.execute(query)}
    fresh = [
        (row_hash, row, held)
        for row_hash, (row, held) in hashes.items()
        if row_hash not in there and there.get(former[row_hash]) != row.text
    ]
    if not fresh:
        return 0
    first = consultation.comment_count + 1
    db.session.execute(
        insert(Comment),
        [_values(consultation, first + at, *values) for at, values in enumerate(fresh)],
    )
    consultation.comment_count += len(fresh)
    after = {"count": len(fresh)}
    record(
        actor, IMPORTED, CONSULTATION, consultation.public_id, after=after, label=consultation.title.text()
    )
    publish(ConsultationChanged(consultation.id, consultation.public_id))
    return len(fresh)


def _values(
    consultation: Consultation, number: int, row_hash: str, row: ImportedRow, held: bool
) -> dict[str, object]:
    waits = consultation.review_first or held
    return {
        "public_id": public_id(),
        "consultation_id": consultation.id,
        "number": number,
        "version": consultation.version_number,
        "clause": row.clause,
        "stance": row.stance,
        "counted": row.stance is not None,
        "text": row.text,
        "has_text": bool(row.text),
        "source": Source.IMPORTED,
        "submitted_minute": row.at,
        "row_hash": row_hash,
        "held": held,
        "state": CommentState.PENDING if waits else CommentState.PUBLISHED,
    }


def _hash(consultation_id: int, *identity: str) -> str:
    return keyed_hash(key("imported-row"), str(consultation_id), *identity)
