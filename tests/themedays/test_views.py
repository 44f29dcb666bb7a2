"""The staff's pages of the year: the way of a plan row from the unit to the calendar, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.themedays.models import (
    Activity,
    ActivityState,
    PlanExtension,
    PlanRow,
    PlanRowState,
    ThemeDay,
    ThemeDayState,
)
from engage.web.display import datetime_text
from tests.factories.accounts import make_unit
from tests.factories.themedays import YEAR, make_activity, make_round, make_row, make_theme_day
from tests.fixtures.html import of_class, parsed, words_of
from tests.fixtures.queries import counted_queries
from tests.fixtures.staff import StaffClient

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
    # Pasted out of another program, with marks nobody sees: they are gone from all that follows.
    pasted = _row_form(unit, theme="老旧\x01小区改造\u202e面对面", then="file")
    answer = department.send(f"/staff/plan/{YEAR}/rows/new", pasted)
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
    assert "报送截止时间已过" in client.get(f"/staff/plan/{YEAR}").text
    assert "保存并报送" not in client.get(f"/staff/plan/{YEAR}/rows/new").text
    answer = client.send(f"/staff/plan/{YEAR}/rows/new", {**_row_form(unit), "then": "file"})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "请联系统筹人员延长时间后再报送" in page
    assert "老旧小区改造面对面" in page
    assert "保存并报送" not in page


def test_who_gives_more_time_is_not_told_to_ask_for_it(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        plan = make_round(days=-1)
        late = make_unit("市财政局")
        row = make_row(plan, make_unit())
        with atomic():
            db.session.add(PlanExtension(round_id=plan.id, unit_id=late.id, until=now() - timedelta(hours=9)))
        deadline = datetime_text(plan.deadline)
    client = staff_client(Role.COORDINATOR)
    for path in (f"/staff/plan/{YEAR}", f"/staff/plan/{YEAR}/rows/new", f"/staff/plan/rows/{row.public_id}"):
        (notice,) = of_class(parsed(client.get(path).text), "notice--warn")
        told = words_of(notice).replace(" ", "")
        # The time of one unit that was given more is not the deadline.
        assert f"报送截止时间已过（{deadline}）".replace(" ", "") in told, path
        assert "请联系统筹人员" not in told, path
        assert "为个别单位延长时间" in told, path


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
    form = {"year": YEAR, "deadline": f"{YEAR + 1}-01-02T18:00", "instructions_zh": "每单位至少一项。"}
    assert client.send("/staff/plan/new", form).status_code == 303
    assert client.send("/staff/plan/new", form).status_code == 422
    assert client.get(f"/staff/plan/{YEAR}/settings").status_code == 200
    changed = {"deadline": f"{YEAR + 1}-01-03T18:00", "instructions_zh": ""}
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
    assert "市民会看到" in moved.text
    explained = {**form, "day": f"{YEAR}-03-19", "revision": 3, "note_zh": "会场另有安排"}
    assert client.send(url, explained).status_code == 303
    assert "会场另有安排" in client.get(url).text
    assert client.get(f"{url}/cancel").status_code == 200
    assert client.send(f"{url}/cancel", {"note_zh": ""}).status_code == 422
    assert client.send(f"{url}/cancel", {"note_zh": "防汛值守"}).status_code == 303
    assert "已取消" in client.get(url).text


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


def test_the_same_form_sent_twice_writes_one_row(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        make_round()
        unit = make_unit()
    client = staff_client(Role.DEPARTMENT, unit=unit)
    form = {**_row_form(unit), "then": "file", "_request_id": request_id()}
    answers = [client.send(f"/staff/plan/{YEAR}/rows/new", form) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with app.app_context():
        assert db.session.query(PlanRow).count() == 1
    assert "已报送" in client.get(answers[0].location).text


def test_arranging_twice_makes_one_theme_day(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        row = make_row(make_round(), state=PlanRowState.FILED)
    client = staff_client(Role.COORDINATOR)
    for _ in range(2):
        answer = client.send(f"/staff/plan/rows/{row.public_id}/arrange", {"target": "month:3"})
        assert answer.status_code == 303
    with app.app_context():
        assert db.session.query(ThemeDay).count() == 1


def test_what_cannot_be_arranged_is_said_on_the_page_of_the_row(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        row = make_row(make_round(), state=PlanRowState.FILED)
        cancelled = make_theme_day(5, state=ThemeDayState.CANCELLED)
    client = staff_client(Role.COORDINATOR)
    url = f"/staff/plan/rows/{row.public_id}"
    for target, words in (("month:13", "请选择月份"), (f"day:{cancelled.public_id}", "本期主题日已取消")):
        answer = client.send(f"{url}/arrange", {"target": target})
        assert answer.location == url
        assert words in client.get(url).text


def test_a_draft_theme_day_is_deleted_from_its_page(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        make_round()
        empty = make_theme_day(5, state=ThemeDayState.DRAFT)
        full = make_theme_day(6, state=ThemeDayState.DRAFT)
        make_activity(full, state=ActivityState.DRAFT)
    client = staff_client(Role.COORDINATOR)
    assert f"{empty.public_id}/remove" in client.get(f"/staff/theme-days/{empty.public_id}").text
    assert f"{full.public_id}/remove" not in client.get(f"/staff/theme-days/{full.public_id}").text
    refused = client.send(f"/staff/theme-days/{full.public_id}/remove")
    assert "请先移出或删除" in client.get(refused.location).text
    answer = client.send(f"/staff/theme-days/{empty.public_id}/remove")
    assert answer.location == f"/staff/plan/{YEAR}/board"
    assert client.get(f"/staff/theme-days/{empty.public_id}").status_code == 404


def test_a_merge_without_a_reason_keeps_what_was_chosen(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        into, first, second = (make_theme_day(month) for month in (3, 4, 5))
    client = staff_client(Role.COORDINATOR)
    answer = client.send(f"/staff/theme-days/{into.public_id}/merge", {"merge": second.public_id})
    assert answer.status_code == 422
    assert "市民会看到" in answer.text
    assert f'<option value="{second.public_id}" selected>' in answer.text
    assert f'<option value="{first.public_id}">' in answer.text
    assert f'action="/staff/theme-days/{into.public_id}"' in answer.text


def test_a_unit_reads_what_it_cohosts(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        plan, host, partner = make_round(), make_unit(), make_unit("市财政局")
        row = make_row(plan, host, state=PlanRowState.FILED, cohosts=(partner.id,))
    client = staff_client(Role.DEPARTMENT, unit=partner)
    url = f"/staff/plan/rows/{row.public_id}"
    assert url in client.get(f"/staff/plan/{YEAR}").text
    page = client.get(url).text
    assert "本单位为该条目的协办单位" in page
    assert "李红" not in page
    assert client.send(url, _row_form(host, revision=row.revision)).status_code == 403
