"""Tables of the consultations. A comment holds no device, no address and no time finer than the minute."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Unit
from engage.core.clock import minute, now
from engage.core.db import EnumText, JsonData, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.core.types import Localized
from engage.moderation.models import ReasonClass

# Comments belong to the file of a decision, kept for ten years
# (机关文件材料归档范围和文书档案保管期限规定).
KEEP_DAYS = 3650
# As long as the log of deeds tells it.
DECIDED_BY_DAYS = 1826
CLAUSE_KEY_LENGTH = 12


class Kind(StrEnum):
    """What is consulted on; it decides the shortest lawful period."""

    MAJOR_DECISION = "major-decision"
    NORMATIVE = "normative"
    BUSINESS = "business"
    PLANNING = "planning"
    OTHER = "other"


class State(StrEnum):
    """What staff decided. The phase citizens meet follows from it and the clock (`rules.phases.phase`)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Stance(StrEnum):
    AGREE = "agree"
    PARTLY = "partly"
    DISAGREE = "disagree"


class CommentState(StrEnum):
    """Where a comment stands. Only `PUBLISHED` ones are read by anyone but staff and their author."""

    PENDING = "pending"
    PUBLISHED = "published"
    DECLINED = "declined"
    ERASED = "erased"


class Adoption(StrEnum):
    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT = "not"
    EXPLAINED = "explained"


class Source(StrEnum):
    """The way a comment came in."""

    WEB = "web"
    PAPER = "paper"
    HALL = "hall"
    TELEPHONE = "telephone"
    INTERVIEWER = "interviewer"
    IMPORTED = "imported"


class ExportFormat(StrEnum):
    """The value is the ending of the file's name."""

    CSV = "csv"
    EXCEL = "xlsx"


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Consultation(Model):
    """A consultation. `edit_clauses` is the next version being written, `edit_revision` counts its saves.
    `matched_from` are the clauses it had before, while the worker looks for which of them go on in it.

    `version_number` is the newest published version, None before the first. `short_reason` is published where
    the period is shorter than its kind asks for. `comment_count` is the last number given to a comment.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    kind: Mapped[Kind] = mapped_column(EnumText(Kind), default=Kind.OTHER)
    title: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    background: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    contact: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    short_reason: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    review_first: Mapped[bool] = mapped_column(default=True)
    state: Mapped[State] = mapped_column(EnumText(State), default=State.DRAFT, index=True)
    edit_clauses: Mapped[list[dict[str, Any]]] = mapped_column(JsonData, default=list, deferred=True)
    edit_revision: Mapped[int] = mapped_column(default=0)
    matched_from: Mapped[list[dict[str, Any]] | None] = mapped_column(JsonData, deferred=True)
    version_number: Mapped[int | None]
    comment_count: Mapped[int] = mapped_column(default=0)
    result_note: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    result_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    unit: Mapped[Unit] = relationship()


class DraftVersion(Model):
    """A draft as it was published: never changed. Its clause keys are those of the versions before it."""

    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JsonData, deferred=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class CommentExport(Model):
    """A file of all comments made by the worker; deleted a day after it was asked for."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    format: Mapped[ExportFormat] = mapped_column(
        EnumText(ExportFormat), default=ExportFormat.CSV, server_default=ExportFormat.CSV.value
    )
    state: Mapped[ExportState] = mapped_column(EnumText(ExportState), default=ExportState.WAITING)
    done_rows: Mapped[int] = mapped_column(default=0)
    all_rows: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @property
    def file_name(self) -> str:
        """The name of its file below the exports folder."""
        return f"comments-{self.public_id}.{self.format.value}"


class Comment(Model):
    """What somebody said about a clause, or about the whole where `clause` is empty.

    `counted` says whether its stance counts: one device's stance on one clause counts once. `revision` counts
    the decisions of staff about it. `row_hash` marks a row of an imported file.
    """

    __tablename__ = "consultation_comment"
    __table_args__ = (
        UniqueConstraint("consultation_id", "row_hash"),
        # Covers the counts of clauses and stances, and the lists in the order they are paged.
        Index(
            "ix_consultation_comment_counts",
            *("consultation_id", "state", "clause", "stance", "counted", "has_text", "adoption"),
        ),
        Index("ix_consultation_comment_public", "consultation_id", "clause", "state", "has_text", "id"),
        Index("ix_consultation_comment_queue", "consultation_id", "state", "id"),
        Index("ix_consultation_comment_id", "consultation_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    version: Mapped[int]
    clause: Mapped[str] = mapped_column(String(CLAUSE_KEY_LENGTH), default="")
    stance: Mapped[Stance | None] = mapped_column(EnumText(Stance))
    counted: Mapped[bool] = mapped_column(default=True)
    text: Mapped[str] = mapped_column(
        Text,
        default="",
        info=personal(
            msg("To weigh and answer your comment, and to show it with its reply where it is published."),
            what=msg("The comment you wrote"),
            days=KEEP_DAYS,
            since="submitted_minute",
            erase="",
        ),
    )
    has_text: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(10), default="zh_CN")
    source: Mapped[Source] = mapped_column(EnumText(Source), default=Source.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submitted_minute: Mapped[datetime] = mapped_column(UtcDateTime, default=minute)
    row_hash: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[CommentState] = mapped_column(EnumText(CommentState), default=CommentState.PENDING)
    held: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[ReasonClass | None] = mapped_column(EnumText(ReasonClass))
    reason_note: Mapped[str] = mapped_column(String(200), default="")
    revision: Mapped[int] = mapped_column(default=0)
    decided_by: Mapped[str] = mapped_column(
        String(120),
        default="",
        info=personal(
            msg("To be able to say later which staff member decided what."),
            what=msg("Staff: who reviewed a comment"),
            days=DECIDED_BY_DAYS,
            since="decided_at",
            erase="",
        ),
    )
    decided_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reply: Mapped[str] = mapped_column(Text, default="")
    reply_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    adoption: Mapped[Adoption | None] = mapped_column(EnumText(Adoption))
    adoption_reason: Mapped[str] = mapped_column(Text, default="")
    adopted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    case_id: Mapped[int | None]
    assigned_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
