"""What is not taken: answers out of time, of unknown versions, of strangers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.core.clock import now
from engage.surveys.models import State
from tests.factories.answers import address, count, fields, only, send
from tests.factories.questions import page, question, twenty_answers
from tests.factories.surveys import add_version, make_survey
from tests.fixtures.clients import hidden_fields

pytestmark = pytest.mark.database
Make = Callable[..., FlaskClient]


@pytest.fixture
def context(app: Flask) -> Any:
    with app.app_context():
        yield app


def test_an_answer_to_an_earlier_version_counts_for_that_version(
    context: Flask, citizen_client: Make
) -> None:
    survey = make_survey({"pages": [page("p1", question("q1"))]})
    client = citizen_client()
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    add_version(survey, {"pages": [page("p1", question("q2", required=True))]})
    assert client.post(address(survey), data=hidden | fields({"q1": "a"})).status_code == 303
    assert only().answers == {"q1": "a"}


@pytest.mark.parametrize(
    ("version", "status"), [("9", 404), ("0", 303), ("-1", 303), ("x", 303), ("1" * 30, 303), ("²", 303)]
)
def test_only_a_number_names_a_version_else_it_is_the_newest(
    context: Flask, citizen_client: Make, version: str, status: int
) -> None:
    survey = make_survey()
    answer = send(citizen_client(), survey, twenty_answers(), _version=version)
    assert answer.status_code == status
    assert count() == (1 if status == 303 else 0)


PHASES = [
    ({"state": State.DRAFT}, 404, 404),
    ({"opens_at": now() + timedelta(days=1)}, 200, 409),
    ({"closes_at": now() - timedelta(days=1)}, 200, 410),
    ({"state": State.WITHDRAWN}, 410, 410),
    ({"state": State.ARCHIVED}, 200, 410),
]


@pytest.mark.one_database
@pytest.mark.parametrize(("values", "seen", "sent"), PHASES)
def test_surveys_that_take_no_answer(
    context: Flask, citizen_client: Make, values: dict[str, Any], seen: int, sent: int
) -> None:
    survey = make_survey(**values)
    client = citizen_client()
    shown = client.get(address(survey))
    assert shown.status_code == seen
    assert 'class="questionnaire"' not in shown.get_data(as_text=True)
    data = {"_token": client.token, "_request_id": "r" * 20, "_whole": "1", "_version": "1"}  # type: ignore[attr-defined]
    answer = client.post(address(survey), data=data | fields(twenty_answers()))
    assert answer.status_code == sent
    if sent != 404:
        assert "希望办事再快一点" in answer.get_data(as_text=True)
    assert count() == 0


def test_forms_of_strangers_are_refused(context: Flask, citizen_client: Make) -> None:
    survey = make_survey()
    hidden = hidden_fields(citizen_client().get(address(survey)).get_data(as_text=True))
    other = citizen_client()
    assert other.post(address(survey), data=hidden | fields(twenty_answers())).status_code == 403
    mine = hidden_fields(other.get(address(survey)).get_data(as_text=True))
    foreign = {"Origin": "https://evil.example"}
    assert (
        other.post(address(survey), data=mine | fields(twenty_answers()), headers=foreign).status_code == 403
    )
    assert (
        other.post(address(survey), data=mine | {"_request_id": "x"} | fields(twenty_answers())).status_code
        == 422
    )
    assert count() == 0
