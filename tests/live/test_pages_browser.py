"""Pages of the live sessions in a real browser: accessible, narrow enough, light, also without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from engage.accounts.permissions import Role
from engage.live import actions
from engage.live.models import Phase
from engage.live.rules.deeds import Deed
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.factories.accounts import make_session, make_user
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

pytestmark = pytest.mark.browser

FIRST_LOAD_BYTES = 60 * 1024


@pytest.fixture
def filled(app: Flask, live_server: Server) -> dict[str, Any]:
    """A session with a question in every state, one with its record, and who looks at them."""
    with app.app_context():
        by = make.moderator()
        room = make.make_room(video_address="https://live.example.cn/room/a.m3u8")
        states: list[tuple[Deed, ...]] = [
            (),
            (Deed.APPROVE,),
            (Deed.APPROVE,),
            (Deed.APPROVE, Deed.ANSWER),
            (Deed.APPROVE, Deed.DEFER),
            (Deed.DECLINE,),
            (Deed.APPROVE, Deed.AIR),
        ]
        for number, deeds in enumerate(states):
            asked = make.ask(
                room, f"第{number + 1}个问题：加装电梯一楼不同意怎么办？费用怎么分摊？", by=number % 2 + 1
            )
            make.decide(
                room, asked, *deeds, by=by, reason=ReasonClass.PERSONAL_DATA, answer="由业主协商，街道协调。"
            )
        make.ask(room, "请打我电话13812345678", by=1)
        done = make.make_room(record_summary="局长介绍了明年的改造计划。")
        make.decide(
            done, make.ask(done), Deed.APPROVE, Deed.AIR, Deed.ANSWER, by=by, answer="每平方米二十元。"
        )
        with make.atomic():
            row = make.db.session.get_one(make.LiveSession, done.id)
            row.phase, row.record_published_at, row.join_code = Phase.RECORDED, make.now(), None
        found = {
            "room": room.public_id,
            "done": done.public_id,
            "guest": actions.make_link(by, room.id, "李局长"),
            "cookie": {
                **staff_cookie(app, make_session(make_user(Role.COORDINATOR))),
                "url": live_server.url,
            },
            "url": live_server.url,
        }
        make.db.session.remove()
    return found


def test_citizens_pages(filled: dict[str, Any], open_page: Callable[..., Page], inspect: Any) -> None:
    for phone in (True, False):
        page = open_page(phone=phone)
        for name, path in {
            "join-wrong": "/join?code=999999",
            "ended": f"/live/{filled['done']}",
        }.items():
            page.goto(filled["url"] + path)
            inspect(page, f"live-{name}")


# The page may be no taller than the window: measured where a projector and a tablet show it.
FITS = """[document.documentElement.scrollHeight - innerHeight,
    document.documentElement.scrollWidth - innerWidth,
    parseFloat(getComputedStyle(document.querySelector("[data-text]")).fontSize)]"""
LONGEST = "一楼不同意加装电梯怎么办？" * 38 + "完。"


def test_the_longest_question_fits_the_screens(
    app: Flask, live_server: Server, filled: dict[str, Any], open_page: Callable[..., Page]
) -> None:
    with app.app_context():
        room = make.db.session.scalars(
            make.db.select(make.LiveSession).where(make.LiveSession.public_id == filled["room"])
        ).one()
        asked = make.ask(room, (LONGEST * 2)[:500], by=8)
        make.decide(room, asked, Deed.APPROVE, Deed.AIR)
        make.db.session.remove()
    stage, guest = f"/stage/{filled['room']}", f"/guest/{filled['guest']}"
    for path, width, height, least in (
        (stage, 1920, 1080, 38),
        (f"{stage}?overlay=1", 1920, 1080, 30),
        (stage, 1440, 900, 28),
        (stage, 1024, 768, 20),
        (guest, 1024, 768, 22),
    ):
        page = open_page(viewport={"width": 1920, "height": 1080})
        page.goto(filled["url"] + path)
        expect(page.locator("[data-length]")).to_have_count(0)
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"{FITS}[0] <= 0")
        _, beside, size = page.evaluate(FITS)
        assert beside <= 0, (path, width)
        assert size >= least, (path, width, size)
    plain = open_page(javascript=False, viewport={"width": 1440, "height": 900})
    plain.goto(filled["url"] + stage)
    box = plain.locator(".stage").bounding_box()
    assert box is not None
    assert box["height"] <= 900


def test_screens(filled: dict[str, Any], open_page: Callable[..., Page], inspect: Any) -> None:
    stage = open_page(viewport={"width": 1920, "height": 1080})
    stage.goto(f"{filled['url']}/stage/{filled['room']}")
    expect(stage.locator("[data-text]")).to_be_visible()
    inspect(stage, "live-stage")
    guest = open_page(viewport={"width": 1024, "height": 768})
    guest.goto(f"{filled['url']}/guest/{filled['guest']}")
    inspect(guest, "live-guest")


def test_the_room_is_light_and_loads_the_player_when_tapped(
    filled: dict[str, Any], open_page: Callable[..., Page]
) -> None:
    page = open_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    addresses: list[str] = []
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])}),
    )
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{filled['url']}/live/{filled['room']}")
    expect(page.locator(".live[data-ready]")).to_be_visible()
    page.wait_for_load_state("networkidle")
    wanted = {"Document", "Stylesheet", "Script", "Font"}
    total = sum(size for request, size in sizes.items() if kinds.get(request) in wanted)
    assert total <= FIRST_LOAD_BYTES, f"{total} bytes"
    assert not [address for address in addresses if "example.cn" in address or "hls" in address]

    def stream(route: Route) -> None:
        route.fulfill(status=404, body="")

    page.route("https://live.example.cn/**", stream)
    with page.expect_request("https://live.example.cn/**"):
        page.locator(".player__start").click()
    expect(page.locator(".player")).to_contain_text("文字继续")


def test_asking_and_supporting_without_a_script(
    filled: dict[str, Any], open_page: Callable[..., Page]
) -> None:
    page = open_page(javascript=False)
    page.goto(f"{filled['url']}/live/{filled['room']}")
    page.locator("[data-list] .support").first.click()
    expect(page.locator("[data-list] .support[aria-pressed=true]")).to_have_count(1)
    page.goto(f"{filled['url']}/live/{filled['room']}/ask")
    page.get_by_label("您的提问").fill("？？？")
    page.get_by_role("button", name="提问").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.get_by_label("您的提问").fill("没有脚本也能提问吗")
    page.get_by_role("button", name="提问").click()
    expect(page.locator(".receipt__code")).to_be_visible()
    page.get_by_role("link", name="刷新").click()
    expect(page.locator(".own-question")).to_contain_text("没有脚本也能提问吗")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("heading", name="撤回提问")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".own-question")).to_contain_text("您已撤回")


def test_rows_that_came_with_the_page_are_written_only_when_they_change(
    filled: dict[str, Any], open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.add_init_script(
        """
        window.written = [];
        document.addEventListener("readystatechange", () => {
          const list = document.querySelector("[data-list]");
          if (document.readyState !== "interactive" || !list) return;
          const note = (records) => window.written.push(...records.map((record) => record.target.className));
          const all = { subtree: true, childList: true, characterData: true, attributes: true };
          new MutationObserver(note).observe(list, all);
        });
        """
    )
    page.goto(f"{filled['url']}/live/{filled['room']}")
    expect(page.locator(".live[data-ready]")).to_be_visible()
    assert page.locator("[data-list] > *").count() > 1
    assert page.evaluate("window.written") == []
    button = page.locator("[data-list] .support").first
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    rows = page.locator("[data-list] > *")
    assert page.evaluate("window.written.length") > 0
    expect(rows.first.locator("[data-count]")).to_have_text("1")
