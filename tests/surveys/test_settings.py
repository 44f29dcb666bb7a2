"""Beginning, copying and setting up surveys: made once, never overwritten unseen, attached where offered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.core.db import db
from engage.core.errors import Invalid, NotAllowed
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.actions.editing import create_survey
from engage.surveys.models import Survey
from engage.surveys.queries.staff import activities_for, may_attach
from engage.themedays.models import ActivityState, ThemeDayCohost
from tests.factories.accounts import make_actor, make_unit
from tests.factories.portal import make_activity, make_theme_day
from tests.factories.surveys import make_survey
from tests.fixtures.clients import hidden_fields
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


def _count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Survey)) or 0


def test_a_form_sent_twice_begins_one_survey(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit_id = make_unit().id
    client = staff_client(Role.COORDINATOR)
    filled = hidden_fields(client.get("/staff/surveys/new").text)
    filled |= {"title_zh": "问卷", "unit": str(unit_id), "activity": "0"}
    first, again = (client.send("/staff/surveys/new", filled) for _ in range(2))
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    other = client.send("/staff/surveys/new", filled | {"title_zh": "另一份问卷"})
    assert other.location != first.location
    with app.app_context():
        assert _count() == 2


def test_a_copy_asked_for_twice_is_made_once(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        path = f"/staff/surveys/{make_survey().public_id}"
    client = staff_client(Role.COORDINATOR)
    filled = hidden_fields(client.get(path + "/settings").text)
    first, again = (client.send(path + "/copy", filled) for _ in range(2))
    assert first.location == again.location != path
    assert client.send(path + "/copy", hidden_fields(client.get(path + "/settings").text)).status_code == 303
    with app.app_context():
        assert _count() == 3


def _filled(client: StaffClient, path: str, **more: str) -> dict[str, Any]:
    page = client.get(path).text
    return hidden_fields(page) | {"title_zh": "新标题", "layout": "page-by-page", "activity": "0"} | more


def test_two_people_do_not_overwrite_each_others_settings(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        survey = make_survey()
        path, survey_id = f"/staff/surveys/{survey.public_id}/settings", survey.id
    one, two = staff_client(Role.COORDINATOR), staff_client(Role.COORDINATOR)
    mine, theirs = _filled(one, path), _filled(two, path, title_zh="别人的标题")
    assert one.send(path, mine).status_code == 303
    assert one.send(path, mine).status_code == 303, "the same again changes nothing"
    refused = two.send(path, theirs)
    assert refused.status_code == 409
    assert "其他人修改了这些设置" in refused.text
    assert 'value="别人的标题"' in refused.text
    with app.app_context():
        assert db.session.get_one(Survey, survey_id).title["zh_CN"] == "新标题"
    knowingly = theirs | hidden_fields(refused.text)
    assert two.send(path, knowingly).status_code == 303
    with app.app_context():
        assert db.session.get_one(Survey, survey_id).title["zh_CN"] == "别人的标题"


@pytest.mark.one_database
@pytest.mark.parametrize("revision", ["", "x", "-1", "²", "9" * 30])
def test_a_forged_revision_overwrites_nothing(app: Flask, staff_client: Staff, revision: str) -> None:
    with app.app_context():
        path = f"/staff/surveys/{make_survey().public_id}/settings"
    client = staff_client(Role.COORDINATOR)
    assert client.send(path, _filled(client, path) | {"revision": revision}).status_code == 409


def test_the_settings_of_a_published_survey_say_that_they_are_public_at_once(
    app: Flask, staff_client: Staff
) -> None:
    with app.app_context():
        public, draft = make_survey(), make_survey(state="draft", version_number=None)
        addresses = [f"/staff/surveys/{each.public_id}/settings" for each in (public, draft)]
    client = staff_client(Role.COORDINATOR)
    assert ["立即对外生效" in client.get(each).text for each in addresses] == [True, False]


@pytest.fixture
def offered(app: Flask) -> Any:
    """A unit, and activities by how they stand to it."""
    with app.app_context():
        unit, other = make_unit("市教育局"), make_unit("市卫健局")
        joint, hosted = make_theme_day(unit=other), make_theme_day(unit=unit)
        with atomic():
            db.session.add(ThemeDayCohost(theme_day_id=joint.id, unit_id=unit.id))
        stranger = make_theme_day(unit=other)
        activities = {
            "own": make_activity(stranger, unit_id=unit.id),
            "of a theme day hosted": make_activity(hosted, unit_id=other.id),
            "of a theme day hosted jointly": make_activity(joint),
            "another unit's": make_activity(stranger),
            "cancelled": make_activity(hosted, state=ActivityState.CANCELLED),
        }
        yield unit, {name: activity.id for name, activity in activities.items()}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "department", "coordinator"),
    [
        ("own", True, True),
        ("of a theme day hosted", True, True),
        ("of a theme day hosted jointly", True, True),
        ("another unit's", False, True),
        ("cancelled", False, False),
    ],
)
def test_what_is_offered_is_accepted_and_nothing_else(
    offered: tuple[Unit, dict[str, int]], name: str, department: bool, coordinator: bool
) -> None:
    unit, ids = offered
    for role, scope, expected in ((Role.DEPARTMENT, unit, department), (Role.COORDINATOR, None, coordinator)):
        actor = make_actor(role, unit=scope)
        assert (ids[name] in [each.id for each in activities_for(actor)]) is expected
        assert may_attach(actor, ids[name]) is expected
        if expected:
            assert create_survey(actor, unit.id, Localized(zh_CN="问卷"), ids[name])
        else:
            with pytest.raises(Invalid) as refused:
                create_survey(actor, unit.id, Localized(zh_CN="问卷"), ids[name])
            assert set(refused.value.errors) == {"activity"}


def test_who_works_on_one_activity_writes_for_its_unit_only(
    offered: tuple[Unit, dict[str, int]], staff_client: Staff
) -> None:
    unit, ids = offered
    actor = make_actor(Role.DEPARTMENT, activity_id=ids["own"])
    assert create_survey(actor, unit.id, Localized(zh_CN="问卷"), ids["own"])
    with pytest.raises(Invalid):
        create_survey(actor, make_unit().id, Localized(zh_CN="问卷"), ids["own"])
    for activity in (None, ids["another unit's"]):
        with pytest.raises(NotAllowed):
            create_survey(actor, unit.id, Localized(zh_CN="问卷"), activity)
    page = staff_client(Role.DEPARTMENT, activity_id=ids["own"]).get("/staff/surveys/new").text
    assert re.findall(r'<option[^>]* value="(\d+)"', page.replace("selected ", "")) == [
        str(unit.id),
        str(ids["own"]),
    ]


def test_an_activity_given_by_the_coordinator_stays_when_the_unit_saves(
    offered: tuple[Unit, dict[str, int]], staff_client: Staff
) -> None:
    unit, ids = offered
    survey = make_survey(unit=unit, activity_id=ids["another unit's"])
    path, survey_id = f"/staff/surveys/{survey.public_id}/settings", survey.id
    client = staff_client(Role.DEPARTMENT, unit=unit)
    sent = client.send(path, _filled(client, path, activity=str(ids["another unit's"])))
    assert sent.status_code == 303
    db.session.rollback()
    assert db.session.get_one(Survey, survey_id).activity_id == ids["another unit's"]
