"""What the forms of the year say of their fields: needed always, needed for the next step, or optional."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.clock import now
from engage.core.db import db
from engage.core.writer import atomic
from engage.themedays.models import ActivityState, PlanRound
from tests.factories.accounts import make_unit
from tests.factories.themedays import YEAR, make_activity, make_round, make_theme_day
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]
PUBLISHING, ON_SITE, FILING = "（发布前必填）", "（现场活动发布前必填）", "（报送前必填）"
MARKS = {
    "/staff/plan/new": {"年份": "", "报送截止时间": "", "填报说明": "（选填）"},
    "/staff/plan/{year}/rows/new": {"主题": "", "计划日期": FILING, "联系人": FILING, "备注": "（选填）"},
    "/staff/activities/{activity}": {"标题": "", "开始时间": ON_SITE, "结束时间": ON_SITE, "地点": ON_SITE},
    "/staff/theme-days/{day}": {"主题": "", "变更理由": "（修改主题、月份或日期时必填）", "日期": "（选填）"},
    "/staff/consultations/new": {"中文标题": "", "联系方式": PUBLISHING, "截止时间": PUBLISHING},
    "/staff/units/new": {"代码": "", "中文名称": "", "排列顺序": "（选填）"},
}


def _marks(page: str) -> dict[str, str]:
    found = re.findall(
        r'class="field__label"[^>]*>([^<]+)(?:<span class="field__mark">([^<]*)</span>)?<', page
    )
    return {label.strip(): mark for label, mark in found}


@pytest.mark.parametrize("path", MARKS)
def test_a_field_says_when_it_is_needed(app: Flask, staff_client: Staff, path: str) -> None:
    with app.app_context():
        plan, unit = make_round(), make_unit()
        day = make_theme_day(unit=unit)
        activity = make_activity(day, state=ActivityState.DRAFT)
        address = path.format(year=plan.year, activity=activity.public_id, day=day.public_id)
    page = staff_client(Role.COORDINATOR).get(address)
    assert page.status_code == 200
    found = _marks(page.text)
    assert {label: found.get(label) for label in MARKS[path]} == MARKS[path]


def test_a_deadline_in_the_past_is_refused_and_what_was_typed_is_kept(
    app: Flask, staff_client: Staff
) -> None:
    client = staff_client(Role.COORDINATOR)
    form = {"year": YEAR, "deadline": "2020-01-02T18:00", "instructions_zh": "每单位至少一项。"}
    refused = client.send("/staff/plan/new", form)
    assert refused.status_code == 422
    for words in ("截止时间已过，请选择一个将来的时间", "2020-01-02T18:00", "每单位至少一项。"):
        assert words in refused.text
    assert client.send("/staff/plan/new", {**form, "year": ""}).status_code == 422
    assert client.send("/staff/plan/new", {**form, "deadline": f"{YEAR + 1}-01-02T18:00"}).status_code == 303


def test_after_the_deadline_the_rest_of_a_round_is_still_changed(app: Flask, staff_client: Staff) -> None:
    client = staff_client(Role.COORDINATOR)
    with app.app_context():
        make_round()
        with atomic():
            plan = db.session.query(PlanRound).one()
            passed = plan.deadline = now() - timedelta(days=3, seconds=7)
    settings = f"/staff/plan/{YEAR}/settings"
    shown = re.search(r'name="deadline"[^>]* value="([^"]+)"', client.get(settings).text)
    assert shown is not None
    form = {"deadline": shown[1], "instructions_zh": "请补充联系人。"}
    assert client.send(settings, form).status_code == 303
    refused = client.send(settings, {**form, "deadline": "2020-01-02T18:00"})
    assert refused.status_code == 422
    assert "截止时间已过" in refused.text
    with app.app_context():
        plan = db.session.query(PlanRound).one()
        assert (plan.deadline, plan.instructions.text()) == (passed, "请补充联系人。")
