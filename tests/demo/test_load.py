"""Loading the demonstration: whole, consistent, once, on any day of the year."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engage.accounts.models import Unit, User
from engage.accounts.permissions import Role
from engage.analysis.models import PublishedResult
from engage.cases.models import Case, CaseState
from engage.consultations.models import Comment, CommentState, Consultation
from engage.consultations.models import State as ConsultationState
from engage.consultations.queries.tallies import figures, progress
from engage.consultations.rules.phases import Phase as ConsultationPhase
from engage.consultations.rules.settling import missing
from engage.core.calendar import is_working_day
from engage.core.clock import now, today
from engage.core.db import Model, db
from engage.demo.load import load
from engage.demo.moments import Moments
from engage.live.models import LiveQuestion, LiveSession, LiveSupport, Phase, QuestionState
from engage.live.queries.record import ledger
from engage.live.queries.room import snapshot
from engage.portal.queries.story import story
from engage.questions.compiled import compile, validate
from engage.questions.definition import read
from engage.surveys.models import Response, Survey, SurveyVersion
from engage.surveys.queries import portal as surveys
from engage.themedays.models import Activity, Form, PlanRow, PlanRowState, ReportPhoto, ThemeDay
from tests.fixtures.demo import quiet

pytestmark = pytest.mark.database


def _counts() -> dict[str, int]:
    return {
        table.name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in Model.metadata.sorted_tables
    }


def test_twice_changes_nothing(seen: Flask) -> None:
    before = _counts()
    assert not load(seen.config["ENGAGE"].files, quiet)
    assert _counts() == before


def test_everything_that_can_be_marked_is(seen: Flask) -> None:
    for table in Model.metadata.sorted_tables:
        if "is_demo" in table.c:
            rows = db.session.execute(select(table.c.is_demo)).scalars().all()
            assert rows, table.name
            assert all(rows), table.name


def test_units_and_an_account_for_each_role(seen: Flask) -> None:
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 10
    people = db.session.scalars(select(User)).all()
    assert {grant.role for person in people for grant in person.grants} == set(Role)
    assert all(person.password_hash is None for person in people)


def test_a_year_of_twelve_themes_in_five_forms(seen: Flask) -> None:
    days = db.session.scalars(select(ThemeDay).where(ThemeDay.year == today().year)).all()
    assert sorted(day.month for day in days) == list(range(1, 13))
    assert len({day.theme for day in days}) == 12
    assert all(day.theme.get("en") for day in days)
    forms = set(db.session.scalars(select(Activity.form)))
    assert forms == set(Form)
    assert set(db.session.scalars(select(PlanRow.state))) == set(PlanRowState)


def test_past_days_are_reported_and_nothing_lies_about_the_future(seen: Flask) -> None:
    rows = db.session.scalars(select(Activity).options(joinedload(Activity.theme_day))).unique()
    for one in rows:
        if one.form is Form.ONLINE or one.form is Form.QUESTIONNAIRE:
            continue
        past = one.starts_at is not None and one.starts_at < now()
        assert (one.reported_at is not None) == past, one.title
        assert one.reported_at is None or one.reported_at < now()
    files = seen.config["ENGAGE"].files
    for name in db.session.scalars(select(ReportPhoto.file_name)):
        assert (files / "photos" / f"{name}.webp").exists()
        assert (files / "photos" / f"{name}-phone.webp").stat().st_size <= 40_000


def test_every_response_would_have_been_accepted(seen: Flask) -> None:
    versions = db.session.execute(select(SurveyVersion.id, SurveyVersion.definition))
    compiled = {row.id: compile(read(row.definition)) for row in versions}
    rows = db.session.execute(select(Response.version_id, Response.answers)).all()
    assert len(rows) > 4_000
    for row in rows:
        checked = validate(compiled[row.version_id], row.answers)
        assert not checked.errors
        assert checked.answers == row.answers


def test_responses_come_in_order_within_the_window(seen: Flask) -> None:
    for survey in db.session.scalars(select(Survey)):
        minutes = db.session.scalars(
            select(Response.submitted_minute).where(Response.survey_id == survey.id).order_by(Response.id)
        ).all()
        assert minutes == sorted(minutes)
        assert all(survey.opens_at <= minute < survey.closes_at for minute in minutes)
        assert all(minute <= now() and not minute.second for minute in minutes)


def test_one_open_one_published_one_announced(seen: Flask) -> None:
    assert len(surveys.open_now()) == 1
    assert len(surveys.announced()) == 1
    result = db.session.scalars(select(PublishedResult)).one()
    assert result.responses == db.session.scalar(
        select(func.count()).select_from(Response).where(Response.survey_id == result.survey_id)
    )


def test_comments_are_numbered_in_the_order_of_time(seen: Flask) -> None:
    for one in db.session.scalars(select(Consultation)):
        rows = db.session.scalars(
            select(Comment).where(Comment.consultation_id == one.id).order_by(Comment.id)
        ).all()
        assert [row.number for row in rows] == list(range(1, one.comment_count + 1))
        times = [row.submitted_minute for row in rows]
        assert times == sorted(times)
        assert one.opens_at <= times[0]
        assert times[-1] <= min(one.closes_at, now())
        assert all(row.replied_at is None or times[0] < row.replied_at <= now() for row in rows)


def test_the_open_draft_has_a_queue_and_the_settled_one_lacks_nothing(seen: Flask) -> None:
    rows = db.session.scalars(select(Consultation).order_by(Consultation.id)).all()
    draft, settled = rows
    states = Counter(
        db.session.scalars(select(Comment.state).where(Comment.consultation_id == draft.id)).all()
    )
    assert states[CommentState.PENDING] >= 5
    assert states[CommentState.DECLINED] >= 3
    assert settled.state is ConsultationState.SETTLED
    assert missing(ConsultationPhase.CLOSED, progress(settled)) == []
    told = figures([settled.id])[settled.id]
    assert (
        f"{told.comments} 条，其中采纳 {told.adopted} 条、部分采纳 {told.partly} 条"
        in settled.result_note["zh_CN"]
    )
    # The words of the buttons.
    assert "“赞成”“部分赞成”或“不赞成”" in draft.background["zh_CN"]


def test_the_room_has_questions_in_every_state(seen: Flask) -> None:
    room = db.session.scalars(select(LiveSession).where(LiveSession.phase == Phase.LIVE)).one()
    rows = db.session.scalars(select(LiveQuestion).where(LiveQuestion.session_id == room.id)).all()
    states = Counter(row.state for row in rows)
    assert set(states) == set(QuestionState)
    assert states[QuestionState.ON_AIR] == 1
    for row in rows:
        given = db.session.scalar(
            select(func.count()).select_from(LiveSupport).where(LiveSupport.question_id == row.id)
        )
        assert row.supports == given
        assert row.asked_at <= now()
    public = snapshot(room, "public")
    shown = {row.public_id for row in rows if row.published_at and row.state is not QuestionState.TAKEN_DOWN}
    assert set(public["questions"]) == shown
    assert any(row.held for row in rows)


def test_the_record_accounts_for_every_question(seen: Flask) -> None:
    room = db.session.scalars(select(LiveSession).where(LiveSession.phase == Phase.RECORDED)).one()
    found = ledger(room.id)
    assert found.received == room.question_count
    assert found.open == found.waiting == 0
    assert found.written == 4
    assert str(found.received) in room.record_summary
    assert str(found.answered) in room.record_summary


def test_the_theme_day_the_room_and_the_record_give_the_same_figures(seen: Flask) -> None:
    rooms = db.session.scalars(select(LiveSession).where(LiveSession.activity_id.is_not(None))).all()
    told = {part.url: part for part in story([room.activity_id for room in rooms if room.activity_id]).parts}
    assert rooms
    for room in rooms:
        found, part = ledger(room.id), told[f"/live/{room.public_id}"]
        page = seen.test_client().get(f"/live/{room.public_id}").text
        assert page.split("data-question-count>")[1].split("<")[0] == str(part.said)
        assert part.took_part == found.received
        if room.phase is Phase.RECORDED:
            assert part.answered == found.answered + found.written
            assert part.owed == found.waiting


def test_cases_are_open_overdue_and_answered(seen: Flask) -> None:
    rows = db.session.scalars(select(Case)).all()
    late = [row for row in rows if row.state is CaseState.OPEN and row.due_on < today()]
    due = [row for row in rows if row.state is CaseState.OPEN and row.due_on >= today()]
    assert late
    assert due
    assert any(row.state is CaseState.ANSWERED for row in rows)
    assert all(is_working_day(row.due_on) for row in rows)


def test_a_copy_has_its_photos_whatever_a_test_replaces(
    no_photos: None, demonstration: Flask, files: Path
) -> None:
    assert [path for path in (files / "photos").rglob("*") if path.is_file()]


# Dates are reckoned before anything is stored.
@pytest.mark.either_database
@pytest.mark.parametrize("day", [(2026, 1, 1), (2026, 2, 28), (2026, 12, 31)])
def test_any_day_of_the_year(
    app: Flask, files: Path, no_photos: None, monkeypatch: pytest.MonkeyPatch, day: tuple[int, int, int]
) -> None:
    """Whenever it is loaded, this month has its day and the two months before have their results."""
    moment = Moments.present()
    shift = date(*day) - moment.today
    moved = Moments(moment.now + shift, moment.today + shift)
    monkeypatch.setattr("engage.demo.load.Moments.present", classmethod(lambda _cls: moved))
    with app.app_context():
        assert load(files, quiet)
        here = db.session.scalars(
            select(ThemeDay).where(ThemeDay.year == day[0], ThemeDay.month == day[1])
        ).one()
        assert here.day == date(*day)
        for survey in db.session.scalars(select(Survey).where(Survey.results_published_at.is_not(None))):
            assert survey.closes_at < survey.results_published_at <= moved.now
        settled = db.session.scalars(
            select(Consultation).where(Consultation.state == ConsultationState.SETTLED)
        ).one()
        assert settled.closes_at < settled.result_published_at < settled.settled_at <= moved.now
        room = db.session.scalars(select(LiveSession).where(LiveSession.phase == Phase.RECORDED)).one()
        assert room.record_published_at <= moved.now - timedelta(days=5)
