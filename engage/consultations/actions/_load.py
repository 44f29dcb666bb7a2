"""Rows a deed works on, read inside its transaction, with its permission and phase checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from engage.accounts.rules import require
from engage.audit.events import numbered
from engage.cases.rules import excerpt
from engage.consultations.models import Comment, Consultation
from engage.consultations.rules.comments import MOST_AT_ONCE, Pick
from engage.consultations.rules.phases import ALLOWED, Deed, Phase, phase, require_phase
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import Message, msg

_TITLE: Final = 100


@dataclass(frozen=True, slots=True)
class Found:
    """Comments to work on. `repeated` are those on which this very deed was done before: a retry."""

    fresh: list[Comment]
    repeated: list[Comment]
    skipped: int


def phase_of(consultation: Consultation) -> Phase:
    """The phase of a consultation at this moment."""
    return phase(consultation.state, consultation.opens_at, consultation.closes_at, now())


def name_of(consultation: Consultation, row: Comment) -> str:
    """How the audit log and the list of cases call `row`: by consultation and number.

    Never by its text: both stay where an author erases what they said.
    """
    return f"{excerpt(consultation.title.text(), _TITLE)} {numbered(row.number)}"


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


def comment_for(
    actor: Actor, consultation: Consultation, pick: Pick, done: Callable[[Comment], bool]
) -> Comment | None:
    """The comment of a pick, or None where `actor` has done just this before and only the answer was lost.

    `done` says whether a comment has the outcome asked for. Raises `NotFound`, or `Conflict` where it changed
    since it was seen.
    """
    comment = db.session.scalar(
        select(Comment).where(Comment.consultation_id == consultation.id, Comment.public_id == pick.comment)
    )
    if comment is None:
        raise NotFound
    if comment.revision == pick.revision:
        return comment
    if _repeated(actor, comment, pick.revision) and done(comment):
        return None
    raise Conflict(changed_by(comment))


def comments_for(
    actor: Actor, consultation: Consultation, picks: Sequence[Pick], done: Callable[[Comment], bool]
) -> Found:
    """The comments of `picks` that are as they were seen, those of a retry, and how many are neither.

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
    fresh = [row for row in rows if row.revision == revisions[row.public_id]]
    repeated = [row for row in rows if _repeated(actor, row, revisions[row.public_id]) and done(row)]
    if not fresh and not repeated:
        raise Conflict(changed_by(rows[0]) if rows else None)
    return Found(fresh, repeated, len(revisions) - len(fresh) - len(repeated))


def sign(actor: Actor, comment: Comment) -> None:
    """Count a revision of a comment and note whose it is: the name to be read, the account to be compared."""
    comment.revision += 1
    comment.decided_by, comment.decided_by_id, comment.decided_at = actor.label[:120], actor.id, now()


def _repeated(actor: Actor, comment: Comment, seen: int) -> bool:
    """Whether the only thing that happened since a revision was seen is a decision of `actor`."""
    return comment.revision == seen + 1 and comment.decided_by_id == actor.id


def changed_by(comment: Comment) -> Message:
    """Who was faster, as a sentence."""
    if comment.decided_by:
        return msg(
            "{name} has decided about this comment in the meantime, so nothing was changed. "
            "Please look at it again.",
            name=comment.decided_by,
        )
    return msg("This comment has changed in the meantime, so nothing was changed. Please look at it again.")
