"""Cases: answering answers at the source, in one transaction; nobody is reminded twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.cases import jobs, queries
from engage.cases.actions import (
    answer_case,
    close_case_of,
    open_case,
    reassign_case,
    withdraw_case_of,
)
from engage.cases.models import Case, CaseState
from engage.cases.queries import Filter
from engage.core.actor import SYSTEM
from engage.core.calendar import add_working_days
from engage.core.clock import today
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.core.writer import atomic
from engage.notifications.models import Notification
from tests.factories.accounts import make_actor, make_unit
from tests.factories.cases import KIND, SOURCE, make_case

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def _case(case: Case) -> Case:
    db.session.expire_all()
    return db.session.get_one(Case, case.id)


def _told() -> int:
    return db.session.scalar(select(func.count()).select_from(Notification)) or 0


def test_a_case_is_due_in_five_working_days_and_its_unit_is_told() -> None:
    unit = make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    make_actor(Role.DEPARTMENT, unit=make_unit("市财政局"))
    case = make_case(unit)
    assert case.due_on == add_working_days(today(), 5)
    assert db.session.scalars(select(Notification.user_id)).all() == [staff.id]


def test_a_unit_without_staff_leaves_it_to_the_coordinator_to_notice() -> None:
    coordinator = make_actor(Role.COORDINATOR)
    make_case(make_unit())
    assert db.session.scalars(select(Notification.user_id)).all() == [coordinator.id]


def test_answering_answers_at_the_source() -> None:
    unit = make_unit()
    case = make_case(unit)
    answer_case(make_actor(Role.DEPARTMENT, unit=unit), case.id, " 按楼层分摊。 ", case.revision)
    assert SOURCE.answers == {1: "按楼层分摊。"}
    assert _case(case).state is CaseState.ANSWERED
    assert "case.answered" in db.session.scalars(select(AuditEntry.event)).all()


def test_what_the_source_refuses_leaves_the_case_open() -> None:
    case = make_case()
    SOURCE.refuses = True
    with pytest.raises(Conflict):
        answer_case(SYSTEM, case.id, "按楼层分摊。", case.revision)
    assert _case(case).state is CaseState.OPEN


@pytest.mark.parametrize("text", ["", "   ", "长" * 10_001], ids=["empty", "blank", "long"])
def test_an_answer_has_words_and_a_limit(text: str) -> None:
    case = make_case()
    with pytest.raises(Invalid):
        answer_case(SYSTEM, case.id, text, case.revision)


def test_another_unit_does_not_answer() -> None:
    case = make_case()
    with pytest.raises(NotAllowed):
        answer_case(make_actor(Role.DEPARTMENT, unit=make_unit("市财政局")), case.id, "好。", case.revision)


def test_a_case_is_answered_once() -> None:
    case = make_case()
    answer_case(SYSTEM, case.id, "按楼层分摊。", case.revision)
    with pytest.raises(Conflict):
        answer_case(SYSTEM, case.id, "再答一次。", _case(case).revision)
    assert SOURCE.answers == {1: "按楼层分摊。"}


def test_handing_over_keeps_the_due_date_and_tells_the_new_unit_and_the_source() -> None:
    first, second = make_unit(), make_unit("市财政局")
    case, coordinator = make_case(first), make_actor(Role.COORDINATOR)
    due, staff = case.due_on, make_actor(Role.DEPARTMENT, unit=second)
    with pytest.raises(NotAllowed):
        reassign_case(
            make_actor(Role.DEPARTMENT, unit=first), case.id, second.id, "职责在财政", case.revision
        )
    with pytest.raises(Invalid):
        reassign_case(coordinator, case.id, second.id, " ", case.revision)
    reassign_case(coordinator, case.id, second.id, "职责在财政", case.revision)
    stored = _case(case)
    assert (stored.unit_id, stored.due_on, SOURCE.units) == (second.id, due, {1: second.id})
    assert db.session.scalars(select(Notification.user_id)).all() == [staff.id]


def test_the_source_closes_and_withdraws_its_case() -> None:
    answered, withdrawn = make_case(source_id=1), make_case(source_id=2)
    with atomic():
        close_case_of(SYSTEM, KIND, 1)
        withdraw_case_of(SYSTEM, KIND, 2, "重复提问")
    assert (_case(answered).state, _case(withdrawn).state) == (CaseState.ANSWERED, CaseState.WITHDRAWN)


def test_the_same_source_has_one_open_case() -> None:
    unit, case = make_unit("市财政局"), make_case()
    with atomic():
        again = open_case(SYSTEM, KIND, 1, case.unit_id, "同一提问")
    assert again.id == case.id
    with pytest.raises(Conflict), atomic():
        open_case(SYSTEM, KIND, 1, unit.id, "同一提问")


def test_lists_and_counts_agree() -> None:
    unit, day = make_unit(), today()
    cases = [
        make_case(unit, source_id=1, due_on=day - timedelta(days=3)),
        make_case(unit, source_id=2, due_on=day),
        make_case(unit, source_id=3, due_on=day + timedelta(days=40)),
        make_case(unit, source_id=4),
        make_case(make_unit("市财政局"), source_id=5, due_on=day),
    ]
    answer_case(SYSTEM, cases[3].id, "好。", cases[3].revision)
    staff, coordinator = make_actor(Role.DEPARTMENT, unit=unit), make_actor(Role.COORDINATOR)
    expected = {Filter.OPEN: 3, Filter.DUE_SOON: 1, Filter.OVERDUE: 1, Filter.ANSWERED: 1, Filter.ALL: 4}
    assert queries.counts(staff) == expected
    for wanted, count in expected.items():
        rows, total = queries.cases_of(staff, wanted)
        assert len(rows) == total == count
    assert [row.case.source_id for row in queries.cases_of(staff, Filter.OPEN)[0]] == [1, 2, 3]
    assert queries.counts(coordinator)[Filter.ALL] == 5
    assert queries.counts(coordinator, unit.id) == expected
    assert queries.waiting(staff) == (3, 1)
    assert queries.counts(make_actor(Role.MODERATOR))[Filter.ALL] == 0


def test_nobody_is_reminded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = make_unit()
    staff, coordinator = make_actor(Role.DEPARTMENT, unit=unit), make_actor(Role.COORDINATOR)
    late = make_case(unit, due_on=date(2026, 3, 5))
    make_case(unit, source_id=2, due_on=date(2026, 3, 31))
    before = _told()
    monkeypatch.setattr(jobs, "today", lambda _zone: date(2026, 3, 6))
    jobs.remind()
    jobs.remind()
    assert _told() - before == 2
    reminded = select(Notification.user_id).where(Notification.key.startswith(f"case-due:{late.id}:"))
    assert sorted(db.session.scalars(reminded)) == sorted([staff.id or 0, coordinator.id or 0])
    monkeypatch.setattr(jobs, "today", lambda _zone: date(2026, 3, 9))
    jobs.remind()
    assert _told() - before == 2


def test_a_case_due_soon_reminds_the_unit_only(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    make_actor(Role.COORDINATOR)
    case = make_case(unit, due_on=date(2026, 3, 10))
    monkeypatch.setattr(jobs, "today", lambda _zone: date(2026, 3, 6))
    jobs.remind()
    reminded = select(Notification.user_id).where(Notification.key.startswith(f"case-due:{case.id}:"))
    assert db.session.scalars(reminded).all() == [staff.id]
