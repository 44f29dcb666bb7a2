"""Theme days and activities as staff work on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, may, require, units_where
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.themedays.models import Activity, PlanRow, ThemeDay, ThemeDayCohost
from engage.themedays.rules import (
    ACTIVITY_DEEDS,
    ActivityDeed,
    ActivityPhase,
    activity_phase,
    activity_possible,
)

SHOWN = 200


def theme_day(public_id: str) -> ThemeDay:
    """A theme day with hosts, activities and changes, whatever its state. Raises ``NotFound``."""
    day = db.session.scalar(
        select(ThemeDay)
        .options(
            joinedload(ThemeDay.unit),
            selectinload(ThemeDay.cohosts).joinedload(ThemeDayCohost.unit),
            selectinload(ThemeDay.activities).joinedload(Activity.unit),
            selectinload(ThemeDay.changes),
        )
        .where(ThemeDay.public_id == public_id)
    )
    if day is None:
        raise NotFound
    return day


def rows_of(theme_day_id: int) -> Sequence[PlanRow]:
    """The plan rows arranged into a theme day, with their co-hosts."""
    return db.session.scalars(
        select(PlanRow)
        .options(joinedload(PlanRow.unit), selectinload(PlanRow.cohosts))
        .where(PlanRow.theme_day_id == theme_day_id)
        .order_by(PlanRow.id)
    ).all()


def activity_for(actor: Actor, public_id: str) -> tuple[Activity, ActivityPhase, frozenset[ActivityDeed]]:
    """An activity with its phase and the deeds ``actor`` may do now. Raises ``NotFound``, ``NotAllowed``."""
    activity = db.session.scalar(
        select(Activity)
        .options(joinedload(Activity.unit), joinedload(Activity.theme_day), selectinload(Activity.photos))
        .where(Activity.public_id == public_id)
    )
    if activity is None:
        raise NotFound
    require(actor, Permission.ACTIVITY_READ, unit_id=activity.unit_id, activity_id=activity.id)
    phase = phase_of(activity)
    deeds = frozenset(
        deed
        for deed, (permission, _) in ACTIVITY_DEEDS.items()
        if activity_possible(deed, phase)
        and (permission is None or may(actor, permission, unit_id=activity.unit_id, activity_id=activity.id))
    )
    return activity, phase, deeds


def phase_of(activity: Activity) -> ActivityPhase:
    """Where an activity stands now."""
    return activity_phase(activity.state, activity.starts_at, activity.ends_at, activity.reported_at, now())


def mine(actor: Actor) -> Sequence[Activity]:
    """The newest activities ``actor`` may read, the latest start first."""
    query = (
        select(Activity)
        .options(joinedload(Activity.unit), joinedload(Activity.theme_day))
        .order_by(Activity.starts_at.desc(), Activity.id.desc())
        .limit(SHOWN)
    )
    units = units_where(actor, Permission.ACTIVITY_READ)
    if units is not None:
        own = activities_where(actor, Permission.ACTIVITY_READ)
        query = query.where(or_(Activity.unit_id.in_(units), Activity.id.in_(own)))
    return db.session.scalars(query).all()


def editable_units(actor: Actor, day: ThemeDay) -> Sequence[Unit]:
    """The active units for which ``actor`` may write an activity of a theme day: its hosts, or any unit."""
    query = select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)
    allowed = units_where(actor, Permission.ACTIVITY_EDIT)
    if not may(actor, Permission.PLAN_ARRANGE):
        allowed = day.host_ids if allowed is None else allowed & day.host_ids
    return db.session.scalars(query if allowed is None else query.where(Unit.id.in_(allowed))).all()


def titles(ids: Iterable[int]) -> dict[int, str]:
    """Titles of activities by id, for grants."""
    rows = db.session.execute(select(Activity.id, Activity.title).where(Activity.id.in_(list(ids))))
    return {row.id: row.title.text() for row in rows}


def id_of(public_id: str) -> int | None:
    """The id of an activity by its public id, for grants."""
    return db.session.scalar(select(Activity.id).where(Activity.public_id == public_id))
