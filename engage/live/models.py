"""Tables of the live sessions: the session, its questions, supports, decisions, log and guest links."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import EnumText, JsonData, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.core.types import Localized
from engage.moderation.models import ReasonClass
from engage.moderation.rules import NOTE_LIMIT

ASKER_KEY_LENGTH = 40


class Phase(StrEnum):
    """Where a session stands in its life; each step is one deed of staff (or of the clock)."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    COLLECTING = "collecting"
    LIVE = "live"
    ENDED = "ended"
    RECORDED = "recorded"


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


class NamePolicy(StrEnum):
    """Whether askers may, or must not, show a nickname."""

    CHOICE = "choice"
    ANONYMOUS = "anonymous"


class LiveSession(Model):
    """One interview or livestream room. ``guests`` is a list of ``{"name", "post"}``.

    ``join_code`` is kept from the first announcement until the record is published: six digits, or a long
    code where the session is not ``listed``. It opens the room only while people may join.
    ``revision`` counts the changes of staff, ``question_count`` numbers the questions.
    ``started_at`` is when it first went live, ``live_since`` when it last did.
    ``forgotten_seq`` is the highest ``seq`` of a forgotten stream of a device: no later one passes for it.
    """

    __tablename__ = "live_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    title: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    introduction: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    guests: Mapped[list[dict[str, str]]] = mapped_column(JsonData, default=list)
    moderators_note: Mapped[str] = mapped_column(Text, default="")
    video_address: Mapped[str] = mapped_column(String(500), default="")
    collects_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    moderation: Mapped[bool] = mapped_column(default=True)
    names: Mapped[NamePolicy] = mapped_column(EnumText(NamePolicy), default=NamePolicy.CHOICE)
    supports_on: Mapped[bool] = mapped_column(default=True)
    listed: Mapped[bool] = mapped_column(default=True)
    phase: Mapped[Phase] = mapped_column(EnumText(Phase), default=Phase.DRAFT, index=True)
    join_code: Mapped[str | None] = mapped_column(String(12), unique=True)
    revision: Mapped[int] = mapped_column(default=0)
    question_count: Mapped[int] = mapped_column(default=0)
    forgotten_seq: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    live_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    record_summary: Mapped[str] = mapped_column(Text, default="")
    record_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    unit: Mapped[Unit] = relationship()


class LiveQuestion(Model):
    """One question. ``number`` is its place in the queue: staff only, since it tells of others' questions.

    ``hits`` name what screening noticed; ``held`` says that it must be looked at although the room does not
    review.
    ``revision`` grows with every change of staff or asker; ``support_changes`` grows with every support
    given or
    taken back, so that a total that arrives late is known to be old.
    """

    __tablename__ = "live_question"
    __table_args__ = (Index("ix_live_question_session_id_state", "session_id", "state"),)

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
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_deed: Mapped[str] = mapped_column(String(40), default="")
    supports: Mapped[int] = mapped_column(default=0)
    support_changes: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
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
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class GuestLink(Model):
    """A link that opens one session to one guest speaker until it is revoked; only its hash is kept."""

    __tablename__ = "live_guest_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
