"""What every field of a survey allows can be sent, all at once and page by page."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.core.db import db
from engage.surveys.models import Layout, Response
from tests.factories.questions import definition, page, question
from tests.factories.surveys import make_survey
from tests.fixtures.clients import hidden_fields

pytestmark = pytest.mark.database

IDS = [f"q{number}" for number in range(1, 7)]
LONGEST = {
    "Chinese": "长" * 5000,
    "emoji": "😀" * 5000,
    "lines": "好\n" * 2499 + "好好",
    "quotes": '“"\\' * 1666,
}


def _stored(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return [row.answers for row in db.session.scalars(select(Response))]


@pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)
def test_six_long_texts_at_once(app: Flask, citizen_client: Callable[..., Any], text: str) -> None:
    with app.app_context():
        path = (
            f"/surveys/{make_survey(definition(*(question(id, 'text', long=True) for id in IDS))).public_id}"
        )
    phone = citizen_client()
    fields = {**hidden_fields(phone.get(path).text), "_token": phone.token, "_whole": "1"}
    sent = phone.post(path, data={**fields, **{f"q-{id}": text.replace("\n", "\r\n") for id in IDS}})
    assert sent.status_code == 303
    assert _stored(app) == [dict.fromkeys(IDS, text)]


@pytest.mark.parametrize("text", LONGEST.values(), ids=LONGEST)
def test_long_texts_are_carried_over_pages(app: Flask, citizen_client: Callable[..., Any], text: str) -> None:
    pages = [page(f"p{id}", question(id, "text", long=True)) for id in IDS]
    with app.app_context():
        path = f"/surveys/{make_survey({'pages': pages}, layout=Layout.PAGE_BY_PAGE).public_id}"
    phone = citizen_client()
    answer = phone.get(path)
    for number, id in enumerate(IDS):
        fields = {name: unescape(value) for name, value in hidden_fields(answer.text).items()}
        answer = phone.post(f"{path}/p/{number}", data={**fields, "_token": phone.token, f"q-{id}": text})
    assert answer.status_code == 303
    assert _stored(app) == [dict.fromkeys(IDS, text)]


def test_more_than_its_fields_allow_is_refused(app: Flask, citizen_client: Callable[..., Any]) -> None:
    with app.app_context():
        path = f"/surveys/{make_survey(definition(question('q1', 'text'))).public_id}"
    phone = citizen_client()
    assert phone.post(path, data={"_token": phone.token, "q-q1": "长" * 40_000}).status_code == 413


def test_a_survey_that_is_not_there_takes_little(citizen_client: Callable[..., Any]) -> None:
    phone = citizen_client()
    assert (
        phone.post("/surveys/aaaaaaaaaaaa", data={"_token": phone.token, "x": "长" * 40_000}).status_code
        == 413
    )
