"""On paper: what was read, without what can only be clicked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_what_can_only_be_clicked_stays_on_the_screen(
    live_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(phone=False)
    page.goto(f"{live_server.url}/receipts")
    only_clicked = (".site-nav", ".tools", ".breadcrumbs", ".phone-qr", ".site-footer ul", "main .button")
    for part in only_clicked:
        expect(page.locator(part).first).to_be_visible()
    page.emulate_media(media="print")
    for part in only_clicked:
        expect(page.locator(part).first).to_be_hidden()
    for part in ("h1", ".brand__site", ".site-footer"):
        expect(page.locator(part).first).to_be_visible()
    expect(page.locator(".site-header")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(page.locator(".site-header")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
