"""Every component in a real browser: accessible at both widths, and what the core scripts do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.core.db import db
from tests.factories.accounts import make_session, make_user
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

# As wide as a name gets: what stands in the head of every staff page must not widen it.
NAME = "阿卜杜热合曼·阿卜杜热依木（市政务服务管理局） Wolfeschlegelsteinhausenbergerdorffwelche"


@pytest.fixture
def styleguide(app: Flask, live_server: Server, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Open the style guide as a staff member: ``styleguide(phone=False, large=True)``."""

    def make(*, large: bool = False, **options: Any) -> Page:
        with app.app_context():
            cookie = staff_cookie(app, make_session(make_user(name=NAME)))
            db.session.remove()
        page = open_page(**options)
        cookies = [{**cookie, "url": live_server.url}]
        if large:
            cookies.append({"name": "large_text", "value": "1", "url": live_server.url})
        page.context.add_cookies(cookies)  # type: ignore[arg-type]
        page.goto(f"{live_server.url}/styleguide")
        return page

    return make


@pytest.mark.parametrize(("phone", "large"), [(True, False), (False, False), (True, True)])
def test_accessible(
    styleguide: Callable[..., Page], inspect: Callable[..., None], phone: bool, large: bool
) -> None:
    inspect(styleguide(phone=phone, large=large), "styleguide-large" if large else "styleguide")


def test_scripts(styleguide: Callable[..., Page]) -> None:
    page = styleguide(phone=False)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)

    page.get_by_role("button", name="打开对话框").click()
    dialog = page.get_by_role("dialog", name="撤回这份问卷？")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = page.locator("[data-target='receipt-code']")
    copy.click()
    expect(copy).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == "K7QF-2M9X-TRWD-4"

    text = page.get_by_label("说明", exact=True)
    text.fill("字" * 43)
    expect(page.get_by_text("超出 3 个字")).to_be_visible()
    text.fill("字" * 30)
    expect(page.get_by_text("还可输入 10 个字")).to_be_visible()
    before = text.evaluate("area => area.offsetHeight")
    text.fill("长\n" * 20)
    assert text.evaluate("area => area.offsetHeight") > before

    folds = page.locator("summary")
    folds.first.wait_for()
    chevrons = folds.evaluate_all("all => all.map(one => getComputedStyle(one, '::before').borderTopWidth)")
    assert len(chevrons) >= 4
    assert set(chevrons) == {"2px"}

    page.get_by_role("button", name="撤回", exact=True).first.click()
    question = page.get_by_role("dialog", name="撤回这条答复？撤回后公众看不到它。")
    expect(question.get_by_role("button", name="取消")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert page.url.endswith("/styleguide")
    assert not refused


def test_confirmed_form_is_sent(styleguide: Callable[..., Page]) -> None:
    page = styleguide()
    page.get_by_role("button", name="撤回", exact=True).first.click()
    dialog = page.get_by_role("dialog", name="撤回这条答复？撤回后公众看不到它。")
    with page.expect_response(lambda response: response.request.method == "POST") as sent:
        dialog.get_by_role("button", name="撤回").click()
    assert sent.value.status == 405  # the style guide takes no forms
    expect(page.get_by_role("heading", level=1)).to_have_text("该网址不能这样访问")


def test_focus_stays_in_sight(styleguide: Callable[..., Page]) -> None:
    page = styleguide(phone=False)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_what_is_wrong_with_a_page_is_named(
    open_page: Callable[..., Page], inspect: Callable[[Page, str], None]
) -> None:
    page = open_page()
    page.set_content(
        "<!doctype html><html lang=zh><title>t</title><main><h1>h</h1><img src=x>"
        "<p style='color: #bbb; background: #fff'>faint</p></main>"
    )
    with pytest.raises(AssertionError, match=r"color-contrast: .*\['p'\].*image-alt: .*\['img'\]"):
        inspect(page, "wrong")
