"""Rounds, plan rows, theme days and activities for tests; call inside an application context."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from engage.accounts.models import Unit
from engage.core.actor import SYSTEM
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.themedays.actions.rows import ContactFields, RowFields, write_row
from engage.themedays.models import (
    Activity,
    ActivityState,
    Form,
    PlanRound,
    PlanRow,
    ThemeDay,
    ThemeDayState,
)
from tests.factories.accounts import make_unit

YEAR = today().year


def make_round(year: int = YEAR, *, days: int = 30, **values: Any) -> PlanRound:
    """A round whose deadline is in ``days`` (negative: it has passed)."""
    with atomic():
        plan = PlanRound(year=year, deadline=now() + timedelta(days=days), **values)
        db.session.add(plan)
    return plan


def row_fields(**values: Any) -> RowFields:
    """What a unit writes into a complete row."""
    return RowFields(
        **{
            "theme": "老旧小区改造面对面",
            "form": Form.SYMPOSIUM,
            "planned_on": date(YEAR, 3, 12),
            "steps": "发布公告\n召开座谈会\n公布答复",
            "contacts": (ContactFields("李红", "办公室主任", "0746-3222333"),),
        }
        | values
    )


def make_row(plan: PlanRound, unit: Unit | None = None, *, state: Any = None, **values: Any) -> PlanRow:
    """A row of a unit, a draft unless ``state`` is given."""
    unit = unit or make_unit("市住房和城乡建设局")
    public_id = write_row(SYSTEM, plan.year, unit.id, row_fields(**values))
    with atomic():
        row = db.session.query(PlanRow).filter_by(public_id=public_id).one()
        if state is not None:
            row.state, row.filed_at = state, now()
    return row


def make_theme_day(
    month: int | None = None, *, unit: Unit | None = None, year: int = YEAR, **values: Any
) -> ThemeDay:
    """A theme day, published unless ``state`` is given."""
    unit = unit or make_unit("市住房和城乡建设局")
    with atomic():
        day = ThemeDay(
            **{
                "year": year,
                "month": month or today().month,
                "theme": Localized(zh_CN="住有所居", en="A home for everyone"),
                "unit_id": unit.id,
                "state": ThemeDayState.PUBLISHED,
                "published_at": now(),
            }
            | values
        )
        db.session.add(day)
    return day


def make_activity(day: ThemeDay, *, hours: float = 24, **values: Any) -> Activity:
    """An activity that starts in ``hours`` and lasts two of them, published unless ``state`` is given."""
    with atomic():
        activity = Activity(
            **{
                "theme_day_id": day.id,
                "unit_id": day.unit_id,
                "form": Form.SITE_VISIT,
                "title": Localized(zh_CN="走进改造现场", en="Visit to the building site"),
                "place": Localized(zh_CN="龙山街道金盆小区"),
                "starts_at": now() + timedelta(hours=hours),
                "ends_at": now() + timedelta(hours=hours + 2),
                "state": ActivityState.PUBLISHED,
            }
            | values
        )
        db.session.add(activity)
    return activity
