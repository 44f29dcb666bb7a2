"""The builder in a real browser: write, check, preview, publish, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.core.db import db
from engage.surveys.models import Layout, Survey
from tests.factories.accounts import make_session, make_unit, make_user
from tests.factories.surveys import make_survey
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

pytestmark = pytest.mark.browser
# Kept until the preview beside, where there is room for one, has loaded anew.
PREVIEWED = """() => {
  const frame = document.querySelector("[data-preview]");
  window.previewed = new Promise((done) =>
    frame?.checkVisibility() ? frame.addEventListener("load", () => done(), { once: true }) : done());
}"""


# Heads of panels that do not stand where what is below them stands, or whose words are not in one line.
UNEVEN_HEADS = """() => [...document.querySelectorAll(".panel__head")].filter((head) => {
  const box = (one) => one.getBoundingClientRect();
  const [first, ...more] = [...head.children].filter((one) => one.checkVisibility()).map(box);
  const below = [...(head.nextElementSibling?.children ?? [])].find((one) => one.checkVisibility());
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  return (below && Math.abs(box(below).left - first.left) > 1)
    || more.some((one) => one.top < first.bottom && Math.abs(middle(one) - middle(first)) > 1);
}).map((head) => head.textContent.trim())"""


def _sign_in(app: Flask, page: Page, server: Server, role: Role, **options: Any) -> None:
    with app.app_context():
        token = make_session(make_user(role, **options))
        db.session.remove()
    page.context.add_cookies([{**staff_cookie(app, token), "url": server.url}])  # type: ignore[list-item]


def test_a_survey_is_written_published_and_answered(
    app: Flask, live_server: Server, open_page: Callable[..., Page], inspect: Callable[[Page, str], None]
) -> None:
    with app.app_context():
        make_unit()
    page = open_page(phone=False)
    _sign_in(app, page, live_server, Role.COORDINATOR)
    page.goto(f"{live_server.url}/staff/surveys/new")
    inspect(page, "staff-survey-new")
    page.get_by_label("中文标题").fill("夜间公交出行问卷")
    page.get_by_role("button", name="继续编写题目").click()
    page.wait_for_selector("[data-pages] section")
    page.get_by_role("button", name="添加题目", exact=True).click()
    page.get_by_label("题目（中文）").first.fill("您多久坐一次夜间公交？")
    page.get_by_label("选项 1（中文）").fill("每周")
    page.get_by_label("选项 2（中文）").fill("很少")
    page.get_by_label("必须作答").check()
    expect(page.locator("[data-check]")).to_contain_text("可以发布")
    expect(page.locator("[data-state]")).to_have_text("已全部保存。")
    frame = page.frame_locator("[data-preview]")
    expect(frame.get_by_text("您多久坐一次夜间公交？")).to_be_visible()
    inspect(page, "staff-survey-builder")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-check]")).to_contain_text("可以发布")
    expect(page.locator("[data-state]")).to_have_text("已全部保存。")
    page.get_by_role("link", name="设置", exact=True).last.click()
    chinese, english = (page.get_by_label(f"导语（{word}）").bounding_box() for word in ("中文", "英文"))
    assert chinese
    assert english
    assert chinese["y"] == english["y"]
    inspect(page, "staff-survey-settings")
    page.get_by_role("link", name="发布", exact=True).last.click()
    inspect(page, "staff-survey-publish")
    page.get_by_role("button", name="发布问卷").click()
    expect(page.locator("#unsaid")).to_contain_text("没有截止时间")
    page.get_by_role("button", name="仍然发布").click()
    address = page.locator("#public-address").get_attribute("href")
    inspect(page, "staff-survey-published")
    assert page.locator(".panel__head").count() > 2
    assert page.evaluate(UNEVEN_HEADS) == []
    page.get_by_role("link", name="打印海报").click()
    expect(page.get_by_role("button", name="打印")).to_be_visible()
    inspect(page, "staff-survey-poster")
    # Read from some steps away: its head stands out in the site's colour, with letters that can be read.
    page.emulate_media(media="print")
    head = page.locator(".poster__head")
    expect(head).to_have_css("background-color", "rgb(14, 74, 143)")
    expect(head).to_have_css("print-color-adjust", "exact")

    phone = open_page()
    phone.goto(f"{live_server.url}{address}")
    phone.get_by_text("每周").click()
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("h1")).to_contain_text("收到")
    with app.app_context():
        assert db.session.query(Survey).one().version_number == 1


@pytest.mark.parametrize("phone", [False, True])
def test_saving_by_itself_moves_nothing(
    app: Flask, live_server: Server, open_page: Callable[..., Page], phone: bool
) -> None:
    with app.app_context():
        address = make_survey(layout=Layout.PAGE_BY_PAGE).public_id
        db.session.remove()
    page = open_page(phone=phone)
    _sign_in(app, page, live_server, Role.COORDINATOR)
    page.goto(f"{live_server.url}/staff/surveys/{address}")
    expect(page.locator("[data-state]")).to_have_text("已全部保存。")
    assert page.evaluate("scrollY") == 0
    saved = page.locator("[data-state]")
    for words in ("停车难", ""):
        # The empty one is a finding more: the list above grows by a line, and a sentence stands at the field.
        field = page.get_by_label("题目（中文）").nth(2)
        field.evaluate("field => field.scrollIntoView({block: 'center'})")
        field.click()
        before = field.evaluate("field => field.getBoundingClientRect().top")
        page.evaluate(PREVIEWED)
        field.press("ControlOrMeta+a")
        field.press("Delete")
        page.keyboard.type(words)
        expect(saved).not_to_have_text("已全部保存。")
        expect(saved).to_have_text("已全部保存。")
        page.evaluate("window.previewed")
        after = field.evaluate("field => field.getBoundingClientRect().top")
        assert abs(after - before) <= 1
        expect(field).to_be_focused()
