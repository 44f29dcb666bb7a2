"""Rows a deed works on, read inside its transaction, with its permission and phase checked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engage.accounts.rules import require
from engage.consultations.models import Comment, Consultation
from engage.consultations.rules.comments import MOST_AT_ONCE, Pick
from engage.consultations.rules.phases import ALLOWED, Deed, Phase, phase, require_phase
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import Message, msg


def phase_of(consultation: Consultation) -> Phase:
    """The phase of a consultation at this moment."""
    return phase(consultation.state, consultation.opens_at, consultation.closes_at, now())


def consultation_for(actor: Actor, deed: Deed, consultation_id: int) -> Consultation:
    """The consultation on which `actor` may do `deed` now.

    Raises `NotFound`, `NotAllowed`, or `Conflict` in the wrong phase.
    """
    consultation = db.session.get(Consultation, consultation_id)
    if consultation is None:
        raise NotFound
    permission = ALLOWED[deed][0]
    if permission is not None:
        require(actor, permission, unit_id=consultation.unit_id, activity_id=consultation.activity_id)
    require_phase(deed, phase_of(consultation))
    return consultation


def comment_for(consultation: Consultation, pick: Pick) -> Comment:
    """The comment of a pick. Raises `NotFound`, or `Conflict` where it changed since it was seen."""
    comment = db.session.scalar(
        select(Comment).where(Comment.consultation_id == consultation.id, Comment.public_id == pick.comment)
    )
    if comment is None:
        raise NotFound
    if comment.revision != pick.revision:
        raise Conflict(changed_by(comment))
    return comment


def comments_for(consultation: Consultation, picks: Sequence[Pick]) -> tuple[list[Comment], int]:
    """The comments of `picks` that are as they were seen, and how many are not.

    Raises `Invalid` for none or too many picks, `Conflict` where every one has changed.
    """
    if not picks:
        raise Invalid({"picks": msg("Please choose at least one comment.")})
    if len(picks) > MOST_AT_ONCE:
        raise Invalid({"picks": msg("Please choose at most {limit} comments.", limit=MOST_AT_ONCE)})
    revisions = {pick.comment: pick.revision for pick in picks}
    rows = db.session.scalars(
        select(Comment)
        .where(Comment.consultation_id == consultation.id, Comment.public_id.in_(list(revisions)))
        .order_by(Comment.id)
    ).all()
    same = [row for row in rows if row.revision == revisions[row.public_id]]
    if not same:
        raise Conflict(changed_by(rows[0]) if rows else None)
    return same, len(revisions) - len(same)


def changed_by(comment: Comment) -> Message:
    """Who was faster, as a sentence."""
    if comment.decided_by:
        return msg(
            "{name} has decided about this comment in the meantime, so nothing was changed. "
            "Please look at it again.",
            name=comment.decided_by,
        )
    return msg("This comment has changed in the meantime, so nothing was changed. Please look at it again.")
