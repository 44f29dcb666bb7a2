"""A citizen with a phone: from the home page to what came of it, and with JavaScript off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.consultations.models import Comment, CommentState
from engage.core.db import db
from engage.surveys.models import Response
from tests.factories.portal import City
from tests.fixtures.server import Server
from tests.journeys.people import code_on, look_up, make_parking_city, press

Open = Callable[..., Page]
OPINION = "首半小时免费太短，建议改为一小时。"
ROAD = "人民路最难停"
QUESTION = "晚上九点以后还收费吗？"


def _city(app: Flask) -> City:
    with app.app_context():
        city = make_parking_city()
        db.session.remove()
    return city


@pytest.mark.on_both
def test_a_citizen_takes_part_and_sees_what_came_of_it(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    city = _city(app)
    phone = open_page()
    phone.goto(f"{live_server.url}/")
    expect(phone.locator("h1")).to_have_text("城区停车管理")
    inspect(phone, "citizen-home")
    phone.get_by_role("link", name="查看本期主题日").click()
    inspect(phone, "citizen-theme-day")

    phone.get_by_role("link", name="填写问卷").click()
    answered = _answers_the_survey(phone, inspect)

    phone.goto(f"{live_server.url}/theme-days/{city.day.public_id}")
    phone.get_by_role("link", name="查看并提意见").click()
    commented = _comments_on_a_clause(phone, inspect)

    expect(look_up(phone, live_server, answered)).to_contain_text("停车")
    inspect(phone, "citizen-receipt-survey")
    expect(look_up(phone, live_server, commented)).to_contain_text(OPINION)
    inspect(phone, "citizen-receipt-comment")

    _asks_in_the_room(phone, live_server, inspect)
    _reads_larger_and_in_english(phone, live_server, inspect)
    _erases_the_comment(app, phone, live_server, commented, inspect)


def _answers_the_survey(phone: Page, inspect: Any) -> str:
    progress = phone.locator("[data-progress-text]")
    expect(progress).to_contain_text("3")
    phone.get_by_label("路边泊位").check()
    phone.locator("#q-q2").fill(ROAD)
    inspect(phone, "citizen-survey-1")
    phone.reload()
    expect(phone.locator("#q-q2")).to_have_value(ROAD)
    phone.locator("[data-forward]").click()
    phone.locator('input[name="q-q3"][value="4"]').check()
    phone.locator("#q-q4").fill("6")
    inspect(phone, "citizen-survey-2")
    phone.locator("[data-forward]").click()
    phone.locator("#q-q5").fill("希望多修立体停车场。")
    inspect(phone, "citizen-survey-3")
    phone.locator("[data-forward]").click()
    phone.wait_for_url("**/done")
    inspect(phone, "citizen-survey-done")
    return code_on(phone)


def _comments_on_a_clause(phone: Page, inspect: Any) -> str:
    inspect(phone, "citizen-consultation")
    phone.locator("#draft article", has_text="第三条").locator("a[data-clause]").click()
    sheet = phone.get_by_role("dialog")
    expect(sheet).to_contain_text("第三条")
    sheet.locator("#stance-partly").check()
    sheet.locator("textarea").fill(OPINION)
    inspect(phone, "citizen-comment-sheet")
    sheet.get_by_role("button", name="提交意见").click()
    phone.wait_for_url("**/done**")
    inspect(phone, "citizen-comment-done")
    return code_on(phone)


def _asks_in_the_room(phone: Page, server: Server, inspect: Any) -> None:
    phone.goto(f"{server.url}/")
    phone.get_by_label("房间码（六位数字）").fill("246810")
    press(phone, "进入")
    phone.wait_for_url("**/live/**")
    expect(phone.locator(".live[data-ready]")).to_be_visible()
    phone.get_by_label("您的提问").fill(QUESTION)
    phone.locator("[data-ask-form] [type=submit]").click()
    expect(phone.locator("[data-own] li")).to_contain_text("待审核")
    code = code_on(phone)
    phone.locator("[data-list] .support").first.click()
    expect(phone.locator("[data-list] .support[aria-pressed=true]")).to_have_count(1)
    inspect(phone, "citizen-room")
    expect(look_up(phone, server, code)).to_contain_text(QUESTION)
    inspect(phone, "citizen-receipt-question")


def _reads_larger_and_in_english(phone: Page, server: Server, inspect: Any) -> None:
    phone.goto(f"{server.url}/")
    phone.get_by_role("link", name="关怀版").click()
    expect(phone.locator("html")).to_have_class("large-text")
    inspect(phone, "citizen-home-large")
    phone.get_by_role("link", name="English").click()
    expect(phone.locator("html")).to_have_attribute("lang", "en")
    phone.goto(f"{server.url}/calendar")
    inspect(phone, "citizen-calendar-english-large")
    phone.get_by_role("link", name="中文").click()
    phone.get_by_role("link", name="标准版").click()
    expect(phone.locator("html")).not_to_have_class("large-text")


def _erases_the_comment(app: Flask, phone: Page, server: Server, code: str, inspect: Any) -> None:
    receipt = look_up(phone, server, code)
    receipt.get_by_role("link", name="查看征求意见稿").click()
    phone.go_back()
    press(phone, "删除我提交的内容")
    phone.go_back()
    expect(receipt).to_contain_text(code)
    press(phone, "删除我提交的内容")
    inspect(phone, "citizen-erase")
    phone.get_by_role("link", name="不删除").click()
    expect(receipt).to_contain_text(code)
    phone.go_back()
    press(phone, "删除")
    expect(phone.locator(".error-summary")).to_be_visible()
    phone.locator("#sure").check()
    press(phone, "删除")
    expect(phone.locator("h1")).to_contain_text("已删除")
    phone.go_back()
    expect(phone.locator("h1")).to_contain_text("已删除")
    phone.go_forward()
    inspect(phone, "citizen-erased")
    phone.goto(f"{server.url}/receipts")
    phone.locator("#code").fill(code)
    press(phone, "查询")
    expect(phone.locator(".error-summary").first).to_be_visible()
    inspect(phone, "citizen-receipt-unknown")
    with app.app_context():
        assert not db.session.query(Comment).filter(Comment.text.contains(OPINION)).count()
        gone = db.session.query(Comment).filter_by(state=CommentState.ERASED)
        assert gone.count() == 1


def test_the_same_without_javascript(app: Flask, live_server: Server, open_page: Open, inspect: Any) -> None:
    city = _city(app)
    phone = open_page(javascript=False)
    phone.goto(f"{live_server.url}/surveys/{city.survey.public_id}")
    inspect(phone, "citizen-survey-first")
    phone.get_by_label("路边泊位").check()
    press(phone, "下一页")
    phone.locator('input[name="q-q3"][value="2"]').check()
    press(phone, "下一页")
    phone.locator("#q-q5").fill("没有脚本也能答完。")
    phone.locator("[data-forward]").click()
    answered = code_on(phone)

    phone.goto(f"{live_server.url}/consultations/{city.consultation.public_id}")
    phone.locator("#draft article", has_text="第三条").locator("a[data-clause]").click()
    phone.locator("#stance-disagree").check()
    press(phone, "提交意见")
    expect(phone.locator(".error-summary").first).to_be_visible()
    expect(phone.locator("#stance-disagree")).to_be_checked()
    inspect(phone, "citizen-comment-error")
    phone.locator("#text").fill(OPINION)
    press(phone, "提交意见")
    commented = code_on(phone)

    phone.goto(f"{live_server.url}/join")
    phone.get_by_label("房间码").fill("246 810")
    press(phone, "进入")
    phone.get_by_role("link", name="单独查看我的提问").click()
    phone.get_by_label("您的提问").fill(QUESTION)
    press(phone, "提问")
    asked = code_on(phone)
    phone.get_by_role("link", name="刷新").click()
    expect(phone.locator(".own-question")).to_contain_text("待审核")
    inspect(phone, "citizen-ask")
    # Taking it back is asked first.
    phone.locator("[data-withdraw] button").click()
    inspect(phone, "citizen-withdraw")
    phone.get_by_role("link", name="不撤回").click()
    expect(phone.locator(".own-question")).to_contain_text("待审核")
    assert not phone.locator("meta[http-equiv=refresh]").count()

    for code, words in ((answered, "停车"), (commented, OPINION), (asked, QUESTION)):
        expect(look_up(phone, live_server, code)).to_contain_text(words)
    with app.app_context():
        assert db.session.query(Response).filter(Response.survey_id == city.survey.id).count() == 24
