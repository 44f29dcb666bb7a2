"""Staff deeds on surveys: role by phase, revisions, versions, windows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.actor import Actor, ActorKind, GrantedRole, ScopeKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed, Refusal
from engage.core.types import Localized
from engage.surveys.actions.editing import copy_survey, create_survey, save_definition
from engage.surveys.actions.publishing import (
    Window,
    archive_survey,
    change_times,
    close_survey,
    discard_changes,
    publish_survey,
    restore_survey,
    withdraw_survey,
)
from engage.surveys.models import State, Survey, SurveyVersion
from tests.factories.surveys import make_survey, make_unit
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
COORDINATOR = Actor(ActorKind.STAFF, None, "统筹", grants=(GrantedRole(Role.COORDINATOR, ScopeKind.SITE),))
OPEN = Window(None, None)


def _definition(*texts: str) -> dict[str, Any]:
    questions = [
        {"id": f"q{at}", "type": "text", "text": {"zh_CN": text}, "required": False, "long": True}
        for at, text in enumerate(texts)
    ]
    return {"pages": [{"id": "p1", "questions": questions}]}


def _draft() -> Survey:
    with_unit = make_unit()
    public_id = create_survey(COORDINATOR, with_unit.id, Localized(zh_CN="问卷"), None)
    return db.session.scalars(select(Survey).where(Survey.public_id == public_id)).one()


def test_saving_counts_revisions_and_refuses_what_is_older(app: Flask) -> None:
    with app.app_context():
        survey_id = _draft().id
        assert save_definition(COORDINATOR, survey_id, _definition("一"), 0).revision == 1
        assert save_definition(COORDINATOR, survey_id, _definition("一"), 0).revision == 1, "a retry"
        with pytest.raises(Conflict):
            save_definition(COORDINATOR, survey_id, _definition("二"), 0)
        saved = save_definition(COORDINATOR, survey_id, _definition("一", ""), 1)
        assert (saved.revision, len(saved.findings)) == (2, 1)


@pytest.mark.one_database
@pytest.mark.parametrize("data", [None, [], {}, {"pages": 1}, {"pages": [{"id": "p", "questions": [{}]}]}])
def test_what_no_editor_sends_is_refused(app: Flask, data: Any) -> None:
    with app.app_context():
        survey_id = _draft().id
        if data == {}:
            assert save_definition(COORDINATOR, survey_id, data, 0).findings
            return
        with pytest.raises(Invalid):
            save_definition(COORDINATOR, survey_id, data, 0)


def test_a_version_is_frozen_and_the_next_one_counts_on(app: Flask) -> None:
    with app.app_context():
        survey_id = _draft().id
        with pytest.raises(Invalid):
            publish_survey(COORDINATOR, survey_id, OPEN)
        save_definition(COORDINATOR, survey_id, _definition("一"), 0)
        assert publish_survey(COORDINATOR, survey_id, OPEN) == 1
        later = Window(None, now() + timedelta(days=3))
        assert publish_survey(COORDINATOR, survey_id, later) == 1, "only the window moved"
        save_definition(COORDINATOR, survey_id, _definition("一", "二"), 1)
        assert publish_survey(COORDINATOR, survey_id, later) == 2
        stored = db.session.scalars(select(SurveyVersion).order_by(SurveyVersion.number)).all()
        assert [len(version.definition["pages"][0]["questions"]) for version in stored] == [1, 2]


@pytest.mark.parametrize(
    ("opens", "closes"),
    [(None, timedelta(hours=-1)), (timedelta(hours=2), timedelta(hours=1)), (None, timedelta(days=900))],
)
def test_impossible_windows_are_said(app: Flask, opens: timedelta | None, closes: timedelta) -> None:
    with app.app_context():
        survey_id = make_survey().id
        window = Window(now() + opens if opens else None, now() + closes)
        with pytest.raises(Invalid) as refused:
            publish_survey(COORDINATOR, survey_id, window)
        assert set(refused.value.errors) == {"closes_at"}


_STATES = ("draft", "announced", "open", "closed", "withdrawn", "archived", "archived-withdrawn")
_DEEDS: dict[str, tuple[Callable[[Actor, int], object], set[str]]] = {
    "publish": (
        lambda actor, survey: publish_survey(actor, survey, OPEN),
        {"draft", "announced", "open", "closed", "withdrawn"},
    ),
    "change the times": (
        lambda actor, survey: change_times(actor, survey, OPEN),
        {"announced", "open", "closed"},
    ),
    "discard": (
        lambda actor, survey: discard_changes(actor, survey, 0),
        {"announced", "open", "closed", "withdrawn"},
    ),
    "close": (close_survey, {"open"}),
    "withdraw": (withdraw_survey, {"announced", "open", "closed"}),
    "archive": (archive_survey, {"draft", "closed", "withdrawn"}),
    "restore": (restore_survey, {"archived", "archived-withdrawn"}),
    "copy": (copy_survey, set(_STATES)),
}
_MAY = {Role.COORDINATOR, Role.DEPARTMENT}


def _in_phase(name: str) -> Survey:
    hour = timedelta(hours=1)
    match name:
        case "draft":
            return make_survey(state=State.DRAFT)
        case "announced":
            return make_survey(opens_at=now() + hour)
        case "closed":
            return make_survey(opens_at=now() - 2 * hour, closes_at=now() - hour)
        case "withdrawn":
            return make_survey(state=State.WITHDRAWN)
        case "archived" | "archived-withdrawn":
            return make_survey(state=State(name))
        case _:
            return make_survey()


@pytest.mark.one_database
@pytest.mark.parametrize("deed", _DEEDS)
@pytest.mark.parametrize("phase", _STATES)
def test_role_by_phase(app: Flask, deed: str, phase: str) -> None:
    run, phases = _DEEDS[deed]
    with app.app_context():
        survey = _in_phase(phase)
        survey_id, unit_id = survey.id, survey.unit_id
        for role in Role:
            for scope_id in (unit_id, unit_id + 1000):
                if role in _MAY and scope_id == unit_id:
                    continue
                actor = Actor(
                    ActorKind.STAFF, None, "某人", grants=(GrantedRole(role, ScopeKind.UNIT, scope_id),)
                )
                with pytest.raises(NotAllowed):
                    run(actor, survey_id)
        actor = Actor(
            ActorKind.STAFF, None, "本单位", grants=(GrantedRole(Role.DEPARTMENT, ScopeKind.UNIT, unit_id),)
        )
        if phase in phases:
            run(actor, survey_id)
        else:
            with pytest.raises(Refusal) as refused:
                run(actor, survey_id)
            assert not isinstance(refused.value, NotAllowed)


def test_pages_for_staff(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    with app.app_context():
        survey = make_survey()
        public_id, unit = survey.public_id, survey.unit
        unit_id = unit.id
    coordinator = staff_client(Role.COORDINATOR)
    for path in ("", "/settings", "/publish", "/preview", "/poster"):
        assert coordinator.get(f"/staff/surveys/{public_id}{path}").status_code == 200, path
    assert "政务服务满意度调查" in coordinator.get("/staff/surveys/").text
    assert coordinator.get("/staff/surveys/?page=99").status_code == 404
    refused = coordinator.send("/staff/surveys/new", {"title_zh": " ", "unit": unit_id, "activity": 0})
    assert refused.status_code == 422
    assert "请填写中文标题" in refused.text
    made = coordinator.send("/staff/surveys/new", {"title_zh": "新问卷", "unit": unit_id, "activity": 0})
    assert made.status_code == 303
    saved = coordinator.post(
        f"{made.location}/definition",
        json={"definition": _definition("一"), "revision": 0},
        headers={"X-CSRFToken": coordinator.token},
    )
    assert saved.json == {"revision": 1, "findings": []}
    stranger = staff_client(Role.APPROVER)
    assert stranger.get(f"/staff/surveys/{public_id}").status_code == 200
    assert stranger.get(f"/staff/surveys/{public_id}/settings").status_code == 403
    assert stranger.send(f"/staff/surveys/{public_id}/close").status_code == 403
