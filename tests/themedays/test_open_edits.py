"""Several buttons, one form: whichever is pressed, what was typed into the fields is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.db import db
from engage.core.ids import request_id
from engage.themedays.models import Activity, ActivityState, PlanRow, PlanRowState, ThemeDay, ThemeDayState
from tests.factories.accounts import make_unit
from tests.factories.themedays import YEAR, make_activity, make_round, make_row, make_theme_day
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


def _form(page: str, form_id: str) -> dict[str, Any]:
    """Name and value of what a browser would send of a form, text areas and selects too."""
    sent = [
        one for one in re.findall(r"<input[^>]*>", page) if 'type="checkbox"' not in one or " checked" in one
    ]
    names = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', "".join(sent))
    inner = page.split(f'id="{form_id}"')[1].split("</form>")[0]
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?([^<]*)</textarea>', inner)
    picked = [
        (name, match[1])
        for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', inner, re.S)
        if (match := re.search(r'<option selected value="([^"]*)"', body))
    ]
    return {name: value for name, value in (*names, *areas, *picked) if name != "csrf_token"}


@pytest.fixture
def row(app: Flask) -> PlanRow:
    with app.app_context():
        return make_row(make_round(), state=PlanRowState.FILED)


def _stored(app: Flask, kind: type[Any], public_id: str) -> Any:
    with app.app_context():
        return db.session.query(kind).filter_by(public_id=public_id).one()


@pytest.mark.parametrize(
    ("deed", "more", "state"),
    [
        ("arrange", {"target": "month:3"}, PlanRowState.ARRANGED),
        ("return", {"reason": "请补充步骤"}, PlanRowState.RETURNED),
    ],
)
def test_a_row_keeps_what_the_coordinator_typed(
    app: Flask, staff_client: Staff, row: PlanRow, deed: str, more: dict[str, str], state: PlanRowState
) -> None:
    client, url = staff_client(Role.COORDINATOR), f"/staff/plan/rows/{row.public_id}"
    page = client.get(url).text
    assert f'form="row-form" formaction="{url}/{deed}"' in page
    sent = {**_form(page, "row-form"), "remarks": "请安排无障碍通道", **more}
    answers = [client.send(f"{url}/{deed}", sent) for _ in range(2 if deed == "arrange" else 1)]
    assert {one.status_code for one in answers} == {303}
    found = _stored(app, PlanRow, row.public_id)
    assert (found.remarks, found.state) == ("请安排无障碍通道", state)


def test_a_row_taken_out_again_keeps_it_too(app: Flask, staff_client: Staff, row: PlanRow) -> None:
    client, url = staff_client(Role.COORDINATOR), f"/staff/plan/rows/{row.public_id}"
    client.send(f"{url}/arrange", {"target": "month:3"})
    sent = {**_form(client.get(url).text, "row-form"), "remarks": "改到下半年"}
    assert client.send(f"{url}/release", sent).status_code == 303
    found = _stored(app, PlanRow, row.public_id)
    assert (found.remarks, found.state) == ("改到下半年", PlanRowState.FILED)


@pytest.mark.parametrize("deed", ["", "/arrange", "/return"])
def test_what_is_wrong_in_a_row_is_said_and_everything_typed_is_shown(
    app: Flask, staff_client: Staff, row: PlanRow, deed: str
) -> None:
    client, url = staff_client(Role.COORDINATOR), f"/staff/plan/rows/{row.public_id}"
    typed = {"remarks": "请安排无障碍通道", "theme": "", "reason": "请补充步骤", "target": "month:7"}
    refused = client.send(url + deed, {**_form(client.get(url).text, "row-form"), **typed})
    assert refused.status_code == 422
    for words in ("请填写主题", "请安排无障碍通道", "请补充步骤", 'value="month:7" selected'):
        assert words in refused.text
    found = _stored(app, PlanRow, row.public_id)
    assert (found.remarks, found.state) == ("", PlanRowState.FILED)


def test_saving_a_row_keeps_the_reason_that_was_begun(app: Flask, staff_client: Staff, row: PlanRow) -> None:
    client, url = staff_client(Role.COORDINATOR), f"/staff/plan/rows/{row.public_id}"
    sent = {**_form(client.get(url).text, "row-form"), "remarks": "甲", "reason": "请补充步骤"}
    saved = client.send(url, {**sent, "then": "keep"})
    assert "请补充步骤" in saved.text
    again = client.send(f"{url}/return", {**_form(saved.text, "row-form"), "reason": "请补充步骤和人员"})
    assert again.status_code == 303
    found = _stored(app, PlanRow, row.public_id)
    assert (found.remarks, found.return_reason) == ("甲", "请补充步骤和人员")


def test_an_activity_is_announced_with_what_was_typed(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        day = make_theme_day()
        activity = make_activity(day, state=ActivityState.DRAFT, ends_at=None, place={})
    client, url = staff_client(Role.COORDINATOR), f"/staff/activities/{activity.public_id}"
    page = client.get(url).text
    assert 'form="activity-form" name="deed" value="publish"' in page
    sent = {**_form(page, "activity-form"), "summary_zh": "看改造现场", "deed": "publish"}
    refused = client.send(url, sent)
    assert refused.status_code == 422
    for words in ("请填写地点", "看改造现场"):
        assert words in refused.text
    assert _stored(app, Activity, activity.public_id).state is ActivityState.DRAFT
    whole = {**sent, "ends_at": f"{YEAR + 1}-12-31T11:30", "place_zh": "龙山街道金盆小区"}
    assert [client.send(url, whole).status_code for _ in range(2)] == [303, 303]
    found = _stored(app, Activity, activity.public_id)
    assert (found.state, found.revision) == (ActivityState.PUBLISHED, activity.revision + 2)
    assert (found.place.text(), found.summary.text()) == ("龙山街道金盆小区", "看改造现场")


def test_who_only_announces_sends_no_edits(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        activity = make_activity(make_theme_day(unit=unit), state=ActivityState.DRAFT)
        waiting = make_activity(
            make_theme_day(unit=unit, state=ThemeDayState.DRAFT), state=ActivityState.DRAFT
        )
    client = staff_client(Role.APPROVER, unit=unit)
    url = f"/staff/activities/{activity.public_id}"
    assert f'action="{url}/publish"' in client.get(url).text
    page = client.get(f"/staff/activities/{waiting.public_id}").text
    assert "/publish" not in page
    assert "请先发布年度计划" in page
    form = {"unit": unit.id, "form": "site-visit", "title_zh": "改", "deed": "publish"}
    assert client.send(url, form).status_code == 403


def test_merging_saves_what_was_typed_in_the_theme_day(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        make_round()
        into, other = (make_theme_day(month, state=ThemeDayState.DRAFT) for month in (3, 5))
    client, url = staff_client(Role.COORDINATOR), f"/staff/theme-days/{into.public_id}"
    page = client.get(url).text
    assert f'form="day-form" formaction="{url}/merge"' in page
    sent = {**_form(page, "day-form"), "story_zh": "两期合办", "merge": other.public_id}
    refused = client.send(f"{url}/merge", {**sent, "theme_zh": ""})
    assert refused.status_code == 422
    assert "两期合办" in refused.text
    assert client.send(f"{url}/merge", sent).status_code == 303
    assert _stored(app, ThemeDay, into.public_id).story.text() == "两期合办"
    with app.app_context():
        assert db.session.query(ThemeDay).count() == 1


def test_saving_a_theme_day_keeps_the_reason_of_a_merger(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        into, _other = make_theme_day(3), make_theme_day(5)
    client, url = staff_client(Role.COORDINATOR), f"/staff/theme-days/{into.public_id}"
    sent = {**_form(client.get(url).text, "day-form"), "story_zh": "甲", "merge_note": "两期内容相近"}
    saved = client.send(url, {**sent, "_request_id": request_id()})
    assert "两期内容相近" in saved.text
    assert _stored(app, ThemeDay, into.public_id).story.text() == "甲"
