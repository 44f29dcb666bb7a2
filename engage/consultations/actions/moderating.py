"""Reviewing comments: publish, decline with a reason, undo. Nobody overwrites what another just decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engage.audit.actions import record
from engage.cases.actions import withdraw_case_of
from engage.consultations.actions._load import comments_for, consultation_for, name_of, phase_of, sign
from engage.consultations.events import COMMENT, MODERATED, CommentsChanged
from engage.consultations.models import Comment, CommentState, Consultation
from engage.consultations.rules.comments import NEXT, Pick, cleaned, require_decision
from engage.consultations.rules.phases import NOT_NOW, Deed, Phase
from engage.core.actor import Actor
from engage.core.errors import Conflict
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.moderation.actions import places
from engage.moderation.models import ReasonClass
from engage.moderation.rules.masking import masked

_LOOK_AT_EACH = msg("Personal data was noticed in all of these. Please look at each of them by itself.")
_LOOK_AGAIN = msg(
    "Personal data was noticed in this comment. Please cover it, or confirm that it is shown as it is."
)


@dataclass(frozen=True, slots=True)
class Decided:
    """`done` are the picks as they are now (for undo); `skipped` had been changed by someone else.

    `held` were left alone as personal data was noticed in them. What a retry finds done counts as done.
    """

    done: tuple[Pick, ...]
    skipped: int
    held: int = 0


def decide(
    actor: Actor,
    consultation_id: int,
    picks: Sequence[Pick],
    state: CommentState | None,
    reason: ReasonClass | None = None,
    note: str = "",
    *,
    cover: bool = False,
    confirmed: bool = False,
) -> Decided:
    """Put comments into `state`: published, declined (with a reason), or back to pending (undo).

    With `cover` what screening notices is covered for good before a comment is published. Comments in which
    personal data was noticed are published as they are only where whoever publishes `confirmed` having looked
    again; else they are left alone, as are those that changed since they were seen. Raises `NotFound`,
    `NotAllowed`, `Invalid` (fields `state`, `reason`, `note`, `picks`), and `Conflict` where nothing was left
    to decide.
    """
    note = cleaned(note)
    require_decision(state, reason, note)
    assert state is not None
    if state is not CommentState.DECLINED:
        reason, note = None, ""
    with atomic():
        consultation = consultation_for(actor, Deed.MODERATE, consultation_id)
        if phase_of(consultation) is Phase.SETTLED and state is CommentState.PENDING:
            raise Conflict(NOT_NOW[Phase.SETTLED])
        found = comments_for(
            actor,
            consultation,
            picks,
            lambda row: (row.state, row.reason, row.reason_note) == (state, reason, note),
        )
        able = [row for row in found.fresh if state in NEXT[row.state]]
        looked = cover or confirmed or state is not CommentState.PUBLISHED
        fresh = [row for row in able if looked or not row.held]
        if able and not fresh and not found.repeated:
            raise Conflict(_LOOK_AT_EACH if len(able) > 1 else _LOOK_AGAIN)
        for row in fresh:
            if cover:
                row.text, row.held = masked(row.text, places), False
            _decide(actor, consultation, row, state, reason, note)
        done = [*fresh, *found.repeated]
        if not done:
            raise Conflict
        publish(CommentsChanged(consultation_id, tuple(row.id for row in fresh)))
        skipped = found.skipped + len(found.fresh) - len(able)
        now_there = tuple(Pick(row.public_id, row.revision) for row in done)
        return Decided(now_there, skipped, held=len(able) - len(fresh))


def _decide(
    actor: Actor,
    consultation: Consultation,
    row: Comment,
    state: CommentState,
    reason: ReasonClass | None,
    note: str,
) -> None:
    before = {"state": row.state, "reason": row.reason, "note": row.reason_note}
    row.state, row.reason, row.reason_note = state, reason, note
    sign(actor, row)
    if state is not CommentState.PUBLISHED:
        withdraw_case_of(actor, COMMENT, row.id, note)
        row.assigned_unit_id = None
    after = {"state": state, "reason": reason, "note": note}
    record(actor, MODERATED, COMMENT, row.public_id, before, after, label=name_of(consultation, row))
