"""Pages of the consultations for citizens: commenting with and without script."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.actions import editing, publishing
from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Kind, State
from engage.core.clock import DEFAULT_ZONE, local, now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.participation.deletion import erase_by_code
from tests.factories.accounts import make_actor
from tests.factories.consultations import DRAFT, clause_keys, make_comments, make_consultation
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import of_class, parsed
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def one(app: Flask) -> Consultation:
    with app.app_context():
        return make_consultation()


def _post(client: FlaskClient, path: str, **fields: str) -> Any:
    page = client.get(path)
    data = {**hidden_fields(page.text), "stance": "partly", "text": "建议延长免费时间。", **fields}
    return client.post(path, data=data)


def _rows(app: Flask) -> list[Comment]:
    with app.app_context():
        return list(db.session.scalars(select(Comment).order_by(Comment.id)))


def test_a_citizen_comments_without_script(app: Flask, client: FlaskClient, one: Consultation) -> None:
    page = client.get(f"/consultations/{one.public_id}").text
    assert "第三条" in page
    key = clause_keys(one)[2]
    path = f"/consultations/{one.public_id}/clauses/{key}"
    assert path in page
    answer = _post(client, path)
    assert answer.status_code == 303
    done = client.get(answer.location)
    code = CODE.search(done.text)
    assert code
    (row,) = _rows(app)
    assert (row.clause, row.state, row.text) == (key, CommentState.PENDING, "建议延长免费时间。")
    assert "建议延长免费时间。" not in client.get(path).text


def test_refusals_keep_what_was_typed(client: FlaskClient, one: Consultation) -> None:
    path = f"/consultations/{one.public_id}/comment"
    long = "长" * 2001
    answer = _post(client, path, text=long)
    assert answer.status_code == 422
    assert long in answer.text
    assert "最多2000字" in answer.text
    answer = _post(client, path, text="", stance="disagree")
    assert answer.status_code == 422
    assert "希望怎样修改" in answer.text
    assert re.search(r'value="disagree"[^>]*checked', answer.text)


def test_closing_meanwhile_keeps_what_was_typed(
    app: Flask, client: FlaskClient, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    path = f"/consultations/{one.public_id}/comment"
    data = {**hidden_fields(client.get(path).text), "stance": "partly", "text": "写了很久的意见"}
    staff_client(Role.COORDINATOR).send(f"/staff/consultations/{one.public_id}/close")
    answer = client.post(path, data=data)
    assert answer.status_code == 410
    assert "写了很久的意见" in answer.text
    assert "已结束" in answer.text


def test_script_is_answered_in_json(citizen_client: Callable[..., Any], one: Consultation) -> None:
    phone = citizen_client()
    path = f"/consultations/{one.public_id}/comment"
    fields = {"_token": phone.token, "_request_id": request_id(), "_version": "1"}
    headers = {"Accept": "application/json"}
    refused = phone.post(path, data={**fields, "stance": "partly"}, headers=headers)
    assert refused.status_code == 422
    assert set(refused.json["errors"]) == {"text"}
    data = {**fields, "stance": "partly", "text": "意见"}
    sent = [phone.post(path, data=data, headers=headers) for _ in range(2)]
    assert [answer.json for answer in sent] == [{"done": f"/consultations/{one.public_id}/done"}] * 2


def test_a_form_without_token_is_refused(client: FlaskClient, one: Consultation) -> None:
    assert client.post(f"/consultations/{one.public_id}/comment", data={"text": "意见"}).status_code == 403


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, (200, 200, 200, 303)),
        ({"opened": -2}, (200, 200, 200, 303)),
        ({"opened": 9, "closes": -1}, (200, 200, 200, 303)),
        ({"opened": 9, "closes": -1, "state": State.SETTLED}, (200, 200, 200, 303)),
        ({"state": State.WITHDRAWN}, (410, 410, 410, 410)),
        (
            {"short_reason": Localized(zh_CN="防汛在即"), "kind": Kind.MAJOR_DECISION},
            (200, 200, 200, 303),
        ),
    ],
)
def test_every_phase_has_its_pages(
    app: Flask, client: FlaskClient, values: dict[str, Any], codes: tuple[int, ...], language: str
) -> None:
    with app.app_context():
        one = make_consultation(**values)
        make_comments(one, ["请保留夜间车位。"], state=CommentState.PUBLISHED, clause=clause_keys(one)[0])
    client.set_cookie("language", language)
    paths = ("", f"/clauses/{clause_keys(one)[0]}", "/comment", "/done")
    answers = [client.get(f"/consultations/{one.public_id}{path}") for path in paths]
    assert tuple(answer.status_code for answer in answers) == codes
    said = [path for path, answer in zip(paths, answers, strict=True) if "夜间车位" in answer.text]
    assert said == ([paths[1]] if codes[1] == 200 else [])
    draft = [path for path, answer in zip(paths, answers, strict=True) if "改善城区停车秩序" in answer.text]
    assert draft == (list(paths[:2]) if codes[0] == 200 else [])
    assert client.get("/consultations/").status_code == 200


def test_a_withdrawn_one_keeps_what_people_have_in_their_hands(
    app: Flask, client: FlaskClient, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    path = f"/consultations/{one.public_id}/comment"
    data = {**hidden_fields(client.get(path).text), "stance": "partly", "text": "写了很久的意见"}
    done = client.post(path, data={**data, "text": "先前的意见"})
    code = CODE.search(client.get(done.location).text)
    staff_client(Role.COORDINATOR).send(f"/staff/consultations/{one.public_id}/withdraw")
    late = client.post(path, data=data)
    assert late.status_code == 410
    assert "写了很久的意见" in late.text
    kept = client.get(done.location)
    assert kept.status_code == 410
    assert code
    assert code[0] in kept.text


@pytest.mark.parametrize("taken_back", [False, True])
def test_a_code_that_was_erased_is_not_offered_any_more(
    app: Flask,
    client: FlaskClient,
    one: Consultation,
    staff_client: Callable[..., StaffClient],
    taken_back: bool,
) -> None:
    done = _post(client, f"/consultations/{one.public_id}/comment").location
    code = CODE.search(client.get(done).text)
    assert code
    if taken_back:
        staff_client(Role.COORDINATOR).send(f"/staff/consultations/{one.public_id}/withdraw")
    with app.app_context():
        erase_by_code(code[0], request_id())
    again = client.get(done)
    assert again.status_code == 410
    assert code[0] not in again.text


def test_pages_beyond_the_last_show_the_last(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        for number in range(21):
            make_consultation(opened=9, closes=-1, title=Localized(zh_CN=f"第{number:02d}个"))
    first, last = client.get("/consultations/").text, client.get("/consultations/?page=2").text
    assert "第20个" in first
    assert "第00个" in last
    assert "第20个" not in last
    assert client.get("/consultations/?page=99").text.count("第00个") == last.count("第00个")


def test_a_draft_changed_meanwhile_says_its_version(
    app: Flask, client: FlaskClient, one: Consultation
) -> None:
    assert "第2版" not in client.get(f"/consultations/{one.public_id}").text
    with app.app_context():
        actor = make_actor(Role.COORDINATOR)
        editing.set_text(actor, one.id, DRAFT.replace("二元", "三元"), 0)
        publishing.publish_consultation(actor, one.id)
    day = local(now(), DEFAULT_ZONE)
    changed = f"第2版，{day.year}年{day.month}月{day.day}日修改"
    assert changed in client.get(f"/consultations/{one.public_id}").text


def test_drafts_are_nowhere(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
    for path in ("", "/comment", "/done", f"/clauses/{clause_keys(one)[0]}"):
        assert client.get(f"/consultations/{one.public_id}{path}").status_code == 404
    assert client.get(f"/results/consultations/{one.public_id}").status_code == 404
    assert "停车" not in client.get("/consultations/").text


def test_what_people_typed_is_never_markup(app: Flask, client: FlaskClient, one: Consultation) -> None:
    with app.app_context():
        nasty = "<script>alert(1)</script><b>粗</b>"
        make_comments(one, [nasty], state=CommentState.PUBLISHED, reply=nasty, adoption=Adoption.ADOPTED)
    page = client.get(f"/consultations/{one.public_id}/comment").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_limits_count_devices_and_keep_the_text(
    make_app: Callable[..., Flask], citizen_client: Callable[..., Any]
) -> None:
    app = make_app(rate_limits=True)
    with app.app_context():
        one = make_consultation()
    client = app.test_client()
    path = f"/consultations/{one.public_id}/comment"
    data = {**hidden_fields(client.get(path).text), "stance": "partly"}
    answers = [client.post(path, data={**data, "text": f"第{n}条意见内容"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [303] * 10 + [429]
    assert "第10条意见内容" in answers[-1].text


def test_after_a_comment_one_goes_on_with_the_next_clause(
    citizen_client: Callable[..., Any], one: Consultation, app: Flask
) -> None:
    with app.app_context():
        keys = clause_keys(one)
    phone = citizen_client()
    base = f"/consultations/{one.public_id}"

    def button(path: str) -> str:
        data = {"_token": phone.token, "_request_id": request_id(), "_version": "1", "text": f"意见 {path}"}
        phone.post(f"{base}{path}", data=data | {"stance": "partly"})
        [row] = of_class(parsed(phone.get(f"{base}/done").text), "button-row")
        return next(link.get("href", "") for link in row.iter("a"))

    assert button(f"/clauses/{keys[0]}") == f"{base}#clause-{keys[1]}"
    assert button(f"/clauses/{keys[-1]}") == f"{base}#draft"
    assert button("/comment") == f"{base}#draft"
