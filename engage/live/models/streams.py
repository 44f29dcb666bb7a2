"""What each stream of a session was told, and how far it is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.clock import minute
from engage.core.db import JsonData, Model, UtcDateTime
from engage.core.messages import msg
from engage.core.personal import personal


class LiveStream(Model):
    """The last ``seq`` of a stream of a session.

    ``told_on`` is the day of the last word on an asker's stream, whose name holds the mark of a device; the
    shared streams have none and stay.
    """

    __tablename__ = "live_stream"

    session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id"), primary_key=True)
    stream: Mapped[str] = mapped_column(
        String(60),
        primary_key=True,
        info=personal(
            msg("To show on your own device the state of the question you asked."),
            what=msg(
                "The mark under which your device is told of your question, as a code that cannot be "
                "turned back"
            ),
            days=180,
            since="told_on",
            whole_row=True,
        ),
    )
    seq: Mapped[int]
    told_on: Mapped[date | None]


class LiveLog(Model):
    """What a stream was told, once and in order; ids grow in the order of commits.

    Whoever lacks a row that is gone takes a snapshot, so rows need to stay for as long as a phone may be
    away in earnest, and no longer: they repeat what people wrote.
    """

    __tablename__ = "live_log"
    # An id is never given twice, else those who send the log on would think they had seen it.
    __table_args__ = (UniqueConstraint("session_id", "stream", "seq"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id"))
    stream: Mapped[str] = mapped_column(String(60))
    seq: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(
        JsonData,
        info=personal(
            msg("To bring phones and screens up to date that lost their connection."),
            what=msg("What the screens of a session were told: questions, nicknames and their state"),
            days=30,
            whole_row=True,
        ),
    )
    # No finer: it stands beside words and the mark of a device.
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=minute)
