"""The builder in a real browser: questions change their page, conditions lose what they ask about."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.core.db import db
from engage.surveys.models import Survey
from tests.factories.questions import asks, choices, page, question
from tests.factories.surveys import make_survey
from tests.fixtures.server import Server
from tests.journeys.people import sign_in

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
QUESTIONS = {
    "pages": [
        page(
            "p1",
            question("q1", choices=choices("a", "b", "c")),
            question("q2", show_if=asks("equals", "q1", "b")),
        ),
        page("p2", question("q3", "rating", show_if=asks("any_of", "q1", ["a", "b"]))),
    ]
}


@pytest.fixture
def survey(app: Flask) -> str:
    with app.app_context():
        return make_survey(QUESTIONS).public_id


@pytest.fixture
def desk(app: Flask, live_server: Server, open_page: Open, survey: str) -> Page:
    """The builder, opened by the coordinator."""
    screen = open_page(phone=False)
    sign_in(app, screen, live_server, Role.COORDINATOR)
    screen.goto(f"{live_server.url}/staff/surveys/{survey}")
    expect(screen.locator("[data-pages] .panel")).to_have_count(3)
    return screen


def card(desk: Page, path: str) -> Any:
    """The card of a question, with its details open."""
    found = desk.locator(f'[data-card="{path}"]')
    found.locator("details").evaluate("details => { details.open = true; }")
    return found


def stored(app: Flask, desk: Page) -> dict[str, Any]:
    """What the builder has saved by now."""
    expect(desk.locator("[data-state]")).to_have_text("已全部保存。")
    with app.app_context():
        return db.session.query(Survey).one().edit_definition


def test_a_question_goes_to_another_page(app: Flask, desk: Page) -> None:
    card(desk, "pages.0.questions.1").get_by_label("所在页").select_option("1")
    moved = desk.locator('[data-card="pages.1.questions.1"]')
    expect(moved.get_by_label("题目（中文）")).to_be_focused()
    pages = stored(app, desk)["pages"]
    assert [[each["id"] for each in one["questions"]] for one in pages] == [["q1"], ["q3", "q2"]]
    desk.get_by_role("button", name="撤销").click()
    expect(desk.locator('[data-card="pages.0.questions.1"]')).to_be_visible()


def test_a_condition_says_that_what_it_asks_about_is_gone(
    app: Flask, desk: Page, inspect: Callable[[Page, str], None]
) -> None:
    asked = card(desk, "pages.0.questions.0")
    asked.get_by_role("button", name="删除：第 1 题选项 2").click()
    expect(asked.get_by_label("选项 2（中文）")).to_be_focused()
    second = card(desk, "pages.0.questions.1")
    expect(second.get_by_label("取值").locator("option:checked")).to_have_text("请选择")
    several = card(desk, "pages.1.questions.0").get_by_label("取值")
    expect(several.locator("option:checked")).to_have_text(["选项a", "（已删除的选项）"])
    inspect(desk, "staff-survey-builder-condition")
    second.get_by_label("取值").select_option("a")
    several.select_option(["a"])
    expect(desk.locator("[data-check]")).to_contain_text("可以发布")
    card(desk, "pages.0.questions.0").locator(".panel__head").get_by_role("button", name="删除").click()
    for path in ("pages.0.questions.0", "pages.1.questions.0"):
        chosen = card(desk, path).get_by_label("前面的题目").locator("option:checked")
        expect(chosen).to_have_text("请选择")
    card(desk, "pages.0.questions.0").get_by_label("本题显示条件").last.select_option("")
    expect(card(desk, "pages.0.questions.0").locator("details")).to_contain_text("之前没有题目")
    assert "show_if" not in stored(app, desk)["pages"][0]["questions"][0]


def test_one_wrong_number_is_told_at_its_field_and_keeps_nothing_from_being_saved(
    app: Flask, desk: Page, inspect: Callable[[Page, str], None]
) -> None:
    desk.get_by_label("添加题目").first.select_option("number")
    kinds = desk.get_by_label("添加题目").first.locator("option").all_inner_texts()
    assert kinds == ["单选题", "多选题", "填空题", "数字题", "评分题"]
    desk.get_by_role("button", name="添加题目", exact=True).first.click()
    desk.get_by_label("题目（中文）").nth(2).fill("您家有几口人？")
    places = desk.get_by_label("小数位数")
    places.fill("99")
    desk.get_by_label("题目（中文）").first.fill("改过的题目")
    expect(places).to_have_attribute("aria-invalid", "true")
    expect(desk.locator("[data-finding]")).to_have_text("此处应为0至6之间的整数。")
    stored(app, desk)
    inspect(desk, "staff-survey-builder-fault")
    desk.reload()
    expect(desk.get_by_label("题目（中文）").first).to_have_value("改过的题目")
    expect(places).to_have_value("99")
    desk.locator("[data-check]").get_by_role("button", name="第 3 题“您家有几口人？”，小数位数").click()
    expect(places).to_be_focused()
    places.fill("2")
    expect(desk.locator("[data-finding]")).to_have_count(0)
    expect(desk.locator("[data-check]")).to_contain_text("可以发布")
    assert stored(app, desk)["pages"][0]["questions"][2]["decimals"] == 2


def test_pages_have_words_above_their_questions_and_ratings_english_ends(app: Flask, desk: Page) -> None:
    desk.get_by_label("本页说明（中文）").last.fill("以下问题只问经常乘车的市民。")
    desk.get_by_label("本页说明（英文）").last.fill("For frequent passengers.")
    desk.get_by_label("最低分说明（英文）").fill("poor")
    desk.get_by_label("最高分说明（英文）").fill("good")
    page_two = stored(app, desk)["pages"][1]
    assert page_two["introduction"] == {
        "zh_CN": "以下问题只问经常乘车的市民。",
        "en": "For frequent passengers.",
    }
    rating = page_two["questions"][0]
    assert (rating["low_label"], rating["high_label"]) == ({"en": "poor"}, {"en": "good"})


def test_the_preview_is_the_page_of_the_citizens_and_sends_nothing(
    app: Flask, desk: Page, inspect: Callable[[Page, str], None]
) -> None:
    desk.get_by_role("link", name="设置", exact=True).last.click()
    desk.get_by_label("分页显示").check()
    desk.get_by_role("button", name="保存").click()
    desk.get_by_role("link", name="题目", exact=True).click()
    frame = desk.frame_locator("[data-preview]")
    expect(frame.locator("[data-progress-text]")).to_have_text("第1页，共2页")
    expect(frame.locator("#q-q2")).to_be_hidden()
    frame.locator('input[name="q-q1"][value="b"]').check()
    expect(frame.locator("#q-q2")).to_be_visible()
    expect(frame.locator("[data-progress-text]")).to_have_text("第1页，共2页")
    frame.locator("[data-forward]").click()
    expect(frame.locator("#q-q3")).to_be_visible()
    frame.locator("[data-back]").click()
    expect(frame.locator("#q-q1")).to_be_visible()
    frame.locator("[data-forward]").click()
    frame.locator("[data-forward]").click()
    expect(frame.locator("[data-saved]")).to_contain_text("没有提交")
    inspect(desk, "staff-survey-builder-preview")
    desk.go_back()
    expect(desk).to_have_url(re.compile("/settings$"))
    assert desk.evaluate("Object.keys(localStorage).length") == 0
