"""Plan rows: written, filed in time, returned, taken back; and what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.notifications.models import Notification
from engage.themedays.actions import rounds, rows
from engage.themedays.models import PlanRound, PlanRow, PlanRowState
from engage.themedays.queries import plan as queries
from engage.themedays.queries.rows import row_for
from engage.themedays.rules import RowDeed
from tests.factories.accounts import make_actor, make_unit
from tests.factories.themedays import YEAR, make_round, make_row, row_fields
from tests.themedays.stored import events, stored_row

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]


def test_a_unit_writes_and_files_a_row_with_cohosts_and_contacts() -> None:
    plan, unit, partner = make_round(), make_unit(), make_unit("市财政局")
    actor = make_actor(Role.DEPARTMENT, unit=unit)
    public_id = rows.write_row(actor, plan.year, unit.id, row_fields(cohosts=(partner.id, unit.id)))
    rows.file_row(actor, public_id)
    row = row_for(actor, public_id).row
    assert row.state is PlanRowState.FILED
    assert [one.unit.name.text() for one in row.cohosts] == ["市财政局"]
    assert [(one.name, one.phone) for one in row.contacts] == [("李红", "0746-3222333")]
    assert events() == ["plan-row.created", "plan-row.moved"]


def test_a_unit_cannot_file_for_another() -> None:
    plan, unit, other = make_round(), make_unit(), make_unit("市财政局")
    with pytest.raises(NotAllowed):
        rows.write_row(make_actor(Role.DEPARTMENT, unit=unit), plan.year, other.id, row_fields())


def test_an_incomplete_row_is_kept_as_a_draft_and_says_what_is_missing() -> None:
    row = make_row(make_round(), planned_on=None, contacts=())
    with pytest.raises(Invalid) as refused:
        rows.file_row(SYSTEM, row.public_id)
    assert set(refused.value.errors) == {"planned_on", "contacts"}
    assert stored_row(row).state is PlanRowState.DRAFT


def test_after_the_deadline_filing_is_refused_until_the_coordinator_gives_more_time() -> None:
    plan, unit = make_round(days=-1), make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    row = make_row(plan, unit)
    with pytest.raises(Conflict) as refused:
        rows.file_row(staff, row.public_id)
    assert "deadline" in refused.value.message.template
    rounds.extend(make_actor(Role.COORDINATOR), plan.year, unit.id, now() + timedelta(days=2))
    rows.file_row(staff, row.public_id)
    filing = next(one for one in queries.board(plan.year).filings if one.unit.id == unit.id)
    assert (filing.filed, filing.late, filing.extended, filing.missing) == (1, 1, True, False)
    assert db.session.scalars(select(Notification.user_id)).all() == [staff.id]


def test_more_time_must_lie_ahead_of_the_deadline() -> None:
    plan, unit = make_round(days=5), make_unit()
    with pytest.raises(Invalid):
        rounds.extend(SYSTEM, plan.year, unit.id, now() + timedelta(days=2))


def test_the_board_names_who_has_not_filed() -> None:
    plan, late, kept = make_round(days=-1), make_unit("市财政局"), make_unit("市水利局")
    make_row(plan, late)
    make_row(plan, kept, state=PlanRowState.FILED)
    missing = [one.unit.name.text() for one in queries.board(plan.year).filings if one.missing]
    assert missing == ["市财政局"]


def test_a_returned_row_tells_the_unit_why_and_can_be_filed_again() -> None:
    plan, unit = make_round(), make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    row = make_row(plan, unit, state=PlanRowState.FILED)
    rows.return_row(make_actor(Role.COORDINATOR), row.public_id, " 请补充步骤 ")
    assert (stored_row(row).state, stored_row(row).return_reason) == (PlanRowState.RETURNED, "请补充步骤")
    assert db.session.scalars(select(Notification.user_id)).all() == [staff.id]
    rows.file_row(staff, row.public_id)
    assert stored_row(row).return_reason == ""


def test_returning_needs_a_comment() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    with pytest.raises(Invalid):
        rows.return_row(SYSTEM, row.public_id, "  ")


def test_a_change_made_meanwhile_is_not_overwritten() -> None:
    row = make_row(make_round())
    public_id, seen = row.public_id, row.revision
    rows.change_row(SYSTEM, public_id, row_fields(theme="甲"), seen)
    with pytest.raises(Conflict):
        rows.change_row(SYSTEM, public_id, row_fields(theme="乙"), seen)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"theme": ""}, "theme"),
        ({"theme": "长" * 201}, "theme"),
        ({"planned_on": date(YEAR + 1, 1, 1)}, "planned_on"),
        ({"steps": "步" * 4001}, "steps"),
        ({"contacts": (rows.ContactFields("", "主任"),)}, "contacts"),
        ({"contacts": (rows.ContactFields("李红"),) * 11}, "contacts"),
    ],
)
def test_what_breaks_a_rule_of_rows_is_named(values: dict[str, object], field: str) -> None:
    plan, unit = make_round(), make_unit()
    with pytest.raises(Invalid) as refused:
        rows.write_row(SYSTEM, plan.year, unit.id, row_fields(**values))
    assert field in refused.value.errors


def test_a_returned_row_can_be_filed_after_the_deadline_and_is_marked_late() -> None:
    plan, unit = make_round(days=-1), make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    row = make_row(plan, unit, state=PlanRowState.FILED)
    rows.return_row(make_actor(Role.COORDINATOR), row.public_id, "请补充步骤")
    assert RowDeed.FILE in row_for(staff, row.public_id).deeds
    rows.file_row(staff, row.public_id)
    assert stored_row(row).state is PlanRowState.FILED
    assert [one.late for one in queries.board(plan.year).filings if one.unit.id == unit.id] == [1]


def test_what_could_not_be_filed_again_is_not_taken_back() -> None:
    plan, unit = make_round(days=-1), make_unit()
    staff = make_actor(Role.DEPARTMENT, unit=unit)
    row = make_row(plan, unit, state=PlanRowState.FILED)
    assert RowDeed.TAKE_BACK not in row_for(staff, row.public_id).deeds
    with pytest.raises(Conflict) as refused:
        rows.take_back_row(staff, row.public_id)
    assert "could not be filed again" in refused.value.message.template
    assert stored_row(row).state is PlanRowState.FILED
    rounds.extend(make_actor(Role.COORDINATOR), plan.year, unit.id, now() + timedelta(days=2))
    rows.take_back_row(staff, row.public_id)
    rows.file_row(staff, row.public_id)
    assert stored_row(row).state is PlanRowState.FILED


def test_the_same_form_writes_one_row() -> None:
    plan, unit = make_round(), make_unit()
    staff, drawn = make_actor(Role.DEPARTMENT, unit=unit), request_id()
    made = [
        rows.write_row(staff, plan.year, unit.id, row_fields(), request_id=id)
        for id in (drawn, drawn, request_id())
    ]
    assert made[0] == made[1] != made[2]
    assert len(db.session.scalars(select(PlanRow)).all()) == 2


def test_a_year_is_opened_once_by_the_same_form() -> None:
    coordinator, drawn, deadline = make_actor(Role.COORDINATOR), request_id(), now() + timedelta(days=30)
    for _ in range(2):
        rounds.open_round(coordinator, YEAR, deadline, Localized(zh_CN="每单位一项"), request_id=drawn)
    assert len(db.session.scalars(select(PlanRound)).all()) == 1
    with pytest.raises(Conflict):
        rounds.open_round(coordinator, YEAR, deadline, Localized(zh_CN="每单位一项"), request_id=request_id())


def test_a_cohost_is_told_once_and_reads_the_row_but_not_whom_to_call() -> None:
    plan, host, partner = make_round(), make_unit(), make_unit("市财政局")
    owner, guest = make_actor(Role.DEPARTMENT, unit=host), make_actor(Role.DEPARTMENT, unit=partner)
    row = make_row(plan, host, cohosts=(partner.id,))
    with pytest.raises(NotAllowed):
        row_for(guest, row.public_id)
    assert queries.own_plan(guest, plan.year).cohosted == []
    for _ in range(2):
        rows.file_row(owner, row.public_id)
        rows.take_back_row(owner, row.public_id)
    rows.file_row(owner, row.public_id)
    told = db.session.scalars(select(Notification)).all()
    assert [(one.user_id, one.url) for one in told] == [(guest.id, f"/staff/plan/rows/{row.public_id}")]
    opened = row_for(guest, row.public_id)
    assert (opened.own, opened.deeds) == (False, frozenset())
    assert [one.id for one in queries.own_plan(guest, plan.year).cohosted] == [row.id]
    assert row_for(owner, row.public_id).own
    with pytest.raises(NotAllowed):
        rows.change_row(guest, row.public_id, row_fields(theme="改"), row.revision)
    with pytest.raises(NotAllowed):
        row_for(make_actor(Role.DEPARTMENT, unit=make_unit("市水利局")), row.public_id)


def test_a_cohost_added_after_filing_is_told_too() -> None:
    plan, host, partner = make_round(), make_unit(), make_unit("市财政局")
    guest = make_actor(Role.DEPARTMENT, unit=partner)
    row = make_row(plan, host, state=PlanRowState.FILED)
    fields = row_fields(cohosts=(partner.id,))
    rows.change_row(make_actor(Role.COORDINATOR), row.public_id, fields, row.revision)
    assert db.session.scalars(select(Notification.user_id)).all() == [guest.id]


# deed: coordinator, department of the unit, department of a co-host, of another unit, approver, moderator
# x: may, .: not allowed, -: not in this state
ROLES = """
read       x x x . . .
edit       x x . . . .
file       x x . . . .
take-back  x x . . . .
delete     x x . . . .
return     x . . . . .
adjust     x - . . . .
"""
STATES = {
    "read": PlanRowState.FILED,
    "edit": PlanRowState.RETURNED,
    "file": PlanRowState.DRAFT,
    "take-back": PlanRowState.FILED,
    "delete": PlanRowState.DRAFT,
    "return": PlanRowState.FILED,
    "adjust": PlanRowState.ARRANGED,
}
WHO = ("coordinator", "department", "co-host", "stranger", "approver", "moderator")


@pytest.mark.parametrize(
    ("deed", "who", "expected"),
    [
        (line.split()[0], who, {"x": None, ".": NotAllowed, "-": Conflict}[mark])
        for line in ROLES.strip().splitlines()
        for who, mark in zip(WHO, line.split()[1:], strict=True)
    ],
)
def test_who_does_what_with_a_row(deed: str, who: str, expected: type[Exception] | None) -> None:
    host, partner, other = make_unit(), make_unit("市财政局"), make_unit("市水利局")
    row = make_row(make_round(), host, state=STATES[deed], cohosts=(partner.id,))
    actor = {
        "coordinator": lambda: make_actor(Role.COORDINATOR),
        "department": lambda: make_actor(Role.DEPARTMENT, unit=host),
        "co-host": lambda: make_actor(Role.DEPARTMENT, unit=partner),
        "stranger": lambda: make_actor(Role.DEPARTMENT, unit=other),
        "approver": lambda: make_actor(Role.APPROVER, unit=host),
        "moderator": lambda: make_actor(Role.MODERATOR, unit=host),
    }[who]()
    deeds = {
        "read": lambda: row_for(actor, row.public_id),
        "edit": lambda: rows.change_row(actor, row.public_id, row_fields(), row.revision),
        "file": lambda: rows.file_row(actor, row.public_id),
        "take-back": lambda: rows.take_back_row(actor, row.public_id),
        "delete": lambda: rows.delete_row(actor, row.public_id),
        "return": lambda: rows.return_row(actor, row.public_id, "请补充步骤"),
        "adjust": lambda: rows.change_row(actor, row.public_id, row_fields(), row.revision),
    }
    if expected is None:
        deeds[deed]()
        return
    with pytest.raises(expected):
        deeds[deed]()
    assert stored_row(row).state is STATES[deed]
