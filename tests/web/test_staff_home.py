"""The staff home: what is to be done by deadline, for each role what is theirs, in few queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from sqlalchemy import insert

from engage.accounts.permissions import Role
from engage.cases.models import Case
from engage.cases.rules import time_left
from engage.core.calendar import is_working_day
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.live.models import Phase
from engage.notifications.actions import notify
from engage.themedays.models import ActivityState, PlanRowState
from engage.web.staff_home import MOST, days_left, due_words
from tests.factories.accounts import make_unit
from tests.factories.cases import KIND, make_case
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.live import ask, make_room
from tests.factories.surveys import make_survey, send_response
from tests.factories.themedays import make_activity, make_round, make_row, make_theme_day
from tests.fixtures.html import of_class, parsed, words_of
from tests.fixtures.queries import counted_queries, query_plans
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
Staff = Callable[..., StaffClient]
DAY = date(2026, 3, 10)
YEAR = today().year


def _items(client: StaffClient) -> list[tuple[str, str]]:
    """What the list shows: due and title of each item."""
    page = parsed(client.get("/staff/").text)
    return [
        (words_of(of_class(item, "work-item__due")[0]), words_of(of_class(item, "work-item__title")[0]))
        for item in of_class(page, "work-item")
    ]


def _buttons(page: Element) -> list[Element]:
    return [item.findall("a")[0] for item in of_class(page, "work-item")]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 3, 2), "6 working days late"),
        (date(2026, 3, 9), "1 working day late"),
        (date(2026, 3, 10), "Today"),
        (date(2026, 3, 11), "Tomorrow"),
        (date(2026, 3, 12), "2026-03-12"),
    ],
)
def test_a_deadline_is_told_as_a_calendar_tells_it(due: date, words: str) -> None:
    assert str(due_words(due, DAY)) == words


@pytest.mark.parametrize("days", range(1, 12))
def test_the_home_and_the_case_say_alike_how_late_it_is(days: int) -> None:
    """In working days, also where only free days have passed since."""
    due = DAY - timedelta(days=days)
    assert str(due_words(due, DAY)) == str(time_left(due, DAY))
    friday = date(2026, 3, 6)
    assert str(due_words(friday, friday + timedelta(days=1))) == "late since the day it was due"


@pytest.mark.parametrize(("last", "words"), [(10, "ends today"), (11, "ends tomorrow"), (31, "21 days left")])
def test_what_runs_says_how_long_it_goes_on(last: int, words: str) -> None:
    assert str(days_left(date(2026, 3, last), DAY)) == words


def test_work_is_sorted_by_deadline_and_what_cannot_wait_is_first(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit("市住建局")
        for number, days in ((1, 30), (2, 0), (3, -1)):
            make_case(unit, source_id=number, due_on=today() + timedelta(days=days))
        make_consultation(unit=unit, opened=40, closes=-2)
    client = staff_client(Role.DEPARTMENT, unit=unit)
    found = _items(client)
    # On a free day no working day has passed since yesterday.
    late = "已超期 1 个工作日" if is_working_day(today()) else "刚过期限"
    assert [due for due, _title in found][:2] == [late, "今天"]
    assert found[-1] == ("", "城区停车管理办法（征求意见稿）")
    page = parsed(client.get("/staff/").text)
    by_id = {element.get("id"): element for element in page.iter()}
    names = [by_id[button.get("aria-labelledby").split()[1]] for button in _buttons(page)]
    assert [words_of(name) for name in names] == [title for _due, title in found]


def test_nothing_to_do_is_said_and_no_zero_is_shown(staff_client: Staff) -> None:
    page = staff_client(Role.MODERATOR).get("/staff/").text
    assert "目前没有待办事项" in page
    assert ">0<" not in page
    assert "work-item" not in page


def test_a_moderator_sees_the_next_session_large(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit("市住建局")
        soon = make_room(Phase.ANNOUNCED, unit=unit, starts_at=now() + timedelta(days=2))
        make_room(Phase.ANNOUNCED, unit=make_unit(), starts_at=now() + timedelta(days=9))
    client = staff_client(Role.MODERATOR)
    lead = of_class(parsed(client.get("/staff/").text), "work-lead")
    assert [a.get("href") for a in lead[0].iter("a")] == [f"/staff/live/{soon.public_id}/console"]
    with app.app_context():
        live = make_room(Phase.LIVE, unit=make_unit(), title=soon.title)
        ask(live)
    lead = of_class(parsed(client.get("/staff/").text), "work-lead")
    assert live.public_id in str(next(lead[0].iter("a")).get("href"))
    assert "1 条待审核" in words_of(lead[0])


def test_an_approver_sees_what_waits_for_approval_and_nothing_else(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        unit = make_unit("市住建局")
        day = make_theme_day(unit=unit)
        make_activity(day, state=ActivityState.DRAFT)
        make_room(Phase.DRAFT, unit=unit)
        make_room(Phase.ENDED, unit=unit)
        make_consultation(unit=unit, opened=40, closes=-2)
        make_case(unit, due_on=today())
        closed = make_survey(unit=unit)
        send_response(closed, q1="a")
        with atomic():
            closed.closes_at = now() - timedelta(hours=1)
        make_room(Phase.DRAFT, unit=make_unit())
        unit_id = unit.id
    page = parsed(staff_client(Role.APPROVER, unit=unit_id).get("/staff/").text)
    actions = [words_of(button) for button in _buttons(page)]
    assert actions == ["查看并发布"] * 5


def test_rows_are_counted_in_the_year_they_belong_to(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        this, following = make_round(YEAR, days=-5), make_round(YEAR + 1, days=-1)
        late, prompt = make_unit("市教育局"), make_unit("市财政局")
        for _ in range(3):
            make_row(this, prompt, state=PlanRowState.FILED)
        make_row(following, prompt, state=PlanRowState.FILED, planned_on=date(YEAR + 1, 3, 12))
        make_theme_day(5, unit=late, year=YEAR + 1)
    client = staff_client(Role.COORDINATOR)
    page = parsed(client.get("/staff/").text)
    texts = [words_of(item) for item in of_class(page, "work-item")]
    this_year = [text for text in texts if f"{YEAR} 年度计划" in text or f"{YEAR}年度计划" in text]
    next_year = [text for text in texts if f"{YEAR + 1} 年度计划" in text or f"{YEAR + 1}年度计划" in text]
    assert any("3 条报送待统筹" in text for text in this_year)
    assert any("1 条报送待统筹" in text for text in next_year)
    assert any("1、2、3、4、6" in text or "1, 2, 3, 4, 6" in text for text in next_year)
    assert any("1 家单位逾期未报送" in text and "市教育局" in text for text in next_year)


def test_a_unit_is_told_what_it_has_to_file(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        plan, unit = make_round(YEAR + 1, days=3), make_unit("市教育局")
    client = staff_client(Role.DEPARTMENT, unit=unit)
    assert [title for _due, title in _items(client)] == ["本单位尚未报送"]
    with app.app_context():
        make_row(plan, unit, theme="开学第一课", planned_on=date(YEAR + 1, 9, 1))
        make_row(plan, unit, theme="营养餐", state=PlanRowState.FILED, planned_on=date(YEAR + 1, 9, 1))
    assert [title for _due, title in _items(client)] == ["开学第一课"]


def test_those_who_receive_guests_have_the_page_of_their_activities(app: Flask, staff_client: Staff) -> None:
    with app.app_context():
        day = make_theme_day()
        mine, _other = make_activity(day, hours=30), make_activity(day, hours=40, title=day.theme)
        make_activity(day, hours=-30, title=day.theme)
    client = staff_client(Role.CHECK_IN, activity_id=mine.id)
    home = client.get("/staff/").text
    assert 'href="/staff/check-in"' in home
    page = parsed(client.get("/staff/check-in").text)
    assert [a.get("href") for body in page.iter("tbody") for a in body.iter("a")] == [
        f"/activities/{mine.public_id}"
    ]
    assert staff_client(Role.TYPIST).get("/staff/check-in").status_code == 403


def test_the_bell_counts_what_is_not_read(app: Flask, staff_client: Staff) -> None:
    client = staff_client(Role.COORDINATOR)
    assert "bell__count" not in client.get("/staff/").text
    with app.app_context(), atomic():
        notify([client.user.id], "case-opened:1", msg("A"), msg("B"), "/staff/cases")
    assert "1 条未读" in client.get("/staff/cases").text


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DEPARTMENT])
def test_five_thousand_cases_cost_no_more_queries_than_two(
    app: Flask, staff_client: Staff, role: Role
) -> None:
    with app.app_context():
        unit = make_unit("市住建局")
        make_case(unit, source_id=1, due_on=today())
        make_case(unit, source_id=2, due_on=today())
        unit_id = unit.id
    client = staff_client(role, unit=None if role is Role.COORDINATOR else unit_id)
    client.get("/staff/")
    with counted_queries(app) as few:
        client.get("/staff/")
    columns = {"source_kind": KIND, "unit_id": unit_id, "title": "提问", "due_on": today()}
    with app.app_context(), atomic():
        db.session.execute(insert(Case), [columns | {"source_id": 10 + number} for number in range(5_000)])
    with counted_queries(app) as many:
        items = _items(client)
    assert len(many) == len(few)
    assert len([title for _due, title in items if "提问" in title]) == MOST
    assert items[-1] == ("", "还有 4,992 件待办未办结")
    plans = query_plans(app, [one for one in many if "owed_case" in one or "FROM activity" in one])
    assert not [
        plan for plan in plans if plan.startswith(("SCAN owed_case", "SCAN activity")) and "INDEX" not in plan
    ], plans


def test_the_address_of_each_action_opens(app: Flask, staff_client: Staff) -> None:
    """Every link of every role's home, with something of each sort there."""
    with app.app_context():
        unit = make_unit("市住建局")
        day = make_theme_day(unit=unit)
        make_activity(day, state=ActivityState.DRAFT)
        make_activity(day, hours=-30)
        make_activity(day, hours=2)
        make_case(unit, due_on=today())
        one = make_consultation(unit=unit)
        make_comments(one, ["意见"])
        make_round(YEAR, days=-1)
        make_survey(unit=unit)
        ask(make_room(Phase.LIVE, unit=unit))
        make_room(Phase.ENDED, unit=unit)
        unit_id = unit.id
    for role in (
        Role.COORDINATOR,
        Role.DEPARTMENT,
        Role.APPROVER,
        Role.MODERATOR,
        Role.TYPIST,
        Role.CHECK_IN,
    ):
        client = staff_client(role) if role is Role.COORDINATOR else staff_client(role, unit=unit_id)
        links = {
            str(a.get("href")) for a in of_class(parsed(client.get("/staff/").text), "work")[0].iter("a")
        }
        assert links, role
        # The dashboard asks the worker, which does not run here.
        closed = {link for link in links if client.get(link).status_code != 200 and "/results" not in link}
        assert not closed, (role, closed)
