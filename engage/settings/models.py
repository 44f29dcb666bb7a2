"""The site settings: one row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from engage.core.clock import now
from engage.core.db import LocalizedText, Model, UtcDateTime
from engage.core.types import Localized

ONLY_ID = 1
DEFAULT_CITY = Localized(zh_CN="示范市", en="Demo City")
DEFAULT_NAME = Localized(zh_CN="政务公开主题日", en="Government Openness Theme Days")
DEFAULT_COLOUR = "#0e4a8f"
DEFAULT_ZONE_NAME = "Asia/Shanghai"


class SiteSettings(Model):
    """``revision`` counts saves, so that other processes see that something changed.

    ``emblem`` is the name of a file in the instance's ``files/site`` folder.
    """

    __table_args__ = (CheckConstraint(f"id = {ONLY_ID}", name="only_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=ONLY_ID)
    revision: Mapped[int] = mapped_column(default=1)
    city: Mapped[Localized] = mapped_column(LocalizedText, default=DEFAULT_CITY)
    name: Mapped[Localized] = mapped_column(LocalizedText, default=DEFAULT_NAME)
    organiser: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    undertaker: Mapped[Localized] = mapped_column(LocalizedText, default=Localized)
    contact: Mapped[Localized] = mapped_column(
        LocalizedText, default=Localized, info={"public": "the office's own telephone and address"}
    )
    icp: Mapped[str] = mapped_column(String(60), default="")
    police_filing: Mapped[str] = mapped_column(String(60), default="")
    site_code: Mapped[str] = mapped_column(String(20), default="")
    emblem: Mapped[str | None] = mapped_column(String(80))
    primary_colour: Mapped[str] = mapped_column(String(7), default=DEFAULT_COLOUR)
    time_zone: Mapped[str] = mapped_column(String(40), default=DEFAULT_ZONE_NAME)
    # Day → whether offices work, from the State Council's notices: {"2027-02-08": false}.
    working_days: Mapped[dict[str, bool]] = mapped_column(JSON, default=dict)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
