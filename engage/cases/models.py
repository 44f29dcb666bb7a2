"""A case (待办): an answer the city owes, whoever asked and wherever."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import EnumText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id


class CaseState(StrEnum):
    """Overdue is no state: it follows from ``due_on``."""

    OPEN = "open"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class Case(Model):
    """``source_kind`` and ``source_id`` name what is to be answered; its domain registers the handler.

    ``title`` names where it comes from, never what was asked: that is read through the handler and goes when
    its author erases it. A case with ``returned_at`` is open and waits for the coordinator to hand it on.
    """

    __tablename__ = "owed_case"
    __table_args__ = (
        Index("ix_owed_case_source", "source_kind", "source_id", unique=True),
        Index("ix_owed_case_unit_state_due", "unit_id", "state", "due_on"),
        Index("ix_owed_case_state_due", "state", "due_on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    source_kind: Mapped[str] = mapped_column(String(40))
    source_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[CaseState] = mapped_column(EnumText(CaseState), default=CaseState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reminded_on: Mapped[date | None] = mapped_column(Date)
    reassign_reason: Mapped[str] = mapped_column(Text, default="")
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_reason: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()
