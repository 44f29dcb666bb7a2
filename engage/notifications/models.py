"""What a staff member is told; the mail is sent from the same row, so that nothing is sent twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.clock import minute
from engage.core.db import JsonData, Model, UtcDateTime
from engage.core.messages import msg
from engage.core.personal import personal

KEEP_DAYS = 180


class Notification(Model):
    """``subject`` and ``text`` are messages with their values, rendered in the reader's language.

    ``key`` names what happened: one person is told of it once. ``mailed_at`` is set before the mail leaves.
    """

    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_notification_user_id_read_at", "user_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id"),
        info=personal(
            msg("Staff: to tell the person in charge what waits."),
            what=msg("Staff: to whom a notice went"),
            days=KEEP_DAYS,
            whole_row=True,
        ),
    )
    key: Mapped[str] = mapped_column(String(120))
    subject: Mapped[dict[str, Any]] = mapped_column(JsonData)
    text: Mapped[dict[str, Any]] = mapped_column(JsonData)
    url: Mapped[str] = mapped_column(String(200))
    # No finer than the minute, as what citizens say: of much of it somebody is told in the same moment.
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=minute)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
