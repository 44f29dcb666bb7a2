"""The staff's pages of the year: the way of a plan row from the unit to the calendar, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.core.db import db
from engage.themedays.models import Activity, ActivityState, PlanRow, PlanRowState, ThemeDay, ThemeDayState
from tests.factories.accounts import make_unit
from tests.factories.themedays import YEAR, make_activity, make_round, make_row, make_theme_day
from tests.fixtures.queries import counted_queries
from tests.fixtures.staff import StaffClient
from tests.themedays.test_photos import picture

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


def _row_form(unit: Unit, **values: Any) -> dict[str, Any]:
    return {
        "unit": unit.id,
        "theme": "老旧小区改造面对面",
        "form": "symposium",
        "planned_on": f"{YEAR}-03-12",
        "steps": "发布公告\n召开座谈会",
        "contact_name": ["李红", ""],
        "contact_post": ["主任", ""],
        "contact_phone": ["0746-3222333", ""],
        **values,
    }


def test_a_row_goes_from_the_unit_to_the_calendar(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        plan, unit = make_round(), make_unit("市住房和城乡建设局")
    department = staff_client(Role.DEPARTMENT, unit=unit)
    coordinator = staff_client(Role.COORDINATOR)
    assert "请于" in department.get(f"/staff/plan/{YEAR}").text
    answer = department.send(f"/staff/plan/{YEAR}/rows/new", {**_row_form(unit), "then": "file"})
    assert answer.status_code == 303
    page = department.get(answer.location).text
    assert "已报送" in page
    row_url = answer.location
    assert "老旧小区改造面对面" in coordinator.get(f"/staff/plan/{YEAR}/board").text
    assert coordinator.get(row_url).status_code == 200
    assert coordinator.send(f"{row_url}/arrange", {"target": "month:3"}).status_code == 303
    assert coordinator.send(f"/staff/plan/{YEAR}/publish").status_code == 303
    board = coordinator.get(f"/staff/plan/{YEAR}/board").text
    assert "已发布" in board
    with app.app_context():
        day = db.session.query(ThemeDay).one()
        activity = db.session.query(Activity).one()
    assert "老旧小区改造面对面" in department.get(f"/staff/theme-days/{day.public_id}").text
    assert department.get(f"/staff/activities/{activity.public_id}").status_code == 200
    assert "老旧小区改造面对面" in department.get("/staff/activities/").text
    assert department.get(row_url).status_code == 200
    assert plan.year == YEAR


def test_what_was_typed_is_kept_when_something_is_wrong(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        make_round()
        unit = make_unit()
    client = staff_client(Role.DEPARTMENT, unit=unit)
    answer = client.send(f"/staff/plan/{YEAR}/rows/new", _row_form(unit, planned_on=f"{YEAR + 1}-01-01"))
    assert answer.status_code == 422
    for text in ("老旧小区改造面对面", "召开座谈会", "李红", "0746-3222333", f"请选择 {YEAR} 年内的日期"):
        assert text in answer.text


def test_a_late_unit_is_told_what_to_do_and_keeps_its_draft(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        make_round(days=-1)
        unit = make_unit()
    client = staff_client(Role.DEPARTMENT, unit=unit)
    assert "申报截止时间已过" in client.get(f"/staff/plan/{YEAR}").text
    answer = client.send(f"/staff/plan/{YEAR}/rows/new", {**_row_form(unit), "then": "file"})
    assert answer.status_code == 409
    assert "请联系统筹人员" in answer.text
    assert "老旧小区改造面对面" in client.get(f"/staff/plan/{YEAR}").text


def test_a_unit_reads_neither_another_units_rows_nor_the_board(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        row = make_row(make_round(), make_unit("市财政局"))
        own = make_unit()
    client = staff_client(Role.DEPARTMENT, unit=own)
    assert "老旧小区" not in client.get(f"/staff/plan/{YEAR}").text
    assert client.get(f"/staff/plan/rows/{row.public_id}").status_code == 403
    assert client.get(f"/staff/plan/{YEAR}/board").status_code == 403
    assert client.send(f"/staff/plan/rows/{row.public_id}/file").status_code == 403


def test_the_coordinator_opens_a_year_and_gives_more_time(app: Flask, staff_client: Staff) -> None:
    client = staff_client(Role.COORDINATOR)
    assert "尚未开放" in client.get("/staff/plan").text
    with app.app_context():
        unit = make_unit()
    assert client.get("/staff/plan/new").status_code == 200
    form = {"year": YEAR, "deadline": f"{YEAR}-01-02T18:00", "instructions_zh": "每单位至少一项。"}
    assert client.send("/staff/plan/new", form).status_code == 303
    assert client.send("/staff/plan/new", form).status_code == 422
    assert client.get(f"/staff/plan/{YEAR}/settings").status_code == 200
    changed = {"deadline": f"{YEAR}-01-03T18:00", "instructions_zh": ""}
    assert client.send(f"/staff/plan/{YEAR}/settings", changed).status_code == 303
    until = {"unit": unit.id, "until": f"{YEAR + 1}-01-10T18:00"}
    assert client.send(f"/staff/plan/{YEAR}/board", until).status_code == 303
    past = {"unit": unit.id, "until": f"{YEAR - 1}-01-10T18:00"}
    refused = client.send(f"/staff/plan/{YEAR}/board", past)
    assert refused.status_code == 422
    assert "晚于截止时间" in refused.text


def test_a_row_is_returned_with_a_comment(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        row = make_row(make_round(), unit, state=PlanRowState.FILED)
    url = f"/staff/plan/rows/{row.public_id}"
    coordinator = staff_client(Role.COORDINATOR)
    assert coordinator.send(f"{url}/return", {"reason": ""}).status_code == 422
    assert coordinator.send(f"{url}/return", {"reason": "请补充步骤"}).status_code == 303
    department = staff_client(Role.DEPARTMENT, unit=unit)
    assert "请补充步骤" in department.get(url).text
    assert department.send(f"{url}/file").status_code == 303
    assert department.send(f"{url}/take-back").status_code == 303
    assert department.send(f"{url}/delete").status_code == 303
    assert department.get(url).status_code == 404


def test_a_filed_row_is_read_only_for_its_unit_and_adjusted_by_the_coordinator(
    app: Flask, staff_client: Staff
) -> None:
    with app.app_context():
        unit = make_unit()
        row = make_row(make_round(), unit, state=PlanRowState.FILED)
    url = f"/staff/plan/rows/{row.public_id}"
    changed = _row_form(unit, theme="调整后的主题", revision=row.revision)
    department = staff_client(Role.DEPARTMENT, unit=unit)
    assert "contact_name" not in department.get(url).text
    assert department.send(url, changed).status_code == 409
    assert staff_client(Role.COORDINATOR).send(url, changed).status_code == 303
    with app.app_context():
        assert db.session.query(PlanRow).one().theme == "调整后的主题"


def test_theme_days_are_written_changed_merged_and_cancelled(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        make_round()
        unit = make_unit()
        other = make_theme_day(5, state=ThemeDayState.DRAFT)
    client = staff_client(Role.COORDINATOR)
    new = f"/staff/theme-days/new?year={YEAR}&month=3"
    assert client.get(new).status_code == 200
    form = {"month": 3, "theme_zh": "民生实事", "unit": unit.id, "day": f"{YEAR}-03-12"}
    assert client.send(new, {**form, "day": f"{YEAR}-04-12"}).status_code == 422
    answer = client.send(new, form)
    assert answer.status_code == 303
    url = answer.location
    client.send(f"{url}/merge", {"merge": other.public_id})
    client.send(f"/staff/plan/{YEAR}/publish")
    moved = client.send(url, {**form, "day": f"{YEAR}-03-19", "revision": 3})
    assert moved.status_code == 422
    assert "公众会看到" in moved.text
    explained = {**form, "day": f"{YEAR}-03-19", "revision": 3, "note_zh": "会场另有安排"}
    assert client.send(url, explained).status_code == 303
    assert "会场另有安排" in client.get(url).text
    assert client.get(f"{url}/cancel").status_code == 200
    assert client.send(f"{url}/cancel", {"note_zh": ""}).status_code == 422
    assert client.send(f"{url}/cancel", {"note_zh": "防汛值守"}).status_code == 303
    assert "已取消" in client.get(url).text


def test_an_activity_is_written_announced_and_cancelled(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        day = make_theme_day(unit=unit)
    department, coordinator = staff_client(Role.DEPARTMENT, unit=unit), staff_client(Role.COORDINATOR)
    new = f"/staff/theme-days/{day.public_id}/activities/new"
    assert department.get(new).status_code == 200
    form = {"unit": unit.id, "form": "site-visit", "title_zh": "走进改造现场"}
    wrong = {**form, "starts_at": f"{YEAR + 1}-03-12T10:00", "ends_at": f"{YEAR + 1}-03-12T09:00"}
    assert department.send(new, wrong).status_code == 422
    url = department.send(new, form).location
    assert department.send(f"{url}/publish").status_code == 403
    assert coordinator.send(f"{url}/publish").status_code == 303
    assert "请填写地点" in coordinator.get(url).text
    whole = {
        **form,
        "starts_at": f"{YEAR + 1}-03-12T09:00",
        "ends_at": f"{YEAR + 1}-03-12T11:30",
        "place_zh": "龙山街道金盆小区",
        "agenda_zh": "1. 现场介绍\n2. 居民提问",
        "revision": 1,
    }
    assert department.send(url, whole).status_code == 303
    assert department.send(url, whole).status_code == 409
    assert coordinator.send(f"{url}/publish").status_code == 303
    assert coordinator.get(f"{url}/report").status_code == 409
    assert coordinator.get(f"{url}/cancel").status_code == 200
    assert coordinator.send(f"{url}/cancel", {"note_zh": ""}).status_code == 422
    assert coordinator.send(f"{url}/cancel", {"note_zh": "天气原因"}).status_code == 303
    assert "天气原因" in department.get(url).text


def test_an_approver_reads_and_announces(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        activity = make_activity(make_theme_day(unit=unit), state=ActivityState.DRAFT)
    approver, department = staff_client(Role.APPROVER, unit=unit), staff_client(Role.DEPARTMENT, unit=unit)
    url = f"/staff/activities/{activity.public_id}"
    assert "title_zh" not in approver.get(url).text
    assert approver.send(url, {"unit": unit.id, "form": "site-visit", "title_zh": "改"}).status_code == 403
    assert approver.send(f"{url}/publish").status_code == 303
    assert department.send(f"{url}/remove").status_code == 409
    with app.app_context():
        draft = make_activity(make_theme_day(unit=unit), state=ActivityState.DRAFT)
    assert department.send(f"/staff/activities/{draft.public_id}/remove").status_code == 303


def test_a_report_with_photos(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        activity = make_activity(make_theme_day(unit=unit), hours=-5)
    client = staff_client(Role.DEPARTMENT, unit=unit)
    url = f"/staff/activities/{activity.public_id}"
    assert client.get(f"{url}/report").status_code == 200
    photo = {"photo": (BytesIO(picture((800, 600))), "现场.jpg"), "alt_zh": ""}
    refused = client.send(f"{url}/photos", photo)
    assert refused.status_code == 422
    assert "请为看不见图片的人描述" in refused.text
    wrong = {"photo": (BytesIO(b"<svg/>"), "现场.jpg"), "alt_zh": "居民查看图纸"}
    answer = client.send(f"{url}/photos", wrong)
    assert answer.status_code == 422
    assert "居民查看图纸" in answer.text
    photo = {"photo": (BytesIO(picture((800, 600))), "现场.jpg"), "alt_zh": "居民查看图纸"}
    assert client.send(f"{url}/photos", photo).status_code == 303
    with app.app_context():
        stored = db.session.query(Activity).one().photos[0]
    address = f"/files/photos/{stored.file_name}.webp"
    visitor = app.test_client()
    assert visitor.get(address).status_code == 404
    with client.get(address) as shown:
        assert shown.status_code == 200
    report = {"title_zh": "听居民说改造", "text_zh": "三十位居民参加。", "people_reached": 30, "revision": 0}
    assert client.send(f"{url}/report", {**report, "text_zh": ""}).status_code == 422
    assert client.send(f"{url}/report", report).status_code == 303
    with visitor.get(address) as shown:
        assert shown.mimetype == "image/webp"
    assert visitor.get("/files/photos/../secret.key").status_code == 404
    assert client.send(f"{url}/photos/{stored.id}/remove").status_code == 303
    assert not list((app.config["ENGAGE"].files / "photos").iterdir())


@pytest.mark.parametrize(
    "path", ["/staff/theme-days/nothing", "/staff/activities/nothing", "/staff/plan/2051"]
)
def test_what_is_not_there_is_not_found(staff_client: Staff, path: str) -> None:
    assert staff_client(Role.COORDINATOR).get(path).status_code == 404


def test_the_boards_queries_do_not_grow_with_the_year(app: Flask, staff_client: Staff) -> None:
    client = staff_client(Role.COORDINATOR)
    with app.app_context():
        plan = make_round()
        make_activity(make_theme_day(1))
        make_row(plan, state=PlanRowState.FILED)
    client.get(f"/staff/plan/{YEAR}/board")
    with counted_queries(app) as few:
        assert client.get(f"/staff/plan/{YEAR}/board").status_code == 200
    with app.app_context():
        for month in range(2, 13):
            make_activity(make_theme_day(month), state=ActivityState.DRAFT)
            make_row(plan, state=PlanRowState.FILED)
    with counted_queries(app) as many:
        assert client.get(f"/staff/plan/{YEAR}/board").status_code == 200
    assert len(many) == len(few), "\n".join(many)


def test_a_theme_day_links_only_activities_that_may_be_opened(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        own, other = make_unit("市水利局"), make_unit("市财政局")
        day = make_theme_day(unit=other)
        mine, theirs = make_activity(day, unit_id=own.id), make_activity(day, unit_id=other.id)
        address, mine_id, theirs_id = day.public_id, mine.public_id, theirs.public_id
    page = staff_client(Role.DEPARTMENT, unit=own).get(f"/staff/theme-days/{address}").text
    assert f"/staff/activities/{mine_id}" in page
    assert f"/staff/activities/{theirs_id}" not in page
