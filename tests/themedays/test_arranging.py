"""Rows arranged into the months, arranged otherwise, taken out; the schedule published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.themedays.actions import activities, arranging, rounds
from engage.themedays.models import Activity, ActivityState, PlanRowState, ThemeDay, ThemeDayState
from tests.factories.accounts import make_actor, make_unit
from tests.factories.themedays import YEAR, make_round, make_row, make_theme_day
from tests.themedays.stored import BECAUSE, events, stored_activity, stored_day, stored_row

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]


def test_rows_of_two_units_become_a_joint_theme_day() -> None:
    plan, host, partner = make_round(), make_unit(), make_unit("市财政局")
    first, second = (make_row(plan, unit, state=PlanRowState.FILED) for unit in (host, partner))
    coordinator = make_actor(Role.COORDINATOR)
    day_id = arranging.arrange_into_month(coordinator, first.public_id, 3)
    arranging.arrange_into_day(coordinator, second.public_id, day_id)
    day = stored_day(day_id)
    assert (day.month, day.day, day.unit_id) == (3, date(YEAR, 3, 12), host.id)
    assert [one.unit_id for one in day.cohosts] == [partner.id]
    assert stored_row(second).state is PlanRowState.ARRANGED


def test_a_row_taken_out_leaves_no_empty_theme_day_behind() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    arranging.arrange_into_month(SYSTEM, row.public_id, 4)
    arranging.release_row(SYSTEM, row.public_id)
    assert (stored_row(row).state, stored_row(row).theme_day_id) == (PlanRowState.FILED, None)
    assert db.session.scalars(select(ThemeDay)).all() == []


def test_publishing_freezes_the_schedule_and_makes_draft_activities() -> None:
    plan = make_round()
    row = make_row(plan, state=PlanRowState.FILED)
    day_id = arranging.arrange_into_month(SYSTEM, row.public_id, 3)
    assert rounds.publish_schedule(make_actor(Role.COORDINATOR), plan.year) == 1
    day = stored_day(day_id)
    assert day.state is ThemeDayState.PUBLISHED
    activity = db.session.scalars(select(Activity)).one()
    assert (activity.state, activity.title.text()) == (ActivityState.DRAFT, row.theme)
    assert "1. 发布公告" in activity.agenda.text()
    assert "李红" not in str(vars(activity))
    with pytest.raises(Conflict):
        rounds.publish_schedule(SYSTEM, plan.year)
    with pytest.raises(Conflict):
        arranging.release_row(SYSTEM, row.public_id)


def test_a_row_arranged_after_publication_gets_its_activity_and_moves_with_it() -> None:
    plan, march, april = make_round(), make_theme_day(3), make_theme_day(4)
    row = make_row(plan, state=PlanRowState.FILED)
    arranging.arrange_into_day(SYSTEM, row.public_id, march.public_id)
    arranging.arrange_into_day(SYSTEM, row.public_id, april.public_id)
    assert db.session.scalars(select(Activity.theme_day_id)).all() == [april.id]


def test_a_row_moved_to_another_month_leaves_nothing_behind() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    march = arranging.arrange_into_month(SYSTEM, row.public_id, 3)
    may = arranging.arrange_into_month(SYSTEM, row.public_id, 5)
    days = db.session.scalars(select(ThemeDay)).all()
    assert [(one.public_id, one.month) for one in days] == [(may, 5)]
    assert march != may
    assert events()[-2:] == ["plan-row.arranged", "theme-day.removed"]


def test_arranging_twice_is_arranging_once() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    made = [arranging.arrange_into_month(SYSTEM, row.public_id, 3) for _ in range(2)]
    assert made[0] == made[1]
    for _ in range(2):
        arranging.arrange_into_day(SYSTEM, row.public_id, made[0])
    assert len(db.session.scalars(select(ThemeDay)).all()) == 1
    assert events().count("plan-row.arranged") == 1


def test_a_row_leaves_a_joint_theme_day_for_one_of_its_own_in_the_same_month() -> None:
    plan, partner = make_round(), make_unit("市财政局")
    first, second = (make_row(plan, unit, state=PlanRowState.FILED) for unit in (None, partner))
    joint = arranging.arrange_into_month(SYSTEM, first.public_id, 3)
    arranging.arrange_into_day(SYSTEM, second.public_id, joint)
    own = [arranging.arrange_into_month(SYSTEM, second.public_id, 3) for _ in range(2)]
    assert joint != own[0] == own[1]
    assert len(db.session.scalars(select(ThemeDay)).all()) == 2


def test_a_theme_day_somebody_wrote_about_stays_when_its_row_moves() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    written = make_theme_day(3, state=ThemeDayState.DRAFT, story=Localized(zh_CN="走进食堂。"))
    arranging.arrange_into_day(SYSTEM, row.public_id, written.public_id)
    arranging.arrange_into_month(SYSTEM, row.public_id, 5)
    assert stored_day(written.public_id).month == 3


def _announced(month: int = 3) -> tuple[str, Activity]:
    """A row whose activity is public, in a published theme day."""
    row = make_row(make_round(), state=PlanRowState.FILED)
    arranging.arrange_into_month(SYSTEM, row.public_id, month)
    rounds.publish_schedule(SYSTEM, YEAR)
    activity = db.session.scalars(select(Activity)).one()
    with atomic():
        found = db.session.get_one(Activity, activity.id)
        found.state, found.starts_at = ActivityState.PUBLISHED, now() + timedelta(days=9)
    return row.public_id, activity


def test_a_public_activity_never_moves_where_nobody_sees_it() -> None:
    row_id, activity = _announced()
    with pytest.raises(Conflict) as refused:
        arranging.arrange_into_month(SYSTEM, row_id, 5)
    assert "is public" in refused.value.message.template
    assert db.session.scalars(select(ThemeDay.month)).all() == [3]
    draft = make_theme_day(6, state=ThemeDayState.DRAFT)
    with pytest.raises(Conflict):
        arranging.arrange_into_day(SYSTEM, row_id, draft.public_id)
    published = make_theme_day(7)
    arranging.arrange_into_day(SYSTEM, row_id, published.public_id)
    assert stored_activity(activity).theme_day_id == published.id


def test_a_cancelled_activity_stays_and_its_row_gets_another_one() -> None:
    row_id, activity = _announced()
    activities.cancel_activity(SYSTEM, activity.public_id, BECAUSE)
    other = make_theme_day(7)
    arranging.arrange_into_day(SYSTEM, row_id, other.public_id)
    assert stored_activity(activity).theme_day_id != other.id
    states = db.session.scalars(select(Activity.state).where(Activity.theme_day_id == other.id)).all()
    assert states == [ActivityState.DRAFT]


def test_a_row_is_taken_out_once_its_activity_is_cancelled() -> None:
    row_id, activity = _announced()
    with pytest.raises(Conflict):
        arranging.release_row(SYSTEM, row_id)
    activities.cancel_activity(SYSTEM, activity.public_id, BECAUSE)
    arranging.release_row(SYSTEM, row_id)
    assert stored_activity(activity).state is ActivityState.CANCELLED
    assert db.session.scalars(select(ThemeDay.state)).all() == [ThemeDayState.PUBLISHED]
