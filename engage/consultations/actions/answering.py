"""What the unit says to a comment: an official reply, an outcome with its reason, or a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from engage.accounts.models import Unit
from engage.audit.actions import record
from engage.cases.actions import close_case_of, open_case, withdraw_case_of
from engage.consultations.actions._load import (
    changed_by,
    comment_for,
    comments_for,
    consultation_for,
    name_of,
    sign,
)
from engage.consultations.actions.moderating import Decided
from engage.consultations.events import (
    ADOPTION_SET,
    ASSIGNED,
    COMMENT,
    REPLIED,
    UNASSIGNED,
    CommentsChanged,
)
from engage.consultations.models import Adoption, Comment, CommentState, Consultation
from engage.consultations.rules.comments import Pick, cleaned, require_adoption, require_reply
from engage.consultations.rules.phases import Deed
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.themedays.queries.names import in_words


def reply(actor: Actor, consultation_id: int, pick: Pick, text: str) -> None:
    """Publish the official reply to a published comment, or another in its place; closes its case.

    Raises `NotFound`, `NotAllowed`, `Invalid` (field `reply`), `Conflict`.
    """
    text = cleaned(text)
    require_reply(text)
    with atomic():
        consultation = consultation_for(actor, Deed.REPLY, consultation_id)
        row = comment_for(actor, consultation, pick, lambda row: row.reply == text)
        if row is None:
            return
        require_published(row)
        write_reply(actor, consultation, row, text, consultation.unit_id)
        close_case_of(actor, COMMENT, row.id)


def write_reply(actor: Actor, consultation: Consultation, row: Comment, text: str, unit_id: int) -> None:
    """Store the reply of a unit in the running transaction."""
    before = {"reply": row.reply} if row.reply else None
    row.reply, row.reply_unit_id, row.replied_at = text, unit_id, now()
    sign(actor, row)
    record(actor, REPLIED, COMMENT, row.public_id, before, {"reply": text}, label=name_of(consultation, row))
    publish(CommentsChanged(row.consultation_id, (row.id,)))


def adopt(
    actor: Actor,
    consultation_id: int,
    picks: Sequence[Pick],
    adoption: Adoption | None,
    reason: str = "",
) -> Decided:
    """Set what came of published comments; every outcome but a full yes gives its reason, which is public.

    Comments that changed since they were seen are left alone. Raises `NotFound`, `NotAllowed`, `Invalid`
    (fields `adoption`, `adoption_reason`, `picks`), and `Conflict` where nothing was left to do.
    """
    reason = cleaned(reason)
    require_adoption(adoption, reason)
    with atomic():
        consultation = consultation_for(actor, Deed.ADOPT, consultation_id)
        found = comments_for(
            actor, consultation, picks, lambda row: (row.adoption, row.adoption_reason) == (adoption, reason)
        )
        fresh = [row for row in found.fresh if row.state is CommentState.PUBLISHED]
        done = [*fresh, *found.repeated]
        if not done:
            require_published(found.fresh[0])
        for row in fresh:
            before = {"adoption": row.adoption, "reason": row.adoption_reason}
            row.adoption, row.adoption_reason, row.adopted_at = adoption, reason, now()
            sign(actor, row)
            after = {"adoption": adoption, "reason": reason}
            record(
                actor, ADOPTION_SET, COMMENT, row.public_id, before, after, label=name_of(consultation, row)
            )
        publish(CommentsChanged(consultation_id, tuple(row.id for row in fresh)))
        skipped = found.skipped + len(found.fresh) - len(fresh)
        return Decided(tuple(Pick(row.public_id, row.revision) for row in done), skipped)


def assign(actor: Actor, consultation_id: int, pick: Pick, unit_id: int, due_on: date | None = None) -> None:
    """Make a published comment the case of a unit; due in five working days unless told otherwise.

    Raises `NotFound`, `NotAllowed`, `Invalid` (field `unit`), `Conflict` where another unit owes it already.
    """
    with atomic():
        consultation = consultation_for(actor, Deed.ASSIGN, consultation_id)
        row = comment_for(actor, consultation, pick, lambda row: row.assigned_unit_id == unit_id)
        if row is None:
            return
        require_published(row)
        unit = db.session.get(Unit, unit_id)
        if unit is None or not unit.active:
            raise Invalid({"unit": msg("Please choose the unit that shall answer.")})
        before = in_words({"unit_id": row.assigned_unit_id})
        case = open_case(
            actor,
            COMMENT,
            row.id,
            unit_id,
            name_of(consultation, row),
            activity_id=consultation.activity_id,
            due_on=due_on,
            is_demo=consultation.is_demo,
        )
        row.case_id, row.assigned_unit_id = case.id, unit_id
        sign(actor, row)
        after = {"unit": unit.name}
        record(actor, ASSIGNED, COMMENT, row.public_id, before, after, label=name_of(consultation, row))
        publish(CommentsChanged(consultation_id, (row.id,)))


def unassign(actor: Actor, consultation_id: int, pick: Pick) -> None:
    """Take a comment back from the unit it was assigned to. Raises like `assign`."""
    with atomic():
        consultation = consultation_for(actor, Deed.ASSIGN, consultation_id)
        row = comment_for(actor, consultation, pick, lambda row: row.assigned_unit_id is None)
        if row is None:
            return
        if row.assigned_unit_id is None:
            raise Conflict(changed_by(row))
        withdraw_case_of(actor, COMMENT, row.id, "")
        before = in_words({"unit_id": row.assigned_unit_id})
        row.assigned_unit_id = None
        sign(actor, row)
        record(actor, UNASSIGNED, COMMENT, row.public_id, before, label=name_of(consultation, row))
        publish(CommentsChanged(consultation_id, (row.id,)))


def require_published(row: Comment) -> None:
    """Raises `Conflict` for a comment that is not published: it is reviewed first."""
    if row.state is CommentState.ERASED:
        raise Conflict(msg("The author has erased this comment."))
    if row.state is not CommentState.PUBLISHED:
        raise Conflict(msg("This comment is not published. Please review it first."))
