"""What a receipt code shows its holder: the state of their comments, never anything of another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from engage.accounts.models import Unit
from engage.consultations.events import RECEIPT_KIND
from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Source, Stance
from engage.consultations.queries.published import names_as_read
from engage.core.db import db
from engage.core.messages import Message
from engage.core.types import Localized
from engage.moderation.models import ReasonClass
from engage.moderation.rules import KIND_WORDS
from engage.participation.receipts import Found

KIND = RECEIPT_KIND
TEMPLATE = "consultations/_receipt.html"
_CLAUSES = select(Comment.clause).where(Comment.id.in_(bindparam("ids", expanding=True))).order_by(Comment.id)


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


def commented_clauses(found: Sequence[Found]) -> list[str]:
    """The keys of the clauses that the comments of a code are on, empty for the whole, oldest first."""
    ids = [each.object_id for each in found if each.kind == KIND]
    rows = db.session.connection().execute(_CLAUSES, {"ids": ids})
    return list(dict.fromkeys(rows.scalars()))


def comment_receipts(comment_ids: Sequence[int]) -> list[tuple[int, CommentReceipt]]:
    """The receipts of comments on one consultation with their ids, oldest first; without those erased."""
    rows = db.session.execute(
        select(Comment, Unit.name)
        .outerjoin(Unit, Unit.id == Comment.reply_unit_id)
        .where(Comment.id.in_(comment_ids), Comment.state != CommentState.ERASED)
        .order_by(Comment.id)
    ).all()
    if not rows:
        return []
    one = db.session.get_one(Consultation, rows[0].Comment.consultation_id)
    names = names_as_read(one.id, {row.Comment.version for row in rows if row.Comment.clause})
    return [
        (
            row.Comment.id,
            _receipt(one, row.Comment, row.name, names.get((row.Comment.version, row.Comment.clause), "")),
        )
        for row in rows
    ]


def _receipt(one: Consultation, row: Comment, reply_unit: Localized | None, clause: str) -> CommentReceipt:
    public = row.state is CommentState.PUBLISHED
    return CommentReceipt(
        consultation_title=one.title,
        consultation_url=f"/consultations/{one.public_id}",
        result_url=f"/results/consultations/{one.public_id}" if one.result_published_at else "",
        number=row.number,
        clause=clause,
        stance=row.stance,
        text=row.text,
        source=row.source,
        submitted_minute=row.submitted_minute,
        state=row.state,
        reason=row.reason,
        reason_words=KIND_WORDS[row.reason] if row.reason else None,
        reason_note=row.reason_note,
        reply=row.reply if public else "",
        reply_unit=reply_unit if public else None,
        replied_at=row.replied_at if public else None,
        adoption=row.adoption if public else None,
        adoption_reason=row.adoption_reason if public else "",
        adopted_at=row.adopted_at if public else None,
    )
