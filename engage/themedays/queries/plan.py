"""The plan as staff read it: a unit's own rows, and the coordinator's board of the year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload, selectinload

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import units_where
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.themedays.models import (
    Activity,
    ActivityState,
    PlanExtension,
    PlanRound,
    PlanRow,
    PlanRowState,
    ThemeDay,
    ThemeDayState,
)
from engage.themedays.queries.rows import cohosted
from engage.themedays.rules import filing_ends, is_late

_FILED = frozenset({PlanRowState.FILED, PlanRowState.ARRANGED})


@dataclass(frozen=True, slots=True)
class UnitFiling:
    """How a unit stands in a round: rows filed, rows late, until when it may file."""

    unit: Unit
    rows: int
    filed: int
    late: int
    ends: datetime
    extended: bool
    passed: bool

    @property
    def missing(self) -> bool:
        """Nothing was filed in the time given."""
        return self.filed == 0 and self.passed


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """A round as a unit's staff see it; ``ends`` is by unit id.

    ``cohosted`` are other units' filed rows that name one of ``units`` as co-host.
    """

    round: PlanRound
    rows: Sequence[PlanRow]
    units: Sequence[Unit]
    ends: dict[int, datetime]
    cohosted: Sequence[PlanRow]

    @property
    def ends_last(self) -> datetime:
        """When filing ends for the last of the units."""
        return max(self.ends.values(), default=self.round.deadline)


@dataclass(slots=True)
class Month:
    """A month of the board."""

    month: int
    days: list[ThemeDay] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Board:
    """The year on one page. ``waiting`` are filed rows; ``activities_of`` is by theme day id."""

    round: PlanRound
    months: list[Month]
    waiting: Sequence[PlanRow]
    filings: list[UnitFiling]
    activities_of: dict[int, int]
    drafts: int


def rounds() -> Sequence[PlanRound]:
    """All rounds, newest year first."""
    return db.session.scalars(select(PlanRound).order_by(PlanRound.year.desc())).all()


def round_of(year: int) -> PlanRound:
    """The round of a year. Raises ``NotFound``."""
    found = db.session.scalar(select(PlanRound).where(PlanRound.year == year))
    if found is None:
        raise NotFound
    return found


def own_plan(actor: Actor, year: int) -> OwnPlan:
    """The rows ``actor`` may file, with their units' deadlines. Raises ``NotFound``."""
    plan = round_of(year)
    units = units_for(actor)
    ids = [unit.id for unit in units]
    rows = db.session.scalars(
        select(PlanRow)
        .options(joinedload(PlanRow.unit))
        .where(PlanRow.round_id == plan.id, PlanRow.unit_id.in_(ids))
        .order_by(PlanRow.planned_on, PlanRow.id)
    ).all()
    extended = extensions(plan.id)
    ends = {unit_id: filing_ends(plan.deadline, extended.get(unit_id)) for unit_id in ids}
    return OwnPlan(plan, rows, units, ends, cohosted(plan.id, ids))


def units_for(actor: Actor) -> Sequence[Unit]:
    """The active units for which ``actor`` may file."""
    query = select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)
    allowed = units_where(actor, Permission.PLAN_FILE)
    return db.session.scalars(query if allowed is None else query.where(Unit.id.in_(allowed))).all()


def all_units() -> Sequence[Unit]:
    """Every active unit."""
    return db.session.scalars(select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)).all()


def theme_days_of(year: int) -> Sequence[ThemeDay]:
    """The theme days of a year that are not cancelled, in order."""
    return db.session.scalars(
        select(ThemeDay)
        .where(ThemeDay.year == year, ThemeDay.state != ThemeDayState.CANCELLED)
        .order_by(ThemeDay.month, ThemeDay.day, ThemeDay.id)
    ).all()


def board(year: int) -> Board:
    """The coordinator's year; the number of queries does not grow with it. Raises ``NotFound``."""
    plan = round_of(year)
    days = db.session.scalars(
        select(ThemeDay)
        .options(
            joinedload(ThemeDay.unit),
            selectinload(ThemeDay.cohosts),
            defer(ThemeDay.story),
        )
        .where(ThemeDay.year == year)
        .order_by(ThemeDay.month, ThemeDay.day, ThemeDay.id)
    ).all()
    waiting = db.session.scalars(
        select(PlanRow)
        .options(joinedload(PlanRow.unit), defer(PlanRow.steps), defer(PlanRow.remarks))
        .where(PlanRow.round_id == plan.id, PlanRow.state == PlanRowState.FILED)
        .order_by(PlanRow.planned_on, PlanRow.id)
    ).all()
    months = [Month(month) for month in range(1, 13)]
    for day in days:
        months[day.month - 1].days.append(day)
    return Board(
        round=plan,
        months=months,
        waiting=waiting,
        filings=filings(plan),
        activities_of=_activity_counts([day.id for day in days]),
        drafts=sum(day.state is ThemeDayState.DRAFT for day in days),
    )


def open_round() -> PlanRound | None:
    """The newest round."""
    return db.session.scalar(select(PlanRound).order_by(PlanRound.year.desc()).limit(1))


def extensions(round_id: int) -> dict[int, datetime]:
    """By unit id until when a unit may file after the deadline of a round."""
    rows = db.session.execute(
        select(PlanExtension.unit_id, PlanExtension.until).where(PlanExtension.round_id == round_id)
    )
    return {row.unit_id: row.until for row in rows}


def _activity_counts(theme_day_ids: list[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Activity.theme_day_id, func.count())
        .where(Activity.theme_day_id.in_(theme_day_ids), Activity.state != ActivityState.CANCELLED)
        .group_by(Activity.theme_day_id)
    )
    return {row[0]: row[1] for row in rows}


def filings(plan: PlanRound) -> list[UnitFiling]:
    """How every active unit stands in a round; three queries."""
    rows = db.session.execute(
        select(PlanRow.unit_id, PlanRow.state, PlanRow.filed_at).where(PlanRow.round_id == plan.id)
    ).all()
    by_unit: dict[int, list[Any]] = {}
    for row in rows:
        by_unit.setdefault(row.unit_id, []).append(row)
    extended, moment = extensions(plan.id), now()
    found = []
    for unit in all_units():
        own = by_unit.get(unit.id, [])
        ends = filing_ends(plan.deadline, extended.get(unit.id))
        found.append(
            UnitFiling(
                unit=unit,
                rows=len(own),
                filed=sum(row.state in _FILED for row in own),
                late=sum(is_late(row.filed_at, plan.deadline) for row in own),
                ends=ends,
                extended=unit.id in extended,
                passed=moment >= ends,
            )
        )
    return found
