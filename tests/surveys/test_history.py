"""Back and forward on a phone: after an error on an earlier page too, one tap is one page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.surveys.models import Layout, Survey
from tests.factories.questions import asks, page, question
from tests.factories.surveys import make_survey
from tests.fixtures.browser import awake
from tests.fixtures.server import Server

pytestmark = pytest.mark.browser
PAGES = {
    "pages": [
        page("p1", question("q1", required=True), question("q2", "number", show_if=asks("answered", "q1"))),
        page("p2", question("q3", required=True), show_if=asks("equals", "q1", "a")),
        page("p3", question("q4", required=True)),
        page("p4", question("q5")),
    ]
}


@pytest.fixture
def survey(app: Flask) -> Iterator[Survey]:
    with app.app_context():
        yield make_survey(PAGES, layout=Layout.PAGE_BY_PAGE)


@pytest.fixture
def phone(live_server: Server, open_page: Callable[..., Page], survey: Survey) -> Page:
    """The survey, at its last page."""
    screen = open_page()
    screen.goto(f"{live_server.url}/surveys/{survey.public_id}")
    awake(screen)
    for id in ("q1", "q3", "q4"):
        screen.locator(f'input[name="q-{id}"][value="a"]').check()
        screen.locator("[data-forward]").click()
    on_page(screen, "q5")
    return screen


def on_page(phone: Page, id: str) -> None:
    """The page of this question, and no other, is shown."""
    expect(phone.locator("[data-page]:visible")).to_have_count(1)
    expect(phone.locator(f"[data-question={id}]")).to_be_visible()


def refuse(phone: Page, id: str) -> None:
    """The server finds a fault in an earlier answer, once."""
    answer = {"errors": {id: "请再看一下。"}, "message": "请再看一下。"}
    phone.route("**/surveys/*", lambda route: route.fulfill(status=422, json=answer), times=1)
    phone.locator("[data-forward]").click()


def test_back_after_an_error_on_an_earlier_page_is_one_tap(phone: Page) -> None:
    refuse(phone, "q3")
    on_page(phone, "q3")
    expect(phone.locator("[data-errors]")).to_be_focused()
    expect(phone.locator("[data-errors]")).to_be_in_viewport()
    phone.locator("[data-back]").click()
    on_page(phone, "q1")
    for id in ("q3", "q4", "q5"):
        phone.locator("[data-forward]").click()
        on_page(phone, id)
    for id in ("q4", "q3", "q1"):
        phone.go_back()
        on_page(phone, id)


def test_back_goes_to_the_page_before_also_where_it_was_never_seen(phone: Page) -> None:
    for id in ("q4", "q3", "q1"):
        phone.locator("[data-back]").click()
        on_page(phone, id)
    phone.locator('input[name="q-q1"][value="b"]').check()
    for id in ("q4", "q5"):
        phone.locator("[data-forward]").click()
        on_page(phone, id)
    phone.reload()
    on_page(phone, "q5")
    for id in ("q4", "q1"):
        phone.go_back()
        on_page(phone, id)


def test_a_fault_on_the_first_page_leaves_nothing_behind_it(phone: Page) -> None:
    refuse(phone, "q1")
    on_page(phone, "q1")
    expect(phone.locator("[data-back]")).to_be_hidden()
    assert phone.evaluate("history.state.trail") == [0]
