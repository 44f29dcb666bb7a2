"""An administrator: accounts, roles, units, settings, and who did what."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.core.db import db
from tests.factories.accounts import make_unit
from tests.fixtures.server import Server
from tests.journeys.people import press, sign_in

Open = Callable[..., Page]


def test_an_administrator_sets_the_site_up(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    with app.app_context():
        make_unit("市民政局")
        db.session.remove()
    desk = open_page(phone=False)
    sign_in(app, desk, live_server, Role.ADMINISTRATOR, name="管理员")
    desk.goto(f"{live_server.url}/staff/")
    inspect(desk, "administrator-overview")
    _adds_a_unit(desk, live_server, inspect)
    link = _opens_an_account(desk, live_server, inspect)
    _the_new_colleague_signs_in(open_page(phone=False), live_server, link, inspect)
    _changes_names_and_colour(desk, live_server, open_page(), inspect)
    _reads_the_log(desk, live_server, inspect)
    desk.goto(f"{live_server.url}/staff/account")
    inspect(desk, "administrator-own-account")
    desk.goto(f"{live_server.url}/styleguide")
    inspect(desk, "administrator-styleguide")


def _adds_a_unit(desk: Page, server: Server, inspect: Any) -> None:
    desk.goto(f"{server.url}/staff/units")
    desk.get_by_role("link", name="新建单位").click()
    desk.locator("[name=name_zh]").fill("市水利局")
    desk.locator("[name=name_en]").fill("Water Bureau")
    desk.locator("[name=code]").fill("water")
    desk.locator("[name=kind]").select_option(index=1)
    inspect(desk, "administrator-unit")
    press(desk, "保存")
    expect(desk.locator("main")).to_contain_text("市水利局")
    inspect(desk, "administrator-units")


def _opens_an_account(desk: Page, server: Server, inspect: Any) -> str:
    desk.goto(f"{server.url}/staff/accounts")
    desk.get_by_role("link", name="新建账号").click()
    desk.locator("[name=name]").fill("刘科长")
    desk.locator("[name=email]").fill("没有写对的地址")
    press(desk, "开通账号")
    expect(desk.locator(".error-summary")).to_be_visible()
    inspect(desk, "administrator-account-error")
    desk.locator("[name=email]").fill("liu@example.com")
    press(desk, "开通账号")
    expect(desk.locator("h1")).to_have_text("刘科长")
    if not desk.locator("#sign-in-link").count():
        press(desk, "生成一次性链接")
    link = desk.locator("#sign-in-link").input_value()
    inspect(desk, "administrator-account-link")
    desk.locator("[name=role]").select_option("department")
    desk.locator("[name=scope][value=unit]").check()
    desk.locator("[name=unit]").select_option(label="市水利局")
    press(desk, "授予")
    expect(desk.locator("main .list--card")).to_contain_text("市水利局")
    inspect(desk, "administrator-account-role")
    desk.goto(f"{server.url}/staff/accounts")
    expect(desk.locator("main")).to_contain_text("市水利局")
    inspect(desk, "administrator-accounts")
    return link


def _the_new_colleague_signs_in(colleague: Page, server: Server, link: str, inspect: Any) -> None:
    address = server.url + link[link.index("/staff/sign-in/") :]
    colleague.goto(address)
    inspect(colleague, "colleague-sign-in-link")
    press(colleague, "以刘科长的身份登录")
    expect(colleague.locator(".staff-header")).to_contain_text("刘科长")
    inspect(colleague, "colleague-overview")
    colleague.goto(f"{server.url}/staff/accounts")
    expect(colleague.locator("h1")).to_contain_text("权限")
    inspect(colleague, "colleague-not-allowed")
    colleague.goto(address)
    expect(colleague.get_by_role("button", name="以刘科长的身份登录")).to_have_count(0)
    inspect(colleague, "colleague-link-spent")
    colleague.goto(f"{server.url}/staff/")
    press(colleague, "退出登录")
    inspect(colleague, "colleague-sign-in")


# Where the words stand, not the boxes around them: those may be stretched.
TOPS_OF_WORDS = """all => all.map(one => {
  const words = document.createRange();
  words.selectNodeContents(one);
  return Math.round(words.getBoundingClientRect().top);
})"""


def _changes_names_and_colour(desk: Page, server: Server, phone: Page, inspect: Any) -> None:
    desk.goto(f"{server.url}/staff/settings")
    desk.locator("[name=city_zh]").fill("祁阳市")
    desk.locator("[name=name_zh]").fill("政务公开主题日平台")
    desk.locator("[name=organiser_zh]").fill("祁阳市人民政府办公室")
    desk.locator("[name=undertaker_zh]").fill("祁阳市行政审批服务局")
    desk.locator("[name=icp]").fill("湘ICP备00000000号")
    desk.locator("[name=site_code]").fill("4300000000")
    desk.locator("[name=primary_colour]").fill("#7a1f1f")
    press(desk, "保存")
    expect(desk.locator(".flashes")).to_be_visible()
    inspect(desk, "administrator-settings")
    phone.goto(f"{server.url}/")
    expect(phone.locator(".brand")).to_contain_text("政务公开主题日平台")
    expect(phone.locator("footer")).to_contain_text("祁阳市行政审批服务局")
    colour = phone.locator(".site-header").evaluate("element => getComputedStyle(element).backgroundColor")
    assert colour == "rgb(122, 31, 31)"
    inspect(phone, "administrator-home-seen-by-a-citizen")
    desk.goto(f"{server.url}/")
    numbers = desk.locator(".site-footer__ids > *")
    expect(numbers).to_have_count(2)
    assert len(set(numbers.evaluate_all(TOPS_OF_WORDS))) == 1


def _reads_the_log(desk: Page, server: Server, inspect: Any) -> None:
    desk.goto(f"{server.url}/staff/audit")
    rows = desk.locator("tbody tr")
    expect(rows.first).to_be_visible()
    inspect(desk, "administrator-audit")
    everything = rows.count()
    desk.locator("[name=who]").fill("刘科长")
    press(desk, "筛选")
    expect(desk).to_have_url(re.compile("who="))
    assert 0 < rows.count() < everything
    inspect(desk, "administrator-audit-filtered")
