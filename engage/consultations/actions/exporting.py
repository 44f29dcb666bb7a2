"""Noting that comments were taken out of the platform."""

from __future__ import annotations

from sqlalchemy import func, select

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for
from engage.consultations.events import CONSULTATION, EXPORTED
from engage.consultations.models import Comment, CommentState
from engage.consultations.rules.phases import Deed
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.writer import atomic


def note_export(actor: Actor, consultation_id: int) -> None:
    """Put an export into the audit log. Raises `NotFound`, `NotAllowed`."""
    with atomic():
        one = consultation_for(actor, Deed.EXPORT, consultation_id)
        count = db.session.scalar(
            select(func.count()).where(
                Comment.consultation_id == one.id, Comment.state != CommentState.ERASED
            )
        )
        record(actor, EXPORTED, CONSULTATION, one.public_id, after={"count": count}, label=one.title.text())
