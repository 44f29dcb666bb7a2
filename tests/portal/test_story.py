"""The story of a theme day equals counts taken row by row, and follows what staff and citizens do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from flask import Flask

from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Stance
from engage.consultations.models import State as ConsultationState
from engage.core.clock import now
from engage.core.db import db
from engage.core.writer import atomic
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.portal.queries import results
from engage.portal.queries.story import story
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


def counted(theme_day_id: int) -> tuple[int, int, int, int, int]:
    """Took part, said, answered, adopted, owed: in Python, from all rows."""
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
    return (
        len(responses) + len(comments) + len(asked),
        len(words) + len(shown),
        len([one for one in words if one.replied_at or one.adoption]) + len(replied) - len(owed),
        len([one for one in words if one.adoption in (Adoption.ADOPTED, Adoption.PARTLY)]),
        len(owed),
    )


def test_the_story_equals_independent_counts(context: Flask) -> None:
    city = make_city()
    for day in (city.day, city.past):
        told = story(activity_ids_of(day.id))
        assert (told.took_part, told.said, told.answered, told.adopted, told.owed) == counted(day.id)
    assert (told.took_part, told.said, told.answered, told.adopted, told.owed) == (31 + 5 + 8, 9, 7, 2, 1)


@pytest.mark.parametrize("seed", range(6))
def test_the_story_of_a_drawn_city(context: Flask, seed: int) -> None:
    draw = Random(seed)
    day, other = make_theme_day(), make_theme_day(month=1)
    for _ in range(3):
        activity = make_activity(draw.choice([day, other]), draw.choice(list(Form)))
        _fill(activity, draw)
    for each in (day, other):
        told = story(activity_ids_of(each.id))
        assert (told.took_part, told.said, told.answered, told.adopted, told.owed) == counted(each.id)
        assert sum(part.took_part for part in told.parts) == told.took_part


def test_a_story_without_activities(context: Flask) -> None:
    assert story([]).parts == ()
    assert story([12345]).took_part == 0


def test_results_tell_the_figures_of_the_story(context: Flask) -> None:
    city = make_city()
    told = {part.kind: part for part in story(activity_ids_of(city.past.id)).parts}
    listed = {one.kind: one for one in results.recent()}
    assert set(listed) == set(Kind)
    for kind, one in listed.items():
        part = told[kind]
        assert (one.took_part, one.said, one.answered, one.adopted) == (
            part.took_part,
            part.said,
            part.answered,
            part.adopted,
        )
        assert one.url == part.result_url


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
