"""The coordinator puts filed rows into the months: a theme day of their own, or a joint one."""

from __future__ import annotations

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.themedays import entries
from engage.themedays.actions._load import load
from engage.themedays.actions.activities import activities_of_rows
from engage.themedays.models import (
    Activity,
    ActivityState,
    PlanRound,
    PlanRow,
    PlanRowState,
    ThemeDay,
    ThemeDayCohost,
    ThemeDayState,
)
from engage.themedays.rules import RowDeed, require_row, stays_public

DECEMBER = 12


def arrange_into_month(actor: Actor, row_id: str, month: int) -> str:
    """Make a theme day of ``month`` (1 to 12) from a filed row; answers its public id.

    Nothing changes where the row has a theme day of that month to itself.
    Raises ``NotFound``, ``Invalid``, ``Conflict``.
    """
    with atomic():
        row = _row(actor, row_id)
        if not 1 <= month <= DECEMBER:
            raise Invalid({"month": msg("Please choose a month.")})
        there = _own_day(row)
        if there is not None and there.month == month:
            return there.public_id
        year = db.session.get_one(PlanRound, row.round_id).year
        planned = row.planned_on if row.planned_on and row.planned_on.month == month else None
        day = ThemeDay(
            year=year,
            month=month,
            day=planned,
            theme=Localized(zh_CN=row.theme),
            unit_id=row.unit_id,
            state=ThemeDayState.DRAFT,
            is_demo=row.is_demo,
        )
        db.session.add(day)
        db.session.flush()
        after = {"theme": day.theme, "month": month, "day": planned, "unit": row.unit.name}
        label = day.theme.text()
        record(actor, entries.DAY_CREATED, "theme-day", day.public_id, after=after, label=label)
        _join(actor, row, day)
        return day.public_id


def arrange_into_day(actor: Actor, row_id: str, theme_day_id: str) -> None:
    """Put a filed row into an existing theme day, whose unit and co-hosts then host jointly.

    Raises ``NotFound``, ``Conflict`` for a theme day of another year or a cancelled one.
    """
    with atomic():
        row, day = _row(actor, row_id), load(ThemeDay, theme_day_id)
        if day.year != db.session.get_one(PlanRound, row.round_id).year:
            raise Conflict(msg("This theme day belongs to another year."))
        if day.state is ThemeDayState.CANCELLED:
            raise Conflict(msg("This theme day has been cancelled."))
        if row.theme_day_id != day.id:
            _join(actor, row, day)


def release_row(actor: Actor, row_id: str) -> None:
    """Take a row out of its theme day again; an activity that was cancelled stays there.

    Raises ``Conflict`` where an activity has been made from it that is not cancelled.
    """
    with atomic():
        require(actor, Permission.PLAN_ARRANGE)
        row = load(PlanRow, row_id)
        require_row(RowDeed.RELEASE, row.state)
        _leave_cancelled(row)
        if row.activity_id is not None:
            raise Conflict(
                msg("An activity has been made from this row. Cancel or delete the activity first.")
            )
        day = db.session.get_one(ThemeDay, row.theme_day_id)
        row.state, row.theme_day_id = PlanRowState.FILED, None
        row.revision += 1
        record(
            actor,
            entries.ROW_ARRANGED,
            "plan-row",
            row.public_id,
            before={"theme_day": day.theme, "month": day.month},
            after={"theme_day": None, "month": None},
            label=row.theme,
        )
        _clear_away(actor, day)


def delete_day(actor: Actor, day: ThemeDay) -> None:
    """Delete a draft theme day with nothing in it, in the running transaction."""
    before = {"theme": day.theme, "month": day.month, "day": day.day}
    label = day.theme.text()
    record(actor, entries.DAY_REMOVED, "theme-day", day.public_id, before=before, label=label)
    day.cohosts = []
    db.session.flush()
    db.session.delete(day)


def has_rows_or_activities(day: ThemeDay) -> bool:
    """Whether a plan row or an activity belongs to a theme day."""
    rows = select(PlanRow.id).where(PlanRow.theme_day_id == day.id)
    activities = select(Activity.id).where(Activity.theme_day_id == day.id)
    return any(db.session.scalar(query.limit(1)) is not None for query in (rows, activities))


def join_cohosts(day: ThemeDay, unit_ids: set[int]) -> None:
    """Add units to those that host a theme day, in the running transaction."""
    there = {one.unit_id for one in day.cohosts} | {day.unit_id}
    day.cohosts.extend(ThemeDayCohost(unit_id=unit_id) for unit_id in sorted(unit_ids - there))


def _row(actor: Actor, row_id: str) -> PlanRow:
    require(actor, Permission.PLAN_ARRANGE)
    row = load(PlanRow, row_id)
    require_row(RowDeed.ARRANGE, row.state)
    return row


def _own_day(row: PlanRow) -> ThemeDay | None:
    """The theme day that a row has to itself."""
    if row.theme_day_id is None:
        return None
    rows = db.session.scalars(select(PlanRow.id).where(PlanRow.theme_day_id == row.theme_day_id).limit(2))
    day = db.session.get_one(ThemeDay, row.theme_day_id)
    return day if len(rows.all()) == 1 and day.state is not ThemeDayState.CANCELLED else None


def _join(actor: Actor, row: PlanRow, day: ThemeDay) -> None:
    before = db.session.get(ThemeDay, row.theme_day_id) if row.theme_day_id else None
    _leave_cancelled(row)
    activity = db.session.get_one(Activity, row.activity_id) if row.activity_id is not None else None
    if activity is not None and not stays_public(activity.state, day.state):
        raise Conflict(
            msg(
                "The activity made from this row is public, this theme day is not. "
                "Choose a published theme day, or cancel the activity first."
            )
        )
    row.state, row.theme_day_id = PlanRowState.ARRANGED, day.id
    row.revision += 1
    join_cohosts(day, {row.unit_id, *(one.unit_id for one in row.cohosts)})
    record(
        actor,
        entries.ROW_ARRANGED,
        "plan-row",
        row.public_id,
        before={"theme_day": before.theme, "month": before.month} if before else None,
        after={"theme_day": day.theme, "month": day.month},
        label=row.theme,
    )
    if activity is not None:
        activity.theme_day_id = day.id
    elif day.state is ThemeDayState.PUBLISHED:
        activities_of_rows(actor, [row])
    if before is not None:
        _clear_away(actor, before)


def _leave_cancelled(row: PlanRow) -> None:
    """A cancelled activity stays where people look for it; the row may get another one."""
    activity = db.session.get(Activity, row.activity_id) if row.activity_id is not None else None
    if activity is not None and activity.state is ActivityState.CANCELLED:
        row.activity_id = None


def _clear_away(actor: Actor, day: ThemeDay) -> None:
    """A drafted theme day with nothing left in it was only the place of a row, unless a story was written."""
    db.session.flush()
    if day.state is ThemeDayState.DRAFT and not day.story and not has_rows_or_activities(day):
        delete_day(actor, day)
