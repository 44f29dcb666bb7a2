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
    close_survey,
    publish_survey,
    restore_survey,
    withdraw_survey,
)
from engage.surveys.models import Response, Source, State, Survey, SurveyVersion
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


_STATES = ("draft", "announced", "open", "closed", "withdrawn", "archived")
_DEEDS: dict[str, tuple[Callable[[Actor, int], object], set[str]]] = {
    "publish": (
        lambda actor, survey: publish_survey(actor, survey, OPEN),
        {"draft", "announced", "open", "closed", "withdrawn"},
    ),
    "close": (close_survey, {"open"}),
    "withdraw": (withdraw_survey, {"announced", "open", "closed"}),
    "archive": (archive_survey, {"draft", "closed", "withdrawn"}),
    "restore": (restore_survey, {"archived"}),
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
        case "archived":
            return make_survey(state=State.ARCHIVED)
        case _:
            return make_survey()


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


def test_paper_is_entered_with_its_source_and_who_entered_it(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        survey = make_survey(_definition("您的建议"))
        path, survey_id = f"/staff/surveys/{survey.public_id}/enter", survey.id
    typist = staff_client(Role.TYPIST)
    assert typist.get(path).status_code == 200
    form = {"source": "paper", "q-q0": "纸上写的", "_request_id": "paper-request-00001"}
    for _attempt in range(2):
        stored = typist.send(path, form)
        assert stored.status_code == 303, stored.text
    assert "查询码" in typist.get(stored.location).text
    other = typist.send(path, {**form, "q-q0": "别的内容"})
    assert other.status_code == 409
    assert "别的内容" in other.text
    assert (
        typist.send(path, {**form, "source": "web", "_request_id": "paper-request-00002"}).status_code == 404
    )
    with app.app_context():
        rows = db.session.scalars(select(Response).where(Response.survey_id == survey_id)).all()
        assert [(row.source, row.entered_by_id) for row in rows] == [(Source.PAPER, typist.user.id)]
    assert staff_client(Role.MODERATOR).get(path).status_code == 403


@pytest.mark.parametrize(("phase", "status"), [("closed", 200), ("announced", 409), ("withdrawn", 409)])
def test_paper_may_come_after_closing_but_not_before(
    app: Flask, staff_client: Callable[..., StaffClient], phase: str, status: int
) -> None:
    with app.app_context():
        path = f"/staff/surveys/{_in_phase(phase).public_id}/enter"
    assert staff_client(Role.TYPIST).get(path).status_code == status


@pytest.mark.parametrize(("name", "offered"), [("closed", True), ("archived", False), ("withdrawn", False)])
def test_typing_in_is_offered_only_where_it_is_possible(
    app: Flask, staff_client: Callable[..., StaffClient], name: str, offered: bool
) -> None:
    with app.app_context():
        survey = _in_phase(name).public_id
    client = staff_client(Role.COORDINATOR)
    typing_in = f"/staff/surveys/{survey}/enter"
    assert (typing_in in client.get(f"/staff/surveys/{survey}/publish").text) is offered
    assert (client.get(typing_in).status_code == 200) is offered
