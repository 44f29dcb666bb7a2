"""Looking up by receipt code: every kind, hostile codes, limits, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.consultations.models import Adoption, Comment, CommentState
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.writer import atomic
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.moderation.models import ReasonClass
from engage.portal.receipts import KINDS
from tests.factories.receipts import answered, asked, commented, look_up
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import parsed

Clients = Callable[..., Any]


def change(row: Comment | LiveQuestion, **values: Any) -> None:
    with atomic():
        fresh = db.session.get_one(type(row), row.id)
        for name, value in values.items():
            setattr(fresh, name, value)


def test_the_page_is_open_and_keeps_nothing(citizen_client: Clients) -> None:
    page = citizen_client().get("/receipts")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert 'name="code"' in page.text


def test_a_response_shows_its_answers(context: Flask, citizen_client: Clients) -> None:
    page = look_up(citizen_client(), answered(q4="希望周末也能办事"))
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "希望周末也能办事" in page.text
    assert "政务服务满意度调查" in page.text
    assert "您的答卷已收到" in page.text


def test_codes_are_read_as_people_type_them(context: Flask, citizen_client: Clients) -> None:
    code = answered()
    for typed in (
        code.lower(),
        code.replace("-", " "),
        f"  {code.replace('-', '')} ",
        code.replace("-", "—"),
    ):
        assert look_up(citizen_client(), typed).status_code == 200, typed


def test_a_comment_through_its_states(context: Flask, citizen_client: Clients) -> None:
    code, row = commented()
    client = citizen_client()
    assert "等待审核" in look_up(client, code).text
    change(
        row,
        state=CommentState.DECLINED,
        reason=ReasonClass.PERSONAL_DATA,
        reason_note="请去掉电话号码。",
    )
    assert "请去掉电话号码。" in look_up(client, code).text
    change(
        row,
        state=CommentState.PUBLISHED,
        reply="首小时免费已写入办法。",
        replied_at=now(),
        adoption=Adoption.PARTLY,
        adoption_reason="考虑财政能力，先试行半年。",
    )
    page = look_up(client, code).text
    assert "首小时免费已写入办法。" in page
    assert "先试行半年" in page
    assert "部分采纳" in page


def test_a_reply_stays_inside_until_the_comment_is_published(context: Flask, citizen_client: Clients) -> None:
    code, row = commented()
    change(row, reply="内部草稿", replied_at=now(), adoption=Adoption.NOT, adoption_reason="内部理由")
    page = look_up(citizen_client(), code).text
    assert "内部草稿" not in page
    assert "内部理由" not in page


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": QuestionState.PENDING}, "正在审核"),
        ({"state": QuestionState.APPROVED}, "排队等候"),
        ({"state": QuestionState.ON_AIR}, "正在回答您的提问"),
        ({"state": QuestionState.ANSWERED}, "已在直播中回答"),
        ({"state": QuestionState.ANSWERED, "answer": "按楼层分摊。"}, "按楼层分摊。"),
        ({"state": QuestionState.WRITTEN, "due_on": today() + timedelta(days=7)}, "前书面答复"),
        ({"state": QuestionState.WRITTEN, "answer": "由各户协商。"}, "由各户协商。"),
        (
            {"state": QuestionState.DECLINED, "reason": ReasonClass.REPEATED, "reason_note": "见上一问"},
            "见上一问",
        ),
        ({"state": QuestionState.TAKEN_DOWN, "reason": ReasonClass.OTHER}, "加装电梯"),
        ({"state": QuestionState.WITHDRAWN}, "已撤回"),
    ],
)
def test_a_question_in_each_state(
    context: Flask, citizen_client: Clients, values: dict[str, Any], words: str
) -> None:
    code, row = asked()
    change(row, **({"answered_at": now()} if "answer" in values else {}), **values)
    page = look_up(citizen_client(), code)
    assert page.status_code == 200
    assert words in page.text


def test_a_drafted_answer_and_an_old_reason_are_not_shown(context: Flask, citizen_client: Clients) -> None:
    code, row = asked()
    change(
        row, state=QuestionState.APPROVED, answer="草拟中", reason=ReasonClass.INSULT, reason_note="旧理由"
    )
    page = look_up(citizen_client(), code).text
    assert "草拟中" not in page
    assert "旧理由" not in page


def test_a_recorded_session_leads_to_its_record(context: Flask, citizen_client: Clients) -> None:
    code, row = asked(phase=Phase.RECORDED)
    room = db.session.get_one(LiveSession, row.session_id)
    assert f"/live/{room.public_id}/record" in look_up(citizen_client(), code).text


def test_what_can_be_erased_leads_to_a_question_first(context: Flask, citizen_client: Clients) -> None:
    code, row = commented()
    client = citizen_client()
    page = look_up(client, code)
    assert 'action="/personal-data/erase"' in page.text
    fields = hidden_fields(page.text)
    asked_first = client.get(client.post("/personal-data/erase", data=fields).location)
    assert asked_first.status_code == 200
    assert "sure" in asked_first.text
    keeping = next(
        link for link in parsed(asked_first.text).iter("a") if "".join(link.itertext()) == "不删除"
    )
    assert code in client.get(keeping.get("href", "")).text
    done = client.post("/personal-data/erase", data={**fields, "step": "confirm", "sure": "yes"})
    assert done.status_code == 303
    assert look_up(client, code).status_code == 404
    db.session.rollback()
    assert db.session.get_one(Comment, row.id).text == ""


def test_every_kind_of_receipt_that_is_issued_can_be_shown(app: Flask) -> None:
    assert set(KINDS) == {"survey-response", "consultation-comment", "live-question"}
    for kind in KINDS.values():
        assert app.jinja_env.get_template(kind.template)


def test_in_english(context: Flask, citizen_client: Clients) -> None:
    client = citizen_client()
    client.set_cookie("language", "en")
    page = look_up(client, commented("Too expensive")[0])
    assert "Your comment on a draft" in page.text
    assert "Look up another code" in page.text
