"""The deed itself, many at once: nothing lost, nothing twice, one from each device."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.core.bus import subscribe
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Gone, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.participation import receipts
from engage.participation.marks import PARTICIPATION, marks
from engage.participation.models import Receipt
from engage.questions.compiled import validate
from engage.surveys.actions.submit import FirstCounts, Submission, submit
from engage.surveys.events import ResponseReceived
from engage.surveys.models import Response
from engage.surveys.queries.published import Published, published, version
from engage.surveys.queries.responses import own_response
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.database


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def submission(device: str = "phone", id: str = "", **answers: object) -> Submission:
    return Submission(twenty_answers() | answers, 1, "zh_CN", id or request_id(), device)


def rows(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def outcome(app: Flask, survey: Published, sent: Submission) -> str:
    with app.app_context():
        try:
            return submit(survey, sent)
        except Conflict:
            return "conflict"


def test_many_at_once_are_all_stored_once(context: Flask) -> None:
    survey = published(make_survey().public_id)
    sent = [submission(f"phone{number}") for number in range(60)]
    with ThreadPoolExecutor(12) as crowd:
        codes = list(crowd.map(lambda each: outcome(context, survey, each), [*sent, *sent]))
    assert codes[:60] == codes[60:]
    assert len(set(codes)) == 60
    assert rows(Response) == rows(Receipt) == 60


def test_one_device_at_once_gets_one_response(context: Flask) -> None:
    survey = published(make_survey(one_per_device=True).public_id)
    with ThreadPoolExecutor(12) as crowd:
        codes = list(crowd.map(lambda _: outcome(context, survey, submission()), range(24)))
    assert codes.count("conflict") == 23
    assert rows(Response) == marks().count(PARTICIPATION) == 1


def test_a_refused_one_leaves_nothing(context: Flask) -> None:
    row = make_survey(one_per_device=True)
    survey = published(row.public_id)
    with pytest.raises(Invalid) as invalid:
        submit(survey, submission(q0="zz"))
    assert set(invalid.value.errors) == {"q0"}
    with pytest.raises(Invalid):
        submit(survey, submission(id="short"))
    with pytest.raises(NotFound):
        submit(survey, Submission(twenty_answers(), 7, "zh_CN", request_id(), "phone"))
    with atomic():
        row.closes_at = now() - timedelta(seconds=1)
    with pytest.raises(Gone):
        submit(survey, submission())
    assert [rows(model) for model in (Response, Receipt)] == [0, 0]
    assert marks().count() == 0


def test_a_request_id_used_twice(context: Flask) -> None:
    single = published(make_survey(one_per_device=True).public_id)
    several = published(make_survey(one_per_device=False).public_id)
    id = request_id()
    codes = [submit(several, submission(id=id)), submit(several, submission(id=id, q0="c"))]
    codes += [submit(single, submission(id=id)), submit(several, submission(id=id))]
    assert codes[3] == codes[0]
    assert len(set(codes)) == 3
    with pytest.raises(FirstCounts) as refused:
        submit(single, submission(id=id, q0="c"))
    assert refused.value.code == codes[2]
    assert rows(Response) == 3


def test_listeners_hear_of_it_after_the_commit(context: Flask) -> None:
    heard: list[int] = []
    subscribe(ResponseReceived)(lambda event: heard.append(event.response_id))
    submit(published(make_survey().public_id), submission())
    assert heard == [db.session.scalars(select(Response.id)).one()]


def test_what_was_sent_is_read_back_in_words(context: Flask) -> None:
    survey = published(make_survey().public_id)
    code = submit(survey, submission())
    found = receipts.find(code.lower().replace("-", " "))
    assert found is not None
    own = own_response(found.object_id, "en")
    assert own.lines[2] == ("题目q2 (en)", "4/5")
    assert len(own.lines) == len(validate(version(survey).compiled, twenty_answers()).answers)
    with pytest.raises(NotFound):
        own_response(found.object_id + 1, "en")
