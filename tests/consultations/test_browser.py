"""A consultation in a real browser: the sheet, a lost network, no script, the moderator's keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Kind, Stance
from engage.core.clock import now
from engage.core.db import db
from tests.factories.accounts import make_session, make_user
from tests.factories.consultations import clause_keys, make_comments, make_consultation
from tests.fixtures.browser import awake
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.database]
FIRST_LOAD_BYTES = 60 * 1024
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
# Screen readers may hear a blank between the words and what is there for them only.
THIRD = re.compile(r"提意见\s*：第三条")
Inspect = Callable[[Page, str], None]


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


@pytest.fixture
def one(context: Flask) -> Consultation:
    """Open, with a published comment that has its reply and outcome."""
    one = make_consultation()
    make_comments(
        one,
        ["建议首半小时延长到一小时，方便接送孩子。"],
        state=CommentState.PUBLISHED,
        clause=clause_keys(one)[2],
        reply="已采纳，延长至一小时。",
        reply_unit_id=one.unit_id,
        replied_at=now(),
        adoption=Adoption.ADOPTED,
    )
    return one


def _stored() -> list[Comment]:
    db.session.rollback()
    return list(db.session.scalars(select(Comment).where(Comment.number > 1).order_by(Comment.id)))


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_comment_in_the_sheet(
    live_server: Server,
    open_page: Callable[..., Page],
    inspect: Inspect,
    one: Consultation,
    phone: bool,
) -> None:
    page = open_page(phone=phone)
    page.goto(f"{live_server.url}/consultations/")
    inspect(page, "consultations")
    page.get_by_role("link", name="查看并提意见").click()
    inspect(page, "consultation")
    # The clauses bring their own numbers.
    expect(page.locator(".contents")).to_have_css("list-style-type", "none")
    page.get_by_role("link", name=THIRD).click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_text("第三条", exact=True)).to_be_visible()
    expect(sheet.get_by_text("每小时收费二元，首半小时免费。")).to_be_visible()
    directions = "cards => cards.map(card => getComputedStyle(card).flexDirection)"
    stances = sheet.locator(".stances .choice span")
    assert set(stances.evaluate_all(directions)) == {"column" if phone else "row"}
    tops = "cards => cards.map(card => card.querySelector('svg').getBoundingClientRect().top)"
    assert len(set(stances.evaluate_all(tops))) == 1
    expect(sheet.get_by_role("button", name="提交意见")).to_be_in_viewport(ratio=1)
    sheet.get_by_role("button", name="提交意见").click()
    expect(sheet.get_by_role("alert")).to_contain_text("请选择您的态度")
    expect(sheet.get_by_role("heading", name="请检查以下内容")).to_be_visible()
    expect(sheet.locator("[data-saved]")).to_have_text("")
    sheet.get_by_label("部分赞成").check()
    sheet.get_by_label("您的意见（选填）").fill("首半小时太短。")
    inspect(page, "consultation-sheet")
    sheet.get_by_role("button", name="提交意见").click()
    expect(page.get_by_role("heading", name="您的意见已收到")).to_be_visible()
    inspect(page, "consultation-done")
    first = page.locator("#receipt-code").inner_text()
    assert CODE.search(first)
    (row,) = _stored()
    assert (row.clause, row.stance, row.text) == (clause_keys(one)[2], Stance.PARTLY, "首半小时太短。")
    page.get_by_role("link", name="继续看").click()
    page.wait_for_url("**#clause-*")
    expect(page.locator("[data-mine]")).to_have_count(1)
    expect(page.locator(f"#clause-{clause_keys(one)[2]} [data-mine]")).to_have_text("您已提过意见")
    # Where a row breaks, too: the thumb finds them all below each other.
    ends = "buttons => buttons.map(button => Math.round(button.getBoundingClientRect().right))"
    assert len(set(page.locator(".clause__foot > .button").evaluate_all(ends))) == 1
    inspect(page, "consultation-mine")
    code = _comment_on_first(page)
    assert code == first
    expect(page.locator("main ul a")).to_have_text(["第三条", "第一条 目的"])
    inspect(page, "consultation-done-again")
    # Whoever is done leaves neither the code nor marks.
    page.get_by_role("link", name="完成，隐藏查询码").click()
    page.wait_for_url(re.compile(r"/consultations/\w+$"))
    awake(page)
    expect(page.locator("[data-mine]")).to_have_count(0)
    page.goto(f"{live_server.url}/receipts")
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.locator("main article")).to_have_text(
        [re.compile("首半小时太短。"), re.compile("范围应当写明。")]
    )
    inspect(page, "receipt-of-two")


def _comment_on_first(page: Page) -> str:
    """Comment on the first clause too; the code, which is the one shown before."""
    page.get_by_role("link", name=re.compile(r"提意见\s*：第一条")).click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("不赞成").check()
    sheet.get_by_label("您的意见（选填）").fill("范围应当写明。")
    sheet.get_by_role("button", name="提交意见").click()
    expect(page.get_by_role("heading", name="您的意见已收到")).to_be_visible()
    return page.locator("#receipt-code").inner_text()


def test_a_lost_network_loses_nothing(
    live_server: Server, open_context: Callable[..., BrowserContext], one: Consultation
) -> None:
    person = open_context()
    page = person.new_page()
    address = f"{live_server.url}/consultations/{one.public_id}/clauses/{clause_keys(one)[0]}"
    page.goto(address)
    awake(page)
    page.get_by_label("不赞成").check()
    page.get_by_label("您的意见（选填）").fill("写到一半的意见")
    page.reload()
    expect(page.get_by_label("您的意见（选填）")).to_have_value("写到一半的意见")
    expect(page.get_by_label("不赞成")).to_be_checked()
    person.set_offline(True)
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_text("网络不通，尚未提交")).to_be_visible()
    assert _stored() == []
    person.set_offline(False)
    expect(page.get_by_role("heading", name="您的意见已收到")).to_be_visible()
    page.goto(address)
    expect(page.get_by_label("您的意见（选填）")).to_have_value("")
    assert [row.text for row in _stored()] == ["写到一半的意见"]


def test_what_is_typed_before_the_script_comes_is_kept(
    live_server: Server, open_page: Callable[..., Page], one: Consultation
) -> None:
    page = open_page()
    address = f"{live_server.url}/consultations/{one.public_id}/clauses/{clause_keys(one)[0]}"
    held: list[Route] = []
    page.route("**/consultations/comment*.js", lambda route: held.append(route))
    page.goto(address)
    page.get_by_label("您的意见（选填）").fill("手快的人写的")
    expect(page.locator("form[data-attached]")).to_have_count(0)
    for route in held:
        route.continue_()
    page.unroute_all()
    awake(page)
    expect(page.locator("[data-saved]")).to_have_text(re.compile("已保存"))
    page.reload()
    expect(page.get_by_label("您的意见（选填）")).to_have_value("手快的人写的")


def test_without_script(live_server: Server, open_page: Callable[..., Page], one: Consultation) -> None:
    page = open_page(javascript=False)
    page.goto(f"{live_server.url}/consultations/{one.public_id}")
    page.get_by_role("link", name=THIRD).click()
    expect(page.get_by_text("已采纳，延长至一小时。")).to_be_visible()
    page.get_by_text("不赞成", exact=True).click()
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_role("alert")).to_contain_text("希望怎样修改")
    page.get_by_label("您的意见（选填）").fill("收费太高。")
    page.get_by_role("button", name="提交意见").click()
    expect(page.get_by_role("heading", name="您的意见已收到")).to_be_visible()
    assert [row.text for row in _stored()] == ["收费太高。"]


def test_a_moderator_decides_by_keyboard(
    live_server: Server,
    open_context: Callable[..., BrowserContext],
    inspect: Inspect,
    context: Flask,
    one: Consultation,
) -> None:
    make_comments(one, ["第一条意见", "第二条意见", "第三条意见"])
    token = make_session(make_user(Role.MODERATOR, unit=one.unit_id))
    person = open_context(phone=False)
    person.add_cookies([{**staff_cookie(context, token), "url": live_server.url}])
    page = person.new_page()
    page.goto(f"{live_server.url}/staff/consultations/{one.public_id}/comments")
    listens = page.locator("[data-keys]")
    expect(listens).to_be_visible()
    inspect(page, "staff-consultation-queue")
    page.keyboard.press("a")
    expect(page.get_by_text("已处理1条意见。")).to_be_visible()
    expect(listens).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("d")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-item]")).to_have_count(1)
    expect(listens).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator("[data-item]")).to_have_count(2)
    assert [row.state.value for row in _stored()] == ["published", "pending", "pending"]
    # The last one is undone as well, though no list is left.
    for left in (1, 0):
        expect(listens).to_be_visible()
        page.keyboard.press("a")
        expect(page.locator("[data-item]")).to_have_count(left)
    awake(page)
    page.keyboard.press("u")
    expect(page.locator("[data-item]")).to_have_count(1)
    assert [row.state.value for row in _stored()] == ["published", "published", "pending"]


def test_a_reason_in_words_and_a_noticed_telephone_number_by_keyboard(
    live_server: Server,
    open_context: Callable[..., BrowserContext],
    inspect: Inspect,
    context: Flask,
    one: Consultation,
) -> None:
    make_comments(one, ["请打13812345678"], held=True)
    make_comments(one, ["乱收费"])
    token = make_session(make_user(Role.MODERATOR, unit=one.unit_id))
    person = open_context(phone=False)
    person.add_cookies([{**staff_cookie(context, token), "url": live_server.url}])
    page = person.new_page()
    page.goto(f"{live_server.url}/staff/consultations/{one.public_id}/comments")
    items = page.locator("[data-item]")
    # The first is the current one, and nothing has moved by itself.
    expect(items.first).to_have_attribute("aria-current", "true")
    assert page.evaluate("scrollY") == 0
    items.nth(1).get_by_role("button", name="不予公开").click()
    reason = items.nth(1).get_by_label("理由")
    expect(reason).to_be_focused()
    expect(reason).to_have_accessible_description("请选择不予公开的理由，意见提出人可以看到。")
    expect(items.nth(1)).to_have_attribute("aria-current", "true")
    expect(items.first).not_to_have_attribute("aria-current", "true")
    inspect(page, "staff-consultation-queue-refused")
    items.first.focus()
    page.keyboard.press("a")
    expect(items.first.get_by_role("button", name="不遮盖，直接公开")).to_be_focused()
    expect(items).to_have_count(2)
    items.nth(1).focus()
    page.keyboard.press("d")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    note = items.nth(1).get_by_label("对意见提出人的说明")
    expect(note).to_be_focused()
    inspect(page, "staff-consultation-queue-note")
    page.keyboard.press("Enter")
    expect(items).to_have_count(2)
    page.keyboard.type("请说明理由。")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已处理1条意见。")).to_be_visible()
    assert [(row.state.value, row.reason_note) for row in _stored()] == [
        ("pending", ""),
        ("declined", "请说明理由。"),
    ]


def test_staff_pages_and_the_result(
    live_server: Server,
    open_context: Callable[..., BrowserContext],
    inspect: Inspect,
    context: Flask,
) -> None:
    one = make_consultation(opened=40, closes=-1, result_published_at=now())
    (row,) = make_comments(one, ["夜间照明要足。"], state=CommentState.PUBLISHED, stance=Stance.AGREE)
    opened = make_consultation(unit=one.unit, kind=Kind.MAJOR_DECISION)
    token = make_session(make_user(Role.DEPARTMENT, unit=one.unit_id))
    base = f"/staff/consultations/{one.public_id}"
    for phone in (True, False):
        person = open_context(phone=phone)
        person.add_cookies([{**staff_cookie(context, token), "url": live_server.url}])
        page = person.new_page()
        for name, path in (
            ("result-consultation", f"/results/consultations/{one.public_id}"),
            ("staff-consultations", "/staff/consultations/"),
            ("staff-consultation", base),
            ("staff-consultation-to-answer", f"{base}/comments?view=to-answer"),
            ("staff-consultation-comment", f"{base}/comments/{row.public_id}"),
            ("staff-consultation-enter", f"{base}/enter"),
            ("staff-consultation-result", f"{base}/result"),
            ("staff-consultation-new", "/staff/consultations/new"),
            ("staff-consultation-open", f"/staff/consultations/{opened.public_id}"),
            ("staff-consultation-clauses", f"/staff/consultations/{opened.public_id}/clauses"),
            ("staff-consultation-preview", f"/staff/consultations/{opened.public_id}/preview"),
        ):
            page.goto(live_server.url + path)
            inspect(page, name)
        page.goto(live_server.url + base)
        page.get_by_role("button", name="导出意见（CSV）").click()
        expect(page.get_by_role("link", name="刷新")).to_be_visible()
        inspect(page, "staff-consultation-export")


@pytest.mark.parametrize("path", ["", "/comment"])
def test_first_load_with_many_comments(
    live_server: Server, open_page: Callable[..., Page], one: Consultation, path: str
) -> None:
    make_comments(one, ["很长的意见。" * 50] * 1200, state=CommentState.PUBLISHED)
    page = open_page()
    sizes: list[int] = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(f"{live_server.url}/consultations/{one.public_id}{path}", wait_until="networkidle")
    assert 5_000 < sum(sizes) <= FIRST_LOAD_BYTES, f"{sum(sizes):,} bytes"
