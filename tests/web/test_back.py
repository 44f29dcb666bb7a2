"""Back closes what is open in front of a page, then leaves it as ever, and never sends a form again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.core.db import db
from tests.factories.accounts import make_session, make_user
from tests.factories.consultations import make_consultation
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

SCRIPTS = Path(__file__).parents[2] / "static" / "js"


def test_every_dialog_is_shown_by_the_one_function_that_knows_back() -> None:
    showing = {
        str(path.relative_to(SCRIPTS))
        for path in SCRIPTS.rglob("*.js")
        if any(word in path.read_text(encoding="utf-8") for word in ("showModal(", "showPopover(", ".show()"))
    }
    assert showing == {"core/_back.js"}


def _closes(page: Page, opener: Any, box: Any) -> None:
    """Back closes it and stays; closed in another way it leaves no step behind."""
    address, steps = page.url, page.evaluate("history.length")
    opener.click()
    expect(box).to_be_visible()
    page.go_back()
    expect(box).to_be_hidden()
    assert page.url == address
    opener.click()
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    page.wait_for_function("!history.state?.open")
    assert page.evaluate("history.length") <= steps + 1
    page.go_back()
    page.wait_for_url(lambda url: url != address)
    page.go_forward()
    page.wait_for_url(address)


def _comes_back_to_an_empty_form(page: Page, address: str) -> None:
    """What was refused, mended and saved is not asked to be sent again: Back finds the form itself."""
    page.goto(address)
    page.locator("main form").get_by_role("button", name="保存").click()
    expect(page.locator("#name_zh")).to_have_attribute("aria-invalid", "true")
    page.reload()  # as the browser does it: the refused form once more, with what was typed
    expect(page.locator("#name_zh")).to_have_attribute("aria-invalid", "true")
    page.locator("#name_zh").fill("市民政局")
    page.locator("#code").fill("mzj")
    page.locator("main form").get_by_role("button", name="保存").click()
    page.wait_for_url(lambda url: url != address)
    page.go_back()
    page.wait_for_url(address)
    expect(page.locator("#name_zh")).to_be_visible()
    expect(page.locator("#name_zh")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.browser
def test_back_closes_a_dialog_and_the_sheet_of_a_draft(
    app: Flask, live_server: Server, open_page: Any
) -> None:
    with app.app_context():
        consultation = make_consultation().public_id
        cookie = {**staff_cookie(app, make_session(make_user(Role.ADMINISTRATOR))), "url": live_server.url}
        db.session.remove()
    page = open_page(phone=False)
    page.context.add_cookies([cookie])
    page.goto(f"{live_server.url}/healthz")
    page.goto(f"{live_server.url}/styleguide")
    dialog = page.get_by_role("dialog")
    _closes(page, page.locator("[data-module=dialog][data-attached]"), dialog)
    page.locator("[data-module=dialog][data-attached]").click()
    dialog.locator("[data-close]").first.click()
    expect(dialog).to_be_hidden()
    page.goto(f"{live_server.url}/consultations/{consultation}")
    page.locator("#draft[data-attached]").wait_for()
    _closes(page, page.locator("a[data-clause]").first, dialog)
    _comes_back_to_an_empty_form(page, f"{live_server.url}/staff/units/new")
