"""Large text on a phone: the header leaves the page its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from engage.accounts.permissions import Role
from engage.live.models import Phase
from tests.factories.live import make_room
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
