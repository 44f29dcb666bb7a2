"""The console by keyboard: one decision a press, the selection where the eye is, nothing typed lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from engage.live.rules.deeds import Deed
from engage.live.rules.life import Step
from tests.factories import live as make
from tests.fixtures.server import Server
from tests.live.hall import NO_SOCKETS, Hall, ask, item

pytestmark = pytest.mark.browser

NUMBER = "请打我电话13812345678"
TEXTS = [f"第{number}个问题怎么办" for number in "一二三四"]


@pytest.fixture
def hall(app: Flask, live_server: Server, open_context: Callable[..., Any]) -> Hall:
    return Hall(app, live_server, open_context)


def current(page: Page) -> Any:
    return page.locator("[data-id][aria-current] [data-text]")


def test_a_held_key_decides_one_question(hall: Hall) -> None:
    hall.asked(*TEXTS)
    console = hall.console()
    console.keyboard.press("j")
    expect(current(console)).to_have_text(TEXTS[0])
    for _ in range(8):
        console.keyboard.down("a")  # without an up in between the browser says that it repeats
    console.keyboard.up("a")
    expect(item(console, "approved", TEXTS[0])).to_be_visible()
    expect(current(console)).to_have_text(TEXTS[1])
    console.keyboard.down("j")
    console.keyboard.down("j")
    console.keyboard.up("j")
    expect(current(console)).to_have_text(TEXTS[3])
    assert sorted(hall.stored().values()) == ["approved", "pending", "pending", "pending"]
    assert not hall.errors


def test_a_key_tapped_twice_decides_one_question(hall: Hall) -> None:
    hall.asked(*TEXTS)
    console = hall.console()
    console.keyboard.press("j")
    console.evaluate(
        """() => { for (const _ of [1, 2]) document.activeElement.dispatchEvent(
          new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true })); }"""
    )
    expect(item(console, "approved", TEXTS[0])).to_be_visible()
    expect(current(console)).to_have_text(TEXTS[1])
    assert list(hall.stored().values()).count("approved") == 1


def test_a_show_is_run_by_keys_alone(hall: Hall) -> None:
    hall.asked(*TEXTS[:3], deeds=(Deed.APPROVE,))
    console, stage = hall.console(), hall.stage()
    console.keyboard.press("j")
    expect(current(console)).to_have_text(TEXTS[0])
    console.keyboard.press("o")
    expect(stage.locator("[data-text]")).to_have_text(TEXTS[0])
    expect(item(console, "on-air", TEXTS[0])).to_be_visible()
    expect(current(console)).to_have_text(TEXTS[0])
    console.keyboard.press("r")
    expect(console.locator("details[open] textarea")).to_be_focused()
    console.keyboard.type("a o x 都是答复里的字")
    console.keyboard.press("Tab")
    console.keyboard.press("Enter")
    expect(item(console, "answered", TEXTS[0])).to_contain_text("都是答复里的字")
    expect(current(console)).to_have_text(TEXTS[1])
    console.keyboard.press("o")
    expect(stage.locator("[data-text]")).to_have_text(TEXTS[1])
    console.keyboard.press("x")
    console.keyboard.press("Enter")
    expect(stage.locator("[data-text]")).to_be_hidden()
    expect(item(console, "declined", TEXTS[1])).to_be_visible()
    expect(current(console)).to_have_text(TEXTS[2])
    assert hall.stored() == dict(zip(TEXTS[:3], ["answered", "taken-down", "approved"], strict=True))
    hall.asked(NUMBER)
    for key in "wa":
        item(console, "pending", NUMBER).focus()
        console.keyboard.press(key)
        expect(item(console, "pending", NUMBER).locator("button:focus")).to_be_visible()
    console.keyboard.press("Enter")
    expect(item(console, "approved", NUMBER)).to_be_visible()
    assert not hall.errors


def test_declining_with_a_reason_goes_on_to_the_neighbour(hall: Hall) -> None:
    hall.asked(*TEXTS[:3])
    console = hall.console()
    console.keyboard.press("j")
    for text, after in pairwise(TEXTS[:3]):
        expect(current(console)).to_have_text(text)
        console.keyboard.press("d")
        console.locator("details[open] select").select_option("off-topic")
        console.locator("details[open] select").press("Tab")
        console.keyboard.press("Tab")
        console.keyboard.press("Enter")
        expect(item(console, "declined", text)).to_be_visible()
        expect(current(console)).to_have_text(after)
    assert list(hall.stored().values()) == ["declined", "declined", "pending"]


def test_what_is_typed_outlives_a_colleagues_change_of_phase(hall: Hall) -> None:
    hall.asked(*TEXTS[:2], deeds=(Deed.APPROVE,))
    console = hall.console()
    console.locator("[data-enter] textarea").fill("大厅里正在录入的提问")
    item(console, "approved", TEXTS[0]).focus()
    console.keyboard.press("r")
    console.keyboard.type("写了一半的答复")
    hall.take(Step.END)
    expect(console.locator("[data-phase]")).to_contain_text("已结束")
    box = item(console, "approved", TEXTS[0]).locator("details[open]")
    expect(box.locator("textarea")).to_have_value("写了一半的答复")
    expect(console.locator("[data-enter] textarea")).to_have_value("大厅里正在录入的提问")
    box.locator("[type=submit]").click()
    expect(item(console, "answered", TEXTS[0])).to_contain_text("写了一半的答复")


def test_every_question_of_a_long_column_can_be_reached(
    hall: Hall, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall.asked(*(f"排队的提问{number:03d}" for number in range(125)), deeds=(Deed.APPROVE,))
    with app.app_context(), make.atomic():
        row = make.db.session.scalars(
            make.db.select(make.LiveQuestion).where(make.LiveQuestion.number == 124)
        ).one()
        row.supports, row.support_changes = 7, 7
    console = hall.console()
    rows = console.locator("[data-column=approved] .queue-item")
    expect(rows).to_have_count(120)
    expect(rows.first).to_contain_text("排队的提问123")
    console.locator("[data-by=new]").click()
    expect(rows.first).to_contain_text("排队的提问124")
    console.locator("[data-column=approved] [data-more] a").click()
    expect(rows).to_have_count(125)
    expect(console.locator("[data-column=approved] [data-more]")).to_be_hidden()
    assert not hall.errors


def test_who_asks_too_fast_is_told_when_it_is_sent_and_the_end_leaves_the_words(hall: Hall) -> None:
    context = hall.open_context()
    context.add_init_script(NO_SOCKETS)
    phone = context.new_page()
    held: list[Route] = []
    phone.route("**/ask", lambda route: held.append(route) if not held else route.continue_())
    phone.goto(f"{hall.server.url}/live/{hall.room}")
    expect(phone.locator("[data-connection]")).to_contain_text("每隔几秒")
    ask(phone, TEXTS[0])
    expect(phone.locator("[data-sending]")).to_contain_text("正在发送")
    held[0].fulfill(status=429, json={"message": "请稍后再试，您填写的内容已保留。", "retry_after": 2})
    error = phone.locator("[data-ask-error]")
    expect(error).to_have_text(re.compile("会在 [234] 秒后自动发送"))
    expect(phone.locator("[data-sending]")).to_be_hidden()
    expect(phone.locator(".receipt__code")).to_be_visible()
    expect(error).to_be_hidden()
    assert list(hall.stored()) == [TEXTS[0]]
    phone.locator("[data-ask-form] textarea").fill("写了一半的")
    hall.take(Step.END)
    late = phone.locator("[data-late]")
    expect(late).to_contain_text("写了一半的", timeout=15_000)
    expect(phone.locator("[data-phase]")).to_contain_text("已结束")
    phone.reload()
    expect(late).to_contain_text("写了一半的")
    expect(phone.locator("[data-ask]")).to_be_hidden()
    late.get_by_role("button", name="放弃").click()
    expect(late).to_be_hidden()


def test_a_refused_question_is_listed_where_the_form_holds_other_words(hall: Hall) -> None:
    context = hall.open_context()
    context.add_init_script(NO_SOCKETS)
    phone = context.new_page()
    phone.goto(f"{hall.server.url}/live/{hall.room}")
    expect(phone.locator("[data-connection]")).to_contain_text("每隔几秒")
    context.set_offline(True)
    ask(phone, "断网时写的第一个问题")
    expect(phone.locator("[data-ask-error]")).to_contain_text("自动发送")
    phone.locator("[data-ask-form] textarea").fill("正在写的第二个问题")
    phone.route(
        "**/ask",
        lambda route: route.fulfill(
            status=422, json={"message": "每台设备只能这样", "errors": {"text": "请先修改这条提问"}}
        ),
    )
    context.set_offline(False)
    listed = phone.locator("[data-refused] li")
    expect(listed).to_contain_text("断网时写的第一个问题", timeout=20_000)
    expect(listed).to_contain_text("请先修改这条提问")
    expect(phone.locator("[data-ask-form] textarea")).to_have_value("正在写的第二个问题")
    phone.reload()
    expect(listed).to_contain_text("断网时写的第一个问题")
    listed.get_by_role("button", name="放回输入框").click()
    expect(phone.locator("[data-ask-form] textarea")).to_have_value("断网时写的第一个问题")
    expect(listed).to_contain_text("正在写的第二个问题")
    listed.get_by_role("button", name="放弃").click()
    expect(phone.locator("[data-refused]")).to_be_hidden()
