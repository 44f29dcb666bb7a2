"""What the staff home tells of the year: what is to be filed, arranged, published, held and reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import joinedload

from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, units_where
from engage.core.actor import Actor
from engage.core.clock import now, start_of_day, today
from engage.core.db import db
from engage.themedays.models import (
    Activity,
    ActivityState,
    PlanRound,
    PlanRow,
    PlanRowState,
    ThemeDay,
    ThemeDayState,
)
from engage.themedays.queries.plan import UnitFiling, extensions, filings, units_for
from engage.themedays.rules import ON_SITE, filing_ends

# A report is asked for all through the year of its activity, and a while after the turn of the year.
_AFTER_THE_YEAR = timedelta(days=90)
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class ToFile:
    """What a unit has to file until ``ends``: a row begun or given back; ``None`` where it has none."""

    round: PlanRound
    row: PlanRow | None
    ends: datetime


@dataclass(frozen=True, slots=True)
class Year:
    """What is missing in a year: rows not arranged, months without a theme, units that are late."""

    year: int
    filed: int
    months: tuple[int, ...]
    late: tuple[UnitFiling, ...]


def rounds_now() -> Sequence[PlanRound]:
    """The rounds of this year and later ones, the earliest first."""
    return db.session.scalars(
        select(PlanRound).where(PlanRound.year >= today().year).order_by(PlanRound.year)
    ).all()


def to_file(actor: Actor, rounds: Sequence[PlanRound], limit: int) -> list[ToFile]:
    """What the units of ``actor`` have to file in the newest of ``rounds``, what is due first on top."""
    if not rounds:
        return []
    plan = rounds[-1]
    unit_ids = [unit.id for unit in units_for(actor)]
    rows = db.session.scalars(
        select(PlanRow).where(PlanRow.round_id == plan.id, PlanRow.unit_id.in_(unit_ids)).order_by(PlanRow.id)
    ).all()
    extended = extensions(plan.id)
    ends = {unit_id: filing_ends(plan.deadline, extended.get(unit_id)) for unit_id in unit_ids}
    begun = (PlanRowState.DRAFT, PlanRowState.RETURNED)
    found = [ToFile(plan, row, ends[row.unit_id]) for row in rows if row.state in begun]
    known = {row.unit_id for row in rows}
    found += [ToFile(plan, None, ends[unit_id]) for unit_id in unit_ids if unit_id not in known]
    return sorted(found, key=lambda one: one.ends)[:limit]


def years(rounds: Sequence[PlanRound]) -> list[Year]:
    """What is missing in each of ``rounds``, each counted for its own year; the number of queries is fixed.

    Months that are over are not missed any more; units are late, and months missed, once filing has ended.
    """
    if not rounds:
        return []
    filed: dict[int, int] = dict(
        db.session.execute(
            select(PlanRow.round_id, func.count())
            .where(PlanRow.round_id.in_([plan.id for plan in rounds]), PlanRow.state == PlanRowState.FILED)
            .group_by(PlanRow.round_id)
        ).all()
    )
    taken: set[tuple[int, int]] = set(
        db.session.execute(
            select(ThemeDay.year, ThemeDay.month)
            .where(
                ThemeDay.year.in_([plan.year for plan in rounds]), ThemeDay.state != ThemeDayState.CANCELLED
            )
            .distinct()
        ).all()
    )
    late = tuple(one for one in filings(rounds[-1]) if one.missing)
    return [
        Year(
            plan.year,
            filed.get(plan.id, 0),
            _missed(plan, taken, today()),
            late if plan is rounds[-1] else (),
        )
        for plan in rounds
    ]


def _missed(plan: PlanRound, taken: set[tuple[int, int]], day: date) -> tuple[int, ...]:
    if now() < plan.deadline:
        return ()
    first = day.month if plan.year == day.year else 1
    return tuple(month for month in range(first, _LAST_MONTH + 1) if (plan.year, month) not in taken)


def reports_owed(actor: Actor, limit: int) -> list[Activity]:
    """Activities ``actor`` reports on that were held this year (or just before) and have no report.

    The last held comes first.
    """
    first = start_of_day(min(date(today().year, 1, 1), today() - _AFTER_THE_YEAR))
    return _activities(
        actor,
        Permission.ACTIVITY_EDIT,
        limit,
        Activity.state == ActivityState.PUBLISHED,
        Activity.reported_at.is_(None),
        Activity.starts_at >= first,
        # Without an end an activity lasts until midnight.
        or_(
            Activity.ends_at < now(),
            Activity.ends_at.is_(None) & (Activity.starts_at < start_of_day(today())),
        ),
        order=Activity.starts_at.desc(),
    )


def to_publish(actor: Actor, limit: int) -> list[Activity]:
    """Drafts with a time that ``actor`` may publish, the next to be held first."""
    return _activities(
        actor,
        Permission.ACTIVITY_PUBLISH,
        limit,
        Activity.state == ActivityState.DRAFT,
        Activity.starts_at.is_not(None),
        order=Activity.starts_at.asc(),
    )


def to_check_in(actor: Actor, limit: int) -> list[Activity]:
    """Activities on site whose guests ``actor`` receives: today's and later ones, the next first."""
    return _activities(
        actor,
        Permission.ACTIVITY_CHECK_IN,
        limit,
        Activity.state == ActivityState.PUBLISHED,
        Activity.form.in_(ON_SITE),
        or_(Activity.starts_at >= start_of_day(today()), Activity.ends_at >= now()),
        order=Activity.starts_at.asc(),
    )


def _activities(
    actor: Actor,
    permission: Permission,
    limit: int,
    *wanted: ColumnElement[bool],
    order: ColumnElement[datetime | None],
) -> list[Activity]:
    query = select(Activity).options(joinedload(Activity.unit)).where(*wanted)
    units = units_where(actor, permission)
    if units is not None:
        own = activities_where(actor, permission)
        query = query.where(or_(false(), Activity.unit_id.in_(units), Activity.id.in_(own)))
    return list(db.session.scalars(query.order_by(order, Activity.id).limit(limit)))
