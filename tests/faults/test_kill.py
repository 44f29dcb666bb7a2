"""Kill -9 of the web process under load: what was acknowledged is there, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from engage.consultations.models import Comment
from engage.core.db import db
from engage.live.models import LiveQuestion, LiveSupport
from engage.live.rules.deeds import Deed
from engage.surveys.models import Response
from tests.factories.consultations import make_consultation
from tests.factories.live import ask, decide, make_room
from tests.factories.surveys import make_survey
from tests.faults.load import Heard, Phone, all_at_once, phones, send_until_heard
from tests.fixtures.server import Server

KILLS = 3
PHONES = 150
THREADS = 12
TEXT = {"id": "t1", "type": "text", "text": {"zh_CN": "您的建议"}, "required": True, "long": True}


def _prepare(app: Flask) -> dict[str, str]:
    with app.app_context():
        survey = make_survey({"pages": [{"id": "p1", "questions": [TEXT]}]}, one_per_device=False)
        consultation = make_consultation()
        room = make_room()
        question = decide(room, ask(room), Deed.APPROVE)
        return {
            "survey": f"/surveys/{survey.public_id}",
            "comment": f"/consultations/{consultation.public_id}/comment",
            "ask": f"/live/{room.public_id}/ask",
            "support": f"/live/{room.public_id}/support",
            "question": question.public_id,
        }


def _work(
    server: Server, people: list[Phone], places: dict[str, str], heard: dict[str, Heard]
) -> list[Callable[[], None]]:
    work = []
    for phone in people:
        forms = {
            "survey": {"_version": "1", "_whole": "1", "q-t1": f"答卷{phone.number}"},
            "comment": {"stance": "partly", "text": f"意见{phone.number}", "_version": "1"},
            "ask": {"text": f"第{phone.number}个提问，停车怎么办？", "name": ""},
            "support": {"question": places["question"], "on": "1"},
        }
        for kind, form in forms.items():
            work.append(partial(send_until_heard, server, phone, places[kind], form, heard[kind]))
    return work


def test_kill_nine_under_load(app: Flask, make_server: Callable[..., Server]) -> None:
    places = _prepare(app)
    people = phones(app, PHONES)
    server = make_server()
    heard = {kind: Heard() for kind in ("survey", "comment", "ask", "support")}
    threads = all_at_once(_work(server, people, places, heard), THREADS)
    for kill in range(1, KILLS + 1):
        wanted = kill * len(people) * 4 // (KILLS + 2)
        while sum(len(each.answers) for each in heard.values()) < wanted:
            threads[0].join(0.02)
        server.kill()
        server.start()
    for thread in threads:
        thread.join(120)
    assert all(not each.refused for each in heard.values()), [each.refused[:3] for each in heard.values()]
    assert all(len(each.answers) == len(people) for each in heard.values())
    with app.app_context():
        answers = sorted(row["t1"] for row in db.session.scalars(select(Response.answers)))
        assert answers == sorted(f"答卷{phone.number}" for phone in people)
        comments = sorted(db.session.scalars(select(Comment.text)))
        assert comments == sorted(f"意见{phone.number}" for phone in people)
        questions = sorted(
            db.session.scalars(select(LiveQuestion.text).where(LiveQuestion.text.like("第%个提问%")))
        )
        assert questions == sorted(f"第{phone.number}个提问，停车怎么办？" for phone in people)
        supporters = db.session.scalar(select(func.count()).select_from(LiveSupport))
        total = db.session.scalar(
            select(LiveQuestion.supports).where(LiveQuestion.public_id == places["question"])
        )
        assert supporters == total == len(people)
