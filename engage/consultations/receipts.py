"""What a receipt code shows its holder: the state of one comment, never anything of another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from engage.accounts.models import Unit
from engage.consultations.events import RECEIPT_KIND
from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Source, Stance
from engage.consultations.queries.published import clauses_of
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.messages import Message
from engage.core.types import Localized
from engage.moderation.models import ReasonClass
from engage.moderation.rules import KIND_WORDS
from engage.participation.receipts import find

KIND = RECEIPT_KIND
TEMPLATE = "consultations/_receipt.html"


@dataclass(frozen=True, slots=True)
class CommentReceipt:
    """`clause` is the clause as its author read it; `reason_words` are the kind words of a decline.

    `adoption` and `reply` are shown as soon as they are public on the result page or the clause.
    """

    consultation_title: Localized
    consultation_url: str
    result_url: str
    number: int
    clause: str
    stance: Stance | None
    text: str
    source: Source
    submitted_minute: datetime
    state: CommentState
    reason: ReasonClass | None
    reason_words: Message | None
    reason_note: str
    reply: str
    reply_unit: Localized | None
    replied_at: datetime | None
    adoption: Adoption | None
    adoption_reason: str
    adopted_at: datetime | None


def clause_of(code: str) -> str | None:
    """The key of the clause that the comment of ``code`` is on, empty for the whole; else None."""
    found = find(code)
    if found is None or found.kind != KIND:
        return None
    return db.session.scalar(select(Comment.clause).where(Comment.id == found.object_id))


def receipt(comment_id: int) -> CommentReceipt:
    """The receipt of a comment. Raises `NotFound` where it was erased."""
    row = db.session.get(Comment, comment_id)
    if row is None or row.state is CommentState.ERASED:
        raise NotFound
    one = db.session.get_one(Consultation, row.consultation_id)
    names = {each.key: each.name for each in clauses_of(one.id, row.version)} if row.clause else {}
    unit = db.session.get(Unit, row.reply_unit_id) if row.reply_unit_id else None
    public = row.state is CommentState.PUBLISHED
    return CommentReceipt(
        consultation_title=one.title,
        consultation_url=f"/consultations/{one.public_id}",
        result_url=f"/results/consultations/{one.public_id}" if one.result_published_at else "",
        number=row.number,
        clause=names.get(row.clause, ""),
        stance=row.stance,
        text=row.text,
        source=row.source,
        submitted_minute=row.submitted_minute,
        state=row.state,
        reason=row.reason,
        reason_words=KIND_WORDS[row.reason] if row.reason else None,
        reason_note=row.reason_note,
        reply=row.reply if public else "",
        reply_unit=unit.name if unit and public else None,
        replied_at=row.replied_at if public else None,
        adoption=row.adoption if public else None,
        adoption_reason=row.adoption_reason if public else "",
        adopted_at=row.adopted_at if public else None,
    )
