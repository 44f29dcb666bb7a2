"""Fifty at once: one device counts once, one request is stored once, totals are exact; on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts import actions as accounts
from engage.accounts import lockout
from engage.accounts.actions.sessions import start_session
from engage.accounts.permissions import Role
from engage.consultations.actions import submit as comments
from engage.consultations.models import Comment, Stance
from engage.consultations.queries.published import published as published_consultation
from engage.core.actor import SYSTEM
from engage.core.db import Model, db
from engage.core.errors import Conflict, Gone, Invalid, TooMany
from engage.core.writer import atomic
from engage.live import actions as live
from engage.live.models import LiveQuestion, Phase
from engage.live.rules.deeds import Deed
from engage.participation.marks import PARTICIPATION, marks
from engage.participation.models import Receipt
from engage.surveys.actions import submit as answers
from engage.surveys.models import Response
from engage.surveys.queries.published import published as published_survey
from tests.factories.accounts import make_authenticator, make_recovery_code, make_user
from tests.factories.consultations import make_consultation
from tests.factories.live import ask, citizen, decide, make_room
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.database

CROWD = 50
_BROWSER = accounts.Browser("192.0.2.1", "Test")
_T = TypeVar("_T")


def at_once(app: Flask, deed: Callable[[int], _T]) -> list[_T | Exception]:
    """``deed(0)`` … ``deed(49)``, each in its own thread and application context, begun together."""
    gate = threading.Barrier(CROWD)

    def run(number: int) -> _T | Exception:
        with app.app_context():
            gate.wait()
            try:
                return deed(number)
            except Exception as error:
                return error

    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(run, range(CROWD)))


def count(model: type[Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _submission(request_id: str, device: str, **changes: Any) -> answers.Submission:
    raw = {**twenty_answers(), **changes}
    return answers.Submission(raw=raw, version=1, language="zh_CN", request_id=request_id, device=device)


def _comment(request_id: str, device: str, text: str = "太贵了。") -> comments.Submission:
    return comments.Submission(
        clause="", stance=Stance.DISAGREE, text=text, version=1, language="zh_CN",
        request_id=request_id, device=device,
    )  # fmt: skip


def test_one_device_answers_once_however_often_it_sends(app: Flask) -> None:
    with app.app_context():
        survey = published_survey(make_survey(one_per_device=True).public_id)
    done = at_once(app, lambda n: answers.submit(survey, _submission(f"race-request-{n:06d}", "d" * 24)))
    assert [type(one) for one in done].count(str) == 1
    assert [type(one) for one in done].count(Conflict) == CROWD - 1
    with app.app_context():
        assert (count(Response), marks().count(PARTICIPATION), count(Receipt)) == (1, 1, 1)


@pytest.mark.parametrize("once_only", [True, False])
def test_one_request_sent_fifty_times_is_one_response_with_one_code(app: Flask, once_only: bool) -> None:
    with app.app_context():
        survey = published_survey(make_survey(one_per_device=once_only).public_id)
    done = at_once(app, lambda _n: answers.submit(survey, _submission("race-request-0001", "d" * 24)))
    assert len(set(done)) == 1, done
    assert isinstance(done[0], str)
    with app.app_context():
        assert (count(Response), count(Receipt)) == (1, 1)


def test_one_comment_sent_fifty_times_is_one_and_a_stance_counts_once(app: Flask) -> None:
    with app.app_context():
        one = published_consultation(make_consultation().public_id)
    same = at_once(app, lambda _n: comments.comment(one, _comment("race-request-0001", "d" * 24)))
    assert len(set(same)) == 1, same
    with app.app_context():
        assert count(Comment) == 1
    at_once(app, lambda n: comments.comment(one, _comment(f"race-request-{n:06d}", "d" * 24, f"第{n}条")))
    with app.app_context():
        rows = db.session.scalars(select(Comment)).all()
        assert len(rows) == CROWD + 1
        assert sum(row.counted for row in rows) == 1
        assert sorted(row.number for row in rows) == list(range(1, CROWD + 2))


def test_supports_are_exact(app: Flask) -> None:
    with app.app_context():
        room = make_room(Phase.LIVE)
        question = ask(room)
        decide(room, question, Deed.APPROVE)
        session_id, public_id, question_id = room.id, question.public_id, question.id

    def support(by: Callable[[int], int]) -> Callable[[int], Any]:
        return lambda n: live.support(
            citizen(by(n)), session_id, public_id, on=True, request_id=f"race-{by(n)}-{n:012d}"
        )

    def total() -> int:
        with app.app_context():
            return db.session.get_one(LiveQuestion, question_id).supports

    assert not [one for one in at_once(app, support(lambda _n: 1)) if isinstance(one, Exception)]
    assert total() == 1
    assert not [one for one in at_once(app, support(lambda n: n + 1)) if isinstance(one, Exception)]
    assert total() == CROWD


def test_one_question_sent_fifty_times_is_one(app: Flask) -> None:
    with app.app_context():
        session_id = make_room(Phase.LIVE).id
    done = at_once(
        app, lambda _n: live.ask(citizen(), session_id, "电梯费用怎么分摊？", "", "race-request-0001")
    )
    assert {getattr(one, "question", one) for one in done} == {getattr(done[0], "question", None)}
    with app.app_context():
        assert count(LiveQuestion) == 1


def test_one_sign_in_link_lets_one_in(app: Flask) -> None:
    with app.app_context():
        link = accounts.make_sign_in_link(SYSTEM, make_user().id)
    done = at_once(app, lambda _: accounts.sign_in_by_link(link, _BROWSER))
    assert [type(one) for one in done].count(accounts.SignedIn) == 1
    assert [type(one) for one in done].count(Gone) == CROWD - 1


@pytest.mark.parametrize("by_app", [True, False])
def test_one_code_finishes_one_sign_in(app: Flask, by_app: bool) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR)
        app_code, recovery_code = pyotp.TOTP(make_authenticator(user)).now(), make_recovery_code(user)
        with atomic():
            waiting = [start_session(user, _BROWSER, by_link=False, complete=False) for _ in range(CROWD)]

    def finish(number: int) -> accounts.SignedIn:
        origin = lockout.Origin("account", f"network {number}")
        code = app_code if by_app else recovery_code
        return accounts.finish_sign_in(waiting[number], _BROWSER, origin=origin, code=code)

    done = at_once(app, finish)
    assert [type(one) for one in done].count(accounts.SignedIn) == 1
    assert {type(one) for one in done} == {accounts.SignedIn, Invalid, TooMany}
