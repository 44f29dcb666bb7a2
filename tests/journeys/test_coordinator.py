"""The coordinator: opens the year, sees who is late, arranges and publishes it: it becomes the calendar."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from engage.accounts.permissions import Role
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.writer import atomic
from engage.themedays.models import Form, PlanRound, PlanRowState
from tests.factories.accounts import make_unit
from tests.factories.themedays import make_row
from tests.fixtures.server import Server
from tests.journeys.people import agree, press, sign_in

Open = Callable[..., Page]
YEAR = today().year
MONTH = today().month


def _filed(app: Flask) -> None:
    """Two units have filed, one of them late; the third has not, and the deadline has passed."""
    with app.app_context():
        plan = db.session.query(PlanRound).one()
        housing, water, _ = (make_unit(name) for name in ("市住房和城乡建设局", "市水利局", "市教育局"))
        make_row(plan, housing, state=PlanRowState.FILED, planned_on=today().replace(day=12))
        make_row(
            plan,
            water,
            state=PlanRowState.FILED,
            theme="安全饮水进万家",
            form=Form.SITE_VISIT,
            planned_on=today().replace(day=20),
        )
        with atomic():
            db.session.query(PlanRound).one().deadline = now() - timedelta(minutes=1)
        db.session.remove()


def test_the_coordinator_arranges_the_year(
    app: Flask, live_server: Server, open_page: Open, inspect: Any
) -> None:
    desk = open_page(phone=False)
    sign_in(app, desk, live_server, Role.COORDINATOR, name="陈统筹")
    desk.goto(f"{live_server.url}/staff/plan")
    inspect(desk, "coordinator-no-year")
    desk.get_by_role("link", name="开放新年度").first.click()
    _opens_the_year(desk, inspect)
    _filed(app)
    _sees_who_is_late(desk, live_server, inspect)
    _arranges(desk, live_server, inspect)
    day = _publishes(desk, live_server, inspect)
    _the_calendar_shows_it(open_page(), live_server, inspect)
    _announces_an_activity(desk, open_page(), day, inspect)


def _opens_the_year(desk: Page, inspect: Any) -> None:
    desk.locator("[name=year]").fill(str(YEAR))
    press(desk, "开放填报")
    expect(desk.locator(".error-summary")).to_be_visible()
    inspect(desk, "coordinator-year-error")
    desk.locator("[name=deadline]").fill(f"{YEAR}-12-31T17:30")
    desk.locator("[name=instructions_zh]").fill("每个单位**至少一项**。\n\n- 主题贴近群众\n- 形式五选一")
    press(desk, "开放填报")
    expect(desk.locator("h1")).to_contain_text(str(YEAR))


def _sees_who_is_late(desk: Page, server: Server, inspect: Any) -> None:
    desk.goto(f"{server.url}/staff/plan/{YEAR}/board")
    late = desk.locator("tr.is-late")
    expect(late).to_have_count(1)
    expect(late).to_contain_text("市教育局")
    inspect(desk, "coordinator-board-filed")
    desk.locator("[name=unit]").select_option(label="市教育局")
    desk.locator("[name=until]").fill(f"{YEAR + 1}-01-05T17:30")
    press(desk, "延长时间")
    expect(desk.locator("main")).to_contain_text("已延长")
    expect(desk.locator("tr.is-late")).to_have_count(0)


def _arranges(desk: Page, server: Server, inspect: Any) -> None:
    waiting = desk.locator(".list--card li")
    expect(waiting).to_have_count(2)
    waiting.filter(has_text="老旧小区改造面对面").get_by_role("link").first.click()
    inspect(desk, "coordinator-row")
    desk.locator("#target").select_option(f"month:{MONTH}")
    press(desk, "安排")
    desk.goto(f"{server.url}/staff/plan/{YEAR}/board")
    desk.locator(".list--card li", has_text="安全饮水进万家").get_by_role("link").first.click()
    desk.locator("#target").select_option(f"month:{MONTH % 12 + 1}")
    press(desk, "安排")
    desk.goto(f"{server.url}/staff/plan/{YEAR}/board")
    expect(desk.locator(".board-day")).to_have_count(2)
    inspect(desk, "coordinator-board-arranged")


def _publishes(desk: Page, server: Server, inspect: Any) -> str:
    agree(desk, "发布年度计划")
    expect(desk.locator(".board-day .tag", has_text="已发布")).to_have_count(2)
    inspect(desk, "coordinator-board-published")
    desk.locator(".board-day", has_text="老旧小区改造面对面").get_by_role("link").click()
    inspect(desk, "coordinator-theme-day")
    return desk.url


def _the_calendar_shows_it(phone: Page, server: Server, inspect: Any) -> None:
    phone.goto(f"{server.url}/calendar")
    expect(phone.locator("main")).to_contain_text("安全饮水进万家")
    inspect(phone, "coordinator-calendar")
    phone.set_viewport_size({"width": 1440, "height": 900})
    inspect(phone, "coordinator-calendar")
    phone.get_by_role("link", name="老旧小区改造面对面").click()
    expect(phone.locator("h1")).to_have_text("老旧小区改造面对面")


def _announces_an_activity(desk: Page, phone: Page, day: str, inspect: Any) -> None:
    desk.locator("main table a").first.click()
    desk.locator("[name=starts_at]").fill(f"{YEAR + 1}-01-08T09:00")
    desk.locator("[name=ends_at]").fill(f"{YEAR + 1}-01-08T11:00")
    desk.locator("[name=place_zh]").fill("市政务服务中心三楼会议室")
    desk.locator("[name=agenda_zh]").fill("1. 介绍改造计划\n2. 听取意见\n3. 现场答复")
    inspect(desk, "coordinator-activity")
    press(desk, "保存")
    press(desk, "发布预告")
    public = desk.get_by_role("link", name="公开页面").get_attribute("href")
    inspect(desk, "coordinator-activity-announced")
    phone.goto(day.split("/staff/")[0] + str(public))
    expect(phone.locator("main")).to_contain_text("三楼会议室")
    inspect(phone, "coordinator-activity-seen-by-a-citizen")
    phone.get_by_role("link", name="老旧小区改造面对面").first.click()
    expect(phone.get_by_role("heading", name="全程公开")).to_be_visible()
    inspect(phone, "coordinator-story")
    desk.goto(f"{day.split('/staff/')[0]}/staff/activities/")
    inspect(desk, "coordinator-activities")
