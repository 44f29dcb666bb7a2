"""Deeds of the year: what they do, and what they refuse."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed, NotFound
from engage.core.types import Localized
from engage.notifications.models import Notification
from engage.themedays.actions import activities, arranging, reports, rounds, rows, theme_days
from engage.themedays.models import (
    Activity,
    ActivityState,
    Form,
    PlanRow,
    PlanRowState,
    ScheduleChange,
    ThemeDay,
    ThemeDayState,
)
from engage.themedays.photos import StoredPhoto
from engage.themedays.queries import plan as queries
from tests.factories.accounts import make_actor, make_unit
from tests.factories.surveys import make_survey
from tests.factories.themedays import (
    YEAR,
    make_activity,
    make_round,
    make_row,
    make_theme_day,
    row_fields,
)

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]
BECAUSE = Localized(zh_CN="会场另有安排")


@pytest.fixture
def context(app: Flask) -> object:
    with app.app_context():
        yield


def _row(row: PlanRow) -> PlanRow:
    db.session.expire_all()
    return db.session.get_one(PlanRow, row.id)


def _day(public_id: str) -> ThemeDay:
    db.session.expire_all()
    return db.session.scalars(select(ThemeDay).where(ThemeDay.public_id == public_id)).one()


def _events() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def _fields(day: ThemeDay, /, **values: object) -> theme_days.DayFields:
    base = {"month": day.month, "theme": day.theme, "unit": day.unit_id, "day": day.day, "story": day.story}
    return theme_days.DayFields(**{**base, **values})


def test_a_unit_writes_and_files_a_row_with_cohosts_and_contacts() -> None:
    plan, unit, partner = make_round(), make_unit(), make_unit("市财政局")
    actor = make_actor(Role.DEPARTMENT, unit=unit)
    public_id = rows.write_row(actor, plan.year, unit.id, row_fields(cohosts=(partner.id, unit.id)))
    rows.file_row(actor, public_id)
    row, _, _, _ = queries.row_for(actor, public_id)
    assert row.state is PlanRowState.FILED
    assert [one.unit.name.text() for one in row.cohosts] == ["市财政局"]
    assert [(one.name, one.phone) for one in row.contacts] == [("李红", "0746-3222333")]
    assert _events() == ["plan-row.created", "plan-row.moved"]


def test_a_unit_cannot_file_for_another() -> None:
    plan, unit, other = make_round(), make_unit(), make_unit("市财政局")
    with pytest.raises(NotAllowed):
        rows.write_row(make_actor(Role.DEPARTMENT, unit=unit), plan.year, other.id, row_fields())


def test_an_incomplete_row_is_kept_as_a_draft_and_says_what_is_missing() -> None:
    row = make_row(make_round(), planned_on=None, contacts=())
    with pytest.raises(Invalid) as refused:
        rows.file_row(SYSTEM, row.public_id)
    assert set(refused.value.errors) == {"planned_on", "contacts"}
    assert _row(row).state is PlanRowState.DRAFT


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
    assert (_row(row).state, _row(row).return_reason) == (PlanRowState.RETURNED, "请补充步骤")
    assert db.session.scalars(select(Notification.user_id)).all() == [staff.id]
    rows.file_row(staff, row.public_id)
    assert _row(row).return_reason == ""


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


def test_rows_of_two_units_become_a_joint_theme_day() -> None:
    plan, host, partner = make_round(), make_unit(), make_unit("市财政局")
    first, second = (make_row(plan, unit, state=PlanRowState.FILED) for unit in (host, partner))
    coordinator = make_actor(Role.COORDINATOR)
    day_id = arranging.arrange_into_month(coordinator, first.public_id, 3)
    arranging.arrange_into_day(coordinator, second.public_id, day_id)
    day = _day(day_id)
    assert (day.month, day.day, day.unit_id) == (3, date(YEAR, 3, 12), host.id)
    assert [one.unit_id for one in day.cohosts] == [partner.id]
    assert _row(second).state is PlanRowState.ARRANGED


def test_a_row_taken_out_leaves_no_empty_theme_day_behind() -> None:
    row = make_row(make_round(), state=PlanRowState.FILED)
    arranging.arrange_into_month(SYSTEM, row.public_id, 4)
    arranging.release_row(SYSTEM, row.public_id)
    assert (_row(row).state, _row(row).theme_day_id) == (PlanRowState.FILED, None)
    assert db.session.scalars(select(ThemeDay)).all() == []


def test_publishing_freezes_the_schedule_and_makes_draft_activities() -> None:
    plan = make_round()
    row = make_row(plan, state=PlanRowState.FILED)
    day_id = arranging.arrange_into_month(SYSTEM, row.public_id, 3)
    assert rounds.publish_schedule(make_actor(Role.COORDINATOR), plan.year) == 1
    day = _day(day_id)
    assert day.state is ThemeDayState.PUBLISHED
    activity = db.session.scalars(select(Activity)).one()
    assert (activity.state, activity.title.text()) == (ActivityState.DRAFT, row.theme)
    assert "1. 发布公告" in activity.agenda.text()
    assert "李红" not in str(vars(activity))
    with pytest.raises(Conflict):
        rounds.publish_schedule(SYSTEM, plan.year)
    with pytest.raises(Conflict):
        arranging.release_row(SYSTEM, row.public_id)


def test_a_row_arranged_after_publication_gets_its_activity_and_moves_with_it() -> None:
    plan, march, april = make_round(), make_theme_day(3), make_theme_day(4)
    row = make_row(plan, state=PlanRowState.FILED)
    arranging.arrange_into_day(SYSTEM, row.public_id, march.public_id)
    arranging.arrange_into_day(SYSTEM, row.public_id, april.public_id)
    assert db.session.scalars(select(Activity.theme_day_id)).all() == [april.id]


def test_after_publication_a_change_of_the_schedule_needs_a_public_reason() -> None:
    day = make_theme_day(3, day=date(YEAR, 3, 12))
    moved = _fields(day, day=date(YEAR, 3, 19))
    with pytest.raises(Invalid) as refused:
        theme_days.change_theme_day(SYSTEM, day.public_id, moved, 0)
    assert set(refused.value.errors) == {"note_zh"}
    theme_days.change_theme_day(SYSTEM, day.public_id, moved, 0, BECAUSE)
    change = db.session.scalars(select(ScheduleChange)).one()
    assert (change.day, change.note) == (date(YEAR, 3, 12), BECAUSE)
    theme_days.change_theme_day(
        SYSTEM, day.public_id, _fields(_day(day.public_id), story=Localized(zh_CN="新的介绍")), 1
    )
    assert len(db.session.scalars(select(ScheduleChange)).all()) == 1


def test_before_publication_no_reason_is_asked_for() -> None:
    day = make_theme_day(3, state=ThemeDayState.DRAFT)
    theme_days.change_theme_day(SYSTEM, day.public_id, _fields(day, month=5), 0)
    assert _day(day.public_id).month == 5
    assert db.session.scalars(select(ScheduleChange)).all() == []


def test_a_day_outside_its_month_is_refused() -> None:
    day = make_theme_day(3, state=ThemeDayState.DRAFT)
    with pytest.raises(Invalid) as refused:
        theme_days.change_theme_day(SYSTEM, day.public_id, _fields(day, day=date(YEAR, 4, 1)), 0)
    assert set(refused.value.errors) == {"day"}


def test_merging_moves_rows_activities_and_hosts() -> None:
    plan, partner = make_round(), make_unit("市财政局")
    into, merged = make_theme_day(3), make_theme_day(3, unit=partner)
    row = make_row(plan, partner, state=PlanRowState.FILED)
    arranging.arrange_into_day(SYSTEM, row.public_id, merged.public_id)
    with pytest.raises(Invalid):
        theme_days.merge_theme_days(SYSTEM, into.public_id, merged.public_id)
    theme_days.merge_theme_days(SYSTEM, into.public_id, merged.public_id, BECAUSE)
    assert _day(merged.public_id).state is ThemeDayState.CANCELLED
    assert db.session.scalars(select(Activity.theme_day_id)).all() == [into.id]
    assert [one.unit_id for one in _day(into.public_id).cohosts] == [partner.id]
    assert _row(row).theme_day_id == into.id


def test_a_draft_merged_away_is_deleted() -> None:
    into, merged = make_theme_day(3), make_theme_day(3, state=ThemeDayState.DRAFT)
    theme_days.merge_theme_days(SYSTEM, into.public_id, merged.public_id)
    assert db.session.scalars(select(ThemeDay.id)).all() == [into.id]


def test_a_theme_day_cannot_be_merged_with_itself() -> None:
    day = make_theme_day(3)
    with pytest.raises(Invalid):
        theme_days.merge_theme_days(SYSTEM, day.public_id, day.public_id)


def test_cancelling_a_theme_day_keeps_it_with_the_reason() -> None:
    day = make_theme_day(3)
    theme_days.cancel_theme_day(make_actor(Role.COORDINATOR), day.public_id, BECAUSE)
    assert _day(day.public_id).state is ThemeDayState.CANCELLED
    with pytest.raises(NotAllowed):
        theme_days.cancel_theme_day(make_actor(Role.DEPARTMENT, unit=day.unit_id), day.public_id, BECAUSE)


def test_an_on_site_activity_is_announced_only_with_time_and_place() -> None:
    activity = make_activity(
        make_theme_day(), state=ActivityState.DRAFT, place=Localized(), starts_at=None, ends_at=None
    )
    with pytest.raises(Invalid) as refused:
        activities.publish_activity(SYSTEM, activity.public_id)
    assert set(refused.value.errors) == {"starts_at", "place_zh"}


def test_department_staff_write_but_do_not_announce() -> None:
    activity = make_activity(make_theme_day(), state=ActivityState.DRAFT)
    staff = make_actor(Role.DEPARTMENT, unit=activity.unit_id)
    fields = activities.ActivityFields(
        form=Form.BRIEFING, title=Localized(zh_CN="政策宣讲会"), place=Localized(zh_CN="文化馆")
    )
    activities.change_activity(staff, activity.public_id, fields, 0)
    with pytest.raises(NotAllowed):
        activities.publish_activity(staff, activity.public_id)


def test_an_activity_waits_for_its_theme_day() -> None:
    activity = make_activity(make_theme_day(state=ThemeDayState.DRAFT), state=ActivityState.DRAFT)
    with pytest.raises(Conflict):
        activities.publish_activity(SYSTEM, activity.public_id)


def test_cancelling_an_activity_needs_a_reason_and_ends_it() -> None:
    activity = make_activity(make_theme_day())
    with pytest.raises(Invalid):
        activities.cancel_activity(SYSTEM, activity.public_id, Localized())
    activities.cancel_activity(SYSTEM, activity.public_id, BECAUSE)
    with pytest.raises(Conflict):
        activities.cancel_activity(SYSTEM, activity.public_id, BECAUSE)


def test_a_draft_activity_is_deleted_and_frees_its_row() -> None:
    plan, day = make_round(), make_theme_day(3)
    row = make_row(plan, state=PlanRowState.FILED)
    arranging.arrange_into_day(SYSTEM, row.public_id, day.public_id)
    activity = db.session.scalars(select(Activity)).one()
    activities.remove_activity(SYSTEM, activity.public_id)
    assert db.session.scalars(select(Activity)).all() == []
    arranging.release_row(SYSTEM, row.public_id)
    with pytest.raises(Conflict):
        activities.remove_activity(SYSTEM, make_activity(day).public_id)


def test_an_activity_something_belongs_to_is_kept() -> None:
    activity = make_activity(make_theme_day(3), state=ActivityState.DRAFT)
    make_survey(activity_id=activity.id)
    with pytest.raises(Conflict):
        activities.remove_activity(SYSTEM, activity.public_id)
    db.session.expire_all()
    assert db.session.scalars(select(Activity.id)).all() == [activity.id]


def test_a_report_follows_the_activity() -> None:
    day = make_theme_day()
    fields = reports.ReportFields(Localized(zh_CN="现场答疑"), Localized(zh_CN="三十位居民参加。"), 30)
    with pytest.raises(Conflict):
        reports.write_report(SYSTEM, make_activity(day, hours=5).public_id, fields, 0)
    held = make_activity(day, hours=-5)
    reports.write_report(SYSTEM, held.public_id, fields, 0)
    db.session.expire_all()
    stored = db.session.get_one(Activity, held.id)
    assert (stored.people_reached, stored.reported_at is not None) == (30, True)


def test_a_photo_needs_words_and_their_number_is_limited() -> None:
    held = make_activity(make_theme_day(), hours=-5)
    photo = StoredPhoto("0" * 24, 800, 600)
    with pytest.raises(Invalid):
        reports.add_photo(SYSTEM, held.public_id, photo, Localized())
    for _ in range(12):
        reports.add_photo(SYSTEM, held.public_id, photo, Localized(zh_CN="居民查看图纸"))
    with pytest.raises(Invalid):
        reports.add_photo(SYSTEM, held.public_id, photo, Localized(zh_CN="居民查看图纸"))
    with pytest.raises(NotFound):
        reports.remove_photo(SYSTEM, held.public_id, 9999)
