"""Tables of the surveys. A response holds no device, no address and no time finer than the minute."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.models import Unit
from engage.core.clock import now
from engage.core.db import EnumText, JsonData, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.core.types import Localized
from engage.themedays.models import Activity

# Responses belong to the file of the decision they were asked for, kept for ten years.
KEEP_DAYS = 3650


class State(StrEnum):
    """What staff decided. The phase citizens meet follows from it and the clock (`rules.phase`).

    A withdrawn survey that is put away stays withdrawn for the public, unlike an archived one.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"
    ARCHIVED_WITHDRAWN = "archived-withdrawn"


class Layout(StrEnum):
    """How the pages are shown."""

    PAGE_BY_PAGE = "page-by-page"
    ALL_AT_ONCE = "all-at-once"


class Source(StrEnum):
    """The way a response came in."""

    WEB = "web"
    PAPER = "paper"
    HALL = "hall"
    TELEPHONE = "telephone"
    INTERVIEWER = "interviewer"


class Survey(Model):
    """A survey. `edit_definition` is the next version being written, read when asked for: it may be large.
    `edit_revision` counts its saves.

    `version_number` is the newest published version, None before the first. `results_published_at` alone says
    whether the result is public: None again when the survey is withdrawn or takes answers again.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey(Activity.id), index=True)
    title: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    introduction: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    thanks: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    state: Mapped[State] = mapped_column(EnumText(State), default=State.DRAFT, index=True)
    layout: Mapped[Layout] = mapped_column(EnumText(Layout), default=Layout.PAGE_BY_PAGE)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    one_per_device: Mapped[bool] = mapped_column(default=True)
    edit_definition: Mapped[dict[str, Any]] = mapped_column(
        JsonData, default=lambda: {"pages": []}, deferred=True
    )
    edit_revision: Mapped[int] = mapped_column(default=0)
    settings_revision: Mapped[int] = mapped_column(default=0)
    version_number: Mapped[int | None]
    results_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    unit: Mapped[Unit] = relationship()


class SurveyVersion(Model):
    """What was published: never changed. Its question and option ids are those of the versions before it."""

    __table_args__ = (UniqueConstraint("survey_id", "number"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(JsonData, deferred=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Response(Model):
    """One filled-in survey. `answers` maps question ids to stored values (`questions.logic.Value`)."""

    __tablename__ = "survey_response"
    __table_args__ = (
        Index("ix_survey_response_survey_id_id", "survey_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"))
    language: Mapped[str] = mapped_column(String(10))
    source: Mapped[Source] = mapped_column(EnumText(Source), default=Source.WEB)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    submitted_minute: Mapped[datetime] = mapped_column(UtcDateTime)
    answers: Mapped[dict[str, Any]] = mapped_column(
        JsonData,
        info=personal(
            msg("To count the answers and to read what people wrote in their own words."),
            what=msg("Your response to a survey"),
            days=KEEP_DAYS,
            since="submitted_minute",
            whole_row=True,
            derived=("analysis.rebuild", "survey_id"),
        ),
    )
