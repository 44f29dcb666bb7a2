"""The guest's tablet and the stage: only what was put on air, and it stays when the line is cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from engage.core.db import db
from engage.live import actions
from engage.live.models import Phase
from tests.factories import live as make
from tests.fixtures.server import Server

Open = Callable[..., Page]
AIRED = "加装电梯的费用怎么分摊？能不能用住房公积金？"
WAITING = "还没有审核的提问"
APPROVED = "已经公开、还没有轮到的提问"
NEXT = "下一个：改造从哪个月开始？"


def test_guest_and_stage_show_only_what_is_on_air(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    with app.app_context():
        room = make.make_room(Phase.LIVE, join_code="135790")
        by = make.moderator()
        make.ask(room, WAITING, by=1)
        make.decide(room, make.ask(room, APPROVED, by=2), make.Deed.APPROVE, by=by)
        aired = make.decide(
            room, make.ask(room, AIRED, by=3, name="老张"), make.Deed.APPROVE, make.Deed.AIR, by=by
        )
        token = actions.make_link(by, room.id, "李局长")
        room_id, address, aired_id = room.id, room.public_id, aired.public_id
        db.session.remove()
    guest = open_page(viewport={"width": 1024, "height": 768})
    guest.goto(f"{live_server.url}/guest/{token}")
    stage = open_page(viewport={"width": 1920, "height": 1080})
    stage.goto(f"{live_server.url}/stage/{address}")
    overlay = open_page(viewport={"width": 1920, "height": 1080})
    overlay.goto(f"{live_server.url}/stage/{address}?overlay=1")
    screens = (guest, stage, overlay)
    inspect(guest, "guest-on-air")
    inspect(stage, "stage-on-air")
    inspect(overlay, "stage-overlay-on-air")
    ground = overlay.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)", "the video must be seen through the overlay"
    for screen in screens:
        expect(screen.locator("[data-text]")).to_have_text(AIRED)
        assert WAITING not in screen.content()
        assert APPROVED not in screen.content()
    expect(stage.locator("[data-code]")).to_have_text("135790")
    expect(guest.locator("[data-who]")).to_contain_text("老张")

    live_server.kill()
    for screen in (guest, stage):
        expect(screen.locator("[data-connection]")).to_be_visible()
    for screen in screens:
        expect(screen.locator("[data-text]")).to_have_text(AIRED)
    inspect(guest, "guest-line-cut")
    inspect(stage, "stage-line-cut")
    with app.app_context():
        room = db.session.get_one(make.LiveSession, room_id)
        make.decide(room, make.question(aired_id), make.Deed.ANSWER, by=make.moderator())
        make.decide(room, make.ask(room, NEXT, by=4), make.Deed.APPROVE, make.Deed.AIR)
        db.session.remove()
    live_server.start()
    for screen in screens:
        expect(screen.locator("[data-text]")).to_have_text(NEXT)
        expect(screen.locator("[data-connection]")).to_be_hidden()
        assert WAITING not in screen.content()
