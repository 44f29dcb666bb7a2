"""A year in a real browser: filed by a unit, arranged and published, reported, answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.core.db import db
from engage.core.types import Localized
from engage.live.models import Phase
from engage.live.rules.deeds import Deed
from tests.factories import live as rooms
from tests.factories.accounts import make_session, make_unit, make_user
from tests.factories.themedays import YEAR, make_activity, make_round, make_theme_day
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie
from tests.themedays.test_photos import picture

pytestmark = pytest.mark.browser
Inspect = Callable[[Page, str], None]
Open = Callable[..., BrowserContext]


class House:
    """Everybody who works on the year, each in a browser of their own."""

    def __init__(self, app: Flask, server: Server, open_context: Open) -> None:
        self.app, self.server, self.open_context = app, server, open_context

    def as_staff(self, role: Role, unit: Unit | None = None, *, phone: bool = False) -> Page:
        """A signed-in person's page."""
        with self.app.app_context():
            token = make_session(make_user(role, unit=unit))
            db.session.remove()
        context = self.open_context(phone=phone)
        context.add_cookies([{**staff_cookie(self.app, token), "url": self.server.url}])
        return context.new_page()

    def goto(self, page: Page, path: str) -> None:
        page.goto(self.server.url + path)


@pytest.fixture
def house(app: Flask, live_server: Server, open_context: Open) -> House:
    return House(app, live_server, open_context)


def _units(app: Flask) -> tuple[Unit, Unit]:
    with app.app_context():
        return make_unit("市住房和城乡建设局"), make_unit("市财政局")


def test_the_plan_from_the_first_row_to_the_published_schedule(
    app: Flask, house: House, inspect: Inspect
) -> None:
    unit, partner = _units(app)
    with app.app_context():
        make_round(instructions=Localized(zh_CN="每个单位至少报送一项活动。"))
    department = house.as_staff(Role.DEPARTMENT, unit)
    house.goto(department, f"/staff/plan/{YEAR}")
    inspect(department, "plan-empty")
    department.get_by_role("link", name="新建条目").first.click()
    department.get_by_label("主题").fill("老旧小区改造面对面")
    department.get_by_label("活动形式").select_option("symposium")
    department.get_by_label("计划日期").fill(f"{YEAR}-03-12")
    department.locator("summary", has_text="协办单位").click()
    department.get_by_label(partner.name.text()).check()
    department.get_by_label("实施步骤").fill("发布公告\n召开座谈会\n公布答复")
    department.get_by_label("姓名 1", exact=True).fill("李红")
    inspect(department, "plan-row")
    department.get_by_role("button", name="保存并报送").click()
    expect(department.locator(".page-bar").get_by_text("已报送")).to_be_visible()
    inspect(department, "plan-row-filed")

    coordinator = house.as_staff(Role.COORDINATOR)
    house.goto(coordinator, f"/staff/plan/{YEAR}/board")
    coordinator.get_by_role("link", name="老旧小区改造面对面").first.click()
    coordinator.get_by_label("安排到").select_option("month:3")
    inspect(coordinator, "plan-row-arrange")
    coordinator.get_by_role("button", name="安排").click()
    coordinator.get_by_role("button", name="发布年度计划").click()
    coordinator.get_by_role("dialog").get_by_role("button", name="发布年度计划").click()
    expect(coordinator.get_by_text("已发布 1 期主题日。")).to_be_visible()

    visitor = house.open_context().new_page()
    house.goto(visitor, "/calendar")
    expect(visitor.get_by_role("link", name="老旧小区改造面对面")).to_be_visible()


def test_a_unit_reports_with_a_photo(app: Flask, house: House, inspect: Inspect, tmp_path: Path) -> None:
    unit, _ = _units(app)
    with app.app_context():
        activity = make_activity(make_theme_day(unit=unit), hours=-5)
    photo = tmp_path / "现场.jpg"
    photo.write_bytes(picture((1600, 1200)))
    page = house.as_staff(Role.DEPARTMENT, unit)
    house.goto(page, f"/staff/activities/{activity.public_id}")
    page.get_by_role("link", name="填写报告").click()
    page.get_by_label("报告标题", exact=True).fill("听居民说改造")
    page.get_by_label("正文", exact=True).fill("三十位居民走进改造现场。\n\n大家最关心**费用分摊**。")
    page.get_by_label("参加人数").fill("30")
    for words in ("走错了的一张", "居民在改造现场查看加装电梯的图纸"):
        page.get_by_label("图片", exact=True).set_input_files(photo)
        page.get_by_label("图片说明", exact=True).fill(words)
        page.get_by_role("button", name="添加图片").click()
        expect(page.get_by_role("img", name=words)).to_be_visible()
    wrong = page.locator("figure", has_text="走错了的一张").get_by_role("button", name="删除")
    wrong.click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    wrong.click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.get_by_text("图片已删除。")).to_be_visible()
    expect(page.get_by_label("正文", exact=True)).to_have_value(re.compile("费用分摊"))
    inspect(page, "staff-report")
    page.set_viewport_size({"width": 360, "height": 780})
    inspect(page, "staff-report")
    page.get_by_role("button", name="发布报告").click()
    expect(page.get_by_text("活动报告已发布。")).to_be_visible()
    visitor = house.open_context().new_page()
    house.goto(visitor, f"/activities/{activity.public_id}")
    shown = visitor.get_by_role("img", name="居民在改造现场查看加装电梯的图纸")
    shown.scroll_into_view_if_needed()
    expect(shown).not_to_have_js_property("naturalWidth", 0)
    inspect(visitor, "activity-reported")


def test_a_deferred_question_is_answered_from_the_list_of_cases(
    app: Flask, house: House, inspect: Inspect
) -> None:
    unit, _ = _units(app)
    with app.app_context():
        room = rooms.make_room(Phase.LIVE, unit=unit)
        question = rooms.ask(room, "加装电梯一楼不同意怎么办？")
        rooms.decide(room, question, Deed.APPROVE, Deed.DEFER)
    for phone in (True, False):
        page = house.as_staff(Role.DEPARTMENT, unit, phone=phone)
        house.goto(page, "/staff/cases")
        inspect(page, "cases")
        page.locator("main").get_by_role("link", name="加装电梯一楼不同意怎么办？").first.click()
        expect(page.locator("blockquote")).to_contain_text("加装电梯一楼不同意怎么办？")
        inspect(page, "case")
    page.get_by_label("答复").fill("先由社区组织协商，协商不成的由街道调解。")
    page.get_by_role("button", name="发布答复").click()
    expect(page.get_by_text("答复已发布。")).to_be_visible()
    inspect(page, "case-answered")
    visitor = house.open_context().new_page()
    house.goto(visitor, f"/live/{room.public_id}")
    expect(visitor.get_by_text("先由社区组织协商")).to_be_visible()
