"""The year: what units file, what the coordinator arranges, what is held."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import EnumText, JsonData, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.core.types import Localized


class Form(StrEnum):
    """The five forms of the city's plan."""

    SITE_VISIT = "site-visit"
    SYMPOSIUM = "symposium"
    BRIEFING = "briefing"
    QUESTIONNAIRE = "questionnaire"
    ONLINE = "online"


class PlanRowState(StrEnum):
    DRAFT = "draft"
    FILED = "filed"
    RETURNED = "returned"
    ARRANGED = "arranged"


class ThemeDayState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class ActivityState(StrEnum):
    """Held or not follows from the times; this is what staff decided."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class PlanRound(Model):
    """One year's collection of plan rows; after ``deadline`` units can no longer file by themselves."""

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(unique=True)
    deadline: Mapped[datetime] = mapped_column(UtcDateTime)
    instructions: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)


class PlanExtension(Model):
    """One unit may file until ``until``, after the deadline of the round."""

    __table_args__ = (UniqueConstraint("round_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("plan_round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class PlanRow(Model):
    """A row of the plan table (计划表条目) as a unit files it."""

    __table_args__ = (Index("ix_plan_row_round_state", "round_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    round_id: Mapped[int] = mapped_column(ForeignKey("plan_round.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    theme: Mapped[str] = mapped_column(String(200))
    form: Mapped[Form] = mapped_column(EnumText(Form))
    planned_on: Mapped[date | None] = mapped_column(Date)
    steps: Mapped[str] = mapped_column(Text, default="")
    remarks: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[PlanRowState] = mapped_column(EnumText(PlanRowState), default=PlanRowState.DRAFT)
    return_reason: Mapped[str] = mapped_column(Text, default="")
    theme_day_id: Mapped[int | None] = mapped_column(ForeignKey("theme_day.id"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)
    revision: Mapped[int] = mapped_column(default=0)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    is_demo: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()
    cohosts: Mapped[list[PlanRowCohost]] = relationship(cascade="all, delete-orphan")
    contacts: Mapped[list[PlanContact]] = relationship(
        cascade="all, delete-orphan", order_by="PlanContact.id"
    )


class PlanRowCohost(Model):
    """A unit that hosts jointly (协办)."""

    plan_row_id: Mapped[int] = mapped_column(ForeignKey("plan_row.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)

    unit: Mapped[Unit] = relationship()


_CONTACT_WHAT = msg("Staff: name and telephone in the contact list of a plan")
_CONTACT_PURPOSE = msg("Staff of the units: so that the coordinator can reach the person in charge.")


class PlanContact(Model):
    """A line of the contact list of a plan row."""

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_row_id: Mapped[int] = mapped_column(ForeignKey("plan_row.id"), index=True)
    name: Mapped[str] = mapped_column(
        String(60), info=personal(_CONTACT_PURPOSE, what=_CONTACT_WHAT, days=730, whole_row=True)
    )
    post: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(
        String(40), default="", info=personal(_CONTACT_PURPOSE, what=_CONTACT_WHAT, days=730, whole_row=True)
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ThemeDay(Model):
    """One month's theme day (主题日)."""

    __table_args__ = (Index("ix_theme_day_year_month", "year", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    year: Mapped[int]
    month: Mapped[int]
    day: Mapped[date | None] = mapped_column(Date)
    theme: Mapped[Localized] = mapped_column(LocalizedText)
    story: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    state: Mapped[ThemeDayState] = mapped_column(EnumText(ThemeDayState), default=ThemeDayState.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()
    cohosts: Mapped[list[ThemeDayCohost]] = relationship(cascade="all, delete-orphan")
    activities: Mapped[list[Activity]] = relationship(
        back_populates="theme_day", order_by="Activity.starts_at"
    )
    changes: Mapped[list[ScheduleChange]] = relationship(order_by="ScheduleChange.id.desc()")

    @property
    def host_ids(self) -> frozenset[int]:
        """The units that hold it: the host and the co-hosts."""
        return frozenset({self.unit_id, *(one.unit_id for one in self.cohosts)})


class ThemeDayCohost(Model):
    """A unit that hosts the theme day jointly."""

    theme_day_id: Mapped[int] = mapped_column(ForeignKey("theme_day.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)

    unit: Mapped[Unit] = relationship()


class ScheduleChange(Model):
    """A change after the annual schedule was published, with the reason people read. Added, never edited.

    ``theme``, ``month``, ``day`` are what the schedule said before.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_day_id: Mapped[int] = mapped_column(ForeignKey("theme_day.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    note: Mapped[Localized] = mapped_column(LocalizedText)
    theme: Mapped[Localized] = mapped_column(LocalizedText)
    month: Mapped[int]
    day: Mapped[date | None] = mapped_column(Date)


class Activity(Model):
    """One activity of a theme day. Surveys, consultations and live sessions point to it.

    ``report_draft`` is the report as it is being written, beside what may be public already.
    """

    __table_args__ = (
        Index("ix_activity_state_reported_at_starts_at", "state", "reported_at", "starts_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    theme_day_id: Mapped[int] = mapped_column(ForeignKey("theme_day.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    form: Mapped[Form] = mapped_column(EnumText(Form))
    title: Mapped[Localized] = mapped_column(LocalizedText)
    summary: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    agenda: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    contact: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    address: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[ActivityState] = mapped_column(EnumText(ActivityState), default=ActivityState.DRAFT)
    cancel_reason: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    report_title: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    report: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    people_reached: Mapped[int | None]
    report_draft: Mapped[dict[str, Any] | None] = mapped_column(JsonData(none_as_null=True))
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    is_demo: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship()
    theme_day: Mapped[ThemeDay] = relationship(back_populates="activities")
    photos: Mapped[list[ReportPhoto]] = relationship(
        cascade="all, delete-orphan", order_by="ReportPhoto.position"
    )


class ReportPhoto(Model):
    """A photo of a report: resized, without EXIF, with words for those who cannot see it."""

    __table_args__ = (UniqueConstraint("activity_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id"))
    position: Mapped[int]
    file_name: Mapped[str] = mapped_column(String(80))
    alt: Mapped[Localized] = mapped_column(LocalizedText)
    width: Mapped[int]
    height: Mapped[int]
