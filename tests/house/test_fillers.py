"""What shows nothing is nothing, through every door: questions, nicknames, comments, answers, titles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.models import Comment, Consultation
from engage.consultations.rules.importing import read
from engage.core.clock import now
from engage.core.db import db
from engage.live.models import LiveQuestion
from engage.surveys.models import Response
from tests.factories import live
from tests.factories.accounts import make_unit
from tests.factories.consultations import make_consultation
from tests.factories.questions import definition, question
from tests.factories.surveys import make_survey
from tests.fixtures.clients import hidden_fields

# Refused or taken for nothing by the rules of forms, before anything is stored.
pytestmark = [pytest.mark.database, pytest.mark.either_database]

FILLERS = {
    "hangul": "\u3164\u3164\u3164\u3164",
    "jamo": "\u115f\u1160\u115f\u1160",
    "half width": "\uffa0\uffa0\uffa0\uffa0",
    "marks": "\u0301\u0302\u0303\u0304",
    "joiners": "\u200d\u200c\u200d\u200c",
    "no width": "\u200b\u2060\ufeff\u200b",
    "braille": "\u2800\u2800\u2800\u2800",
    "variants": "\ufe0f\ufe0f\U000e0100\U000e0100",
    "tags": "\U000e0041\U000e0042\U000e0043\U000e0044",
    "soft hyphens": "\u00ad\u00ad\u00ad\u00ad",
    "directions": "\u202e\u2066\u2069\u200f",
    "blanks": " \u3000\u2003\u205f\n",
    "mixed": "\u3164 \u200d\u2800\u0301\u00ad\u202e",
}


@pytest.fixture(params=FILLERS.values(), ids=FILLERS)
def filler(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_question_and_a_nickname(app: Flask, citizen_client: Callable[..., Any], filler: str) -> None:
    with app.app_context():
        room = live.make_room().public_id
    phone = citizen_client()
    fields = {**hidden_fields(phone.get(f"/live/{room}/ask").text), "_token": phone.token}
    refused = phone.post(f"/live/{room}/ask", data={**fields, "text": filler, "name": "甲"})
    assert refused.status_code == 422
    assert "请写下您的问题" in refused.text
    taken = phone.post(f"/live/{room}/ask", data={**fields, "text": "路灯几点开？", "name": filler})
    assert taken.status_code < 400
    with app.app_context():
        assert [row.nickname for row in db.session.scalars(select(LiveQuestion))] == [""]


@pytest.mark.one_database
def test_a_comment(app: Flask, citizen_client: Callable[..., Any], filler: str) -> None:
    with app.app_context():
        path = f"/consultations/{make_consultation().public_id}/comment"
    phone = citizen_client()
    fields = {**hidden_fields(phone.get(path).text), "_token": phone.token, "text": filler}
    assert phone.post(path, data=fields).status_code == 422
    assert phone.post(path, data={**fields, "stance": "disagree"}).status_code == 422
    with app.app_context():
        assert not db.session.scalars(select(Comment)).all()


def test_an_answer_in_words(app: Flask, citizen_client: Callable[..., Any], filler: str) -> None:
    with app.app_context():
        survey = make_survey(
            definition(question("q1", "text", required=True), question("q2", "text", long=True))
        )
        path = f"/surveys/{survey.public_id}"
    phone = citizen_client()
    fields = {**hidden_fields(phone.get(path).text), "_token": phone.token}
    assert phone.post(path, data={**fields, "q-q1": filler}).status_code == 422
    assert phone.post(path, data={**fields, "q-q1": "好", "q-q2": filler}).status_code < 400
    with app.app_context():
        assert [row.answers for row in db.session.scalars(select(Response))] == [{"q1": "好"}]


@pytest.mark.one_database
def test_a_title_of_staff(app: Flask, staff_client: Callable[..., Any], filler: str) -> None:
    with app.app_context():
        unit = make_unit().id
    editor = staff_client(Role.DEPARTMENT, unit=unit)
    terms = {"unit": str(unit), "kind": "other", "title": filler, "activity_id": "0"}
    refused = editor.send("/staff/consultations/new", terms)
    assert "请填写标题" in refused.text
    with app.app_context():
        assert not db.session.scalars(select(Consultation)).all()


@pytest.mark.one_database
def test_a_row_of_a_file(filler: str) -> None:
    reading = read(f'id,text\n1,"{filler}"\n2,路灯\n'.encode(), now())
    assert [row.text for row in reading.rows] == ["路灯"]
    assert [finding.row for finding in reading.findings] == [2]


def test_a_field_of_one_line_holds_one_line(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        unit = make_unit().id
    terms = {"unit": str(unit), "kind": "other", "title": "停车\u000b管理\u2028办法\t稿", "activity_id": "0"}
    made = staff_client(Role.DEPARTMENT, unit=unit).send("/staff/consultations/new", terms)
    assert made.status_code == 303
    with app.app_context():
        (one,) = db.session.scalars(select(Consultation))
        assert one.title["zh_CN"] == "停车 管理 办法 稿"
