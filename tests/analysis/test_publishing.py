"""Publishing a result again: nobody's answers are the difference between what was public and what is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from engage.analysis import actions
from engage.analysis.models import PublishedFigures, PublishedResult
from engage.analysis.service import AnalysisService
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.actions.erasing import erase
from engage.surveys.models import Response, Survey
from tests.factories.responses import add_responses, choices, make_survey

pytestmark = pytest.mark.database
FORM = {
    "pages": [
        {
            "id": "pppp",
            "questions": [
                {"id": "aaaa", "type": "single", "text": {"zh_CN": "住哪里"}, "choices": choices("s1", "s2")}
            ],
        }
    ]
}
Publish = Callable[[str], bool]


@pytest.fixture
def survey(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    service = AnalysisService(app)
    monkeypatch.setattr(
        actions, "ask", lambda question, **values: service.answer({"question": question, **values})
    )
    monkeypatch.setattr(actions, "require", lambda *_values, **_named: None)
    with app.app_context():
        made = make_survey(FORM)
        _answer(made, s1=40, s2=20)
        with atomic():
            db.session.execute(
                update(Survey)
                .where(Survey.id == made["survey"])
                .values(opens_at=now() - timedelta(days=2), closes_at=now() - timedelta(days=1))
            )
        yield made | {"service": service}


def _answer(survey: Any, **counts: int) -> None:
    add_responses(survey, [{"aaaa": code} for code, count in counts.items() for _ in range(count)])


def _publish(survey: Any, words: str = "") -> bool:
    return actions.publish_result(SYSTEM, survey["survey"], Localized(zh_CN=words))


def _public(survey: Any) -> tuple[int, list[list[Any]], str]:
    db.session.expire_all()
    row = db.session.scalars(
        select(PublishedResult).where(PublishedResult.survey_id == survey["survey"])
    ).one()
    return row.responses, row.questions[0]["rows"], row.words.get("zh_CN", "")


def _history() -> list[int]:
    return list(db.session.scalars(select(PublishedFigures.responses).order_by(PublishedFigures.id)))


@pytest.mark.parametrize("more", [1, 2, 9])
@pytest.mark.parametrize("withdrawn", [True, False])
def test_a_few_more_answers_do_not_show(survey: Any, more: int, withdrawn: bool) -> None:
    assert _publish(survey, "第一次")
    before = _public(survey)
    _answer(survey, s2=more)
    if withdrawn:
        actions.withdraw_result(SYSTEM, survey["survey"])
    assert not _publish(survey, "改了说明")
    assert _public(survey) == (*before[:2], "改了说明")
    assert _history() == [60]


def test_step_by_step_is_no_way_round(survey: Any) -> None:
    _publish(survey)
    for _ in range(9):
        _answer(survey, s2=1)
        assert not _publish(survey)
        assert _public(survey)[0] == 60
    _answer(survey, s2=1)
    assert _publish(survey)
    assert _public(survey)[:2] == (70, [["s1", 40, 0.571429], ["s2", 30, 0.428571]])


def test_two_who_publish_at_once_do_not_tell_of_who_came_between(
    survey: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each counted beside what was public before both; one answer came between their counts."""
    _publish(survey)
    _answer(survey, s1=20)
    counted = actions.ask

    def meanwhile(kind: str, **about: Any) -> Any:
        found = counted(kind, **about)
        with monkeypatch.context() as inner:
            inner.setattr(actions, "ask", counted)
            _answer(survey, s1=1)
            assert _publish(survey)
        return found

    with monkeypatch.context() as patch, pytest.raises(Conflict):
        patch.setattr(actions, "ask", meanwhile)
        _publish(survey)
    assert _history() == [60, 81]
    assert _public(survey)[0] == 81


def test_the_same_published_twice_at_once_is_published(survey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by a finger that taps twice."""
    counted = actions.ask

    def meanwhile(kind: str, **about: Any) -> Any:
        found = counted(kind, **about)
        with monkeypatch.context() as inner:
            inner.setattr(actions, "ask", counted)
            assert _publish(survey)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(actions, "ask", meanwhile)
        assert _publish(survey)
    assert _history() == [60]


def test_an_erased_answer_does_not_show_by_its_lack(survey: Any) -> None:
    _publish(survey)
    before = _public(survey)
    first = db.session.scalars(select(Response.id).order_by(Response.id)).first()
    assert first is not None
    erase(first)
    survey["service"].rebuild(survey["survey"])
    assert not _publish(survey)
    assert _public(survey) == before
    _answer(survey, s1=15)
    assert _publish(survey)
    responses, rows, _ = _public(survey)
    assert responses == 74
    assert all(count is None for _, count, _ in rows)


def test_the_same_again_is_the_same(survey: Any) -> None:
    _publish(survey, "甲")
    before = _public(survey)
    assert _publish(survey, "乙")
    assert _public(survey) == (*before[:2], "乙")
    assert _history() == [60]


def test_one_rare_pick_among_many_new_answers_is_rounded(survey: Any) -> None:
    _publish(survey)
    _answer(survey, s1=19, s2=1)
    assert _publish(survey)
    responses, rows, _ = _public(survey)
    assert responses == 80
    assert all(count is None and share == round(share, 2) for _, count, share in rows)
