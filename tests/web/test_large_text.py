"""Large text: the header leaves the page its place, and nothing of the console is squeezed away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from engage.accounts.permissions import Role
from engage.live.models import Phase
from engage.live.rules.deeds import Deed
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.live import ask, decide, make_room
from tests.fixtures.server import Server
from tests.journeys.people import sign_in

pytestmark = pytest.mark.browser
# Of a phone's height; the strip of a demonstration is not counted.
MOST = 0.2


def test_the_header_leaves_a_phone_four_fifths(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    sign_in(app, page, live_server, Role.COORDINATOR, name="欧阳建平")
    for path in ("/", "/staff/"):
        page.goto(f"{live_server.url}/preferences/large-text/on?next={path}")
        share = page.evaluate("document.querySelector('header').offsetHeight / innerHeight")
        assert share <= MOST, f"{path}: {share:.0%}"


def test_the_tabs_of_the_console_stay_in_one_line_on_a_phone(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        console = f"/staff/live/{make_room(Phase.LIVE).public_id}/console"
    page = open_page()
    sign_in(app, page, live_server, Role.MODERATOR, name="欧阳建平")
    page.goto(f"{live_server.url}/preferences/large-text/on?next={console}")
    page.locator(".panes__tab").first.wait_for()
    for counts in (["0", "0", "12"], ["123", "45", "678"]):
        lines = page.evaluate(
            """counts => [...document.querySelectorAll(".panes__tab")].map((tab, at) => {
                tab.querySelector(".tag").textContent = counts[at];
                const line = parseFloat(getComputedStyle(tab).lineHeight);
                return tab.querySelector(".tag").offsetTop - tab.offsetTop < line;
            })""",
            counts,
        )
        assert lines == [True] * 3
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # What is searched for can be read.
        assert page.locator("#q").bounding_box()["width"] >= 160


def test_what_was_dealt_with_stays_in_sight_beside_a_long_question_on_air(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        room = make_room(Phase.LIVE)
        decide(
            room, ask(room, "加装电梯的费用怎么分摊，谁来出面协调？" * 6), Deed.APPROVE, Deed.AIR, Deed.ANSWER
        )
        decide(room, ask(room, "小区没有物业，充电棚由谁管理？" * 10, by=2), Deed.APPROVE, Deed.AIR)
        make_comments(make_consultation(), ["建议延长免费时间。"])
        console = f"/staff/live/{room.public_id}/console"
    page = open_page(phone=False)
    sign_in(app, page, live_server, Role.MODERATOR, name="欧阳建平")
    for size in ({"width": 1440, "height": 900}, {"width": 768, "height": 1024}):
        page.set_viewport_size(size)
        page.goto(f"{live_server.url}/preferences/large-text/on?next={console}")
        page.locator(".console-page--live .console__done .tabs button").first.wait_for()
        lines = page.locator(".console__done > .tabs button").evaluate_all(
            """tabs => tabs.map(tab => {
                const words = document.createRange();
                words.selectNodeContents(tab.firstChild);
                return words.getClientRects().length;
            })"""
        )
        assert lines == [1] * 3, size
        heights = page.locator(".console__done .console__list").evaluate_all(
            "lists => lists.map(list => list.clientHeight)"
        )
        assert max(heights) >= 48, size
    # The only work here has no day, and begins where rows begin.
    page.goto(f"{live_server.url}/staff/")
    row, title = (page.locator(name).first.bounding_box() for name in (".work-item", ".work-item__title"))
    assert row
    assert title
    assert title["x"] - row["x"] < 60
