"""Dates of a demonstration loaded some time ago: what was open and in progress is so again.

Its theme day becomes this month's, the session goes on, the survey and the draft stay open. What was said in
them stays as it is, and so does all that has been held, answered or published.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from engage.audit.actions import record
from engage.cases.models import Case, CaseState
from engage.consultations.models import Consultation
from engage.consultations.models import State as ConsultationState
from engage.core.actor import SYSTEM
from engage.core.calendar import add_working_days, is_working_day
from engage.core.clock import local
from engage.core.db import db
from engage.core.writer import atomic
from engage.demo.build.live import LIVE_FOR, LIVE_LASTS
from engage.demo.entries import REFRESHED
from engage.demo.moments import Moments
from engage.live.actions.cases import SOURCE_KIND
from engage.live.models import LiveDecision, LiveQuestion, LiveSession, LiveSupport, Phase
from engage.surveys.models import Response, State, Survey
from engage.themedays.models import Activity, Form, ThemeDay

_ENDS_SOON = timedelta(days=2)


def refresh() -> bool:
    """Bring the dates up to date; ``False`` where they are and nothing was changed. Raises ``Busy``."""
    moments = Moments.present()
    with atomic():
        parts: tuple[Callable[[Moments], bool], ...] = (_session, _surveys, _draft, _cases, _theme_day)
        changed = [part(moments) for part in parts]
        if any(changed):
            record(SYSTEM, REFRESHED, "demo", 1)
    return any(changed)


def _session(moments: Moments) -> bool:
    room = db.session.scalar(select(LiveSession).where(LiveSession.is_demo, LiveSession.phase == Phase.LIVE))
    if room is None or room.started_at is None or moments.now < room.started_at + LIVE_LASTS:
        return False
    by = moments.now - LIVE_FOR - room.started_at

    def moved(moment: datetime | None) -> datetime | None:
        return min(moment + by, moments.now) if moment else None

    room.started_at, room.starts_at = room.started_at + by, room.started_at + by
    room.ends_at = room.started_at + LIVE_LASTS
    room.collects_from = moved(room.collects_from)
    _carrier(room.activity_id, room.starts_at, room.ends_at)
    questions = db.session.scalars(select(LiveQuestion).where(LiveQuestion.session_id == room.id)).all()
    ids = [question.id for question in questions]
    for question in questions:
        question.asked_at = min(question.asked_at + by, moments.now)
        question.published_at = moved(question.published_at)
        question.on_air_at, question.answered_at = moved(question.on_air_at), moved(question.answered_at)
    for decision in db.session.scalars(select(LiveDecision).where(LiveDecision.question_id.in_(ids))):
        decision.decided_at = min(decision.decided_at + by, moments.now)
    db.session.execute(update(LiveSupport).where(LiveSupport.question_id.in_(ids)).values(day=moments.today))
    owed = select(Case).where(Case.source_kind == SOURCE_KIND, Case.source_id.in_(ids))
    for case in db.session.scalars(owed):
        case.opened_at, case.answered_at = min(case.opened_at + by, moments.now), moved(case.answered_at)
        case.due_on = add_working_days(local(case.opened_at).date(), 5)
        db.session.execute(
            update(LiveQuestion).where(LiveQuestion.id == case.source_id).values(due_on=case.due_on)
        )
    return True


def _surveys(moments: Moments) -> bool:
    """Those with responses stay open, those without are announced again."""
    answered = select(Response.survey_id).distinct()
    open_ones = select(Survey).where(
        Survey.is_demo, Survey.state == State.PUBLISHED, Survey.results_published_at.is_(None)
    )
    changed = False
    for survey in db.session.scalars(open_ones.where(Survey.id.in_(answered))):
        if survey.closes_at and survey.closes_at < moments.now + _ENDS_SOON:
            survey.closes_at, changed = moments.days(16, 18), True
            _carrier(survey.activity_id, survey.opens_at, survey.closes_at)
    for survey in db.session.scalars(open_ones.where(Survey.id.not_in(answered))):
        if survey.opens_at and survey.opens_at <= moments.now:
            survey.opens_at = moments.days(9)
            survey.closes_at, changed = survey.opens_at + timedelta(days=20, hours=9), True
            _carrier(survey.activity_id, survey.opens_at, survey.closes_at)
    return changed


def _draft(moments: Moments) -> bool:
    wanted = select(Consultation).where(
        Consultation.is_demo,
        Consultation.state == ConsultationState.PUBLISHED,
        Consultation.closes_at < moments.now + _ENDS_SOON,
    )
    found = db.session.scalars(wanted).all()
    for draft in found:
        draft.closes_at = moments.days(21, 18)
        _carrier(draft.activity_id, draft.opens_at, draft.closes_at)
    return bool(found)


def _cases(moments: Moments) -> bool:
    """The oldest is overdue and the others are still in time."""
    wanted = select(Case).where(Case.is_demo, Case.state == CaseState.OPEN, Case.source_kind != SOURCE_KIND)
    found = db.session.scalars(wanted.order_by(Case.due_on, Case.id)).all()
    if not found or found[-1].due_on >= moments.today:
        return False
    by = moments.working_day_before(2) - found[0].due_on
    for number, case in enumerate(found):
        if number == 1:
            # Days off may lie between the two of today that did not when it was loaded.
            by = max(by, moments.today - case.due_on)
        case.opened_at = min(case.opened_at + by, moments.now)
        case.due_on = _working(case.due_on + by)
    return True


def _theme_day(moments: Moments) -> bool:
    """The theme day of the session, or of the draft, is this month's; the planned one takes its month."""
    carrier = _carrying()
    if carrier is None or carrier.day == moments.today:
        return False
    year, month = moments.today.year, moments.today.month
    if (carrier.year, carrier.month) != (year, month):
        planned = db.session.scalars(
            select(ThemeDay).where(ThemeDay.year == year, ThemeDay.month == month)
        ).all()
        if not all(day.is_demo for day in planned):
            return False
        for day in planned:
            _to_next_month(moments, day)
            day.year, day.month, day.day = carrier.year, carrier.month, carrier.day
        carrier.year, carrier.month = year, month
    carrier.day = moments.today
    _on_site(carrier.id, moments.working_day(3), moments)
    return True


def _carrying() -> ThemeDay | None:
    day = select(ThemeDay).join(Activity, Activity.theme_day_id == ThemeDay.id).where(ThemeDay.is_demo)
    rooms = select(LiveSession.activity_id).where(LiveSession.is_demo, LiveSession.phase == Phase.LIVE)
    drafts = select(Consultation.activity_id).where(
        Consultation.is_demo, Consultation.state == ConsultationState.PUBLISHED
    )
    for carried in (rooms, drafts):
        found = db.session.scalar(day.where(Activity.id.in_(carried)).limit(1))
        if found is not None:
            return found
    return None


def _to_next_month(moments: Moments, planned: ThemeDay) -> None:
    """What is still to come of a theme day that goes into the past is announced for the next one."""
    following = moments.month(1)
    later = db.session.scalar(
        select(ThemeDay).where(
            ThemeDay.is_demo, ThemeDay.year == following.year, ThemeDay.month == following.month
        )
    )
    if later is not None and later.day is not None:
        _on_site(planned.id, later.day, moments)
        db.session.execute(
            update(Activity)
            .where(Activity.theme_day_id == planned.id, Activity.reported_at.is_(None))
            .values(theme_day_id=later.id)
        )


def _on_site(theme_day_id: int, day: date, moments: Moments) -> None:
    """The visits of a theme day that nobody has reported on are on this day."""
    visits = db.session.scalars(
        select(Activity).where(
            Activity.theme_day_id == theme_day_id,
            Activity.reported_at.is_(None),
            Activity.form == Form.SITE_VISIT,
        )
    )
    for visit in visits:
        visit.starts_at, visit.ends_at = moments.at(day, 9), moments.at(day, 11, 30)


def _carrier(activity_id: int | None, starts: datetime | None, ends: datetime | None) -> None:
    db.session.execute(
        update(Activity).where(Activity.id == activity_id).values(starts_at=starts, ends_at=ends)
    )


def _working(day: date) -> date:
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
