"""Drafts and replies of any width in a real browser: nothing widens the page, a table scrolls by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.models import Comment, CommentState, Consultation
from engage.core.clock import now
from engage.core.db import db
from engage.core.formatting import with_format
from tests.factories.accounts import make_session, make_user
from tests.factories.consultations import make_comments, make_consultation
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

pytestmark = [pytest.mark.browser, pytest.mark.database]
Inspect = Callable[[Page, str], None]
ROWS = "\n".join("\t".join(f"第{row}行第{cell}列的收费标准" for cell in range(9)) for row in range(3))
DRAFT = f"停车管理办法\n第一条 收费标准如下：\n{ROWS}\n第二条 {'A' * 300}"
REPLY = f"您好：\n\n    一、当事人张*明，费用=3*2*5。{'长' * 200}\n---\n{'B' * 200}\n{ROWS}\n市停车办"


@pytest.fixture
def one(app: Flask) -> Iterator[Consultation]:
    with app.app_context():
        one = make_consultation(draft=DRAFT, opened=40, closes=-1, result_published_at=now())
        given = {"state": CommentState.PUBLISHED, "reply_unit_id": one.unit_id, "replied_at": now()}
        make_comments(one, ["甲"], reply=REPLY, **given)
        make_comments(one, ["乙"], reply=with_format(f"# 答复\n{REPLY}", chosen=True), **given)
        yield one


def test_nothing_widens_the_page_and_tables_scroll(
    live_server: Server, open_page: Callable[..., Page], inspect: Inspect, one: Consultation
) -> None:
    page = open_page(phone=True)
    for path, tables in (
        (f"/consultations/{one.public_id}", 1),
        (f"/results/consultations/{one.public_id}", 2),
    ):
        page.goto(f"{live_server.url}{path}")
        inspect(page, "official-words" + path.split("/")[1])
        scrolling = page.locator(".table-scroll:visible")
        expect(scrolling).to_have_count(tables)
        assert scrolling.first.evaluate("box => box.scrollWidth > box.clientWidth")
        # The shadow at the edge stays, what hides it moves with the table: it shows that there is more.
        shadow = scrolling.first.evaluate("box => getComputedStyle(box).backgroundAttachment").split(", ")
        assert shadow == ["local", "local", "scroll", "scroll"]
    expect(page.get_by_text("费用=3*2*5").first).to_be_visible()


def test_the_writer_chooses_and_sees_the_count(
    app: Flask,
    live_server: Server,
    open_context: Callable[..., BrowserContext],
    inspect: Inspect,
    one: Consultation,
) -> None:
    comment = db.session.scalars(select(Comment).where(Comment.number == 1)).one().public_id
    token = make_session(make_user(Role.DEPARTMENT, unit=one.unit_id))
    person = open_context(phone=False)
    person.add_cookies([{**staff_cookie(app, token), "url": live_server.url}])
    page = person.new_page()
    page.goto(f"{live_server.url}/staff/consultations/{one.public_id}/comments/{comment}")
    reply = page.get_by_label("答复内容（与意见一并公开）")
    long = "😀" * 10_005
    reply.fill(long)
    assert reply.input_value() == long
    expect(page.get_by_text("超出 5 个字")).to_be_visible()
    inspect(page, "official-words-reply")
