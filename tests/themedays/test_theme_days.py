"""Theme days: changed, merged, cancelled, deleted; and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.themedays.actions import arranging, theme_days
from engage.themedays.models import (
    Activity,
    ActivityState,
    PlanRowState,
    ScheduleChange,
    ThemeDay,
    ThemeDayState,
)
from tests.factories.accounts import make_actor, make_unit
from tests.factories.themedays import YEAR, make_activity, make_round, make_row, make_theme_day
from tests.themedays.stored import BECAUSE, day_fields, events, stored_activity, stored_day, stored_row

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]


def test_after_publication_a_change_of_the_schedule_needs_a_public_reason() -> None:
    day = make_theme_day(3, day=date(YEAR, 3, 12))
    moved = day_fields(day, day=date(YEAR, 3, 19))
    with pytest.raises(Invalid) as refused:
        theme_days.change_theme_day(SYSTEM, day.public_id, moved, 0)
    assert set(refused.value.errors) == {"note_zh"}
    theme_days.change_theme_day(SYSTEM, day.public_id, moved, 0, BECAUSE)
    change = db.session.scalars(select(ScheduleChange)).one()
    assert (change.day, change.note) == (date(YEAR, 3, 12), BECAUSE)
    theme_days.change_theme_day(
        SYSTEM, day.public_id, day_fields(stored_day(day.public_id), story=Localized(zh_CN="新的介绍")), 1
    )
    assert len(db.session.scalars(select(ScheduleChange)).all()) == 1


def test_before_publication_no_reason_is_asked_for() -> None:
    day = make_theme_day(3, state=ThemeDayState.DRAFT)
    theme_days.change_theme_day(SYSTEM, day.public_id, day_fields(day, month=5), 0)
    assert stored_day(day.public_id).month == 5
    assert db.session.scalars(select(ScheduleChange)).all() == []


def test_a_day_outside_its_month_is_refused() -> None:
    day = make_theme_day(3, state=ThemeDayState.DRAFT)
    with pytest.raises(Invalid) as refused:
        theme_days.change_theme_day(SYSTEM, day.public_id, day_fields(day, day=date(YEAR, 4, 1)), 0)
    assert set(refused.value.errors) == {"day"}


def test_merging_moves_rows_activities_and_hosts() -> None:
    plan, partner = make_round(), make_unit("市财政局")
    into, merged = make_theme_day(3), make_theme_day(3, unit=partner)
    row = make_row(plan, partner, state=PlanRowState.FILED)
    arranging.arrange_into_day(SYSTEM, row.public_id, merged.public_id)
    with pytest.raises(Invalid):
        theme_days.merge_theme_days(SYSTEM, into.public_id, merged.public_id)
    theme_days.merge_theme_days(SYSTEM, into.public_id, merged.public_id, BECAUSE)
    assert stored_day(merged.public_id).state is ThemeDayState.CANCELLED
    assert db.session.scalars(select(Activity.theme_day_id)).all() == [into.id]
    assert [one.unit_id for one in stored_day(into.public_id).cohosts] == [partner.id]
    assert stored_row(row).theme_day_id == into.id


def test_a_draft_merged_away_is_deleted() -> None:
    into, merged = make_theme_day(3), make_theme_day(3, state=ThemeDayState.DRAFT)
    theme_days.merge_theme_days(SYSTEM, into.public_id, merged.public_id)
    assert db.session.scalars(select(ThemeDay.id)).all() == [into.id]


def test_a_theme_day_cannot_be_merged_with_itself() -> None:
    day = make_theme_day(3)
    with pytest.raises(Invalid):
        theme_days.merge_theme_days(SYSTEM, day.public_id, day.public_id)


def test_cancelling_a_theme_day_keeps_it_with_the_reason() -> None:
    day = make_theme_day(3)
    theme_days.cancel_theme_day(make_actor(Role.COORDINATOR), day.public_id, BECAUSE)
    assert stored_day(day.public_id).state is ThemeDayState.CANCELLED
    with pytest.raises(NotAllowed):
        theme_days.cancel_theme_day(make_actor(Role.DEPARTMENT, unit=day.unit_id), day.public_id, BECAUSE)


def test_a_draft_merged_into_a_published_day_brings_its_activities() -> None:
    into = make_theme_day(3)
    row = make_row(make_round(), make_unit("市财政局"), state=PlanRowState.FILED)
    draft = arranging.arrange_into_month(SYSTEM, row.public_id, 3)
    theme_days.merge_theme_days(SYSTEM, into.public_id, draft)
    activity = db.session.scalars(select(Activity)).one()
    assert (activity.theme_day_id, activity.state) == (into.id, ActivityState.DRAFT)
    assert stored_row(row).activity_id == activity.id


def test_what_is_public_is_not_merged_into_a_draft() -> None:
    into, public = make_theme_day(3, state=ThemeDayState.DRAFT), make_theme_day(3)
    activity = make_activity(public)
    with pytest.raises(Conflict) as refused:
        theme_days.merge_theme_days(SYSTEM, into.public_id, public.public_id, BECAUSE)
    assert "merge this one into it" in refused.value.message.template
    assert stored_activity(activity).theme_day_id == public.id
    assert stored_day(public.public_id).state is ThemeDayState.PUBLISHED


def test_activities_to_come_are_cancelled_with_their_theme_day_and_its_reason() -> None:
    day = make_theme_day(3)
    coming, held = make_activity(day, hours=5), make_activity(day, hours=-5)
    draft = make_activity(day, hours=9, state=ActivityState.DRAFT)
    theme_days.cancel_theme_day(make_actor(Role.COORDINATOR), day.public_id, BECAUSE)
    found = stored_activity(coming)
    assert (found.state, found.cancel_reason) == (ActivityState.CANCELLED, BECAUSE)
    assert stored_activity(held).state is ActivityState.PUBLISHED
    assert stored_activity(draft).state is ActivityState.DRAFT
    assert events()[-2:] == ["theme-day.moved", "activity.moved"]


def test_a_draft_with_nothing_in_it_is_deleted() -> None:
    day = make_theme_day(3, state=ThemeDayState.DRAFT)
    theme_days.remove_theme_day(make_actor(Role.COORDINATOR), day.public_id)
    assert db.session.scalars(select(ThemeDay)).all() == []
    assert events() == ["theme-day.removed"]


def test_a_draft_with_rows_or_activities_is_not_deleted() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    with_row = arranging.arrange_into_month(SYSTEM, row.public_id, 3)
    other = make_theme_day(4, state=ThemeDayState.DRAFT)
    make_activity(other, state=ActivityState.DRAFT)
    for public_id in (with_row, other.public_id):
        with pytest.raises(Conflict) as refused:
            theme_days.remove_theme_day(SYSTEM, public_id)
        assert "belong to this theme day" in refused.value.message.template


@pytest.mark.parametrize("state", [ThemeDayState.PUBLISHED, ThemeDayState.CANCELLED])
def test_what_was_public_is_not_deleted(state: ThemeDayState) -> None:
    day = make_theme_day(3, state=state)
    with pytest.raises(Conflict):
        theme_days.remove_theme_day(SYSTEM, day.public_id)
    assert stored_day(day.public_id).state is state


@pytest.mark.one_database
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
def test_only_the_coordinator_deletes_a_draft(role: Role) -> None:
    day = make_theme_day(3, state=ThemeDayState.DRAFT)
    with pytest.raises(NotAllowed):
        theme_days.remove_theme_day(make_actor(role, unit=day.unit), day.public_id)


def test_the_same_form_makes_one_theme_day() -> None:
    unit, drawn = make_unit(), request_id()
    fields = theme_days.DayFields(month=3, theme=Localized(zh_CN="民生实事"), unit=unit.id)
    made = [theme_days.create_theme_day(SYSTEM, YEAR, fields, request_id=drawn) for _ in range(2)]
    assert made[0] == made[1]
    assert len(db.session.scalars(select(ThemeDay)).all()) == 1
