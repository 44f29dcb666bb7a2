"""Where to look first, and sample receipt codes to try."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engage.consultations.events import RECEIPT_KIND as COMMENT_RECEIPT
from engage.consultations.models import Consultation
from engage.consultations.models import State as ConsultationState
from engage.core.clock import now, today
from engage.core.db import Model, db
from engage.demo.build.surveys import sample_request
from engage.live.actions.asking import RECEIPT_KIND as QUESTION_RECEIPT
from engage.live.models import LiveSession
from engage.live.models import Phase as LivePhase
from engage.participation import receipts
from engage.surveys.models import Survey
from engage.surveys.queries.responses import RECEIPT_KIND as RESPONSE_RECEIPT
from engage.themedays.models import Activity, ThemeDay


@dataclass(frozen=True, slots=True)
class Page:
    """A page worth opening: what it is and its path."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A receipt code that works on /receipts."""

    title: str
    code: str


def pages() -> list[Page]:
    """The pages worth opening first, those of citizens before those of staff."""
    carrying = select(Activity.theme_day_id).where(Activity.is_demo)
    day = db.session.scalar(
        select(ThemeDay.public_id)
        .where(ThemeDay.id.in_(carrying), ThemeDay.year == today().year, ThemeDay.month == today().month)
        .limit(1)
    )
    survey, draft, room = _open_survey(), _draft(ConsultationState.PUBLISHED), _room(LivePhase.LIVE)
    found = [
        Page("Home", "/"),
        Page("This month's theme day", f"/theme-days/{day}" if day else ""),
        Page("A survey that is open", f"/surveys/{survey}" if survey else ""),
        Page("A draft open for comment", f"/consultations/{draft}" if draft else ""),
        Page("A live session in progress", f"/live/{room}" if room else ""),
        Page("Calendar of the year", "/calendar"),
        Page("What came of it", "/results"),
        Page("Staff sign-in (use a link below)", "/staff/"),
        Page("Moderator's console", f"/staff/live/{room}/console" if room else ""),
        Page("Dashboard of a survey", f"/staff/surveys/{survey}/results" if survey else ""),
    ]
    return [page for page in found if page.url]


def samples() -> list[Sample]:
    """One receipt code of each kind, as far as what it opens is still there."""
    wanted = (
        ("Survey", RESPONSE_RECEIPT, _open_survey()),
        ("Comment with a reply", COMMENT_RECEIPT, _draft(ConsultationState.PUBLISHED)),
        ("Question with a written answer", QUESTION_RECEIPT, _room(LivePhase.RECORDED)),
    )
    codes = [
        Sample(title, receipts.code_for(sample_request(public_id), kind))
        for title, kind, public_id in wanted
        if public_id
    ]
    return [sample for sample in codes if receipts.find(sample.code) is not None]


def _open_survey() -> str | None:
    return _first(Survey, Survey.opens_at <= now(), Survey.closes_at > now())


def _draft(state: ConsultationState) -> str | None:
    return _first(Consultation, Consultation.state == state)


def _room(phase: LivePhase) -> str | None:
    return _first(LiveSession, LiveSession.phase == phase)


def _first(model: type[Model], *where: object) -> str | None:
    table = model.__table__
    return db.session.execute(
        select(table.c.public_id).where(table.c.is_demo, *where).order_by(table.c.id).limit(1)  # type: ignore[arg-type]
    ).scalar()
