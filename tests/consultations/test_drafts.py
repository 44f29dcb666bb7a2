"""What staff see of a draft before people do: its preview, its terms, closing and dropping it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.actions import editing
from engage.consultations.models import Consultation, Kind, State
from engage.consultations.rules.clauses import from_data
from engage.core.db import db
from engage.core.types import Localized
from engage.themedays.models import ActivityState
from tests.factories.accounts import make_actor, make_unit
from tests.factories.consultations import (
    DRAFT,
    make_comments,
    make_consultation,
)
from tests.factories.themedays import make_activity, make_theme_day
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import of_class, parsed, words_of
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


@pytest.fixture
def one(app: Flask) -> Consultation:
    with app.app_context():
        return make_consultation()


def test_staff_see_the_page_before_it_is_published(
    app: Flask, client: FlaskClient, staff_client: Staff
) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT, opens_at=None, closes_at=None)
        other = make_consultation()
    path = f"/staff/consultations/{one.public_id}/preview"
    page = staff_client(Role.DEPARTMENT, unit=one.unit_id).get(path)
    assert page.status_code == 200
    for words in ("预览", "第三条", "残疾人专用车辆免费停放", "市城管局"):
        assert words in page.text
    assert "提交意见" not in page.text
    assert "/comment" not in page.text
    assert "征集时间" not in page.text
    assert staff_client(Role.DEPARTMENT, unit=other.unit_id).get(path).status_code == 403
    assert client.get(path).status_code in (302, 303)


def test_a_preview_shows_what_is_not_published_yet(
    app: Flask, one: Consultation, staff_client: Staff
) -> None:
    with app.app_context():
        editing.set_text(make_actor(Role.COORDINATOR), one.id, DRAFT.replace("二元", "三元"), 0)
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    assert "三元" in staff.get(f"/staff/consultations/{one.public_id}/preview").text
    assert "三元" not in staff.get(f"/consultations/{one.public_id}").text


def test_comments_on_clauses_that_a_new_text_lacks_are_told(
    app: Flask, one: Consultation, staff_client: Staff
) -> None:
    staff, path = staff_client(Role.DEPARTMENT, unit=one.unit_id), f"/staff/consultations/{one.public_id}"
    with app.app_context():
        keys = {clause.number: clause.key for clause in from_data(one.edit_clauses)}
        make_comments(one, ["太贵。", "再想想。"], clause=keys["第三条"])
        make_comments(one, ["很好。"], clause=keys["第一条"])
        editing.set_text(make_actor(Role.COORDINATOR), one.id, DRAFT.replace("二元", "三元"), 0)
    assert "在新文稿中已不存在" not in staff.get(path).text
    with app.app_context():
        shorter = "\n".join(line for line in DRAFT.splitlines() if not line.startswith("第三条"))
        editing.set_text(make_actor(Role.COORDINATOR), one.id, shorter, 1)
    told = next(
        words_of(box)
        for box in of_class(parsed(staff.get(path).text), "notice")
        if "已不存在" in words_of(box)
    )
    assert "2 条意见" in told
    assert "第三条" in told
    assert "第一条" not in told


def test_clauses_of_one_name_that_a_new_text_lacks_are_all_counted(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        one = make_consultation(
            draft="第一章 收费\n一、按时收费。\n第二章 免费\n一、夜间免费。\n二、急救免费。"
        )
        same = [clause for clause in from_data(one.edit_clauses) if clause.number == "一、"]
        assert len({clause.name for clause in same}) == 1
        make_comments(one, ["太贵。", "再想想。"], clause=same[0].key)
        make_comments(one, ["很好。"], clause=same[1].key)
        editing.set_text(make_actor(Role.COORDINATOR), one.id, "第一章 免费\n第一条 急救免费。", 0)
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    notices = of_class(parsed(staff.get(f"/staff/consultations/{one.public_id}").text), "notice")
    told = next(words_of(box) for box in notices if "已不存在" in words_of(box))
    assert "3 条意见" in told
    assert told.count("一、") == 2


def test_closing_early_asks_for_its_reason(app: Flask, client: FlaskClient, staff_client: Staff) -> None:
    with app.app_context():
        one = make_consultation(kind=Kind.MAJOR_DECISION, opened=3)
    staff, base = staff_client(Role.DEPARTMENT, unit=one.unit_id), f"/staff/consultations/{one.public_id}"
    assert 'name="short_reason"' in staff.get(base).text
    refused = staff.send(f"{base}/close")
    assert refused.status_code == 422
    assert "请延后截止时间，或填写理由" in refused.text
    assert staff.send(f"{base}/close", {"short_reason": "汛期提前。"}).status_code == 303
    assert "汛期提前。" in client.get(f"/consultations/{one.public_id}").text


def test_a_draft_is_deleted_and_a_withdrawn_one_says_what_it_is(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        draft = make_consultation(unit=unit, state=State.DRAFT)
        withdrawn = make_consultation(unit=unit, state=State.WITHDRAWN)
    staff = staff_client(Role.DEPARTMENT, unit=draft.unit_id)
    base = "/staff/consultations/"
    assert staff.send(f"{base}{withdrawn.public_id}/delete").status_code == 409
    page = staff.get(base + withdrawn.public_id).text
    assert "已撤回" in page
    assert "已结束" not in page
    deleted = staff.send(f"{base}{draft.public_id}/delete")
    assert (deleted.status_code, deleted.location) == (303, base)
    assert staff.get(base + draft.public_id).status_code == 404


def test_saving_terms_keeps_an_old_activity(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        activity = make_activity(make_theme_day(), state=ActivityState.CANCELLED)
        one = make_consultation(activity_id=activity.id)
    staff, path = staff_client(Role.COORDINATOR), f"/staff/consultations/{one.public_id}/terms"
    page = staff.get(path).text
    chosen = re.search(r'<option selected value="(\d+)">走进改造现场', page)
    assert chosen
    terms = {
        **hidden_fields(page),
        "kind": "other",
        "title": "新标题",
        "background": "背景。",
        "contact": "市城管局",
        "activity_id": chosen[1],
        **dict(re.findall(r'name="(opens_at|closes_at)"[^>]*value="([^"]+)"', page)),
        **{
            name: value
            for value, name in re.findall(r'value="([^"]+)"[^>]*name="(opens_at|closes_at)"', page)
        },
    }
    assert staff.send(path, terms).status_code == 303
    with app.app_context():
        saved = db.session.scalars(select(Consultation)).one()
        assert (saved.activity_id, saved.title.text()) == (activity.id, "新标题")


def test_terms_of_a_draft_may_lie_in_the_past(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT, opened=3)
        terms = replace(editing.terms_of(one), title=Localized(zh_CN="改了标题"))
        editing.edit_terms(make_actor(Role.COORDINATOR), one.id, terms)
        assert db.session.get_one(Consultation, one.id).title.text() == "改了标题"
