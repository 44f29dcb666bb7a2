"""A published result is public while its survey stands closed: not once it is withdrawn or opened again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.analysis.queries import result_of
from engage.core.clock import now
from engage.core.types import Localized
from engage.portal.queries import results
from engage.surveys.actions.publishing import (
    Window,
    archive_survey,
    change_times,
    publish_survey,
    restore_survey,
    withdraw_survey,
)
from engage.surveys.models import State, Survey
from engage.surveys.queries.portal import story
from tests.factories.accounts import make_actor
from tests.factories.portal import make_activity, make_theme_day, publish_result
from tests.factories.surveys import make_survey
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
TITLE = "窗口服务问卷"


@pytest.fixture
def context(app: Flask) -> Any:
    with app.app_context():
        yield app


@pytest.fixture
def survey(context: Flask) -> Survey:
    """Closed, with a public result, on an activity of a theme day."""
    closed = make_survey(
        title=Localized(zh_CN=TITLE),
        activity_id=make_activity(make_theme_day()).id,
        opens_at=now() - timedelta(days=9),
        closes_at=now() - timedelta(days=2),
    )
    publish_result(closed, 40)
    return closed


def _result_is_public(client: FlaskClient, survey: Survey) -> bool:
    address = f"/results/surveys/{survey.public_id}"
    shown = client.get(address).status_code == 200
    told = [one.result_url for one in story([survey.activity_id or 0])]
    assert (address in told) is shown
    assert (address in [one.url for one in results.recent()]) is shown
    assert (address in client.get(f"/surveys/{survey.public_id}").text) is shown
    assert (result_of(survey.id) is not None) is shown
    return shown


def test_a_result_stays_public_in_the_archive(survey: Survey, client: FlaskClient) -> None:
    actor = make_actor(Role.COORDINATOR)
    assert _result_is_public(client, survey)
    archive_survey(actor, survey.id)
    assert _result_is_public(client, survey)
    restore_survey(actor, survey.id)
    assert _result_is_public(client, survey)


def test_a_withdrawn_survey_does_not_come_back_through_the_archive(
    survey: Survey, client: FlaskClient
) -> None:
    actor = make_actor(Role.COORDINATOR)
    for deed, state in (
        (withdraw_survey, State.WITHDRAWN),
        (archive_survey, State.ARCHIVED_WITHDRAWN),
        (restore_survey, State.WITHDRAWN),
    ):
        deed(actor, survey.id)
        assert survey.state is state
        assert not _result_is_public(client, survey)
        assert story([survey.activity_id or 0]) == []
        page = client.get(f"/surveys/{survey.public_id}")
        assert page.status_code == 410
        assert "已撤回本问卷" in page.text


def test_a_withdrawn_and_archived_survey_stands_in_the_archive_without_a_way_to_publish(
    survey: Survey, staff_client: Callable[..., StaffClient]
) -> None:
    actor = make_actor(Role.COORDINATOR)
    withdraw_survey(actor, survey.id)
    archive_survey(actor, survey.id)
    client = staff_client(Role.COORDINATOR)
    assert TITLE not in client.get("/staff/surveys/").text
    assert TITLE in client.get("/staff/surveys/?archived=1").text
    assert client.send(f"/staff/surveys/{survey.public_id}/publish", {"closes_at": ""}).status_code == 409
    assert client.send(f"/staff/surveys/{survey.public_id}/results/publish", {}).status_code == 409


@pytest.mark.parametrize("reopen", [publish_survey, change_times])
def test_opened_again_it_has_no_public_result_and_needs_another(
    survey: Survey, client: FlaskClient, reopen: Callable[..., object]
) -> None:
    actor = make_actor(Role.COORDINATOR)
    reopen(actor, survey.id, Window(survey.opens_at, now() + timedelta(days=3)))
    assert not _result_is_public(client, survey)
    assert client.get(f"/surveys/{survey.public_id}").status_code == 200
