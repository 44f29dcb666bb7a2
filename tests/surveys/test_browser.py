"""A survey in a real browser: on a phone and a desk, with and without script, over a lost network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engage.core.clock import now
from engage.core.db import db
from engage.core.writer import atomic
from engage.surveys.models import Layout, Response, State, Survey
from tests.factories.questions import asks, choices, page, question, text
from tests.factories.surveys import make_survey
from tests.fixtures.browser import awake
from tests.fixtures.server import Server

pytestmark = [pytest.mark.browser, pytest.mark.database]
Open = Callable[..., Page]

SURVEY = {
    "pages": [
        page(
            "p1",
            question("q1", required=True, text=text("您最近一年是否到政务大厅办过事？")),
            question(
                "q2", "text", required=True, text=text("办的是什么事？"), show_if=asks("equals", "q1", "a")
            ),
            question(
                "q3",
                "multiple",
                text=text("您从哪里知道主题日？"),
                at_most=2,
                choices=choices("a", "b", "c", "d"),
            ),
            title=text("基本情况"),
        ),
        page(
            "p2",
            question(
                "q4",
                "rating",
                required=True,
                text=text("您对窗口服务是否满意？"),
                low_label=text("很不满意"),
                high_label=text("非常满意"),
            ),
            question("q5", "rating", look="scale", low=0, high=10, text=text("您会向朋友推荐网上办事吗？")),
            title=text("服务评价"),
            show_if=asks("equals", "q1", "a"),
        ),
        page(
            "p3",
            question("q6", "number", text=text("您去年跑了几趟？"), least=0, greatest=99, unit=text("趟")),
            question(
                "q7", "text", long=True, text=text("您还有什么意见？"), help=text("请不要写姓名和电话。")
            ),
            title=text("意见建议"),
        ),
    ]
}


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def responses() -> list[dict[str, Any]]:
    db.session.rollback()
    return [row.answers for row in db.session.scalars(select(Response).order_by(Response.id))]


def address(server: Server, survey: Survey) -> str:
    return f"{server.url}/surveys/{survey.public_id}"


def pick(screen: Page, id: str, value: str) -> None:
    screen.locator(f'input[name="q-{id}"][value="{value}"]').check()


def forward(screen: Page) -> None:
    screen.locator("[data-forward]").click()


@pytest.mark.parametrize("phone", [True, False])
def test_page_by_page(
    context: Flask, live_server: Server, open_page: Open, inspect: Any, phone: bool
) -> None:
    survey = make_survey(SURVEY, layout=Layout.PAGE_BY_PAGE)
    screen = open_page(phone=phone)
    screen.goto(address(live_server, survey))
    awake(screen)
    expect(screen.locator("[data-progress-text]")).to_have_text("第1页，共3页")
    expect(screen.locator("#q-q2")).to_be_hidden()
    forward(screen)
    expect(screen.locator("[data-errors] a")).to_have_count(1)
    asked = SURVEY["pages"][0]["questions"][0]["text"]["zh_CN"]
    expect(screen.locator("[data-errors] a")).to_contain_text(f"1. {asked} ")
    inspect(screen, "survey-page-error")
    tops = "cards => new Set(cards.map(card => card.getBoundingClientRect().top)).size"
    for scale in screen.locator(".rating--many").all():
        assert scale.locator(".choice").evaluate_all(tops) == 1
    screen.locator("[data-errors] a").click()
    expect(screen.locator("#q-q1")).to_be_focused()
    pick(screen, "q1", "a")
    expect(screen.locator("#q-q2")).to_be_visible()
    # An answer that brings a page does not change how many there are.
    expect(screen.locator("[data-progress-text]")).to_have_text("第1页，共3页")
    screen.locator("#q-q2").fill("办理营业执照")
    inspect(screen, "survey-page-1")
    forward(screen)
    pick(screen, "q4", "5")
    inspect(screen, "survey-page-2")
    screen.go_back()
    expect(screen.locator("#q-q2")).to_be_visible()
    screen.reload()
    expect(screen.locator("#q-q2")).to_be_visible()
    expect(screen.locator("#q-q2")).to_have_value("办理营业执照")
    forward(screen)
    expect(screen.locator("#q-q4")).to_be_visible()
    expect(screen.locator('input[name="q-q4"][value="5"]')).to_be_checked()
    forward(screen)
    screen.locator("#q-q6").fill("３ 趟")
    screen.locator("#q-q7").fill("很长的意见\n" * 200)
    grown = screen.locator("#q-q7").evaluate("box => box.offsetHeight / innerHeight")
    assert 0.5 < grown < 0.61
    screen.locator("#q-q7").fill("希望少跑腿")
    inspect(screen, "survey-page-3")
    forward(screen)
    screen.wait_for_url("**/done")
    expect(screen.locator("#receipt-code")).to_have_text(re.compile(r"^\w{4}-\w{4}-\w{4}$"))
    expect(screen.locator("figure img")).to_be_visible(visible=not phone)
    inspect(screen, "survey-receipt")
    assert responses() == [{"q1": "a", "q2": "办理营业执照", "q4": 5, "q6": 3, "q7": "希望少跑腿"}]
    assert screen.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('survey:')).length") == 0


@pytest.mark.parametrize("phone", [True, False])
def test_all_at_once_without_script(
    context: Flask, live_server: Server, open_page: Open, inspect: Any, phone: bool
) -> None:
    survey = make_survey(SURVEY, layout=Layout.ALL_AT_ONCE)
    screen = open_page(phone=phone, javascript=False)
    screen.goto(address(live_server, survey))
    pick(screen, "q1", "a")
    forward(screen)
    expect(screen.locator("[data-errors] a")).to_have_count(2)
    screen.locator("#q-q2").fill("社保")
    pick(screen, "q4", "3")
    forward(screen)
    expect(screen.locator("#receipt-code")).to_be_visible()
    assert responses() == [{"q1": "a", "q2": "社保", "q4": 3}]


def test_page_by_page_without_script(context: Flask, live_server: Server, open_page: Open) -> None:
    survey = make_survey(SURVEY, layout=Layout.PAGE_BY_PAGE)
    screen = open_page(javascript=False)
    screen.goto(address(live_server, survey))
    expect(screen.locator("#q-q6")).to_have_count(0)
    pick(screen, "q1", "b")
    forward(screen)
    expect(screen.locator("#q-q6")).to_be_visible()
    screen.locator("[data-back]").click()
    expect(screen.locator('input[name="q-q1"][value="b"]')).to_be_checked()
    forward(screen)
    screen.locator("#q-q6").fill("2")
    forward(screen)
    expect(screen.locator("#receipt-code")).to_be_visible()
    code = screen.locator("#receipt-code").inner_text()
    screen.go_back()
    screen.locator("#q-q6").fill("2")
    forward(screen)
    expect(screen.locator("#receipt-code")).to_have_text(code)
    assert responses() == [{"q1": "b", "q6": 2}]


def test_a_lost_network_and_a_killed_server_make_one_response(
    context: Flask, live_server: Server, open_page: Open
) -> None:
    survey = make_survey(SURVEY, layout=Layout.ALL_AT_ONCE)
    screen = open_page()
    screen.goto(address(live_server, survey))
    pick(screen, "q1", "b")
    expect(screen.locator("[data-saved]")).to_have_text(re.compile("."))  # the script is there
    screen.context.set_offline(True)
    forward(screen)
    expect(screen.locator("[data-saved]")).to_have_text(re.compile("."))
    assert responses() == []
    screen.context.set_offline(False)
    screen.wait_for_url("**/done")
    assert len(responses()) == 1
    live_server.kill()
    live_server.start()
    screen.reload()
    expect(screen.locator("#receipt-code")).to_be_visible()


def test_a_lost_acknowledgement_makes_one_response(
    context: Flask, live_server: Server, open_page: Open
) -> None:
    survey = make_survey(SURVEY, layout=Layout.ALL_AT_ONCE, one_per_device=True)
    screen = open_page()
    screen.goto(address(live_server, survey))
    awake(screen)
    pick(screen, "q1", "b")
    lost = 0

    def lose_the_first(route: Any) -> None:
        nonlocal lost
        if route.request.method == "POST" and not lost:
            lost += 1
            route.fetch()
            route.abort()
        else:
            route.continue_()

    screen.route("**/surveys/*", lose_the_first)
    forward(screen)
    screen.wait_for_url("**/done")
    assert lost == 1
    assert len(responses()) == 1


def test_language_switch_and_closing_the_page_keep_what_was_typed(
    context: Flask, live_server: Server, open_page: Open
) -> None:
    survey = make_survey(SURVEY, layout=Layout.ALL_AT_ONCE)
    screen = open_page()
    screen.goto(address(live_server, survey))
    pick(screen, "q1", "a")
    screen.locator("#q-q2").fill("社保")
    screen.get_by_role("link", name="English").click()
    expect(screen.locator("#q-q2")).to_have_value("社保")
    expect(screen.locator("form.questionnaire")).to_contain_text("(en)")
    other = screen.context.new_page()
    screen.close(run_before_unload=False)
    other.goto(address(live_server, survey))
    expect(other.locator("#q-q2")).to_have_value("社保")


def test_nothing_is_kept_on_a_shared_device(context: Flask, live_server: Server, open_page: Open) -> None:
    survey = make_survey(SURVEY, layout=Layout.ALL_AT_ONCE)
    screen = open_page()
    screen.goto(address(live_server, survey) + "?shared=1")
    awake(screen)
    pick(screen, "q1", "a")
    assert screen.evaluate("localStorage.length") == 0


def test_the_first_load_is_small(context: Flask, live_server: Server, open_page: Open) -> None:
    survey = make_survey(SURVEY, layout=Layout.PAGE_BY_PAGE)
    screen = open_page()
    devtools = screen.context.new_cdp_session(screen)
    devtools.send("Network.enable")
    sizes: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    screen.goto(address(live_server, survey), wait_until="networkidle")
    assert 5_000 < sum(sizes) <= 60 * 1024, f"{sum(sizes):,.0f} bytes"


@pytest.mark.parametrize("phone", [True, False])
def test_surveys_that_take_no_answer_say_so(
    context: Flask, live_server: Server, open_page: Open, inspect: Any, phone: bool
) -> None:
    cases = {
        "announced": make_survey(SURVEY, opens_at=now() + timedelta(days=2)),
        "closed": make_survey(SURVEY, closes_at=now() - timedelta(days=2)),
        "withdrawn": make_survey(SURVEY, state=State.WITHDRAWN),
    }
    screen = open_page(phone=phone)
    for name, survey in cases.items():
        screen.goto(address(live_server, survey))
        expect(screen.locator("form.questionnaire")).to_have_count(0)
        inspect(screen, f"survey-{name}")


@pytest.mark.parametrize("phone", [True, False])
def test_answers_that_come_too_late_or_twice_are_shown_again(
    context: Flask, live_server: Server, open_page: Open, inspect: Any, phone: bool
) -> None:
    survey = make_survey(SURVEY, layout=Layout.PAGE_BY_PAGE, one_per_device=True)
    plain = open_page(phone=phone, javascript=False)
    plain.goto(address(live_server, survey))
    pick(plain, "q1", "b")
    forward(plain)
    plain.locator("#q-q7").fill("窗口再多开一个")
    late = open_page(phone=phone)
    late.goto(address(live_server, survey))
    awake(late)
    pick(late, "q1", "b")
    forward(late)
    late.locator("#q-q7").fill("晚到的话")
    with atomic():
        survey.closes_at = now() - timedelta(seconds=1)
    forward(plain)
    expect(plain.locator(".kept").last).to_have_text("窗口再多开一个")
    forward(late)
    expect(late.locator(".notice")).to_contain_text("已结束")
    expect(late.locator("main")).to_contain_text("不能再提交")
    expect(late.locator(".kept")).to_have_text(["选项b", "晚到的话"])
    expect(late.get_by_role("button", name="复制我的答案")).to_be_visible()
    inspect(late, "survey-too-late")
    assert responses() == []
