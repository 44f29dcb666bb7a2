"""Phones, moderator, guest and stage in real browsers: in step across a cut line and a killed server."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from engage.live import actions
from engage.live.rules.life import Step
from tests.factories import live as make
from tests.fixtures.server import Server
from tests.live.hall import NO_SOCKETS, Hall, ask, item, press_key

pytestmark = pytest.mark.browser

FIRST = "加装电梯一楼不同意怎么办"
SECOND = "停车位改造后会不会减少"
OFFLINE = "断网的时候提的问题"


@pytest.fixture
def hall(app: Flask, live_server: Server, open_context: Callable[..., Any]) -> Hall:
    return Hall(app, live_server, open_context)


@pytest.mark.on_both
def test_everybody_stays_in_step(hall: Hall) -> None:
    first, second, console = hall.phone(), hall.phone(), hall.console()
    stage, guest = hall.stage(), hall.guest()

    ask(first, FIRST)
    expect(first.locator("[data-own] li")).to_contain_text("待审核")
    expect(first.locator(".receipt__code")).to_be_visible()
    expect(item(console, "pending", FIRST)).to_be_visible()
    expect(second.locator("[data-list]")).not_to_contain_text(FIRST)

    press_key(console, "pending", FIRST, "a")
    expect(second.locator("[data-list]")).to_contain_text(FIRST)
    expect(first.locator("[data-own] li")).to_contain_text("等待回答")

    second.locator("[data-list] .support").click()
    for page in (first, second):
        expect(page.locator("[data-list] [data-count]")).to_have_text("1")
    expect(item(console, "approved", FIRST).locator("[data-count]")).to_have_text("1")

    press_key(console, "approved", FIRST, "o")
    for page in (first, second):
        expect(page.locator("[data-on-air]")).to_contain_text(FIRST)
    for page in (stage, guest):
        expect(page.locator("[data-text]")).to_have_text(FIRST)

    first.context.set_offline(True)
    first.evaluate("dispatchEvent(new Event('offline'))")
    ask(second, SECOND)
    press_key(console, "pending", SECOND, "a")
    press_key(console, "approved", SECOND, "o")
    expect(second.locator("[data-on-air]")).to_contain_text(SECOND)
    ask(first, OFFLINE)
    expect(first.locator("[data-ask-error]")).to_contain_text("自动发送")
    first.context.set_offline(False)
    expect(first.locator("[data-on-air]")).to_contain_text(SECOND)
    expect(item(console, "pending", OFFLINE)).to_have_count(1)

    hall.server.kill()
    for page in (first, second):
        expect(page.locator("[data-connection]")).to_be_visible()
    expect(stage.locator("[data-text]")).to_have_text(SECOND)
    hall.server.start()
    for page in (first, second):
        expect(page.locator("[data-connection]")).to_be_hidden()
    expect(console.locator("[data-light]")).to_have_text("已连接")
    press_key(console, "on-air", SECOND, "r")
    item(console, "on-air", SECOND).locator("[data-deed-box=answer] [type=submit]").click()
    expect(item(console, "answered", SECOND)).to_be_visible()
    for page in (stage, guest):
        expect(page.locator("[data-text]")).to_be_hidden()
    for page in (first, second):
        expect(page.locator("[data-list] li", has_text=SECOND)).to_contain_text("已回答")
    assert not hall.errors


def test_taking_down_clears_every_screen(hall: Hall) -> None:
    phone, console, stage, guest = hall.phone(), hall.console(), hall.stage(), hall.guest()
    english = hall.phone("en")
    ask(phone, FIRST)
    press_key(console, "pending", FIRST, "a")
    expect(english.locator("[data-list] [data-text]")).to_have_attribute("lang", "zh-CN")
    expect(phone.locator("[data-own] [data-text]")).not_to_have_attribute("lang", "zh-CN")
    press_key(console, "approved", FIRST, "o")
    expect(english.locator("[data-on-air-text]")).to_have_attribute("lang", "zh-CN")
    expect(stage.locator("[data-text]")).to_have_text(FIRST)
    press_key(console, "on-air", FIRST, "x")
    box = item(console, "on-air", FIRST).locator("details[open]")
    box.locator("select").select_option("personal-data")
    box.locator("[type=submit]").click()
    expect(item(console, "declined", FIRST)).to_have_count(1)
    for page in (stage, guest):
        expect(page.locator("[data-text]")).to_be_hidden()
        assert FIRST not in page.content()
    expect(phone.locator("[data-on-air]")).to_be_hidden()
    expect(phone.locator("[data-own] li")).to_contain_text("已撤下")
    expect(phone.locator("[data-own] [data-reason]")).to_be_visible()
    press_key(console, "declined", FIRST, "u")
    expect(stage.locator("[data-text]")).to_have_text(FIRST)
    assert not hall.errors


def test_two_moderators_never_overwrite(hall: Hall) -> None:
    phone, one, two = hall.phone(), hall.console(), hall.console()
    ask(phone, FIRST)
    expect(item(two, "pending", FIRST)).to_be_visible()
    two.context.set_offline(True)
    stale = item(two, "pending", FIRST).locator("[name=revision]").first.input_value()
    press_key(one, "pending", FIRST, "a")
    expect(item(one, "approved", FIRST)).to_be_visible()
    two.context.set_offline(False)
    answer = two.evaluate(
        """async ([path, fields]) => {
          const data = JSON.parse(document.querySelector("[data-live-data]").textContent);
          const body = new URLSearchParams({ ...fields, csrf_token: data.csrf });
          const headers = { Accept: "application/json" };
          const answer = await fetch(path, { method: "POST", body, headers });
          return [answer.status, (await answer.json()).message];
        }""",
        [
            f"/staff/live/{hall.room}/decide",
            {
                "question": item(one, "approved", FIRST).get_attribute("data-id"),
                "revision": stale,
                "deed": "decline",
                "reason": "insult",
            },
        ],
    )
    assert answer[0] == 409
    assert "已先行处理" in answer[1]
    expect(item(two, "approved", FIRST)).to_be_visible()


def test_arrivals_do_not_move_what_is_read(hall: Hall, app: Flask) -> None:
    with app.app_context():
        room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        moderator = make.moderator()
        for number in range(20):
            make.decide(
                room,
                make.ask(room, f"第{number}个问题是什么", by=number + 5),
                make.Deed.APPROVE,
                by=moderator,
            )
        make.db.session.remove()
    phone = hall.phone()
    row = phone.locator("[data-list] li").nth(12)
    row.scroll_into_view_if_needed()
    text, before = row.locator("[data-text]").inner_text(), row.bounding_box()
    with app.app_context():
        room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        make.decide(room, make.ask(room, "新来的问题在这里", by=2), make.Deed.APPROVE)
        make.db.session.remove()
    expect(phone.locator("[data-announce]")).to_contain_text("1 条新提问")
    row = phone.locator("[data-list] li", has_text=text)
    after = row.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 60, "only the button may have come in"
    expect(phone.locator("[data-list]")).not_to_contain_text("新来的问题在这里")
    phone.locator("[data-new]").click()
    expect(phone.locator("[data-list] li").first).to_contain_text("新来的问题在这里")


def test_without_sockets_the_room_polls(app: Flask, live_server: Server, open_context: Any) -> None:
    hall = Hall(app, live_server, open_context)
    context = open_context()
    context.add_init_script(NO_SOCKETS)
    page = context.new_page()
    page.goto(f"{live_server.url}/live/{hall.room}")
    expect(page.locator("[data-connection]")).to_contain_text("每隔几秒")
    ask(page, FIRST)
    expect(page.locator(".receipt__code")).to_be_visible()
    console = hall.console()
    press_key(console, "pending", FIRST, "a")
    expect(page.locator("[data-list]")).to_contain_text(FIRST)
    page.locator("[data-list] .support").click()
    expect(page.locator("[data-list] [data-count]")).to_have_text("1")


def test_another_phase_loads_nothing_and_another_picture_little_by_little(
    app: Flask, live_server: Server, open_context: Any
) -> None:
    hall = Hall(app, live_server, open_context)
    context = open_context()
    context.add_init_script(
        NO_SOCKETS
        + """
        Math.random = () => 0.999;
        const later = setTimeout;
        window.setTimeout = (run, ms, ...rest) => {
          if (ms > 10_000) document.documentElement.dataset.late = ms;
          return later(run, ms, ...rest);
        };"""
    )
    page = context.new_page()
    page.route("**/stream?**", lambda route: route.fulfill(json=crowded(route), headers={"ETag": "x"}))
    page.goto(f"{live_server.url}/live/{hall.room}")
    expect(page.locator("[data-connection]")).to_contain_text("每隔几秒")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ended = page.locator("[data-phases=ended]")
    hall.take(Step.END)
    expect(page.locator("[data-phase]")).to_have_text("已结束", timeout=15_000)
    expect(page.locator("[data-ask]")).to_be_hidden()
    expect(ended).to_be_visible()
    hall.take(Step.REOPEN)
    expect(page.locator("[data-ask]")).to_be_visible(timeout=15_000)
    expect(ended).to_be_hidden()
    assert all("/stream?" in url for url in asked), asked
    html = page.locator("html")
    assert html.get_attribute("data-late") is None
    with app.app_context():
        room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        video = {"video_address": "https://live.example.cn/room/a.m3u8"}
        actions.edit(make.SYSTEM, room.id, room.revision, video)
        make.db.session.remove()
    expect(html).to_have_attribute("data-late", re.compile("^799"), timeout=15_000)


def test_the_list_turns_its_pages_and_keeps_in_step(hall: Hall) -> None:
    texts = [f"第{number}个问题是什么" for number in range(64)]
    hall.asked(*texts, deeds=(make.Deed.APPROVE,))
    phone = hall.phone()
    rows, pages = phone.locator("[data-list] > li"), phone.locator("[data-page]")
    expect(phone.locator("[data-question-count]")).to_have_text("64")
    expect(rows).to_have_count(30)
    phone.locator("[rel=next]").click()
    expect(pages).to_have_text("第 2 页，共 3 页")
    expect(rows.first).to_contain_text(texts[33])
    rows.first.locator(".support").click()
    expect(rows.first.locator("[data-count]")).to_have_text("1")
    hall.asked("新来的问题在这里", deeds=(make.Deed.APPROVE,))
    expect(phone.locator("[data-new]")).to_have_text("1 条新提问")
    expect(rows.first).to_contain_text(texts[33])
    phone.locator("[data-sort] [data-by=supports]").click()
    expect(rows.first).to_contain_text(texts[33])
    expect(rows.first.locator(".support")).to_have_attribute("aria-pressed", "true")
    expect(pages).to_have_text("第 1 页，共 3 页")
    phone.reload()
    expect(phone.locator("[data-sort] [aria-current]")).to_have_attribute("data-by", "supports")
    expect(rows.first).to_contain_text(texts[33])
    assert not hall.errors


def test_the_most_supported_stand_first_and_keep_their_places(hall: Hall, app: Flask) -> None:
    hall.asked("甲问题怎么办", "乙问题怎么办", "丙问题怎么办", deeds=(make.Deed.APPROVE,))
    with app.app_context(), make.atomic():
        for row in make.db.session.scalars(make.db.select(make.LiveQuestion)):
            row.supports = row.support_changes = {"乙": 5, "丙": 2}.get(row.text[0], 0)
    phone = hall.phone()
    texts, third = (
        phone.locator("[data-list] > li [data-text]"),
        phone.locator("[data-list] > li", has_text="丙"),
    )
    expect(texts).to_have_text(["乙问题怎么办", "丙问题怎么办", "甲问题怎么办"])
    expect(phone.locator("[data-sort] [aria-current]")).to_have_text("附议最多")
    with app.app_context():
        room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        asked = make.db.session.scalars(make.db.select(make.LiveQuestion).filter_by(number=3)).one()
        for number in range(7):
            request = f"request-{number:020d}"
            actions.support(make.citizen(700 + number), room.id, asked.public_id, True, request)
        make.db.session.remove()
    # The figure is another one, the rows stay under the finger; what arrives comes after them.
    expect(third.locator("[data-count]")).to_have_text("9")
    expect(texts).to_have_text(["乙问题怎么办", "丙问题怎么办", "甲问题怎么办"])
    hall.asked("丁问题怎么办", deeds=(make.Deed.APPROVE,))
    expect(texts).to_have_text(["乙问题怎么办", "丙问题怎么办", "甲问题怎么办", "丁问题怎么办"])
    hall.decided("乙问题怎么办", make.Deed.AIR)
    expect(texts).to_have_text(["丙问题怎么办", "甲问题怎么办", "丁问题怎么办"])
    hall.decided("乙问题怎么办", make.Deed.ANSWER)
    expect(texts).to_have_text(["丙问题怎么办", "乙问题怎么办", "甲问题怎么办", "丁问题怎么办"])
    phone.locator("[data-sort] [data-by=new]").click()
    expect(texts.first).to_have_text("丁问题怎么办")
    assert not hall.errors


def test_a_phone_that_was_away_for_long_has_its_page_anew(hall: Hall) -> None:
    hall.asked(*(f"第{number}个问题是什么" for number in range(40)), deeds=(make.Deed.APPROVE,))
    phone = hall.phone()
    phone.locator("[rel=next]").click()
    row = phone.locator("[data-list] > li").first
    expect(row).to_contain_text("第9个问题")
    phone.context.set_offline(True)
    hall.server.kill()
    expect(phone.locator("[data-connection]")).to_be_visible()
    hall.asked(*(f"后来的第{number}个问题" for number in range(110)), deeds=(make.Deed.APPROVE,))
    hall.server.start()
    phone.context.set_offline(False)
    expect(phone.locator("[data-connection]")).to_be_hidden(timeout=15_000)
    expect(row).to_contain_text("后来的第79个问题")
    expect(phone.locator("[data-page]")).to_have_text("第 2 页，共 5 页")
    assert not hall.errors


def crowded(route: Any) -> Any:
    """The real answer, as of a room of 4,000."""
    answer = route.fetch().json()
    answer.setdefault("totals", {"supports": {}})["viewers"] = [4000, 2**52]
    return answer


def test_withdrawing_is_asked_first_and_named_by_its_words(
    app: Flask, live_server: Server, open_context: Any
) -> None:
    """Also what is told to an asker whose telephone number keeps a question from being published at once."""
    hall = Hall(app, live_server, open_context, moderation=False)
    phone = hall.phone()
    for typed, said in (("", "请写下您的问题。"), ("好吗", "提问至少 4 个字，请再写具体一些。")):
        phone.locator("[data-ask-form] textarea").fill(typed)
        phone.locator("[data-ask-form] [type=submit]").click()
        expect(phone.locator("[data-ask-error]")).to_have_text(said)
    ask(phone, "请回电13812345678")
    own = phone.locator("[data-own] li")
    expect(own).to_contain_text("内容中可能有电话号码等个人信息，审核后再公开。")
    button = own.get_by_role("button")
    expect(button).to_have_text("撤回：请回电13812345678")
    button.click()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_role("button", name="不撤回").click()
    assert list(hall.stored().values()) == ["pending"]
    button.click()
    dialog.get_by_role("button", name="撤回", exact=True).click()
    expect(own).to_contain_text("您已撤回")
    assert list(hall.stored().values()) == ["withdrawn"]
