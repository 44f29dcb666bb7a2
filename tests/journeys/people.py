"""What every journey needs: who is signed in, codes read off the screen, a survey of three pages, a city."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from playwright.sync_api import Locator, Page, expect

from engage.accounts.models import User
from engage.accounts.permissions import Role
from engage.core.db import db
from engage.core.writer import atomic
from engage.surveys.models import Layout, SurveyVersion
from tests.factories.accounts import make_session, make_user
from tests.factories.portal import City, make_city
from tests.factories.questions import asks, page, question, text
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie

CODE = re.compile(r"^\w{4}-\w{4}-\w{4}$")

PARKING = {
    "pages": [
        page(
            "p1",
            question(
                "q1",
                required=True,
                text=text("您平时怎样停车？"),
                choices=[
                    {"id": "a", "text": text("路边泊位")},
                    {"id": "b", "text": text("小区里面")},
                    {"id": "c", "text": text("我不开车")},
                ],
            ),
            question("q2", "text", text=text("最难停的是哪条路？"), show_if=asks("equals", "q1", "a")),
            title=text("停车情况"),
        ),
        page(
            "p2",
            question(
                "q3",
                "rating",
                required=True,
                text=text("您对收费标准是否满意？"),
                low_label=text("很不满意"),
                high_label=text("非常满意"),
            ),
            question("q4", "number", text=text("您每周停车几次？"), least=0, greatest=99, unit=text("次")),
            title=text("收费与服务"),
        ),
        page("p3", question("q5", "text", long=True, text=text("您还有什么意见？")), title=text("意见建议")),
    ]
}


def make_parking_city(layout: Layout = Layout.PAGE_BY_PAGE) -> City:
    """The small city; its open survey asks about parking on three pages."""
    city = make_city()
    with atomic():
        survey = db.session.merge(city.survey)
        survey.layout, survey.edit_definition = layout, PARKING
        version = db.session.scalars(db.select(SurveyVersion).filter_by(survey_id=survey.id)).one()
        version.definition = PARKING
    return city


def sign_in(app: Flask, page: Page, server: Server, role: Role, **options: Any) -> User:
    """Make the person of ``page`` a signed-in member of staff."""
    with app.app_context():
        user = make_user(role, **options)
        cookie = staff_cookie(app, make_session(user))
        db.session.remove()
    page.context.add_cookies([{**cookie, "url": server.url}])  # type: ignore[list-item]
    return user


def code_on(page: Page) -> str:
    """The receipt code the page shows."""
    shown = page.locator(".receipt__code").first
    expect(shown).to_have_text(CODE)
    return shown.inner_text()


def press(page: Page, name: str) -> None:
    """Press the button with exactly these words."""
    page.get_by_role("button", name=name, exact=True).click()


def agree(page: Page, name: str) -> None:
    """Press a button that asks first, and say yes."""
    press(page, name)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=name, exact=True).click()


def look_up(page: Page, server: Server, code: str) -> Locator:
    """Ask for what a code stands for; the main part of the answer."""
    page.goto(f"{server.url}/receipts")
    page.locator("#code").fill(code)
    press(page, "查询")
    expect(page.locator("main")).to_contain_text(code)
    return page.locator("main")
