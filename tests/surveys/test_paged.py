"""The form sent page by page, and all at once in another language, by browsers without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from engage.core.text import clean_in_turns
from engage.questions.compiled import compile
from engage.questions.definition import read
from engage.surveys.models import Layout
from engage.surveys.views import state
from tests.factories.answers import address, count, only, turn
from tests.factories.questions import asks, page, question
from tests.factories.surveys import make_survey
from tests.fixtures.clients import hidden_fields

pytestmark = pytest.mark.database
Make = Callable[..., FlaskClient]


@pytest.fixture
def context(app: Flask) -> Any:
    with app.app_context():
        yield app


PAGES = {
    "pages": [
        page("p1", question("q1", required=True), question("q2", "text")),
        page("p2", question("q3", required=True), show_if=asks("equals", "q1", "a")),
        page("p3", question("q4", "number", required=True)),
    ]
}


def test_how_many_pages_there_are_does_not_change_on_the_way(context: Flask, citizen_client: Make) -> None:
    """Also where an answer brings a page, or leaves one out."""
    survey = make_survey(PAGES, layout=Layout.PAGE_BY_PAGE)
    told = re.compile(r"data-progress-text>([^<]+)<")
    for answer, second in (("a", "第2页，共3页"), ("b", "第3页，共3页")):
        client = citizen_client()
        first = client.get(address(survey)).get_data(as_text=True)
        assert told.findall(first) == ["第1页，共3页"]
        assert told.findall(turn(client, first, {"q1": answer}).get_data(as_text=True)) == [second]


def test_page_by_page_without_script(context: Flask, citizen_client: Make) -> None:
    survey = make_survey(PAGES, layout=Layout.PAGE_BY_PAGE)
    client = citizen_client()
    first = client.get(address(survey)).get_data(as_text=True)
    wrong = turn(client, first, {"q2": "先写的"})
    assert wrong.status_code == 422
    assert "先写的" in wrong.get_data(as_text=True)
    second = turn(client, first, {"q1": "a", "q2": '说"话'})
    assert second.status_code == 200
    assert 'name="q-q3"' in second.get_data(as_text=True)
    assert 'name="q-q1"' not in second.get_data(as_text=True)
    back = turn(client, second.get_data(as_text=True), {"q3": "b"}, "back").get_data(as_text=True)
    assert "说&#34;话" in back
    assert re.search(r'value="a" id="q-q1" checked', back)
    third = turn(client, back, {"q1": "a", "q2": "改"}).get_data(as_text=True)
    assert re.search(r'value="b"[^>]+checked', third)
    english = turn(client, third, {"q3": "b"}, "language-en").get_data(as_text=True)
    assert "选项b</span> (en)" in english
    assert re.search(r'value="b"[^>]+checked', english)
    fourth = turn(client, english, {"q3": "b"}).get_data(as_text=True)
    assert 'name="q-q4"' in fourth
    done = turn(client, fourth, {"q4": "５"})
    assert done.status_code == 303
    stored = only()
    assert stored.answers == {"q1": "a", "q2": "改", "q3": "b", "q4": 5}
    assert stored.language == "en"


def test_page_by_page_skips_what_does_not_apply(context: Flask, citizen_client: Make) -> None:
    survey = make_survey(PAGES, layout=Layout.PAGE_BY_PAGE)
    client = citizen_client()
    first = client.get(address(survey)).get_data(as_text=True)
    last = turn(client, first, {"q1": "b"}).get_data(as_text=True)
    assert 'name="q-q4"' in last
    assert turn(client, last, {"q4": "1"}).status_code == 303
    assert only().answers == {"q1": "b", "q4": 1}


@pytest.mark.one_database
@pytest.mark.parametrize(
    "state", ["", "{", "[" * 50_000, "[1]", '{"q1": {"a": 1}}', '{"zz": 1}', '{"q1": "b"}' * 9]
)
def test_a_forged_state_is_checked_again(context: Flask, citizen_client: Make, state: str) -> None:
    survey = make_survey(PAGES, layout=Layout.PAGE_BY_PAGE)
    client = citizen_client()
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    answer = client.post(address(survey) + "/p/2", data=hidden | {"_state": state, "q-q4": "1"})
    assert answer.status_code == 422
    assert 'name="q-q1"' in answer.get_data(as_text=True)
    assert count() == 0


@pytest.mark.parametrize("page", ["2", "99", "999999999"])
def test_pages_that_do_not_exist_are_no_fault(context: Flask, citizen_client: Make, page: str) -> None:
    survey = make_survey(PAGES, layout=Layout.PAGE_BY_PAGE)
    client = citizen_client()
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    assert client.post(f"{address(survey)}/p/{page}", data=hidden).status_code == 422
    assert client.get(f"{address(survey)}/p/{page}").status_code == 303


def test_all_at_once_goes_on_in_another_language_without_losing_anything(
    context: Flask, citizen_client: Make
) -> None:
    survey = make_survey(PAGES, layout=Layout.ALL_AT_ONCE)
    client = citizen_client()
    first = client.get(address(survey)).get_data(as_text=True)
    english = turn(client, first, {"q1": "a", "q2": '说"话', "q4": "十"}, "language-en")
    assert english.status_code == 200
    html = english.get_data(as_text=True)
    assert "选项b</span> (en)" in html
    assert re.search(r'value="a" id="q-q1" checked', html)
    assert 'value="十"' in html
    assert "error-summary" not in html or "data-errors hidden" in html
    assert count() == 0
    assert 'value="language-zh"' in html
    assert turn(client, html, {"q1": "b", "q4": "1"}).status_code == 303
    assert only().language == "en"


@pytest.mark.parametrize(
    ("data", "words"),
    [(PAGES, "最多4题"), ({"pages": [page("p1", question("q1"), question("q2"))]}, "共2题")],
)
def test_the_number_of_questions_is_a_limit_where_some_are_for_some_people_only(
    context: Flask, citizen_client: Make, data: dict[str, Any], words: str
) -> None:
    survey = make_survey(data)
    assert f"· {words}<" in citizen_client().get(address(survey)).get_data(as_text=True)


def test_what_is_carried_is_cleaned_in_turns_and_only_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned: list[int] = []
    pauses: list[None] = []

    def clean(text: str, pause: Callable[[], None]) -> str:
        cleaned.append(len(text))
        return clean_in_turns(text, pause)

    monkeypatch.setattr(state, "clean_in_turns", clean)
    monkeypatch.setattr(state.Turn, "pause", lambda _turn: pauses.append(None))
    compiled = compile(read(PAGES))
    marks = "\\u0f71\\u0f74" * 20_000
    sent = f'{{"q2": "{marks}", "q3": ["{marks}", 1], "q1": "{marks}", "other": "{marks}"}}'
    form = MultiDict({"_state": sent})
    known = state.merged(compiled, compiled.by_id["q1"].page, {"q1": "a"}, form)
    assert known == {"q1": "a", "q3": ["", 1]}
    assert cleaned == [40_000]
    assert len(pauses) >= 5
