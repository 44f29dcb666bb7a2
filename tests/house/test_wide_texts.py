"""Whatever people write, no page is wider than the phone it is read on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from engage.accounts.permissions import Role
from engage.consultations.models import CommentState
from engage.core.db import db
from engage.live.models import LiveQuestion
from engage.live.rules.deeds import Deed
from tests.factories import live
from tests.factories.accounts import make_session, make_user
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.questions import definition, question, text
from tests.factories.surveys import make_survey
from tests.fixtures.browser import awake
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.database]

# What has no place to break a line at, some of it one character to the browser however long it is.
WIDE = [
    "停\u0301\u0302\u0303\u0304\u0305\u0306" * 8 + "车" + "\u0301" * 40 + "太" + "\u20dd" * 40,
    "W" * 300,
    "https://city.example/" + "a" * 300 + "?b=" + "c" * 100,
    "👨\u200d" * 120,
    "\u1100" * 200,
    "क\u094d" * 120,
    "\ufdfd" * 60 + "𒐫" * 60 + "⸻" * 60,
    "停车\u2060" * 120,
    "ก\u0e49" * 200,
    "_" * 300 + "１" * 200,
]


def _overflow(page: Page) -> float:
    root = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return float(root)


@pytest.fixture
def reading(app: Flask, live_server: Server, open_context: Callable[..., Any]) -> Callable[..., Page]:
    """Open a page on a phone, signed in where there is a ``role``."""

    def read(path: str, *, role: Role | None = None) -> Page:
        context = open_context(phone=True)
        if role is not None:
            with app.app_context():
                user = make_user(role)
                context.add_cookies([{**staff_cookie(app, make_session(user)), "url": live_server.url}])
        page: Page = context.new_page()
        page.goto(live_server.url + path)
        awake(page)
        return page

    return read


def test_the_room_and_the_console(app: Flask, reading: Callable[..., Page]) -> None:
    with app.app_context():
        room = live.make_room()
        by = live.moderator()
        for number, words in enumerate(WIDE):
            asked = live.ask(room, by=number + 1, name="甲")
            live.decide(room, asked, *([Deed.APPROVE] if number % 2 else []), by=by)
            with live.atomic():
                db.session.execute(
                    update(LiveQuestion)
                    .where(LiveQuestion.public_id == asked.public_id)
                    .values(text=words, nickname=words[:20])
                )
        address = room.public_id
    phone = reading(f"/live/{address}")
    expect(phone.locator("[data-list] .room-question__text").first).to_be_visible()
    assert _overflow(phone) <= 0
    console = reading(f"/staff/live/{address}/console", role=Role.MODERATOR)
    expect(console.locator(".queue-item__text").first).to_be_visible()
    assert _overflow(console) <= 0


def test_comments_and_their_review(app: Flask, reading: Callable[..., Page]) -> None:
    with app.app_context():
        one = make_consultation()
        make_comments(one, WIDE, state=CommentState.PUBLISHED)
        waiting = make_comments(one, WIDE)[0].public_id
        address = one.public_id
    page = reading(f"/consultations/{address}/comment")
    expect(page.locator(".comment__text").first).to_be_visible()
    assert _overflow(page) <= 0
    for path in ("comments", f"comments/{waiting}"):
        page = reading(f"/staff/consultations/{address}/{path}", role=Role.ADMINISTRATOR)
        expect(page.locator("h1").first).to_be_visible()
        assert _overflow(page) <= 0, path


def test_the_words_of_a_survey(app: Flask, reading: Callable[..., Page]) -> None:
    with app.app_context():
        words = question("q1", "text", text=text("您还有什么意见？"), long=True)
        survey = make_survey(definition(words))
        address = survey.public_id
    page = reading(f"/surveys/{address}")
    for wide in WIDE:
        page.locator("#q-q1").fill(wide)
        assert _overflow(page) <= 0, wide[:20]
    page.locator("[data-forward]").click()
    page.wait_for_url("**/done")
    assert _overflow(page) <= 0
