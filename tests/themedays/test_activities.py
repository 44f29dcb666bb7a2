"""Activities: written by the hosts, announced, cancelled, deleted; and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM, Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.themedays.actions import activities, arranging
from engage.themedays.models import Activity, ActivityState, Form, PlanRowState, ThemeDayCohost, ThemeDayState
from engage.themedays.queries.home import reports_owed
from tests.factories.accounts import make_actor, make_unit
from tests.factories.surveys import make_survey
from tests.factories.themedays import make_activity, make_round, make_row, make_theme_day
from tests.themedays.stored import BECAUSE, stored_activity

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]


def test_an_on_site_activity_is_announced_only_with_time_and_place() -> None:
    activity = make_activity(
        make_theme_day(), state=ActivityState.DRAFT, place=Localized(), starts_at=None, ends_at=None
    )
    with pytest.raises(Invalid) as refused:
        activities.publish_activity(SYSTEM, activity.public_id)
    assert set(refused.value.errors) == {"starts_at", "ends_at", "place_zh"}


def test_department_staff_write_but_do_not_announce() -> None:
    activity = make_activity(make_theme_day(), state=ActivityState.DRAFT)
    staff = make_actor(Role.DEPARTMENT, unit=activity.unit_id)
    fields = activities.ActivityFields(
        form=Form.BRIEFING, title=Localized(zh_CN="政策宣讲会"), place=Localized(zh_CN="文化馆")
    )
    activities.change_activity(staff, activity.public_id, fields, 0)
    with pytest.raises(NotAllowed):
        activities.publish_activity(staff, activity.public_id)


def test_an_activity_waits_for_its_theme_day() -> None:
    activity = make_activity(make_theme_day(state=ThemeDayState.DRAFT), state=ActivityState.DRAFT)
    with pytest.raises(Conflict):
        activities.publish_activity(SYSTEM, activity.public_id)


def test_cancelling_an_activity_needs_a_reason_and_ends_it() -> None:
    activity = make_activity(make_theme_day())
    with pytest.raises(Invalid):
        activities.cancel_activity(SYSTEM, activity.public_id, Localized())
    activities.cancel_activity(SYSTEM, activity.public_id, BECAUSE)
    with pytest.raises(Conflict):
        activities.cancel_activity(SYSTEM, activity.public_id, BECAUSE)


def test_a_draft_activity_is_deleted_and_frees_its_row() -> None:
    plan, day = make_round(), make_theme_day(3)
    row = make_row(plan, state=PlanRowState.FILED)
    arranging.arrange_into_day(SYSTEM, row.public_id, day.public_id)
    activity = db.session.scalars(select(Activity)).one()
    activities.remove_activity(SYSTEM, activity.public_id)
    assert db.session.scalars(select(Activity)).all() == []
    arranging.release_row(SYSTEM, row.public_id)
    with pytest.raises(Conflict):
        activities.remove_activity(SYSTEM, make_activity(day).public_id)


def test_an_activity_something_belongs_to_is_kept() -> None:
    activity = make_activity(make_theme_day(3), state=ActivityState.DRAFT)
    make_survey(activity_id=activity.id)
    with pytest.raises(Conflict):
        activities.remove_activity(SYSTEM, activity.public_id)
    db.session.expire_all()
    assert db.session.scalars(select(Activity.id)).all() == [activity.id]


WRITTEN = activities.ActivityFields(form=Form.BRIEFING, title=Localized(zh_CN="政策宣讲会"))


def test_host_and_cohost_add_activities_and_the_coordinator_for_any_unit() -> None:
    host, partner, other = make_unit(), make_unit("市财政局"), make_unit("市水利局")
    day = make_theme_day(unit=host, cohosts=[ThemeDayCohost(unit_id=partner.id)])

    def write(actor: Actor, unit: Unit) -> str:
        return activities.create_activity(actor, day.public_id, unit.id, WRITTEN)

    write(make_actor(Role.DEPARTMENT, unit=host), host)
    write(make_actor(Role.DEPARTMENT, unit=partner), partner)
    write(make_actor(Role.COORDINATOR), other)
    with pytest.raises(NotAllowed) as refused:
        write(make_actor(Role.DEPARTMENT, unit=other), other)
    assert "neither host nor co-host" in refused.value.message.template
    assert len(db.session.scalars(select(Activity)).all()) == 3


def test_the_same_form_makes_one_activity() -> None:
    day, drawn = make_theme_day(), request_id()
    made = [
        activities.create_activity(SYSTEM, day.public_id, day.unit_id, WRITTEN, request_id=drawn)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len(db.session.scalars(select(Activity)).all()) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    "address", ["/live/abc", "//example.org", "http://example.org", "javascript:alert(1)"]
)
def test_only_a_safe_address_is_taken(address: str) -> None:
    day = make_theme_day()
    fields = activities.ActivityFields(form=Form.ONLINE, title=Localized(zh_CN="访谈"), address=address)
    with pytest.raises(Invalid) as refused:
        activities.create_activity(SYSTEM, day.public_id, day.unit_id, fields)
    assert set(refused.value.errors) == {"address"}


def test_a_report_is_due_once_the_day_of_an_activity_without_an_end_is_over() -> None:
    day = make_theme_day()
    staff = make_actor(Role.DEPARTMENT, unit=day.unit)
    make_activity(day, hours=1, form=Form.ONLINE, ends_at=None)
    assert reports_owed(staff, 10) == []
    endless = make_activity(day, form=Form.ONLINE, starts_at=now() - timedelta(hours=30), ends_at=None)
    held = make_activity(day, hours=-5)
    assert [one.id for one in reports_owed(staff, 10)] == [held.id, endless.id]


# deed: coordinator, department of the unit, of another unit, approver of the unit, moderator, typist
ROLES = """
edit     x x . . . .
publish  x . . x . .
cancel   x . . x . .
remove   x x . . . .
"""
WHO = ("coordinator", "department", "stranger", "approver", "moderator", "typist")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("deed", "who", "expected"),
    [
        (line.split()[0], who, mark == "x")
        for line in ROLES.strip().splitlines()
        for who, mark in zip(WHO, line.split()[1:], strict=True)
    ],
)
def test_who_does_what_with_an_activity(deed: str, who: str, expected: bool) -> None:
    day, other = make_theme_day(), make_unit("市水利局")
    state = ActivityState.PUBLISHED if deed == "cancel" else ActivityState.DRAFT
    activity = make_activity(day, state=state)
    actor = {
        "coordinator": lambda: make_actor(Role.COORDINATOR),
        "department": lambda: make_actor(Role.DEPARTMENT, unit=day.unit),
        "stranger": lambda: make_actor(Role.DEPARTMENT, unit=other),
        "approver": lambda: make_actor(Role.APPROVER, unit=day.unit),
        "moderator": lambda: make_actor(Role.MODERATOR, unit=day.unit),
        "typist": lambda: make_actor(Role.TYPIST, unit=day.unit),
    }[who]()
    deeds = {
        "edit": lambda: activities.change_activity(actor, activity.public_id, WRITTEN, 0),
        "publish": lambda: activities.publish_activity(actor, activity.public_id),
        "cancel": lambda: activities.cancel_activity(actor, activity.public_id, BECAUSE),
        "remove": lambda: activities.remove_activity(actor, activity.public_id),
    }
    if expected:
        deeds[deed]()
        return
    with pytest.raises(NotAllowed):
        deeds[deed]()
    assert stored_activity(activity).state is state
