"""The year as everybody may read it: published theme days, activities and changes; never a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from engage.core.clock import now, start_of_day, today
from engage.core.db import db
from engage.core.errors import NotFound
from engage.themedays.models import (
    Activity,
    ActivityState,
    ReportPhoto,
    ScheduleChange,
    ThemeDay,
    ThemeDayCohost,
    ThemeDayState,
)

_SEEN = (ThemeDayState.PUBLISHED, ThemeDayState.CANCELLED)
_SHOWN = (ActivityState.PUBLISHED, ActivityState.CANCELLED)
CHANGES_SHOWN = 20


def theme_days_of(year: int) -> Sequence[ThemeDay]:
    """The public theme days of a year with their units, in order; also cancelled ones."""
    return db.session.scalars(
        select(ThemeDay)
        .options(joinedload(ThemeDay.unit))
        .where(ThemeDay.year == year, ThemeDay.state.in_(_SEEN))
        .order_by(ThemeDay.month, ThemeDay.day, ThemeDay.id)
    ).all()


def years() -> list[int]:
    """The years with a published theme day, newest first."""
    return list(
        db.session.scalars(
            select(ThemeDay.year).where(ThemeDay.state.in_(_SEEN)).distinct().order_by(ThemeDay.year.desc())
        )
    )


def theme_day(public_id: str) -> ThemeDay:
    """A public theme day with its hosts and changes. Raises ``NotFound``."""
    day = db.session.scalar(
        select(ThemeDay)
        .options(
            joinedload(ThemeDay.unit),
            selectinload(ThemeDay.cohosts).joinedload(ThemeDayCohost.unit),
            selectinload(ThemeDay.changes),
        )
        .where(ThemeDay.public_id == public_id, ThemeDay.state.in_(_SEEN))
    )
    if day is None:
        raise NotFound
    return day


def activities_of(theme_day_ids: Sequence[int]) -> Sequence[Activity]:
    """The public activities of these theme days, by their start."""
    return db.session.scalars(
        select(Activity)
        .options(joinedload(Activity.unit), selectinload(Activity.photos))
        .where(Activity.theme_day_id.in_(theme_day_ids), Activity.state.in_(_SHOWN))
        .order_by(Activity.starts_at, Activity.id)
    ).all()


def activity_ids_of(theme_day_id: int) -> list[int]:
    """The ids of all activities of a theme day, also drafted ones: what points to them may be public."""
    return list(db.session.scalars(select(Activity.id).where(Activity.theme_day_id == theme_day_id)))


def activity(public_id: str) -> Activity:
    """A public activity of a public theme day with unit, theme day and photos. Raises ``NotFound``."""
    found = db.session.scalar(
        select(Activity)
        .join(ThemeDay, ThemeDay.id == Activity.theme_day_id)
        .options(joinedload(Activity.unit), joinedload(Activity.theme_day), selectinload(Activity.photos))
        .where(Activity.public_id == public_id, Activity.state.in_(_SHOWN), ThemeDay.state.in_(_SEEN))
    )
    if found is None:
        raise NotFound
    return found


def coming_activities(limit: int = 6) -> Sequence[Activity]:
    """Activities that run now or come in the next 60 days, the first one first."""
    moment = now()
    return db.session.scalars(
        select(Activity)
        .join(ThemeDay, ThemeDay.id == Activity.theme_day_id)
        .options(joinedload(Activity.unit))
        .where(
            Activity.state == ActivityState.PUBLISHED,
            ThemeDay.state == ThemeDayState.PUBLISHED,
            Activity.starts_at < moment + timedelta(days=60),
            or_(
                Activity.ends_at > moment,
                Activity.starts_at > moment,
                # Without an end an activity lasts until midnight.
                Activity.ends_at.is_(None) & (Activity.starts_at >= start_of_day(today())),
            ),
        )
        .order_by(Activity.starts_at, Activity.id)
        .limit(limit)
    ).all()


def current(day: date) -> ThemeDay | None:
    """The theme day of the month of ``day``: of several the next one, else the last."""
    found = db.session.scalars(
        select(ThemeDay)
        .options(joinedload(ThemeDay.unit), selectinload(ThemeDay.cohosts).joinedload(ThemeDayCohost.unit))
        .where(
            ThemeDay.year == day.year, ThemeDay.month == day.month, ThemeDay.state == ThemeDayState.PUBLISHED
        )
        .order_by(ThemeDay.day, ThemeDay.id)
    ).all()
    coming = [one for one in found if one.day is None or one.day >= day]
    if coming:
        return coming[0]
    return found[-1] if found else None


def following(day: date) -> ThemeDay | None:
    """The first published theme day after the month of ``day``."""
    return db.session.scalar(
        select(ThemeDay)
        .options(joinedload(ThemeDay.unit))
        .where(
            ThemeDay.state == ThemeDayState.PUBLISHED,
            or_(
                ThemeDay.year > day.year,
                (ThemeDay.year == day.year) & (ThemeDay.month > day.month),
            ),
        )
        .order_by(ThemeDay.year, ThemeDay.month, ThemeDay.day, ThemeDay.id)
        .limit(1)
    )


def changes_of(year: int) -> Sequence[tuple[ScheduleChange, ThemeDay]]:
    """The newest changes of a year's schedule with their theme days."""
    rows = db.session.execute(
        select(ScheduleChange, ThemeDay)
        .join(ThemeDay, ThemeDay.id == ScheduleChange.theme_day_id)
        .where(ThemeDay.year == year)
        .order_by(ScheduleChange.id.desc())
        .limit(CHANGES_SHOWN)
    )
    return [(row.ScheduleChange, row.ThemeDay) for row in rows]


def photo_is_public(file_name: str) -> bool:
    """Whether a photo belongs to a public report."""
    return (
        db.session.scalar(
            select(ReportPhoto.id)
            .join(Activity, Activity.id == ReportPhoto.activity_id)
            .join(ThemeDay, ThemeDay.id == Activity.theme_day_id)
            .where(
                ReportPhoto.file_name == file_name,
                Activity.state == ActivityState.PUBLISHED,
                Activity.reported_at.is_not(None),
                ThemeDay.state.in_(_SEEN),
            )
            .limit(1)
        )
        is not None
    )
