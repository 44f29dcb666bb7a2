"""A demonstration loaded some time ago shows something open, in progress and this month's again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.cases.models import Case, CaseState
from engage.consultations.models import Consultation
from engage.consultations.models import State as ConsultationState
from engage.core.calendar import is_working_day
from engage.core.clock import now, today
from engage.core.db import Model, db
from engage.core.writer import atomic
from engage.demo.load import load
from engage.demo.moments import Moments
from engage.demo.refresh import _cases, refresh
from engage.live.models import LiveQuestion, LiveSession, Phase
from engage.surveys.queries import portal as surveys
from engage.themedays.models import Activity, Form, ThemeDay
from tests.factories.cases import make_case
from tests.fixtures.demo import quiet

pytestmark = pytest.mark.database
# By dates, before anything is stored; the statements themselves are tried on each by the others.
decided = pytest.mark.either_database
Aged = Callable[[int], None]


@pytest.fixture
def aged(app: Flask, files: Path, no_photos: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aged]:
    """Load the demonstration as it was loaded so many days ago, inside an application context."""

    def make(days: int) -> None:
        present = Moments.present()
        past = Moments(present.now - timedelta(days=days), present.today - timedelta(days=days))
        with monkeypatch.context() as patched:
            patched.setattr("engage.demo.load.Moments.present", classmethod(lambda _cls: past))
            assert load(files, quiet)

    with app.app_context():
        yield make


def _rows() -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(repr, db.session.execute(select(table))))
        for table in Model.metadata.sorted_tables
        if table.name not in ("audit_entry", "audit_origin", "outbox_job")
    }


@pytest.mark.parametrize(
    "days",
    [
        pytest.param(5, marks=decided),
        40,
        pytest.param(200, marks=decided),
    ],
)
def test_home_shows_what_is_open_again(app: Flask, client: Any, aged: Aged, days: int) -> None:
    aged(days)
    assert refresh()
    home = client.get("/").text
    assert "安全充电 放心回家" in home
    assert "正在直播" in home
    room = db.session.scalars(select(LiveSession).where(LiveSession.phase == Phase.LIVE)).one()
    assert room.started_at <= now() < room.ends_at
    for question in db.session.scalars(select(LiveQuestion).where(LiveQuestion.session_id == room.id)):
        assert now() - timedelta(days=5) < question.asked_at <= now()
    assert len(surveys.open_now()) == 1
    assert len(surveys.announced()) == 1
    draft = db.session.scalars(
        select(Consultation).where(Consultation.state == ConsultationState.PUBLISHED)
    ).one()
    assert draft.closes_at > now()
    for activity_id in (room.activity_id, draft.activity_id, surveys.open_now()[0].activity_id):
        carrier = db.session.get_one(Activity, activity_id)
        assert carrier.ends_at is not None
        assert carrier.ends_at > now()
    day = db.session.scalars(
        select(ThemeDay).where(ThemeDay.year == today().year, ThemeDay.month == today().month)
    ).one()
    assert day.day == today()
    visit = db.session.scalars(
        select(Activity).where(Activity.theme_day_id == day.id, Activity.form == Form.SITE_VISIT)
    ).one()
    assert visit.starts_at is not None
    assert visit.starts_at > now()


@decided
def test_some_cases_are_overdue_and_others_in_time(aged: Aged) -> None:
    aged(40)
    refresh()
    due = list(db.session.scalars(select(Case.due_on).where(Case.state == CaseState.OPEN)))
    assert min(due) < today() <= max(due)
    assert all(map(is_working_day, due))


@decided
def test_the_oldest_case_is_overdue_and_the_others_in_time_whatever_days_off_there_are(app: Flask) -> None:
    """Between them now, or when they were loaded; and the next start moves nothing."""
    wrong = []
    with app.app_context():
        owed = [make_case(source_id=number, is_demo=True) for number in (1, 2, 3)]
        with atomic():
            for day in DAYS:
                moments, past = _noon(day), _noon(day - timedelta(days=40))
                loaded = (past.working_day_before(2), past.working_day(1), past.working_day(4))
                for case, due in zip(owed, loaded, strict=True):
                    case.due_on, case.opened_at = due, past.now
                assert _cases(moments), day
                due = [case.due_on for case in owed]
                stays = not _cases(moments) and due == [case.due_on for case in owed]
                if not (stays and due[0] < day <= due[1] <= due[2] and all(map(is_working_day, due))):
                    wrong.append((day, due))
    assert wrong == []


YEAR = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
"""One whose working days are known."""
# Days about which weekdays are off, and one that was 40 days after a holiday when it failed.
DAYS = [
    day
    for day in YEAR
    if day == date(2026, 12, 1)
    or any(
        near.weekday() < 5 and not is_working_day(near)
        for near in (day + timedelta(days=by) for by in range(-2, 3))
    )
]


def _noon(day: date) -> Moments:
    return Moments(datetime(day.year, day.month, day.day, 4, tzinfo=UTC), day)


def test_again_changes_nothing(aged: Aged) -> None:
    aged(40)
    assert refresh()
    before = _rows()
    assert not refresh()
    assert _rows() == before


@decided
def test_a_fresh_demonstration_is_left_alone(aged: Aged) -> None:
    aged(0)
    before = _rows()
    assert not refresh()
    assert _rows() == before


@decided
def test_no_month_has_two_theme_days(aged: Aged) -> None:
    aged(40)
    refresh()
    months = [(day.year, day.month) for day in db.session.scalars(select(ThemeDay))]
    assert len(months) == len(set(months))


@decided
def test_what_staff_closed_or_published_stays_so(aged: Aged) -> None:
    aged(40)
    with atomic():
        room = db.session.scalars(select(LiveSession).where(LiveSession.phase == Phase.LIVE)).one()
        room.phase = Phase.ENDED
        draft = db.session.scalars(
            select(Consultation).where(Consultation.state == ConsultationState.PUBLISHED)
        ).one()
        draft.state = ConsultationState.SETTLED
    before = (room.started_at, draft.closes_at)
    refresh()
    assert (room.started_at, draft.closes_at) == before


def test_a_real_theme_day_of_this_month_is_not_moved(aged: Aged) -> None:
    aged(40)
    with atomic():
        real = db.session.scalars(select(ThemeDay).order_by(ThemeDay.id)).first()
        assert real is not None
        real.year, real.month, real.is_demo = today().year, today().month, False
    before = _days()
    refresh()
    assert _days() == before


def _days() -> list[tuple[Any, ...]]:
    return sorted((day.id, day.year, day.month, day.day) for day in db.session.scalars(select(ThemeDay)))
