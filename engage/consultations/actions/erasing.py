"""An author takes back what they said."""

from __future__ import annotations

from engage.audit.actions import record
from engage.cases.actions import withdraw_case_of
from engage.consultations.actions._load import name_of
from engage.consultations.events import COMMENT, ERASED, RECEIPT_KIND, CommentsChanged
from engage.consultations.models import Comment, CommentState, Consultation
from engage.consultations.queries.own import comment_lines
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.participation.erasers import Eraser, register_eraser


def erase(comment_id: int) -> None:
    """Delete what a comment says, its stance and its reply for good; only its number stays taken.

    Joins a running transaction. Doing it again, or for one that is gone, changes nothing.
    """
    with atomic():
        row = db.session.get(Comment, comment_id)
        if row is None or row.state is CommentState.ERASED:
            return
        withdraw_case_of(SYSTEM, COMMENT, row.id, "")
        consultation = db.session.get_one(Consultation, row.consultation_id)
        row.state = CommentState.ERASED
        row.text = row.reply = row.adoption_reason = row.reason_note = ""
        row.has_text = row.counted = row.held = False
        row.stance = row.adoption = row.reason = row.row_hash = None
        row.replied_at = row.adopted_at = row.assigned_unit_id = row.reply_unit_id = None
        row.revision += 1
        record(SYSTEM, ERASED, COMMENT, row.public_id, label=name_of(consultation, row))
        publish(CommentsChanged(row.consultation_id, (row.id,)))


register_eraser(
    RECEIPT_KIND,
    Eraser(
        what=msg("A comment on a draft"),
        consequence=msg(
            "Your words, your stance and the reply are deleted for good, wherever they are published. "
            "Only the number of the comment stays taken."
        ),
        erase=erase,
        rows=Comment.id,
        lines=comment_lines,
    ),
)
