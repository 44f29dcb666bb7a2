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
    """Store rows as comments on the whole draft, a batch at a time, telling how far it got.

    Rows are known again by a keyed hash of their number, so running it twice adds nothing. Raises `NotFound`,
    `NotAllowed`, or `Conflict` where the consultation takes no comments from staff now.
    """
    imported = known = 0
    for start in range(0, max(1, len(rows)), _BATCH):
        batch = rows[start : start + _BATCH]
        with atomic():
            added = _store(actor, consultation_id, batch)
        imported += added
        known += len(batch) - added
        yield Progress(start + len(batch), imported, known)


def _store(actor: Actor, consultation_id: int, batch: Iterable[ImportedRow]) -> int:
    consultation = consultation_for(actor, Deed.ENTER, consultation_id)
    hashes = {_hash(consultation_id, row.key): row for row in batch}
    there = set(
        db.session.scalars(
            select(Comment.row_hash).where(
                Comment.consultation_id == consultation_id, Comment.row_hash.in_(list(hashes))
            )
        )
    )
    fresh = [(row_hash, row) for row_hash, row in hashes.items() if row_hash not in there]
    if not fresh:
        return 0
    first = consultation.comment_count + 1
    db.session.execute(
        insert(Comment),
        [_values(consultation, first + at, row_hash, row) for at, (row_hash, row) in enumerate(fresh)],
    )
    consultation.comment_count += len(fresh)
    after = {"count": len(fresh)}
    record(
        actor, IMPORTED, CONSULTATION, consultation.public_id, after=after, label=consultation.title.text()
    )
    publish(ConsultationChanged(consultation.id, consultation.public_id))
    return len(fresh)


def _values(consultation: Consultation, number: int, row_hash: str, row: ImportedRow) -> dict[str, object]:
    held = screen(row.text).held
    waits = consultation.review_first or held
    return {
        "public_id": public_id(),
        "consultation_id": consultation.id,
        "number": number,
        "version": consultation.version_number,
        "clause": "",
        "stance": row.stance,
        "counted": row.stance is not None,
        "text": row.text,
        "has_text": True,
        "source": Source.IMPORTED,
        "submitted_minute": row.at,
        "row_hash": row_hash,
        "held": held,
        "state": CommentState.PENDING if waits else CommentState.PUBLISHED,
    }


def _hash(consultation_id: int, row_key: str) -> str:
    return keyed_hash(key("imported-row"), str(consultation_id), row_key)
