"""A survey is not published by one press while citizens would miss something: what it is, until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.clock import local, now
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.models import State, Survey
from tests.factories.surveys import make_survey
from tests.fixtures.html import of_class, parsed, words_of
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
WORDLESS, ENDLESS = "没有导语", "没有截止时间"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("introduction", "ends", "told"),
    [
        ("请谈谈您的看法。", True, []),
        ("", True, [WORDLESS]),
        (" \n　", True, [WORDLESS]),
        ("请谈谈您的看法。", False, [ENDLESS]),
        ("", False, [WORDLESS, ENDLESS]),
    ],
)
def test_what_is_missing_is_said_before_it_is_published(
    app: Flask, staff_client: Callable[..., StaffClient], introduction: str, ends: bool, told: list[str]
) -> None:
    with app.app_context():
        survey = make_survey(state=State.DRAFT, version_number=None)
        with atomic():
            db.session.get_one(Survey, survey.id).introduction = Localized(zh_CN=introduction)
        path, survey_id = f"/staff/surveys/{survey.public_id}/publish", survey.id
    end = local(now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M") if ends else ""
    client = staff_client(Role.COORDINATOR)
    first = client.send(path, {"closes_at": end, "deed": "publish"})
    if told:
        assert first.status_code == 422
        [box] = [one for one in parsed(first.text).iter("div") if one.get("id") == "unsaid"]
        sentences = [words_of(item) for item in box.iter("li")]
        assert len(sentences) == len(told)
        assert all(word in sentence for word, sentence in zip(told, sentences, strict=True))
        assert not of_class(parsed(first.text), "error-summary")
        assert f'value="{end}"' in first.text
        assert _state(app, survey_id) is State.DRAFT
        first = client.send(path, {"closes_at": end, "deed": "publish", "sure": "1"})
    assert first.status_code == 303
    assert _state(app, survey_id) is State.PUBLISHED


def test_times_that_forbid_it_are_said_before_what_is_only_missing(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        survey = make_survey(state=State.DRAFT, version_number=None)
        with atomic():
            db.session.get_one(Survey, survey.id).introduction = Localized()
        path, survey_id = f"/staff/surveys/{survey.public_id}/publish", survey.id
    end = local(now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = staff_client(Role.COORDINATOR).send(path, {"closes_at": end, "deed": "publish"})
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert "截止时间已过" in words_of(of_class(page, "error-summary")[0])
    assert not [one for one in page.iter("div") if one.get("id") == "unsaid"]
    assert _state(app, survey_id) is State.DRAFT


def test_new_times_are_set_without_a_question(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    with app.app_context():
        path = f"/staff/surveys/{make_survey().public_id}/publish"
    answer = staff_client(Role.COORDINATOR).send(path, {"closes_at": "", "deed": "reschedule"})
    assert answer.status_code == 303


def _state(app: Flask, survey_id: int) -> State:
    with app.app_context():
        return db.session.get_one(Survey, survey_id).state
