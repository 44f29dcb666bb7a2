"""What is stored, read anew; and what the tests of the year's deeds fill in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engage.audit.models import AuditEntry
from engage.core.db import db
from engage.core.types import Localized
from engage.themedays.actions.theme_days import DayFields
from engage.themedays.models import Activity, PlanRow, ThemeDay

BECAUSE = Localized(zh_CN="会场另有安排")


def stored_row(row: PlanRow) -> PlanRow:
    """The row as it is now."""
    db.session.expire_all()
    return db.session.get_one(PlanRow, row.id)


def stored_day(public_id: str) -> ThemeDay:
    """The theme day as it is now."""
    db.session.expire_all()
    return db.session.scalars(select(ThemeDay).where(ThemeDay.public_id == public_id)).one()


def stored_activity(activity: Activity) -> Activity:
    """The activity as it is now."""
    db.session.expire_all()
    return db.session.get_one(Activity, activity.id)


def events() -> list[str]:
    """What the audit log says happened, in order."""
    return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def day_fields(day: ThemeDay, /, **values: Any) -> DayFields:
    """What the form of a theme day says, with other values."""
    base = {"month": day.month, "theme": day.theme, "unit": day.unit_id, "day": day.day, "story": day.story}
    return DayFields(**{**base, **values})
