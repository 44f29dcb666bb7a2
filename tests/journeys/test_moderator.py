"""A moderator beside the studio: one key per decision, two of them at one queue, nothing leaks."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.cases.models import Case
from engage.core.db import db
from engage.live import actions
from engage.live.models import Phase
from tests.factories import live as make
from tests.fixtures.server import Server
from tests.journeys.people import agree, press, sign_in
from tests.live.hall import item, press_key

Open = Callable[..., Page]
QUESTIONS = (
    "加装电梯一楼不同意怎么办？",
    "今年改造名单里有没有金盆小区？",
    "广告：代办各种证件",
    "改造期间物业费还交吗？",
    "停车位会不会减少？",
)


def _room(app: Flask) -> tuple[str, str]:
    """A live room with five questions that wait; its address part and the token of its guest."""
    with app.app_context():
        room = make.make_room(Phase.LIVE, join_code="135790")
        for number, text in enumerate(QUESTIONS, 1):
            make.ask(room, text, by=number)
        token = actions.make_link(make.moderator(), room.id, "李局长")
        found = (room.public_id, token)
        db.session.remove()
    return found


@pytest.mark.on_both
def test_a_moderator_runs_the_queue_by_keyboard(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    room, token = _room(app)
    desk, second = open_page(phone=False), open_page(phone=False)
    for page in (desk, second):
        sign_in(app, page, live_server, Role.MODERATOR)
        page.goto(f"{live_server.url}/staff/live/{room}/console")
        expect(page.locator("[data-keys]")).to_be_visible()
        expect(page.locator("[data-light]")).to_have_text("已连接")
    guest = open_page(viewport={"width": 1024, "height": 768})
    guest.goto(f"{live_server.url}/guest/{token}")
    inspect(desk, "moderator-console-waiting")

    # The queue is walked with j and k: the first is approved, the third declined with a reason.
    desk.keyboard.press("j")
    expect(item(desk, "pending", QUESTIONS[0])).to_be_focused()
    desk.keyboard.press("a")
    expect(item(desk, "approved", QUESTIONS[0])).to_be_visible()
    expect(item(desk, "pending", QUESTIONS[1])).to_be_focused()
    desk.keyboard.press("j")
    desk.keyboard.press("d")
    box = item(desk, "pending", QUESTIONS[2]).locator("details[open]")
    inspect(desk, "moderator-decline")
    box.locator("select").select_option("advertisement")
    box.locator("[name=note]").fill("请不要发布广告。")
    box.locator("[type=submit]").click()
    expect(item(desk, "declined", QUESTIONS[2])).to_contain_text("广告")

    # The other moderator sees each decision, with who made it, and works on the rest.
    expect(item(second, "approved", QUESTIONS[0]).locator("[data-by]")).to_contain_text("通过")
    expect(item(second, "declined", QUESTIONS[2])).to_have_count(1)
    for text in (QUESTIONS[1], QUESTIONS[3], QUESTIONS[4]):
        press_key(second, "pending", text, "a")
        expect(item(desk, "approved", text)).to_be_visible()

    press_key(desk, "approved", QUESTIONS[0], "o")
    expect(guest.locator("[data-text]")).to_have_text(QUESTIONS[0])
    inspect(desk, "moderator-console-on-air")
    press_key(desk, "on-air", QUESTIONS[0], "r")
    answer = item(desk, "on-air", QUESTIONS[0]).locator("[data-deed-box=answer]")
    answer.locator("textarea").fill("由街道组织协商，可以申请调解。")
    answer.locator("[type=submit]").click()
    expect(item(desk, "answered", QUESTIONS[0])).to_contain_text("可以申请调解")
    expect(guest.locator("[data-text]")).to_be_hidden()

    # Deferred: it becomes a case of the unit. Taken down: it leaves the room at once.
    press_key(desk, "approved", QUESTIONS[1], "w")
    expect(item(second, "written", QUESTIONS[1])).to_have_count(1)
    with app.app_context():
        assert db.session.query(Case).count() == 1
    phone = open_page()
    phone.goto(f"{live_server.url}/live/{room}")
    expect(phone.locator("[data-list]")).to_contain_text(QUESTIONS[4])
    press_key(second, "approved", QUESTIONS[4], "x")
    down = item(second, "approved", QUESTIONS[4]).locator("details[open]")
    down.locator("select").select_option("off-topic")
    down.locator("[type=submit]").click()
    expect(item(desk, "declined", QUESTIONS[4])).to_have_count(1)
    expect(phone.locator("[data-list]")).not_to_contain_text(QUESTIONS[4])
    inspect(phone, "moderator-room-seen-by-a-citizen")
    inspect(desk, "moderator-console-decided")

    # The backup is the moderator's own telephone.
    desk.set_viewport_size({"width": 360, "height": 780})
    inspect(desk, "moderator-console")


def test_a_moderator_prepares_the_session_and_its_record(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    room, _ = _room(app)
    desk = open_page(phone=False)
    sign_in(app, desk, live_server, Role.COORDINATOR)
    desk.goto(f"{live_server.url}/staff/live/")
    inspect(desk, "moderator-sessions")
    desk.get_by_role("link", name="老旧小区改造在线访谈").click()
    desk.locator("#label").fill("王处长")
    desk.get_by_role("button", name="生成链接").click()
    link = desk.locator("#new-link").inner_text()
    inspect(desk, "moderator-session")
    guest = open_page(viewport={"width": 1024, "height": 768})
    guest.goto(live_server.url + link[link.index("/guest/") :])
    expect(guest.locator("[data-idle]")).to_be_visible()
    inspect(guest, "guest-waiting")
    agree(desk, "结束直播")
    expect(desk.locator("h1 + p")).to_contain_text("已结束")
    with desk.expect_download() as download:
        press(desk, "导出全部提问（CSV）")
    lines = list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))
    assert len(lines) == len(QUESTIONS) + 1
    desk.get_by_role("link", name="整理实录").or_(
        desk.locator(f"a[href='/staff/live/{room}/record']")
    ).first.click()
    inspect(desk, "moderator-record")
