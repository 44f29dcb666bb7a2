"""What staff typed and did not send: the browser asks before the page is left, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from engage.accounts.permissions import Role
from tests.factories.accounts import make_unit
from tests.fixtures.browser import awake
from tests.fixtures.server import Server
from tests.journeys.people import press, sign_in

pytestmark = pytest.mark.browser
NAME = "市住房和城乡建设局"


class Asked:
    """How often the browser asked; the person stays each time."""

    def __init__(self, page: Page) -> None:
        self.times = 0
        page.on("dialog", self._stay)

    def _stay(self, dialog: Dialog) -> None:
        assert dialog.type == "beforeunload"
        self.times += 1
        dialog.dismiss()


def test_the_browser_asks_before_typed_words_are_left(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        address = f"{live_server.url}/staff/units/{make_unit(NAME).public_id}"
    page = open_page(phone=False)
    sign_in(app, page, live_server, Role.ADMINISTRATOR)
    away = page.locator(".staff-nav").get_by_role("link", name="工作台")
    asked = Asked(page)
    page.goto(address)
    awake(page)
    name = page.locator("[name=name_zh]")

    name.fill("别的名称")
    name.fill(NAME)
    away.click()
    expect(page).to_have_url(f"{live_server.url}/staff/")
    assert asked.times == 0, "nothing was changed"

    page.goto(address)
    awake(page)
    name.fill("市住建局")
    away.click()
    expect(name).to_have_value("市住建局")
    assert asked.times == 1
    page.locator("[name=code]").fill("")
    press(page, "保存")
    expect(page.locator(".error-summary")).to_be_visible()
    awake(page)
    away.click()
    expect(name).to_have_value("市住建局")
    assert asked.times == 2, "what was refused is not saved yet"
    page.locator("[name=code]").fill("housing")
    press(page, "保存")
    expect(page).to_have_url(f"{live_server.url}/staff/units")
    assert asked.times == 2, "what is sent is not lost"
