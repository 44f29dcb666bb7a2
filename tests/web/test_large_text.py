"""Large text on a phone: the header leaves the page its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page

from engage.accounts.permissions import Role
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
