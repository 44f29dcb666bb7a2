"""The portal in a real browser, on a phone and a desk: accessible, light, usable without script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.core.ids import request_id
from engage.surveys.actions.submit import Submission, submit
from engage.surveys.queries.published import published
from tests.factories.portal import City, make_city
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey
from tests.fixtures.server import Server

Open = Callable[..., Page]


@pytest.fixture
def city(app: Flask) -> Iterator[City]:
    with app.app_context():
        yield make_city()


@pytest.mark.parametrize("javascript", [True, False])
def test_from_home_to_a_receipt(
    city: City, live_server: Server, open_page: Open, inspect: Any, javascript: bool
) -> None:
    survey = published(make_survey().public_id)
    code = submit(survey, Submission(twenty_answers(), survey.version, "zh_CN", request_id(), "phone"))
    screen = open_page(javascript=javascript)
    screen.goto(live_server.url)
    screen.locator("main").get_by_role("link", name="凭查询码查询").click()
    screen.locator("#code").fill(code[:-1])
    screen.get_by_role("button", name="查询").click()
    expect(screen.locator("#code-error")).to_contain_text("有 11 位")
    expect(screen.locator("#code")).to_have_value(code[:-1])
    screen.locator("#code").fill(code.lower())
    screen.get_by_role("button", name="查询").click()
    expect(screen.locator("h1")).to_have_text("您的问卷答卷")
    expect(screen.locator("main")).to_contain_text("政务服务满意度调查")
    assert code not in screen.url
    if javascript:
        inspect(screen, "portal-receipt-response")


def test_a_code_from_the_screen_leads_into_the_room(city: City, live_server: Server, open_page: Open) -> None:
    screen = open_page(javascript=False)
    screen.goto(live_server.url)
    screen.locator("#join-code").fill("246810")
    screen.get_by_role("button", name="进入", exact=True).click()
    expect(screen).to_have_url(re.compile(f"/live/{city.room.public_id}$"))


def test_scripts_still_run_from_a_revalidated_copy(city: City, live_server: Server, open_page: Open) -> None:
    """The copy a browser keeps carries its own nonce: a 304 must not lock its script out."""
    screen = open_page()
    refused: list[str] = []
    screen.on("console", lambda line: refused.append(line.text) if "Content Security" in line.text else None)
    for _ in range(3):
        screen.goto(f"{live_server.url}/receipts")
        screen.goto(live_server.url)
    assert not refused
