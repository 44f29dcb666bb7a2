"""A live session, its life and the links of its guests."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import EnumText, JsonData, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.core.types import Localized


class Phase(StrEnum):
    """Where a session stands in its life; each step is one deed of staff (or of the clock)."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    COLLECTING = "collecting"
    LIVE = "live"
    ENDED = "ended"
    RECORDED = "recorded"


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
    __table_args__ = ({"sqlite_autoincrement": True},)

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


class GuestLink(Model):
    """A link that opens one session to one guest speaker until it is revoked; only its hash is kept."""

    __tablename__ = "live_guest_link"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("live_session.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(
        String(80),
        info=personal(
            msg("To tell the links of guest speakers apart and to end the right one."),
            what=msg("Staff: the name on a guest speaker's link"),
            days=365,
            erase="",
        ),
    )
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
