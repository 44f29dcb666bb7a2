"""After a survey is sent: the way out of it, and what a lost answer leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engage.core.db import db
from engage.participation import receipts
from engage.surveys.models import Layout, Response
from tests.factories.questions import definition, page, question
from tests.factories.surveys import make_survey
from tests.fixtures.browser import awake
from tests.fixtures.clients import hidden_fields
from tests.fixtures.server import Server

pytestmark = pytest.mark.database
SIX = {"pages": [page(f"p{number}", question(f"q{number}", required=True)) for number in range(6)]}


def _stored(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return [row.answers for row in db.session.scalars(select(Response))]


@pytest.mark.browser
@pytest.mark.parametrize("reloads", [False, True])
def test_one_step_back_leaves_a_survey_of_six_pages(
    app: Flask, live_server: Server, open_page: Callable[..., Page], reloads: bool
) -> None:
    with app.app_context():
        address = f"{live_server.url}/surveys/{make_survey(SIX, layout=Layout.PAGE_BY_PAGE).public_id}"
    screen = open_page()
    screen.goto(f"{live_server.url}/receipts")
    screen.goto(address)
    awake(screen)
    for number in range(6):
        screen.locator(f'input[name="q-q{number}"][value="a"]').check()
        if number == 3 and reloads:
            screen.reload()
            awake(screen)
        if number == 4:
            screen.go_back()
            expect(screen.locator('input[name="q-q3"][value="a"]')).to_be_visible()
            screen.locator("[data-forward]").click()
        screen.locator("[data-forward]").click()
    expect(screen.locator("#receipt-code")).to_be_visible()
    screen.go_back()
    expect(screen).to_have_url(f"{live_server.url}/receipts")
    screen.go_forward()
    expect(screen.locator("#receipt-code")).to_be_visible()
    assert _stored(app) == [{f"q{number}": "a" for number in range(6)}]


@pytest.mark.browser
def test_answers_changed_after_a_lost_acknowledgement(
    app: Flask, live_server: Server, open_page: Callable[..., Page], inspect: Any
) -> None:
    with app.app_context():
        survey = make_survey(definition(question("q1")), one_per_device=True)
        address = f"{live_server.url}/surveys/{survey.public_id}"
    screen = open_page()
    screen.goto(address)
    awake(screen)
    screen.locator('input[value="a"]').check()
    lost: list[str] = []

    def lose_the_first(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().json()["done"])
            screen.locator('input[value="b"]').check()
            route.abort()
        else:
            route.continue_()

    screen.route("**/surveys/*", lose_the_first)
    screen.locator("[data-forward]").click()
    expect(screen.locator(".notice")).to_contain_text("第一次提交的答卷已经收到")
    expect(screen.locator(".kept")).to_have_text(["选项b"])
    code = screen.locator("#receipt-code").inner_text()
    inspect(screen, "survey-first-counts")
    with app.app_context():
        assert receipts.find(code) is not None
    assert _stored(app) == [{"q1": "a"}]


def test_the_first_answers_count_without_script(app: Flask, citizen_client: Callable[..., Any]) -> None:
    with app.app_context():
        path = f"/surveys/{make_survey(definition(question('q1')), one_per_device=True).public_id}"
    phone = citizen_client()
    fields = {**hidden_fields(phone.get(path).text), "_token": phone.token, "_whole": "1"}
    assert phone.post(path, data={**fields, "q-q1": "a"}).status_code == 303
    code = phone.get(f"{path}/done").text.partition('id="receipt-code">')[2].partition("<")[0]
    assert phone.post(path, data={**fields, "q-q1": "a"}).status_code == 303
    changed = phone.post(path, data={**fields, "q-q1": "b"})
    assert changed.status_code == 409
    assert code in changed.text
    assert "第一次提交的答卷已经收到" in changed.text
    anew = phone.post(path, data={**fields, "_request_id": "x" * 22, "q-q1": "b"})
    assert anew.status_code == 409
    assert "receipt-code" not in anew.text
    assert _stored(app) == [{"q1": "a"}]
