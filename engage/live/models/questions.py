"""Questions, who supports them, and what moderators decided about them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.clock import minute, now
from engage.core.db import EnumText, JsonData, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.moderation.models import ReasonClass
from engage.moderation.rules import NOTE_LIMIT

ASKER_KEY_LENGTH = 40


class QuestionState(StrEnum):
    """Where a question stands. ``WRITTEN`` is owed in writing until its answer is there."""

    PENDING = "pending"
    APPROVED = "approved"
    ON_AIR = "on-air"
    ANSWERED = "answered"
    WRITTEN = "written"
    DECLINED = "declined"
    TAKEN_DOWN = "taken-down"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """The way a question came in."""

    WEB = "web"
    HALL = "hall"
    PAPER = "paper"
    TELEPHONE = "telephone"


class LiveQuestion(Model):
    """One question. ``number`` is its place in the queue: staff only, since it tells of others' questions.

    ``hits`` name what screening noticed; ``held`` says that it must be looked at although the room does not
    review.
    ``revision`` grows with every change of staff or asker. ``support_changes`` is the number that the last
    support given or taken back has in its session (0: none yet), so that a total that arrives late is known
    to be old, and what changed since is found without looking at the rest.
    """

    __tablename__ = "live_question"
    __table_args__ = (
        # The console reads its columns by the page, from the oldest or the newest on, or by supports.
        Index("ix_live_question_session_id_state_number", "session_id", "state", "number"),
        Index("ix_live_question_session_id_state_supports", "session_id", "state", "supports"),
        # A room lists its newest questions without looking at the others.
        Index("ix_live_question_session_id_published_at", "session_id", "published_at", "id"),
        Index("ix_live_question_session_id_number", "session_id", "number"),
        Index("ix_live_question_session_id_support_changes", "session_id", "support_changes"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(
        Text,
        info=personal(
            msg("To answer the question you asked and to publish it in the record."),
            what=msg("The question you asked"),
            days=3650,
            since="asked_at",
        ),
    )
    nickname: Mapped[str] = mapped_column(
        String(40),
        default="",
        info=personal(
            msg("To show beside your question the name you chose."),
            what=msg("The nickname you chose"),
            days=365,
            since="asked_at",
            erase="",
        ),
    )
    asker_key: Mapped[str | None] = mapped_column(
        String(ASKER_KEY_LENGTH),
        index=True,
        info=personal(
            msg("To show on your own device the state of the question you asked."),
            what=msg("A mark of the device that asked, as a code that cannot be turned back"),
            days=180,
            since="asked_at",
        ),
    )
    source: Mapped[Source] = mapped_column(EnumText(Source), default=Source.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[QuestionState] = mapped_column(EnumText(QuestionState), default=QuestionState.PENDING)
    held: Mapped[bool] = mapped_column(default=False)
    hits: Mapped[list[str]] = mapped_column(JsonData, default=list)
    reason: Mapped[ReasonClass | None] = mapped_column(EnumText(ReasonClass))
    reason_note: Mapped[str] = mapped_column(String(NOTE_LIMIT), default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    case_id: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=0)
    decided_by: Mapped[str] = mapped_column(
        String(120),
        default="",
        info=personal(
            msg("To be able to say later which staff member decided what."),
            what=msg("Staff: who decided about a question"),
            # As long as the log of deeds tells it.
            days=1826,
            since="asked_at",
            erase="",
        ),
    )
    decided_by_id: Mapped[int | None]
    decided_deed: Mapped[str] = mapped_column(String(40), default="")
    supports: Mapped[int] = mapped_column(default=0)
    support_changes: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=minute)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    on_air_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LiveSupport(Model):
    """That a device supports a question; the hash differs from session to session."""

    __tablename__ = "live_support"
    __table_args__ = ({"sqlite_with_rowid": False},)

    question_id: Mapped[int] = mapped_column(ForeignKey("live_question.id"), primary_key=True)
    device_hash: Mapped[str] = mapped_column(
        String(ASKER_KEY_LENGTH),
        primary_key=True,
        info=personal(
            msg("To count one support per device and to let you take it back."),
            what=msg("A mark of the device that supported a question, as a code that cannot be turned back"),
            days=180,
            since="day",
            whole_row=True,
        ),
    )
    day: Mapped[date]


class LiveDecision(Model):
    """A decision of a moderator with what was there before, for undo and for the history of a question."""

    __tablename__ = "live_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("live_question.id"), index=True)
    deed: Mapped[str] = mapped_column(String(40))
    before: Mapped[dict[str, Any]] = mapped_column(JsonData)
    revision: Mapped[int]
    displaced_id: Mapped[int | None] = mapped_column(ForeignKey("live_question.id"))
    displaced_before: Mapped[dict[str, Any] | None] = mapped_column(JsonData)
    displaced_revision: Mapped[int | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
