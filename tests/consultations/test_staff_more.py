"""What staff meet beside the main road: reasons in words, lists with pages, letters, dropped clauses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.consultations.actions import editing, publishing
from engage.consultations.actions.cases import CommentSource
from engage.consultations.actions.erasing import erase
from engage.consultations.models import Comment, CommentState, Consultation, State
from engage.consultations.queries import home
from engage.consultations.queries import staff as queries
from engage.consultations.views import staff_queue
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.moderation.models import ReasonClass
from engage.moderation.rules import screened
from engage.web import stuffing
from tests.factories.accounts import make_actor, make_unit
from tests.factories.consultations import (
    DRAFT,
    clause_keys,
    comments_of,
    make_comments,
    make_consultation,
)
from tests.fixtures.clients import hidden_fields
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


@pytest.fixture
def one(app: Flask) -> Consultation:
    with app.app_context():
        return make_consultation()


def _comment(app: Flask, one: Consultation) -> Comment:
    with app.app_context():
        return comments_of(one)[0]


@pytest.mark.parametrize("state", ["erased", "", "nonsense"])
def test_no_decision_erases_what_its_author_said(
    app: Flask, one: Consultation, staff_client: Staff, state: str
) -> None:
    with app.app_context():
        (row,) = make_comments(one, ["我的意见"], state=CommentState.PUBLISHED)
    path = f"/staff/consultations/{one.public_id}/comments/{row.public_id}/decide"
    refused = staff_client(Role.MODERATOR, unit=one.unit_id).send(path, {"revision": "0", "state": state})
    assert refused.status_code == 422
    assert "请选择如何处理该意见" in refused.text
    assert _comment(app, one).state is CommentState.PUBLISHED
    with app.app_context():
        erase(row.id)
    assert _comment(app, one).text == ""


def test_one_comment_is_declined_for_a_reason_in_words(
    app: Flask, one: Consultation, staff_client: Staff
) -> None:
    with app.app_context():
        (row,) = make_comments(one, ["意见"])
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments"
    reason, note = f"reason-{row.public_id}", f"note-{row.public_id}"
    form = {"do": f"decline={row.public_id}:0", reason: "other"}
    assert re.search(rf'<span data-note hidden>.*?name="{note}"', staff.get(path).text, re.DOTALL)
    refused = staff.send(path, form)
    assert refused.status_code == 422
    assert f'href="#{note}"' in refused.text
    assert re.search(rf'id="c-{row.public_id}" aria-current="true"', refused.text)
    assert re.search(rf'name="{note}"[^>]*aria-invalid="true" aria-describedby="{note}-error"', refused.text)
    assert f'id="{note}-error"' in refused.text
    assert re.search(rf'<span data-note>.*?name="{note}"', refused.text, re.DOTALL)
    assert staff.send(path, {**form, note: "与他人有关。"}).status_code == 303
    row = _comment(app, one)
    assert (row.state, row.reason, row.reason_note) == (
        CommentState.DECLINED,
        ReasonClass.OTHER,
        "与他人有关。",
    )


def test_a_held_comment_is_screened_once_however_often_it_is_shown(
    app: Flask, one: Consultation, staff_client: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        make_comments(one, ["请打13812345678", "写信到zhang@city.example"], held=True)
        make_comments(one, ["意见"])
    asked: list[str] = []
    monkeypatch.setattr(staff_queue, "screened", lambda text: asked.append(text) or screened(text))
    staff_queue._hits_of.cache_clear()
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    for _ in range(3):
        page = staff.get(f"/staff/consultations/{one.public_id}/comments").text
        assert "手机号" in page
    assert sorted(asked) == ["写信到zhang@city.example", "请打13812345678"]


def test_the_enter_key_decides_nothing(app: Flask, one: Consultation, staff_client: Staff) -> None:
    with app.app_context():
        (row,) = make_comments(one, ["意见"])
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments"
    first = re.findall(r'name="do" value="(\w+)', staff.get(path).text)[0]
    answer = staff.send(path, {"do": first, "pick": f"{row.public_id}:0", "note": "写到一半"})
    assert answer.status_code == 200
    assert "写到一半" in answer.text
    assert _comment(app, one).state is CommentState.PENDING


def test_what_nobody_can_review_is_not_counted(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        one = make_consultation(unit=unit)
        withdrawn = make_consultation(unit=unit, state=State.WITHDRAWN)
        for each in (one, withdrawn):
            make_comments(each, ["意见"])
        actor = make_actor(Role.MODERATOR, unit=one.unit_id)
        assert [row.public_id for row in home.to_review(actor, 10)] == [one.public_id]
        assert [item.pending for item in queries.listed(actor).items] == [0, 1]


def test_the_list_of_staff_has_pages(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        first = make_consultation(unit=unit, title=Localized(zh_CN="最早的"))
        for _ in range(50):
            make_consultation(unit=unit)
    staff = staff_client(Role.DEPARTMENT, unit=first.unit_id)
    assert "最早的" not in staff.get("/staff/consultations/").text
    for page in ("2", "99"):
        assert "最早的" in staff.get(f"/staff/consultations/?page={page}").text


def test_letters_and_interviews_are_typed_in(app: Flask, one: Consultation, staff_client: Staff) -> None:
    staff = staff_client(Role.TYPIST, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/enter"
    form = {**hidden_fields(staff.get(path).text), "source": "interviewer"}
    refused = staff.send(path, {**form, "text": "字" * 10_001})
    assert refused.status_code == 422
    assert "最多10000字" in refused.text
    assert staff.send(path, {**form, "text": "字" * 10_000}).status_code == 200
    assert _comment(app, one).source.value == "interviewer"


def test_what_was_said_about_a_dropped_clause_stays_in_the_result(
    app: Flask, client: FlaskClient, staff_client: Staff
) -> None:
    with app.app_context():
        one = make_consultation(opened=20, closes=20)
        key = clause_keys(one)[3]
        make_comments(one, ["请保留免费。"], state=CommentState.PUBLISHED, clause=key)
        actor = make_actor(Role.COORDINATOR)
        editing.set_text(actor, one.id, DRAFT.partition("第四条")[0], 0)
        publishing.publish_consultation(actor, one.id)
        publishing.close(actor, one.id)
        with atomic():
            db.session.get_one(Consultation, one.id).result_published_at = now()
    page = client.get(f"/results/consultations/{one.public_id}").text
    assert page.count("第四条（先前版本的条款）") == 2
    assert "请保留免费。" in page
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    queue = staff.get(f"/staff/consultations/{one.public_id}/comments?view=to-answer&clause={key}").text
    assert "请保留免费。" in queue
    assert "第四条（先前版本的条款）" in queue
    found = re.search(r'href="(/staff/consultations/\w+/comments/\w+)"', queue)
    assert found
    assert "残疾人专用车辆免费停放" in staff.get(found[1]).text


def test_excerpts_for_the_list_of_cases(app: Flask, one: Consultation) -> None:
    with app.app_context():
        rows = make_comments(one, ["第一行\n第二行", "字" * 50, "已删除的", "他人的"])
        erase(rows[2].id)
        found = CommentSource().excerpts([row.id for row in rows[:3]])
        assert found == {rows[0].id: "第一行 第二行", rows[1].id: "字" * 40 + "…"}
        assert CommentSource().excerpts([]) == {}


def test_the_overview_tells_that_many_comments_come_from_one_network(
    app: Flask, citizen_client: Callable[..., Any], staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        one, other = make_consultation(), make_consultation()
        for number in range(stuffing.WARN_FROM - 1):
            stuffing.count(f"consultation:{one.id}", str(number), address="127.0.0.1")
        paths = [f"/staff/consultations/{each.public_id}" for each in (one, other)]
        form = f"/consultations/{one.public_id}/comment"
    staff, told = staff_client(Role.COORDINATOR), "今天收到的 100 份中有 100 份来自同一网络地址"
    assert told not in staff.get(paths[0]).text
    phone = citizen_client()
    fields = {**hidden_fields(phone.get(form).text), "_token": phone.token, "text": "车位太少。"}
    assert phone.post(form, data=fields).status_code == 303
    assert [told in staff.get(path).text for path in paths] == [True, False]
