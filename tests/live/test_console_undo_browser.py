"""The console under the finger: nothing takes the place of what was pressed, and undo says what it undoes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from engage.live.rules.deeds import Deed
from tests.fixtures.browser import DESKTOP, PHONE, picture
from tests.fixtures.server import Server
from tests.live.hall import Hall, item, press_key

pytestmark = pytest.mark.browser

NUMBER = "请打我电话13812345678"
TEXTS = [f"第{number}个问题怎么办" for number in "一二三四"]


@pytest.fixture
def hall(app: Flask, live_server: Server, open_context: Callable[..., Any]) -> Hall:
    return Hall(app, live_server, open_context)


def under(page: Page, spot: dict[str, float]) -> str:
    """The name of the button at the middle of ``spot``, or "" where there is none."""
    place = [spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2]
    return str(
        page.evaluate(
            """([x, y]) => document.elementFromPoint(x, y)?.closest("button, summary, a")
            ?.getAttribute("aria-label") ?? "" """,
            place,
        )
    )


def box(part: Locator) -> dict[str, float]:
    found = part.bounding_box()
    assert found
    return dict(found)


@pytest.mark.parametrize("size", [PHONE, {"width": 768, "height": 1024}, DESKTOP], ids=["360", "768", "1440"])
def test_what_opens_keeps_its_button_where_it_was_pressed(hall: Hall, size: dict[str, int]) -> None:
    """Also with a text so long that the selected row grows, and in a row with every button there is."""
    hall.asked("一个很长的问题" * 20, NUMBER, *TEXTS)
    console = hall.console()
    console.set_viewport_size(size)  # type: ignore[arg-type]
    for text, opened in (
        (NUMBER, "不予公开"),
        (NUMBER, "通过"),
        (TEXTS[0], "转书面答复"),
        ("一个很长", "不予公开"),
    ):
        row = item(console, "pending", text)
        row.focus()
        button = row.locator("summary", has_text=opened) if text == NUMBER else row.get_by_text(opened).first
        before = box(button)
        name = under(console, before)
        assert opened in name
        if button.evaluate("button => button.matches('summary')"):
            button.click()
            assert under(console, before) == name
            button.click()
            assert under(console, before) == name
    hall.decided(NUMBER, Deed.MASK)
    picture(console, "console-pressed", size["width"])
    assert not hall.errors


def test_what_is_known_later_moves_no_row(hall: Hall) -> None:
    """How many watch is known once the page is connected, how long the oldest waits once one does."""
    hall.asked(*TEXTS)
    console = hall.console()
    expect(console.locator("[data-viewers-line]")).not_to_have_attribute("data-unknown", "")
    for size in (DESKTOP, {"width": 768, "height": 1024}, PHONE):
        console.set_viewport_size(size)  # type: ignore[arg-type]
        tops = console.evaluate(
            """() => {
            const top = () => document.querySelector(".console").getBoundingClientRect().top;
            const viewers = document.querySelector("[data-viewers-line]");
            const oldest = document.querySelector("[data-oldest]");
            const words = oldest.textContent;
            const tops = [top()];
            viewers.toggleAttribute("data-unknown", true);
            tops.push(top());
            oldest.toggleAttribute("data-unknown", true);
            oldest.textContent = "";
            tops.push(top());
            viewers.toggleAttribute("data-unknown", false);
            tops.push(top());
            oldest.toggleAttribute("data-unknown", false);
            oldest.textContent = words;
            return [...tops, top()]; }"""
        )
        assert len(set(tops)) == 1, (size, tops)


def test_two_taps_decide_one_question(hall: Hall) -> None:
    """The row that comes under the finger is not decided by its second tap, on a phone neither."""
    hall.asked(*TEXTS)
    console = hall.console()
    console.set_viewport_size(PHONE)  # type: ignore[arg-type]
    spot = box(item(console, "pending", TEXTS[0]).get_by_role("button", name="通过"))
    console.mouse.dblclick(spot["x"] + 9, spot["y"] + 9, delay=20)
    expect(item(console, "pending", TEXTS[0])).to_have_count(0)
    expect(console.locator("[data-pane-count=approved]")).to_have_text("1")
    assert list(hall.stored().values()).count("approved") == 1


def test_the_bar_says_what_is_undone_next_and_covers_no_row(hall: Hall) -> None:
    hall.asked(*TEXTS)
    console = hall.console()
    toast, said = console.locator("[data-toast]"), console.locator("[data-toast-text]")
    for text in TEXTS[:2]:
        press_key(console, "pending", text, "a")
        expect(item(console, "approved", text)).to_be_visible()
    expect(said).to_have_text("已通过 #2")
    for size in (DESKTOP, {"width": 768, "height": 1024}, PHONE):
        console.set_viewport_size(size)  # type: ignore[arg-type]
        over = console.evaluate(
            """() => {
            const bar = document.querySelector("[data-toast]").getBoundingClientRect();
            const lists = [...document.querySelectorAll(".console__list")].filter(list => list.offsetParent);
            return lists.filter(list => {
                const box = list.getBoundingClientRect();
                const bottom = innerWidth < 768 ? box.top + list.scrollHeight : box.bottom;
                return box.right > bar.left && box.left < bar.right && bottom > bar.top;
            }).length; }"""
        )
        picture(console, "console-undo", size["width"])
        assert over == 0, size
    console.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    item(console, "pending", TEXTS[3]).focus()
    console.keyboard.press("u")
    expect(said).to_have_text("已撤销：通过 #2 · 上一步：已通过 #1")
    expect(console.locator("[data-id]:focus [data-text]")).to_have_text(TEXTS[1])
    expect(toast.get_by_role("button", name="撤销")).to_be_visible()
    console.keyboard.press("u")
    expect(said).to_have_text("已撤销：通过 #1")
    expect(console.locator("[data-id]:focus [data-text]")).to_have_text(TEXTS[0])
    expect(toast.get_by_role("button")).to_have_count(0)


def test_what_cannot_be_undone_any_more_is_not_offered(hall: Hall) -> None:
    """A colleague went on with it: `u` says so once, and is about the action before it from then on."""
    hall.asked(*TEXTS)
    console = hall.console()
    toast = console.locator("[data-toast]")
    for text in TEXTS[:2]:
        press_key(console, "pending", text, "a")
        expect(item(console, "approved", text)).to_be_visible()
    hall.decided(TEXTS[1], Deed.DEFER)
    expect(toast).to_be_hidden()
    console.keyboard.press("u")
    expect(console.locator("[data-message]")).to_contain_text("本次操作未生效，请核对")
    console.keyboard.press("u")
    expect(console.locator("[data-toast-text]")).to_have_text("已撤销：通过 #1")
    assert hall.stored()[TEXTS[1]] == "written"
    console.clock.install()
    console.reload()
    press_key(console, "pending", TEXTS[2], "a")
    expect(toast).to_be_visible()
    console.clock.run_for(13_000)
    expect(toast).to_be_hidden()


def test_a_number_is_shown_only_after_a_second_look(hall: Hall) -> None:
    hall.asked(NUMBER, TEXTS[0])
    console = hall.console()
    row = item(console, "pending", NUMBER)
    row.focus()
    first = row.locator("[data-actions] :is(summary, [type=submit]):visible").first
    expect(first).to_contain_text("遮盖号码后公开")
    expect(first).not_to_have_class("button button--small button--secondary")
    row.locator("summary", has_text="通过").click()
    expect(row.locator("[data-shows]:visible")).to_have_text("内容中有：手机号码。公开后所有人都能看到。")
    assert hall.stored()[NUMBER] == "pending"
    row.get_by_role("button", name="不遮盖，直接通过").click()
    expect(item(console, "approved", NUMBER)).to_be_visible()
    assert not hall.errors
