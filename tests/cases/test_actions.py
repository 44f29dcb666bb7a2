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
    correct_case,
    open_case,
    reassign_case,
    return_case,
    withdraw_case_of,
)
from engage.cases.models import Case, CaseState
from engage.cases.queries import Filter
from engage.cases.rules import CaseDeed
from engage.core.actor import SYSTEM
from engage.core.calendar import add_working_days
from engage.core.clock import today
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.core.writer import atomic
from engage.notifications.models import Notification
from tests.factories.accounts import make_actor, make_unit
from tests.factories.cases import KIND, PLAIN_KIND, SOURCE, make_case

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
    expected = {
        Filter.OPEN: 3,
        Filter.DUE_SOON: 1,
        Filter.OVERDUE: 1,
        Filter.RETURNED: 0,
        Filter.ANSWERED: 1,
        Filter.ALL: 4,
    }
    assert queries.counts(staff) == expected
    for wanted, count in expected.items():
        rows, total = queries.cases_of(staff, wanted)
        assert len(rows) == total == count
    assert [row.case.source_id for row in queries.cases_of(staff, Filter.OPEN)[0]] == [1, 2, 3]
    assert queries.counts(coordinator)[Filter.ALL] == 5
    assert queries.counts(coordinator, unit.id) == expected
    assert queries.most_urgent(staff, 2)[1] == 3
    assert [row.case.source_id for row in queries.most_urgent(staff, 2)[0]] == [1, 2]
    listed, urgent = queries.cases_of(coordinator, Filter.OPEN)[0], queries.most_urgent(coordinator, 9)[0]
    assert [row.case.source_id for row in listed] == [row.case.source_id for row in urgent] == [1, 2, 5, 3]
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


def _entry(event: str) -> AuditEntry:
    return db.session.scalars(select(AuditEntry).where(AuditEntry.event == event)).one()


def test_an_answer_is_corrected_with_both_texts_in_the_log() -> None:
    unit = make_unit()
    staff, case = make_actor(Role.DEPARTMENT, unit=unit), make_case(unit)
    answer_case(staff, case.id, "按楼层分滩。", case.revision)
    answered = _case(case).answered_at
    correct_case(staff, case.id, " 按楼层分摊。 ", _case(case).revision)
    assert SOURCE.answers == {1: "按楼层分摊。"}
    assert _case(case).answered_at == answered
    entry = _entry("case.corrected")
    assert (entry.before, entry.after) == ({"answer": "按楼层分滩。"}, {"answer": "按楼层分摊。"})


def test_what_is_refused_as_a_correction() -> None:
    unit = make_unit()
    staff, case = make_actor(Role.DEPARTMENT, unit=unit), make_case(unit)
    with pytest.raises(Conflict):
        correct_case(staff, case.id, "还没有答复。", case.revision)
    answer_case(staff, case.id, "好。", case.revision)
    revision = _case(case).revision
    other = make_actor(Role.DEPARTMENT, unit=make_unit("市财政局"))
    for actor, text, seen, refusal in (
        (staff, "", revision, Invalid),
        (staff, "好。", revision, Invalid),
        (staff, "长" * 10_001, revision, Invalid),
        (staff, "更好。", revision - 1, Conflict),
        (other, "更好。", revision, NotAllowed),
    ):
        with pytest.raises(refusal):
            correct_case(actor, case.id, text, seen)
    assert SOURCE.answers == {1: "好。"}


def test_a_source_that_takes_no_corrections_says_so() -> None:
    case = make_case(source_kind=PLAIN_KIND)
    answer_case(SYSTEM, case.id, "好。", case.revision)
    with pytest.raises(Conflict, match="cannot be corrected"):
        correct_case(SYSTEM, case.id, "更好。", _case(case).revision)
    assert CaseDeed.CORRECT not in queries.opened(SYSTEM, case.public_id).deeds


def test_a_case_of_another_unit_goes_back_to_the_coordinator() -> None:
    unit, right = make_unit(), make_unit("市财政局")
    staff, coordinator = make_actor(Role.DEPARTMENT, unit=unit), make_actor(Role.COORDINATOR)
    case = make_case(unit)
    before = _told()
    return_case(staff, case.id, " 职责在财政 ", case.revision)
    stored = _case(case)
    assert (stored.state, stored.due_on, stored.return_reason) == (CaseState.OPEN, case.due_on, "职责在财政")
    assert _told() - before == 1
    told = db.session.scalars(select(Notification).order_by(Notification.id.desc())).first()
    assert told is not None
    assert told.user_id == coordinator.id
    assert _entry("case.returned").after["reason"] == "职责在财政"
    # It is off the unit's list and on the coordinator's; nobody answers it meanwhile.
    assert queries.counts(staff)[Filter.ALL] == 0
    assert queries.most_urgent(staff, 2) == ([], 0)
    assert queries.counts(coordinator)[Filter.RETURNED] == 1
    for actor in (staff, coordinator):
        with pytest.raises(Conflict, match="given back"):
            answer_case(actor, case.id, "好。", stored.revision)
        with pytest.raises(Conflict, match="given back"):
            return_case(actor, case.id, "再退一次", stored.revision)
    assert queries.opened(staff, case.public_id).deeds == {CaseDeed.READ}
    reassign_case(coordinator, case.id, right.id, "转财政", stored.revision)
    assert _case(case).returned_at is None
    assert queries.counts(coordinator)[Filter.RETURNED] == 0


def test_what_is_refused_as_giving_back() -> None:
    unit = make_unit()
    staff, case = make_actor(Role.DEPARTMENT, unit=unit), make_case(unit)
    other = make_actor(Role.DEPARTMENT, unit=make_unit("市财政局"))
    approver = make_actor(Role.APPROVER, unit=unit)
    for actor, reason, revision, refusal in (
        (staff, " ", case.revision, Invalid),
        (staff, "长" * 501, case.revision, Invalid),
        (staff, "不归我管", case.revision - 1, Conflict),
        (other, "不归我管", case.revision, NotAllowed),
        (approver, "不归我管", case.revision, NotAllowed),
    ):
        with pytest.raises(refusal):
            return_case(actor, case.id, reason, revision)
    answer_case(staff, case.id, "好。", case.revision)
    with pytest.raises(Conflict):
        return_case(staff, case.id, "不归我管", _case(case).revision)


def test_a_case_given_back_reminds_the_coordinator_and_not_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = make_unit()
    staff, coordinator = make_actor(Role.DEPARTMENT, unit=unit), make_actor(Role.COORDINATOR)
    case = make_case(unit, due_on=date(2026, 3, 10))
    return_case(staff, case.id, "不归我管", case.revision)
    monkeypatch.setattr(jobs, "today", lambda _zone: date(2026, 3, 6))
    jobs.remind()
    reminded = select(Notification.user_id).where(Notification.key.startswith(f"case-due:{case.id}:"))
    assert db.session.scalars(reminded).all() == [coordinator.id]


def test_what_was_asked_is_read_once_for_a_list() -> None:
    unit = make_unit()
    for number in (1, 2, 3):
        make_case(unit, source_id=number)
    SOURCE.erased.add(2)
    rows, _ = queries.cases_of(make_actor(Role.DEPARTMENT, unit=unit), Filter.ALL)
    assert [sorted(ids) for ids in SOURCE.asked] == [[1, 2, 3]]
    assert {row.case.source_id: bool(row.asked) for row in rows} == {1: True, 2: False, 3: True}


def test_a_case_closed_or_withdrawn_at_its_source_is_no_longer_given_back() -> None:
    unit = make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    cases = [make_case(unit, source_id=number) for number in (1, 2)]
    for case in cases:
        return_case(staff, case.id, "不归我管", case.revision)
    with atomic():
        close_case_of(SYSTEM, KIND, 1)
        withdraw_case_of(SYSTEM, KIND, 2, "")
    assert [_case(case).returned_at for case in cases] == [None, None]
