"""The story of a theme day equals counts taken row by row, and follows what staff and citizens do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Stance
from engage.consultations.models import State as ConsultationState
from engage.core.clock import now
from engage.core.db import db
from engage.core.writer import atomic
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.portal.queries import results
from engage.portal.queries.story import Story, story
from engage.portal.queries.things import Kind
from engage.surveys.models import Response, Survey
from engage.themedays.models import Activity, Form
from engage.themedays.queries.public import activity_ids_of
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.live import make_room
from tests.factories.portal import add_responses, make_activity, make_city, make_theme_day
from tests.factories.surveys import make_survey


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def counted(theme_day_id: int) -> tuple[int, ...]:
    """Took part, said, answered, handled, adopted, partly, owed: in Python, from all rows."""
    ids = [one.id for one in db.session.scalars(db.select(Activity)) if one.theme_day_id == theme_day_id]
    surveys = {one.id for one in db.session.scalars(db.select(Survey)) if one.activity_id in ids}
    drafts = {one.id for one in db.session.scalars(db.select(Consultation)) if one.activity_id in ids}
    rooms = {
        one.id
        for one in db.session.scalars(db.select(LiveSession))
        if one.activity_id in ids and one.listed and one.phase is not Phase.DRAFT
    }
    responses = [one for one in db.session.scalars(db.select(Response)) if one.survey_id in surveys]
    comments = [
        one
        for one in db.session.scalars(db.select(Comment))
        if one.consultation_id in drafts and one.state is CommentState.PUBLISHED
    ]
    words = [one for one in comments if one.text]
    asked = [one for one in db.session.scalars(db.select(LiveQuestion)) if one.session_id in rooms]
    hidden = (
        QuestionState.PENDING,
        QuestionState.DECLINED,
        QuestionState.TAKEN_DOWN,
        QuestionState.WITHDRAWN,
    )
    shown = [one for one in asked if one.state not in hidden]
    owed = [one for one in shown if one.state is QuestionState.WRITTEN and not one.answer]
    replied = [one for one in shown if one.state in (QuestionState.ANSWERED, QuestionState.WRITTEN)]
    written = len(replied) - len(owed)
    return (
        len(responses) + len(comments) + len(asked),
        len(words) + len(shown),
        len([one for one in words if one.replied_at]) + written,
        len([one for one in words if one.replied_at or one.adoption]) + written,
        len([one for one in words if one.adoption is Adoption.ADOPTED]),
        len([one for one in words if one.adoption is Adoption.PARTLY]),
        len(owed),
    )


def figures_of(told: Story) -> tuple[int, ...]:
    return told.took_part, told.said, told.answered, told.handled, told.adopted, told.partly, told.owed


def test_the_story_equals_independent_counts(context: Flask) -> None:
    city = make_city()
    for day in (city.day, city.past):
        told = story(activity_ids_of(day.id))
        assert figures_of(told) == counted(day.id)
    assert figures_of(told) == (31 + 5 + 8, 9, 7, 7, 2, 0, 1)


@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(6))
def test_the_story_of_a_drawn_city(context: Flask, seed: int) -> None:
    draw = Random(seed)
    day, other = make_theme_day(), make_theme_day(month=1)
    for _ in range(3):
        activity = make_activity(draw.choice([day, other]), draw.choice(list(Form)))
        _fill(activity, draw)
    for each in (day, other):
        told = story(activity_ids_of(each.id))
        assert figures_of(told) == counted(each.id)
        assert sum(part.took_part for part in told.parts) == told.took_part


def test_a_story_without_activities(context: Flask) -> None:
    assert story([]).parts == ()
    assert story([12345]).took_part == 0


def test_results_tell_the_figures_of_the_story(context: Flask) -> None:
    city = make_city()
    told = {part.kind: part for part in story(activity_ids_of(city.past.id)).parts}
    listed = {one.kind: one for one in results.recent()}
    assert set(listed) == set(Kind)
    # The report is the story itself.
    del listed[Kind.REPORT]
    for kind, one in listed.items():
        part = told[kind]
        assert (one.took_part, one.said, one.answered, one.adopted, one.partly) == (
            part.took_part,
            part.said,
            part.answered,
            part.adopted,
            part.partly,
        )
        assert one.url == part.result_url


def test_a_consultation_has_the_same_figures_on_every_page(context: Flask, client: FlaskClient) -> None:
    """An outcome is no reply, and what is adopted in part is not counted as adopted."""
    day = make_theme_day()
    activity = make_activity(day)
    one = make_consultation(
        unit=activity.unit, activity_id=activity.id, opened=40, closes=-1, result_published_at=now()
    )
    done = {"state": CommentState.PUBLISHED, "stance": None}
    make_comments(one, ["甲"], adoption=Adoption.ADOPTED, reply="谢谢。", replied_at=now(), **done)
    make_comments(one, ["乙", "丙"], adoption=Adoption.ADOPTED, **done)
    make_comments(one, ["丁", "戊"], adoption=Adoption.PARTLY, adoption_reason="财力所限。", **done)
    make_comments(one, ["己"], adoption=Adoption.NOT, adoption_reason="于法无据。", **done)
    for path in ("/results", "/"):
        assert "6 条意见，已答复 1 条，采纳 3 条，部分采纳 2 条" in client.get(path).text, path
    story = client.get(f"/theme-days/{day.public_id}").text
    assert "共 6 条，已答复 1 条，另有 5 条已公布采纳情况" in story
    assert "采纳 3 条，部分采纳 2 条" in story
    page = client.get(f"/results/consultations/{one.public_id}").text
    tiles = re.findall(r'class="tile__label">(.*?)</dt><dd class="tile__value">(\d+)</dd>', page)
    assert {label: int(value) for label, value in tiles} == {
        "公开意见": 6,
        "表态": 0,
        "已答复": 1,
        "采纳": 3,
        "部分采纳": 2,
    }
    assert "部分采纳 (2)" in page


def _fill(activity: Activity, draw: Random) -> None:
    unit = activity.unit
    add_responses(make_survey(unit=unit, activity_id=activity.id), draw.randrange(9))
    state = draw.choice([ConsultationState.PUBLISHED, ConsultationState.SETTLED])
    one = make_consultation(unit=unit, activity_id=activity.id, state=state)
    for _ in range(draw.randrange(12)):
        replied = draw.random() < 0.4
        make_comments(
            one,
            [draw.choice(["", "意见"])],
            state=draw.choice(list(CommentState)),
            stance=draw.choice([None, *Stance]),
            adoption=draw.choice([None, None, *Adoption]),
            reply="答复" if replied else "",
            replied_at=now() if replied else None,
        )
    room = make_room(
        draw.choice(list(Phase)),
        unit=unit,
        activity_id=activity.id,
        listed=draw.random() < 0.8,
        join_code=None,
        starts_at=now() - timedelta(hours=draw.randrange(9)),
    )
    with atomic():
        for number in range(draw.randrange(15)):
            db.session.add(
                LiveQuestion(
                    session_id=room.id,
                    number=number,
                    text=f"提问{number}",
                    state=draw.choice(list(QuestionState)),
                    answer=draw.choice(["", "书面答复"]),
                )
            )


@pytest.mark.parametrize(
    ("said", "took_part", "words"),
    [(2, 5, "2 条意见，另有 3 次仅表态"), (2, 2, "2 条意见"), (0, 1, "0 条意见，另有 1 次仅表态")],
)
def test_stances_without_words_are_not_called_comments(
    app: Flask, said: int, took_part: int, words: str
) -> None:
    source = """{% from "portal/_parts.html" import figure with context %}{{ figure(part) }}"""
    with app.test_request_context("/"):
        part = {"kind": "consultation", "said": said, "took_part": took_part}
        assert render_template_string(source, part=part).strip() == words
