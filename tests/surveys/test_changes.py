"""What is written on after publishing: times moved alone, changes told, published or given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.clock import local, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.surveys.actions.editing import save_definition
from engage.surveys.actions.publishing import Window, change_times, discard_changes
from engage.surveys.models import Survey, SurveyVersion
from engage.surveys.queries.staff import unpublished
from tests.factories.accounts import make_actor
from tests.factories.questions import page, question
from tests.factories.surveys import make_survey
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
NOT_PUBLIC = "改动尚未发布"


def _asks(*words: str) -> dict[str, Any]:
    texts = (question(f"q{at}", "text", text={"zh_CN": each}) for at, each in enumerate(words))
    return {"pages": [page("p1", *texts)]}


def _write_on(survey: Survey, *words: str) -> None:
    save_definition(make_actor(Role.COORDINATOR), survey.id, _asks(*words), survey.edit_revision)


def _wall(days: int) -> str:
    return local(now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def _versions() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(SurveyVersion.id)).all())


def test_the_times_of_a_survey_move_while_its_next_version_is_unfinished(app: Flask) -> None:
    with app.app_context():
        survey = make_survey(_asks("一"))
        _write_on(survey, "一", "")
        later = now() + timedelta(days=30)
        change_times(make_actor(Role.COORDINATOR), survey.id, Window(survey.opens_at, later))
        assert _versions() == 1
        assert db.session.get_one(Survey, survey.id).closes_at == later
        assert unpublished(survey)


@pytest.mark.parametrize(
    ("opens", "closes"),
    [(None, timedelta(hours=-1)), (timedelta(hours=2), timedelta(hours=1)), (None, timedelta(days=900))],
)
def test_impossible_times_are_said(app: Flask, opens: timedelta | None, closes: timedelta) -> None:
    with app.app_context():
        window = Window(now() + opens if opens else None, now() + closes)
        with pytest.raises(Invalid) as refused:
            change_times(make_actor(Role.COORDINATOR), make_survey().id, window)
        assert set(refused.value.errors) == {"closes_at"}


def test_changes_are_discarded_once_they_were_seen(app: Flask) -> None:
    with app.app_context():
        actor, survey = make_actor(Role.COORDINATOR), make_survey(_asks("一"))
        discard_changes(actor, survey.id, 99)
        assert survey.edit_revision == 0, "there was nothing to discard"
        _write_on(survey, "一", "二")
        with pytest.raises(Conflict):
            discard_changes(actor, survey.id, 0)
        discard_changes(actor, survey.id, 1)
        assert survey.edit_definition == _asks("一")
        assert survey.edit_revision == 2, "the other one's builder must not overwrite this unseen"
        assert not unpublished(survey)


def test_the_pages_tell_what_is_not_public_and_what_can_be_done(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        survey = make_survey(_asks("一"))
        path, survey_id = f"/staff/surveys/{survey.public_id}", survey.id
    client = staff_client(Role.COORDINATOR)
    for each in ("", "/publish"):
        assert NOT_PUBLIC not in client.get(path + each).text
    assert 'value="publish"' not in client.get(path + "/publish").text
    with app.app_context():
        _write_on(db.session.get_one(Survey, survey_id), "一", "")
    for each in ("", "/publish"):
        assert NOT_PUBLIC in client.get(path + each).text
    times = {"opens_at": "", "closes_at": _wall(9)}
    assert client.send(path + "/publish", {**times, "deed": "reschedule"}).status_code == 303
    refused = client.send(path + "/publish", {**times, "deed": "publish"})
    assert refused.status_code == 422
    assert 'href="#questions"' in refused.text
    assert 'href="#opens_at"' not in refused.text
    kept = client.send(path + "/publish", {"closes_at": _wall(-1), "deed": "reschedule"})
    assert kept.status_code == 422
    assert f'value="{_wall(-1)}"' in kept.text
    assert client.send(path + "/discard", {"revision": "x"}).status_code == 409
    assert client.send(path + "/discard", {"revision": "1"}).status_code == 303
    assert NOT_PUBLIC not in client.get(path).text


def test_changes_are_published_as_the_next_version(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        survey = make_survey(_asks("一"))
        path, survey_id = f"/staff/surveys/{survey.public_id}", survey.id
        _write_on(survey, "一", "二")
    client = staff_client(Role.COORDINATOR)
    assert 'value="publish"' in client.get(path + "/publish").text
    sent = client.send(path + "/publish", {"closes_at": _wall(9), "deed": "publish", "sure": "1"})
    assert sent.status_code == 303
    with app.app_context():
        assert db.session.get_one(Survey, survey_id).version_number == 2
