"""Date boxes are the browser's own, in its language: what they hold is said below in that of the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from tests.fixtures.browser import awake
from tests.fixtures.server import Server
from tests.journeys.people import sign_in

pytestmark = pytest.mark.browser


def test_a_date_is_said_in_the_language_of_the_page(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(phone=False)
    sign_in(app, page, live_server, Role.COORDINATOR)
    page.goto(f"{live_server.url}/staff/live/new")
    awake(page)
    box, below = page.locator("#starts_at"), page.locator("#ends_at")
    said = page.locator("#starts_at-day")
    expect(said).to_be_empty()
    assert "starts_at-day" in (box.get_attribute("aria-describedby") or "")
    place = below.bounding_box()
    box.fill("2026-12-22T18:00")
    expect(said).to_have_text("2026年12月22日星期二 18:00")
    assert below.bounding_box() == place, "nothing moves while a day is typed"
    box.fill("")
    expect(said).to_be_empty()

    sign_in(app, page, live_server, Role.ADMINISTRATOR)
    page.goto(f"{live_server.url}/staff/audit?from=2027-02-01")
    awake(page)
    expect(page.locator("#from-day")).to_have_text("2027年2月1日星期一")
    page.goto(f"{live_server.url}/preferences/language/en?next=/staff/audit?from=2027-02-01")
    awake(page)
    expect(page.locator("#from-day")).to_have_text("Monday, February 1, 2027")
