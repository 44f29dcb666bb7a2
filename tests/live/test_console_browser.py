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
from tests.fixtures.server import Server, wait_until
from tests.live.hall import NO_SOCKETS, Hall, ask, item, press_key

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
    expect(console.locator("[data-column=on-air] textarea")).to_be_focused()
    console.keyboard.type("a o x 都是答复里的字")
    console.keyboard.press("Control+Enter")
    expect(item(console, "answered", TEXTS[0])).to_contain_text("都是答复里的字")
    expect(current(console)).to_have_text(TEXTS[1])
    console.keyboard.press("o")
    expect(stage.locator("[data-text]")).to_have_text(TEXTS[1])
    console.keyboard.press("x")
    console.keyboard.press("Enter")
    expect(stage.locator("[data-text]")).to_be_hidden()
    expect(item(console, "declined", TEXTS[1])).to_have_count(1)
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
        expect(item(console, "declined", text)).to_have_count(1)
        expect(current(console)).to_have_text(after)
    assert list(hall.stored().values()) == ["declined", "declined", "pending"]


def test_what_is_typed_outlives_a_colleagues_change_of_phase(hall: Hall) -> None:
    hall.asked(*TEXTS[:2], deeds=(Deed.APPROVE,))
    console = hall.console()
    console.locator("#enter summary").click()
    console.locator("[data-enter] textarea").fill("大厅里正在录入的提问")
    press_key(console, "approved", TEXTS[0], "r")
    console.keyboard.type("写了一半的答复")
    hall.take(Step.END)
    expect(console.locator("[data-phase]")).to_contain_text("已结束")
    box = item(console, "approved", TEXTS[0]).locator("details[open]")
    expect(box.locator("textarea")).to_have_value("写了一半的答复")
    expect(console.locator("[data-enter] textarea")).to_have_value("大厅里正在录入的提问")
    box.locator("[type=submit]").click()
    expect(item(console, "answered", TEXTS[0])).to_contain_text("写了一半的答复")


def test_every_question_of_a_long_column_can_be_reached(hall: Hall, app: Flask) -> None:
    hall.asked(*(f"排队的提问{number:03d}" for number in range(125)), deeds=(Deed.APPROVE,))
    with app.app_context(), make.atomic():
        row = make.db.session.scalars(
            make.db.select(make.LiveQuestion).where(make.LiveQuestion.number == 124)
        ).one()
        row.supports, row.support_changes = 7, 7
    console = hall.console()
    rows = console.locator("[data-column=approved] .queue-item")
    expect(rows).to_have_count(30)
    expect(console.locator("[data-column=approved] [data-count-of]")).to_have_text("125")
    expect(rows.first).to_contain_text("排队的提问123")
    console.locator("[data-by=new]").click()
    expect(rows.first).to_contain_text("排队的提问124")
    more = console.locator("[data-column=approved] [data-more] a")
    for shown in (30, 60, 90):
        expect(rows).to_have_count(shown)
        expect(more).to_have_text(f"再显示 {min(30, 125 - shown)} 条")
        more.click()
    # With the keyboard the next page comes by itself.
    expect(rows).to_have_count(120)
    rows.last.focus()
    console.keyboard.press("j")
    expect(rows).to_have_count(125)
    expect(current(console)).to_have_text("排队的提问004")
    expect(more).to_be_hidden()
    assert rows.locator("[data-text]").all_inner_texts() == [
        f"排队的提问{number:03d}" for number in reversed(range(125))
    ]
    assert not hall.errors


def test_a_search_asks_the_server_and_what_goes_on_meanwhile_is_not_lost(hall: Hall) -> None:
    hall.asked(*(f"排队的提问{number:03d}" for number in range(70)), "停车位怎么收费")
    hall.asked("已经通过的停车问题", deeds=(Deed.APPROVE,))
    hall.asked("正在回答的问题", deeds=(Deed.APPROVE, Deed.AIR))
    console = hall.console()
    pending = console.locator("[data-column=pending] .queue-item")
    title = console.locator("[data-column=pending] [data-count-of]")
    expect(pending).to_have_count(30)
    console.keyboard.press("/")
    console.keyboard.type("停车")
    expect(pending).to_have_count(1)
    # How many are found never stands where people read how many wait; what is sought is not what is next.
    expect(title).to_have_text("1/71")
    expect(console.locator("[data-found]")).to_have_text("找到 2 条，共 72 条")
    expect(console.locator("[data-column=on-air] [data-count-of]")).to_have_text("1")
    expect(console.locator("[data-next]")).to_be_hidden()
    expect(item(console, "approved", "停车问题")).to_be_visible()
    expect(item(console, "on-air", "正在回答的问题")).to_be_visible()
    # Found by its number; what is decided and what arrives is not lost while only a part is shown.
    console.locator("[data-search] input").fill("#65")
    expect(item(console, "pending", "排队的提问064")).to_be_visible()
    press_key(console, "pending", "排队的提问064", "a")
    expect(item(console, "approved", "排队的提问064")).to_be_visible()
    hall.asked("搜索时新来的提问")
    console.locator("[data-search] input").fill("")
    expect(pending).to_have_count(30)
    expect(title).to_have_text("71")
    expect(console.locator("[data-next]")).to_be_visible()
    expect(item(console, "approved", "排队的提问064")).to_be_visible()
    console.keyboard.press("Escape")
    console.keyboard.press("u")
    expect(title).to_have_text("72")
    console.locator("[data-search] input").fill("没有人问过")
    expect(pending).to_have_count(0)
    expect(title).to_have_text("0/72")
    expect(console.locator("[data-column=pending] [data-empty='没有找到']")).to_be_visible()
    expect(console.locator("[data-oldest]")).to_be_visible()
    assert not hall.errors


def test_a_page_that_runs_empty_is_filled_and_an_open_form_stays(hall: Hall) -> None:
    texts = [f"排队的提问{number:03d}" for number in range(80)]
    hall.asked(*texts)
    console = hall.console()
    rows = console.locator("[data-column=pending] .queue-item")
    expect(rows).to_have_count(30)
    press_key(console, "pending", texts[29], "d")
    item(console, "pending", texts[29]).locator("[name=note]").fill("写了一半的说明")
    # A colleague decides most of the page, and so much that this console takes a snapshot when it is back.
    console.context.set_offline(True)
    hall.decided_all(texts[:25], Deed.APPROVE)
    hall.asked(*(f"后来的提问{number:03d}" for number in range(90)))
    console.context.set_offline(False)
    expect(item(console, "pending", texts[0])).to_have_count(0, timeout=20_000)
    expect(item(console, "pending", texts[29]).locator("[name=note]")).to_have_value("写了一半的说明")
    expect(console.locator("[data-column=pending] [data-count-of]")).to_have_text("145")
    expect(console.locator("[data-column=approved] [data-count-of]")).to_have_text("25")
    hall.decided_all(texts[25:29] + texts[30:54], Deed.APPROVE)
    expect(item(console, "pending", texts[54])).to_be_visible()
    expect(item(console, "pending", texts[29]).locator("[name=note]")).to_have_value("写了一半的说明")
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


def test_u_takes_back_my_last_action_wherever_it_was(hall: Hall) -> None:
    hall.asked(*TEXTS)
    console = hall.console()
    first = item(console, "pending", TEXTS[0])
    place = first.bounding_box()
    console.keyboard.press("u")
    expect(console.locator("[data-message]")).to_have_text("没有可以撤销的操作。")
    assert first.bounding_box() == place, "what is said moves nothing under the finger"
    press_key(console, "pending", TEXTS[0], "a")
    toast = console.locator("[data-toast-text]")
    expect(toast).to_have_text("已通过 #1")
    # Another question is selected, and of a colleague's one nothing is taken back.
    item(console, "pending", TEXTS[2]).focus()
    hall.decided(TEXTS[3], Deed.APPROVE)
    expect(item(console, "approved", TEXTS[3])).to_be_visible()
    console.keyboard.press("u")
    expect(toast).to_have_text("已撤销：通过 #1")
    expect(item(console, "pending", TEXTS[0])).to_be_visible()
    assert list(hall.stored().values()) == ["pending", "pending", "pending", "approved"]


def test_undo_is_refused_where_somebody_else_acted_since_and_outlives_a_reload(hall: Hall) -> None:
    hall.asked(*TEXTS[:2])
    console = hall.console()
    press_key(console, "pending", TEXTS[0], "a")
    expect(item(console, "approved", TEXTS[0])).to_be_visible()
    console.reload()
    expect(console.locator("[data-toast-text]")).to_have_text("已通过 #1")
    hall.decided(TEXTS[0], Deed.DEFER)
    expect(item(console, "written", TEXTS[0])).to_have_count(1)
    console.keyboard.press("u")
    expect(console.locator("[data-message]")).to_contain_text("本次操作未生效，请核对")
    assert hall.stored()[TEXTS[0]] == "written"


def test_an_answer_being_typed_stays_while_frames_arrive_and_a_colleague_goes_on(hall: Hall) -> None:
    hall.asked(*TEXTS[:2], deeds=(Deed.APPROVE,))
    console = hall.console()
    expect(console.locator("[data-next-text]")).to_have_text(f"下一个：{TEXTS[0]}")
    console.keyboard.press("n")
    expect(item(console, "on-air", TEXTS[0])).to_be_visible()
    console.locator("[data-column=on-air] textarea").fill("写了一半的答复")
    hall.asked(*(f"又来一条提问{number}" for number in range(3)))
    expect(console.locator("[data-column=pending] .queue-item")).to_have_count(3)
    expect(console.locator("[data-column=on-air] textarea")).to_have_value("写了一半的答复")
    hall.decided(TEXTS[1], Deed.AIR)
    expect(item(console, "on-air", TEXTS[1])).to_be_visible()
    expect(console.locator("div[data-left]")).to_contain_text("写了一半的答复")
    expect(console.locator("[data-column=on-air] textarea")).to_have_value("")
    assert not hall.errors


def test_numbers_are_covered_and_the_rest_is_published_as_one_action(hall: Hall) -> None:
    hall.asked(NUMBER, TEXTS[0])
    console = hall.console()
    row = item(console, "pending", NUMBER)
    row.focus()
    expect(row.get_by_role("button", name="遮盖号码后公开：#1")).to_be_visible()
    expect(item(console, "pending", TEXTS[0]).get_by_text("遮盖号码后公开")).to_have_count(0)
    console.keyboard.press("m")
    expect(item(console, "approved", "请打我电话＊＊＊")).to_be_visible()
    assert "请打我电话＊＊＊" in hall.stored()


def test_twelve_waiting_questions_are_read_at_once_and_few_rows_are_in_the_page(hall: Hall) -> None:
    long = "我们小区的充电桩经常坏，报修以后一个多星期都没有人来看，请问由哪个部门负责督促修理？"
    hall.asked(*(f"{number}：{long}" for number in range(70)))
    console = hall.console()
    rows = console.locator("[data-column=pending] .queue-item")
    expect(rows).to_have_count(30)
    expect(console.locator("[data-column=pending] [data-count-of]")).to_have_text("70")
    whole = rows.evaluate_all(
        """rows => rows.filter(row => {
            const box = row.getBoundingClientRect(), list = row.parentElement.getBoundingClientRect();
            return box.top >= list.top - 1 && box.bottom <= Math.min(list.bottom, innerHeight) + 1;
        }).length"""
    )
    assert whole >= 12
    assert console.locator(".queue-item").count() <= 150
    console.keyboard.press("j")
    expect(rows.first.get_by_role("button", name="通过：#1 ")).to_be_visible()
    expect(rows.nth(1).get_by_role("button")).to_have_count(0)


def go_back(console: Page) -> None:
    """Press Back once what has opened is a step of the history: that comes a moment after it is seen."""
    wait_until(lambda: bool(console.evaluate("history.state?.open")))
    console.go_back()


def test_back_closes_what_is_open_and_stays_on_the_page(hall: Hall) -> None:
    hall.asked(TEXTS[0])
    console = hall.console()
    console.keyboard.press("j")
    console.keyboard.press("d")
    box = item(console, "pending", TEXTS[0]).locator("details[open]")
    expect(box).to_be_visible()
    go_back(console)
    expect(box).to_have_count(0)
    console.keyboard.press("?")
    keys = console.locator("[data-keys][open]")
    expect(keys).to_contain_text("撤销我的上一步操作")
    go_back(console)
    expect(keys).to_have_count(0)
    # Of two things that are open the upper one is closed first, and agreeing to it still does it.
    press_key(console, "pending", TEXTS[0], "d")
    end = console.get_by_role("button", name="结束直播")
    dialog = console.get_by_role("dialog")
    end.click()
    expect(dialog).to_be_visible()
    go_back(console)
    expect(dialog).to_be_hidden()
    expect(box).to_be_visible()
    go_back(console)
    expect(box).to_have_count(0)
    assert "/console" in console.url
    end.click()
    dialog.get_by_role("button", name="结束直播").click()
    expect(console.locator("[data-phase]")).to_contain_text("已结束")


def test_a_phone_shows_one_pane_with_thumb_buttons_and_what_is_on_air(hall: Hall) -> None:
    hall.asked(TEXTS[0], deeds=(Deed.APPROVE, Deed.AIR))
    hall.asked(TEXTS[1], TEXTS[2])
    console = hall.console()
    console.set_viewport_size({"width": 360, "height": 780})
    row = item(console, "pending", TEXTS[1])
    expect(row.get_by_role("button")).to_have_count(1)
    expect(row.locator("summary:visible")).to_have_count(1)
    tabs = console.locator("[data-panes]")
    expect(tabs.locator("[data-pane-count=pending]")).to_have_text("2")
    expect(item(console, "on-air", TEXTS[0])).to_be_hidden()
    console.locator("[data-air-bar]").click()
    expect(item(console, "on-air", TEXTS[0]).locator("textarea")).to_be_visible()
    tabs.get_by_role("button", name="已通过").click()
    expect(console.locator("[data-column=pending]")).to_be_hidden()
    console.get_by_role("button", name="待审核").click()
    expect(row).to_be_visible()


def test_on_a_phone_the_way_to_ask_is_in_reach_and_large_letters_leave_room(hall: Hall) -> None:
    hall.asked(*(f"第{number}个已公开的提问" for number in range(12)), deeds=(Deed.APPROVE,))
    phone = hall.phone()
    jump = phone.locator(".ask-jump a")
    expect(phone.locator("[data-ask-form] textarea")).to_be_in_viewport()
    expect(jump).to_be_hidden()
    phone.locator("[data-list] li").last.scroll_into_view_if_needed()
    expect(jump).to_be_visible()
    box = jump.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 780
    jump.click()
    field = phone.locator("[data-ask-form] textarea")
    expect(field).to_be_in_viewport()
    field.focus()
    expect(jump).to_be_hidden()
    phone.context.add_cookies([{"name": "large_text", "value": "1", "url": hall.server.url}])
    phone.goto(hall.server.url)
    nav = phone.locator(".site-nav").bounding_box()
    assert nav is not None
    assert nav["y"] + nav["height"] <= 0.2 * 780
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
