"""The staff's pages of activities and their reports, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.db import db
from engage.core.ids import request_id
from engage.themedays.models import Activity, ActivityState, PlanRowState, ThemeDay
from tests.factories.accounts import make_unit
from tests.factories.themedays import YEAR, make_activity, make_round, make_row, make_theme_day
from tests.fixtures.staff import StaffClient
from tests.themedays.test_photos import picture

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


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


def test_a_theme_day_links_only_activities_that_may_be_opened(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        own, other = make_unit("市水利局"), make_unit("市财政局")
        day = make_theme_day(unit=other)
        mine, theirs = make_activity(day, unit_id=own.id), make_activity(day, unit_id=other.id)
        address, mine_id, theirs_id = day.public_id, mine.public_id, theirs.public_id
    page = staff_client(Role.DEPARTMENT, unit=own).get(f"/staff/theme-days/{address}").text
    assert f"/staff/activities/{mine_id}" in page
    assert f"/staff/activities/{theirs_id}" not in page


def test_a_theme_day_links_only_rows_that_may_be_read(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        plan, own, other = make_round(), make_unit("市水利局"), make_unit("市财政局")
        day = make_theme_day(unit=other)
        mine, theirs = (make_row(plan, unit, state=PlanRowState.FILED) for unit in (own, other))
    coordinator = staff_client(Role.COORDINATOR)
    for row in (mine, theirs):
        coordinator.send(f"/staff/plan/rows/{row.public_id}/arrange", {"target": f"day:{day.public_id}"})
    page = staff_client(Role.DEPARTMENT, unit=own).get(f"/staff/theme-days/{day.public_id}").text
    assert f"/staff/plan/rows/{mine.public_id}" in page
    assert f"/staff/plan/rows/{theirs.public_id}" not in page


def test_who_does_not_host_is_told_to_ask(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        own, day = make_unit("市水利局"), make_theme_day()
    client = staff_client(Role.DEPARTMENT, unit=own)
    assert "activities/new" not in client.get(f"/staff/theme-days/{day.public_id}").text
    refused = client.get(f"/staff/theme-days/{day.public_id}/activities/new")
    assert refused.status_code == 403
    assert "不是该主题日的主办或协办单位" in refused.text


def test_the_same_form_sent_twice_makes_one(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        day = make_theme_day(unit=unit)
    client = staff_client(Role.COORDINATOR)
    forms: dict[str, tuple[dict[str, Any], type[Any]]] = {
        f"/staff/theme-days/{day.public_id}/activities/new": (
            {"unit": unit.id, "form": "online", "title_zh": "在线访谈"},
            Activity,
        ),
        f"/staff/theme-days/new?year={YEAR}&month=3": (
            {"month": 3, "theme_zh": "民生实事", "unit": unit.id},
            ThemeDay,
        ),
    }
    for path, (form, kind) in forms.items():
        with app.app_context():
            before = db.session.query(kind).count()
        drawn = {**form, "_request_id": request_id()}
        answers = [client.send(path, drawn) for _ in range(2)]
        assert answers[0].location == answers[1].location
        with app.app_context():
            assert db.session.query(kind).count() == before + 1


REPORT = {"title_zh": "听居民说改造", "text_zh": "三十位居民参加。", "people_reached": 30}


def _photo(alt: str = "居民查看图纸", data: bytes | None = None) -> dict[str, Any]:
    return {"photo": (BytesIO(data or picture((800, 600))), "现场.jpg"), "alt_zh": alt, "deed": "photo"}


@pytest.fixture
def held(app: Flask, staff_client: Staff) -> tuple[StaffClient, str, str]:
    """A unit's browser, the address of the report of an activity that was held, and that of its page."""
    with app.app_context():
        unit = make_unit()
        activity = make_activity(make_theme_day(unit=unit), hours=-5)
    client = staff_client(Role.DEPARTMENT, unit=unit)
    url = f"/staff/activities/{activity.public_id}/report"
    return client, url, f"/activities/{activity.public_id}"


def test_what_was_typed_survives_every_button(app: Flask, held: tuple[StaffClient, str, str]) -> None:
    client, url, public = held
    assert client.get(url).status_code == 200
    for wrong, words in (
        (_photo(alt=""), "请为看不见图片的人描述"),
        (_photo(data=b"<svg/>"), "请选择 JPEG"),
        ({"deed": "photo"}, "请选择图片"),
        ({"deed": "keep", "people_reached": "三十"}, "请填写整数"),
        ({"deed": "publish", "title_zh": ""}, "请填写报告标题"),
    ):
        refused = client.send(url, {**REPORT, "revision": 0, **wrong})
        assert refused.status_code == 422
        assert words in refused.text
        assert "三十位居民参加。" in refused.text
    answer = client.send(url, {**REPORT, "revision": 0, **_photo()})
    assert answer.location.endswith("#photos")
    assert "三十位居民参加。" in client.get(url).text
    with app.app_context():
        stored = db.session.query(Activity).one().photos[0]
    typed = {**REPORT, "text_zh": "四十位居民参加。", "revision": 1, "deed": f"remove:{stored.id}"}
    assert client.send(url, typed).status_code == 303
    assert "四十位居民参加。" in client.get(url).text
    assert "居民参加。" not in app.test_client().get(public).text
    assert not list((app.config["ENGAGE"].files / "photos").iterdir())


def test_a_draft_is_not_public_until_it_is_published(app: Flask, held: tuple[StaffClient, str, str]) -> None:
    client, url, public = held
    visitor = app.test_client()
    for revision, deed in enumerate(("keep", "")):
        # The second time nothing has changed, and the revision stays.
        assert client.send(url, {**REPORT, "revision": revision, "deed": deed}).status_code == 303
        assert "三十位居民参加。" not in visitor.get(public).text
    assert "草稿未发布" in client.get(url).text
    assert client.send(url, {**REPORT, "revision": 1, "deed": "publish"}).status_code == 303
    assert "三十位居民参加。" in visitor.get(public).text
    changed = {**REPORT, "text_zh": "改到一半", "revision": 2, "deed": "keep"}
    assert client.send(url, changed).status_code == 303
    assert "有未发布的修改" in client.get(url).text
    assert "三十位居民参加。" in visitor.get(public).text


def test_a_photo_chosen_when_publishing_is_not_lost(app: Flask, held: tuple[StaffClient, str, str]) -> None:
    client, url, _public = held
    data, again = picture((800, 600)), {"deed": "publish", "_request_id": request_id()}
    for _ in range(2):
        assert client.send(url, {**REPORT, "revision": 0, **_photo(data=data), **again}).status_code == 303
    with app.app_context():
        stored = db.session.query(Activity).one()
        assert (len(stored.photos), stored.reported_at is not None) == (1, True)


def test_photos_are_public_with_their_report(app: Flask, held: tuple[StaffClient, str, str]) -> None:
    client, url, _public = held
    client.send(url, {**REPORT, "revision": 0, **_photo()})
    with app.app_context():
        stored = db.session.query(Activity).one().photos[0]
    address = f"/files/photos/{stored.file_name}.webp"
    visitor = app.test_client()
    assert visitor.get(address).status_code == 404
    with client.get(address) as shown:
        assert shown.status_code == 200
    assert client.send(url, {**REPORT, "revision": 1, "deed": "publish"}).status_code == 303
    with visitor.get(address) as shown:
        assert shown.mimetype == "image/webp"
    assert visitor.get("/files/photos/../secret.key").status_code == 404
