"""Responses from paper: who types them in, for which surveys, and how they find the screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized
from engage.surveys.models import Response, Source, State, Survey
from tests.factories.questions import page, question
from tests.factories.surveys import make_survey, make_unit
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
SHEET = {"pages": [page("p1", question("q0", "text"))]}
DAY = timedelta(days=1)
PHASES: dict[str, dict[str, Any]] = {
    "draft": {"state": State.DRAFT},
    "announced": {"opens_at": now() + DAY},
    "open": {},
    "closed": {"opens_at": now() - 2 * DAY, "closes_at": now() - DAY},
    "withdrawn": {"state": State.WITHDRAWN},
    "archived": {"state": State.ARCHIVED},
}


def _path(survey: Survey) -> str:
    return f"/staff/surveys/{survey.public_id}/enter"


def test_paper_is_entered_with_its_source_and_who_entered_it(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        survey = make_survey(SHEET)
        path, survey_id = _path(survey), survey.id
    typist = staff_client(Role.TYPIST)
    assert typist.get(path).status_code == 200
    form = {"source": "paper", "q-q0": "纸上写的", "_request_id": "paper-request-00001"}
    for _attempt in range(2):
        stored = typist.send(path, form)
        assert stored.status_code == 303, stored.text
    assert "查询码" in typist.get(stored.location).text
    assert typist.send(path, {**form, "source": "web"}).status_code == 404
    with app.app_context():
        rows = db.session.scalars(select(Response).where(Response.survey_id == survey_id)).all()
        assert [(row.source, row.entered_by_id) for row in rows] == [(Source.PAPER, typist.user.id)]
    assert staff_client(Role.MODERATOR).get(path).status_code == 403


def test_who_goes_back_in_the_browser_types_in_the_next_sheet(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        path = _path(make_survey(SHEET))
    typist = staff_client(Role.TYPIST)
    form = {"source": "paper", "_request_id": "paper-request-00001"}
    for words in ("第一张", "第二张", "第一张"):
        assert typist.send(path, {**form, "q-q0": words}).status_code == 303
    with app.app_context():
        rows = db.session.scalars(select(Response).order_by(Response.id)).all()
        assert [row.answers["q0"] for row in rows] == ["第一张", "第二张"]


@pytest.mark.parametrize(("phase", "status"), [("closed", 200), ("announced", 409), ("withdrawn", 409)])
def test_paper_may_come_after_closing_but_not_before(
    app: Flask, staff_client: Callable[..., StaffClient], phase: str, status: int
) -> None:
    with app.app_context():
        path = _path(make_survey(SHEET, **PHASES[phase]))
    assert staff_client(Role.TYPIST).get(path).status_code == status


@pytest.mark.one_database
@pytest.mark.parametrize("phase", PHASES)
def test_typing_in_is_offered_exactly_where_it_is_possible(
    app: Flask, staff_client: Callable[..., StaffClient], phase: str
) -> None:
    with app.app_context():
        survey = make_survey(SHEET, **PHASES[phase])
        path, publishing = _path(survey), f"/staff/surveys/{survey.public_id}/publish"
    offered = phase in ("open", "closed")
    coordinator, typist = staff_client(Role.COORDINATOR), staff_client(Role.TYPIST)
    assert (path in coordinator.get(publishing).text) is offered
    assert (path in typist.get("/staff/surveys/enter").text) is offered
    assert (typist.get(path).status_code == 200) is offered


def test_a_typist_finds_the_screen_from_the_home_page_and_back(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        path = _path(make_survey(SHEET))
    typist = staff_client(Role.TYPIST)
    listed = "/staff/surveys/enter"
    for here, there in (("/staff/", listed), (listed, path), (path, listed), (path, "/staff/")):
        assert f'href="{there}"' in typist.get(here).text
        assert typist.get(there).status_code == 200
    assert 'href="/staff/surveys/"' not in typist.get(path).text, "what a typist may not open"
    assert f'href="{listed}"' not in staff_client(Role.COORDINATOR).get("/staff/").text


def test_a_typist_sees_the_surveys_of_their_unit_only(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        unit = make_unit()
        make_survey(SHEET, unit=unit, title=Localized(zh_CN="本单位的问卷"))
        make_survey(SHEET, title=Localized(zh_CN="别的单位的问卷"))
    page = staff_client(Role.TYPIST, unit=unit).get("/staff/surveys/enter").text
    assert "本单位的问卷" in page
    assert "别的单位的问卷" not in page
    empty = staff_client(Role.TYPIST, unit=make_unit_in(app)).get("/staff/surveys/enter").text
    assert "目前没有可录入的问卷" in empty


def make_unit_in(app: Flask) -> Any:
    with app.app_context():
        return make_unit()
