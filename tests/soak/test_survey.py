"""Random questionnaires: page by page, the whole form and the browser's twin agree, whatever way is gone."""

from __future__ import annotations

import contextlib
import html
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from engage.core.db import db
from engage.questions import compiled as engine
from engage.questions.definition import read
from engage.questions.types.base import Wrong
from engage.questions.types.number import read_number
from engage.surveys.models import Layout, Response
from engage.surveys.views import state
from tests.factories.surveys import make_survey
from tests.soak.budget import short, soaking
from tests.soak.questionnaires import Person, as_json, random_definition
from tests.soak.twin import in_node

BATCH = 2_000
PEOPLE = 5
_HIDDEN = re.compile(r'<input type="hidden" name="(_\w+)" value="([^"]*)"')
_ACTION = re.compile(r'<form[^>]*action="(/surveys/[^"]*)"')
_SHOWN = re.compile(r'data-question="(\w+)"')


def walk(person: Person, survey: engine.Compiled) -> dict[str, object]:
    """Page by page as the server leads, each page carrying the others packed; the answers at the end."""
    page, packed = 0, ""
    while True:
        person.fill(page)
        form = MultiDict({"_state": packed})
        sent = MultiDict([(name, text) for name, texts in person.form(page).items() for text in texts])
        raw = state.merged(survey, page, engine.from_form(survey, sent.getlist), form)
        checked = engine.validate(survey, raw, pages=page + 1)
        following: int | None
        if person.goes_back():
            following = engine.previous_page(survey, checked.answers, page) or 0
        elif checked.errors:
            following = min(survey.by_id[id].page for id in checked.errors)
        else:
            following = engine.next_page(survey, checked.answers, page)
        if following is None:
            return raw
        page, packed = following, state.packed(survey, following, raw)


def agree(draws: Iterable[random.Random]) -> None:
    """Each round: a questionnaire and some people; the twin hears of them in batches."""
    cases: list[tuple[Any, dict[str, Any]]] = []
    paths: list[list[str]] = []
    numbers: set[str] = set()
    for draw in draws:
        data = random_definition(draw)
        survey = engine.compile(read(data))
        for _ in range(PEOPLE):
            person = Person(draw, data)
            paged = engine.validate(survey, walk(person, survey))
            whole_form = MultiDict(
                [(name, text) for name, texts in person.form(None).items() for text in texts]
            )
            whole = engine.validate(survey, engine.from_form(survey, whole_form.getlist))
            assert paged.errors == {}, as_json(data)
            assert (paged.answers, paged.path) == (whole.answers, whole.path), as_json(data)
            assert set(paged.answers) <= set(paged.path)
            assert engine.validate(survey, dict(paged.answers)).answers == paged.answers, "not stable"
            everything = clean_answers(survey, person)
            assert engine.path(survey, everything) == whole.path
            cases.append((survey.rules, everything))
            paths.append(list(whole.path))
            numbers |= {texts[0] for texts in person.entries.values() if texts}
        if len(cases) >= BATCH:
            ask_the_twin(cases, paths, numbers)
            cases, paths, numbers = [], [], set()
    ask_the_twin(cases, paths, numbers)


def clean_answers(survey: engine.Compiled, person: Person) -> dict[str, Any]:
    """Every answer that is right in itself, on the path or not: what the browser has in its fields."""
    found: dict[str, Any] = {}
    for step in survey.steps:
        texts = person.entries.get(step.id)
        with contextlib.suppress(Wrong):
            answer = step.parse(step.question.kind.from_form(texts)) if texts else None
            if answer is not None:
                found[step.id] = answer
    return found


def ask_the_twin(cases: list[tuple[Any, dict[str, Any]]], paths: list[list[str]], numbers: set[str]) -> None:
    texts = sorted(numbers)
    got = in_node(cases, texts)
    for (rules, answers), expected, found in zip(cases, paths, got["paths"], strict=True):
        assert found == expected, as_json([rules, answers])
    assert got["numbers"] == [read_number(text) for text in texts]


def over_http(draws: Iterable[random.Random], make: Callable[..., FlaskClient]) -> None:
    """The same with real requests: what is stored page by page and as one form is the same."""
    for draw in draws:
        data = random_definition(draw)
        survey = make_survey(data, layout=Layout.PAGE_BY_PAGE, one_per_device=False)
        person = Person(draw, data)
        address = f"/surveys/{survey.public_id}"
        client = make()
        pages_of(client, address, person)
        form: dict[str, Any] = dict(_HIDDEN.findall(client.get(address).text))
        sent = client.post(address, data=form | person.form(None) | {"_whole": "1", "_state": ""})
        assert sent.status_code == 303, as_json(data)
        stored = list(db.session.scalars(select(Response).where(Response.survey_id == survey.id)))
        db.session.rollback()
        assert [row.answers for row in stored] == [stored[0].answers] * 2, as_json(data)
        compiled = engine.compile(read(data))
        assert stored[0].answers == engine.validate(compiled, clean_answers(compiled, person)).answers


def pages_of(client: FlaskClient, address: str, person: Person) -> None:
    """Answer page by page, without a script, until the receipt."""
    answer = client.get(address)
    while answer.status_code in (200, 422):
        text = answer.text
        action = html.unescape(_ACTION.findall(text)[0])
        page = int(action.rpartition("/p/")[2]) if "/p/" in action else 0
        person.fill(page, set(_SHOWN.findall(text.partition("<template")[0])))
        form: dict[str, Any] = {name: html.unescape(value) for name, value in _HIDDEN.findall(text)}
        form["_action"] = "back" if person.goes_back() else "next"
        answer = client.post(action, data=form | person.form(page))
    assert answer.status_code == 303, answer.text


def test_some_questionnaires() -> None:
    agree(short("survey", 60))


def test_some_journeys(app: Flask, citizen_client: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        over_http(short("survey over HTTP", 12), citizen_client)


@pytest.mark.soak
def test_a_hundred_thousand_people() -> None:
    agree(soaking("survey", 100_000 // PEOPLE))


@pytest.mark.soak
def test_many_journeys(app: Flask, citizen_client: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        over_http(soaking("survey over HTTP", 2_000), citizen_client)
