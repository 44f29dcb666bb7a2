"""What analysis keeps in the database: exports being made, and results as they were published."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.clock import now
from engage.core.db import EnumText, JsonData, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.types import Localized


class ExportFormat(StrEnum):
    CSV = "csv"
    EXCEL = "xlsx"


class ExportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Export(Model):
    """A file of responses made by the worker; deleted a day after it was made."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    format: Mapped[ExportFormat] = mapped_column(EnumText(ExportFormat))
    language: Mapped[str] = mapped_column(String(10))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    state: Mapped[ExportState] = mapped_column(EnumText(ExportState), default=ExportState.WAITING)
    done_rows: Mapped[int] = mapped_column(default=0)
    all_rows: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)

    @property
    def file_name(self) -> str:
        """The name of its file below the exports folder."""
        return f"{self.public_id}.{self.format.value}"


class PublishedResult(Model):
    """A survey's public result: the tallies as they were when staff published them, small groups withheld."""

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), unique=True)
    words: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    responses: Mapped[int]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JsonData)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class PublishedFigures(Model):
    """Figures of a survey that were public once, kept for as long as it: later ones are compared with them.

    They count the responses with ids up to ``through_id``.
    """

    __tablename__ = "published_figures"

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), index=True)
    through_id: Mapped[int]
    responses: Mapped[int]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JsonData)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
