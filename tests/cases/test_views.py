"""The pages of what is owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.cases.models import Case, CaseState
from engage.core.calendar import working_days_between
from engage.core.clock import today
from engage.core.db import db
from tests.factories.accounts import make_unit
from tests.factories.cases import SOURCE, make_case
from tests.fixtures.queries import counted_queries
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]


def test_a_department_answers_from_its_list(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit("市住建局")
        case = make_case(unit, due_on=today() - timedelta(days=20))
        make_case(make_unit("市财政局"), source_id=2)
    client = staff_client(Role.DEPARTMENT, unit=unit)
    page = client.get("/staff/cases").text
    assert "第 1 个提问" in page
    assert "第 2 个提问" not in page
    assert "已超期" in page
    late = working_days_between(today() - timedelta(days=20), today())
    assert f"已超期 {late} 个工作日" in client.get("/staff/").text
    assert f"已超期 {late} 个工作日" in page
    url = f"/staff/cases/{case.public_id}"
    assert "加装电梯的费用怎么分摊" in client.get(url).text
    empty = client.send(url, {"revision": case.revision, "text": " "})
    assert empty.status_code == 422
    assert "请填写答复" in empty.text
    assert client.send(url, {"revision": case.revision, "text": "按楼层分摊。"}).status_code == 303
    assert SOURCE.answers == {1: "按楼层分摊。"}
    assert "按楼层分摊。" in client.get(url).text
    assert "超期答复" in client.get("/staff/cases?show=answered").text


def test_what_was_typed_stays_when_a_colleague_was_faster(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        case = make_case(unit)
    first, second = (staff_client(Role.DEPARTMENT, unit=unit) for _ in range(2))
    url, revision = f"/staff/cases/{case.public_id}", case.revision
    assert first.send(url, {"revision": revision, "text": "先答。"}).status_code == 303
    late = second.send(url, {"revision": revision, "text": "我写了很长的答复。"})
    assert late.status_code == 409
    assert "我写了很长的答复。" in late.text
    assert "已由他人办结" in late.text
    assert SOURCE.answers == {1: "先答。"}


def test_the_coordinator_hands_over_with_a_reason(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit, other = make_unit("市住建局"), make_unit("市财政局")
        case = make_case(unit)
    coordinator, department = staff_client(Role.COORDINATOR), staff_client(Role.DEPARTMENT, unit=unit)
    url = f"/staff/cases/{case.public_id}"
    form = {"case_revision": case.revision, "unit": other.id, "reason": "职责在财政"}
    assert "转交其他单位" not in department.get(url).text
    assert department.send(f"{url}/reassign", form).status_code == 403
    refused = coordinator.send(f"{url}/reassign", {**form, "reason": ""})
    assert refused.status_code == 422
    assert coordinator.send(f"{url}/reassign", form).status_code == 303
    assert department.get(url).status_code == 403
    assert "职责在财政" in coordinator.get(url).text
    assert coordinator.get(f"/staff/cases?unit={other.public_id}").status_code == 200


def test_a_source_that_is_gone_says_so(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        case = make_case()
    SOURCE.gone.add(1)
    page = staff_client(Role.COORDINATOR).get(f"/staff/cases/{case.public_id}").text
    assert "原提问已删除" in page


def test_an_erased_question_says_who_deleted_it(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        case = make_case(unit, state=CaseState.WITHDRAWN)
        SOURCE.erased.add(1)
    client = staff_client(Role.DEPARTMENT, unit=unit)
    page = client.get(f"/staff/cases/{case.public_id}").text
    assert "已由本人删除" in page
    assert "<blockquote" not in page
    assert "发布答复" not in page
    listed = client.get("/staff/cases?show=all").text
    assert "老旧小区改造访谈 #1" in listed
    assert "加装电梯" not in listed


def test_the_staff_page_is_linked_only_where_it_opens(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        own, asked = make_unit("市住建局"), make_unit("市财政局")
        case = make_case(asked)
        SOURCE.unit_id = own.id
    url = f"/staff/cases/{case.public_id}"
    there = 'href="/staff/somewhere"'
    page = staff_client(Role.DEPARTMENT, unit=asked).get(url).text
    assert there not in page
    assert 'href="/somewhere"' in page
    assert "第 1 个提问：加装电梯的费用怎么分摊？" in page
    assert there in staff_client(Role.COORDINATOR).get(url).text


def test_a_department_gives_back_what_is_not_its_own(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit("市住建局")
        case = make_case(unit)
    department, coordinator = staff_client(Role.DEPARTMENT, unit=unit), staff_client(Role.COORDINATOR)
    url = f"/staff/cases/{case.public_id}"
    assert "不属本单位职责，退回" in department.get(url).text
    assert "不属本单位职责，退回" not in coordinator.get(url).text
    form = {"return_revision": case.revision, "why": "职责在财政"}
    refused = department.send(f"{url}/return", form | {"why": ""})
    assert refused.status_code == 422
    assert "请填写理由" in refused.text
    stale = department.send(f"{url}/return", form | {"return_revision": 99})
    assert stale.status_code == 409
    assert "职责在财政" in stale.text
    done = department.send(f"{url}/return", form, follow_redirects=True)
    assert "已退回统筹人员" in done.text
    assert "加装电梯" not in done.text
    assert "发布答复" not in department.get(url).text
    page = coordinator.get(url).text
    assert "市住建局已于" in page
    assert "职责在财政" in page
    assert f'<option value="{unit.id}"' in page
    select = page[page.index('<select class="input" id="unit"') :].partition("</select>")[0]
    assert "required" in select
    assert "selected" not in select
    assert '<option value="">请选择' in select
    assert "（选填）" not in page[: page.index(select)].rpartition("<label")[2]
    for nothing in ("", "abc", "0"):
        form = {"case_revision": case.revision + 1, "unit": nothing, "reason": "归财政。"}
        refused = coordinator.send(f"{url}/reassign", form)
        assert refused.status_code == 422
        assert "归财政。" in refused.text
    assert "已退回" in coordinator.get("/staff/cases?show=returned").text
    assert staff_client(Role.APPROVER, unit=unit).send(f"{url}/return", form).status_code == 403


def test_a_department_corrects_its_answer(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        case = make_case(unit)
    client = staff_client(Role.DEPARTMENT, unit=unit)
    url = f"/staff/cases/{case.public_id}"
    assert "更正答复" not in client.get(url).text
    client.send(url, {"revision": case.revision, "text": "按楼层分滩。"})
    assert "按楼层分滩。</textarea>" in client.get(url).text
    form = {"answer_revision": case.revision + 1, "corrected": "按楼层分摊。"}
    same = client.send(f"{url}/correct", form | {"corrected": "按楼层分滩。"})
    assert same.status_code == 422
    assert "内容与现有答复相同" in same.text
    assert client.send(f"{url}/correct", form).status_code == 303
    assert SOURCE.answers == {1: "按楼层分摊。"}
    late = client.send(f"{url}/correct", form | {"corrected": "另一种更正。"})
    assert late.status_code == 409
    assert "另一种更正。" in late.text


def test_missing_holidays_are_said_to_those_who_can_help(
    staff_client: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.cases.views.today", lambda: date(2098, 12, 1))
    coordinator = staff_client(Role.COORDINATOR)
    for client in (coordinator, staff_client(Role.ADMINISTRATOR)):
        assert "2098, 2099 年放假安排尚未录入" in client.get("/staff/").text
        assert "粘贴放假通知" in client.get("/staff/").text
    with_unit = staff_client(Role.MODERATOR)
    assert "放假安排" not in with_unit.get("/staff/").text
    assert with_unit.get("/staff/working-days").status_code == 403


def test_an_approver_reads_and_does_not_answer(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit()
        case = make_case(unit)
    client = staff_client(Role.APPROVER, unit=unit)
    url = f"/staff/cases/{case.public_id}"
    assert "发布答复" not in client.get(url).text
    assert client.send(url, {"revision": case.revision, "text": "好。"}).status_code == 403


@pytest.mark.parametrize("path", ["/staff/cases/nothing", "/staff/cases?show=everything"])
def test_what_is_not_there_is_not_found(staff_client: Staff, path: str) -> None:
    assert staff_client(Role.COORDINATOR).get(path).status_code == 404


def test_an_empty_list_is_said_in_words(staff_client: Staff) -> None:
    assert "没有待答复的事项" in staff_client(Role.COORDINATOR).get("/staff/cases").text


def test_the_lists_queries_do_not_grow_with_it(app: Flask, staff_client: Staff) -> None:
    client = staff_client(Role.COORDINATOR)
    with app.app_context():
        make_case()
    client.get("/staff/cases")
    with counted_queries(app) as few:
        client.get("/staff/cases")
    with app.app_context():
        for number in range(2, 42):
            case = make_case(source_id=number)
        assert db.session.get_one(Case, case.id).state is CaseState.OPEN
    with counted_queries(app) as many:
        page = client.get("/staff/cases?page=2").text
    assert "第 41 个提问" in page
    assert "第 1 个提问" not in page
    assert len(many) == len(few), "\n".join(many)
