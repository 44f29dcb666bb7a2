"""What came of it: results of surveys, consultations and live sessions, and reports, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Integer, Select, func, literal, select, union_all

from engage.accounts.models import Unit
from engage.analysis.models import PublishedResult
from engage.consultations.models import Consultation
from engage.consultations.models import State as ConsultationState
from engage.consultations.queries.tallies import NO_FIGURES, figures
from engage.core.db import db
from engage.core.types import Localized
from engage.live.models import LiveSession
from engage.live.models import Phase as LivePhase
from engage.live.queries import results as live
from engage.portal.queries.things import Kind
from engage.surveys.models import State as SurveyState
from engage.surveys.models import Survey
from engage.themedays.models import Activity, ActivityState, ThemeDay, ThemeDayState

PAGE_SIZE = 20
_LAST_PAGE = 10_000
_MOST_FILTERS = 200
_NONE = literal(0, Integer)
_SEEN = (ThemeDayState.PUBLISHED, ThemeDayState.CANCELLED)
_ADDRESSES = {
    Kind.SURVEY: "/results/surveys/{}",
    Kind.CONSULTATION: "/results/consultations/{}",
    Kind.LIVE: "/live/{}/record",
    Kind.REPORT: "/activities/{}#report",
}


@dataclass(frozen=True, slots=True)
class Result:
    """A published result; the figures are those of the story (`portal.queries.story.Part`)."""

    kind: Kind
    title: Localized
    url: str
    published_at: datetime
    unit_name: Localized
    theme: Localized | None
    theme_url: str
    settled: bool
    took_part: int
    said: int
    answered: int
    adopted: int
    partly: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of results; ``number`` and ``pages`` count from 1."""

    results: list[Result]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Choice:
    """Something results can be narrowed to."""

    value: str
    label: Localized


def recent(limit: int = 6) -> list[Result]:
    """The newest results; at most three queries."""
    return _results(_rows(None, "", "").limit(limit))


def page(number: int = 1, *, kind: Kind | None = None, unit: str = "", theme_day: str = "") -> Page:
    """A page of results, narrowed to a kind, a unit (code), a theme day (public id); at most four queries."""
    rows = _rows(kind, unit, theme_day)
    total = db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages, _LAST_PAGE)
    return Page(_results(rows.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)), number, pages, total)


def units() -> list[Choice]:
    """The units that have published a result, in their order; one query."""
    owners = select(_everything().subquery().c.unit_id)
    rows = db.session.execute(
        select(Unit.code, Unit.name)
        .where(Unit.id.in_(owners))
        .order_by(Unit.position, Unit.id)
        .limit(_MOST_FILTERS)
    )
    return [Choice(row.code, row.name) for row in rows]


def theme_days() -> list[Choice]:
    """The theme days that have a published result, newest first; one query."""
    activities = select(_everything().subquery().c.activity_id)
    rows = db.session.execute(
        select(ThemeDay.public_id, ThemeDay.theme)
        .where(
            ThemeDay.state.in_(_SEEN),
            ThemeDay.id.in_(select(Activity.theme_day_id).where(Activity.id.in_(activities))),
        )
        .order_by(ThemeDay.year.desc(), ThemeDay.month.desc(), ThemeDay.id)
        .limit(_MOST_FILTERS)
    )
    return [Choice(row.public_id, row.theme) for row in rows]


def _everything() -> CompoundSelect[Any]:
    """All published results with the same columns; the first names them."""
    return union_all(_surveys(), _drafts(), _rooms(), _reports())


def _surveys() -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(Kind.SURVEY.value).label("kind"),
            Survey.id.label("id"),
            Survey.public_id.label("public_id"),
            Survey.title.label("title"),
            Survey.unit_id.label("unit_id"),
            Survey.activity_id.label("activity_id"),
            PublishedResult.published_at.label("published_at"),
            PublishedResult.responses.label("responses"),
            _NONE.label("settled"),
        )
        .join(PublishedResult, PublishedResult.survey_id == Survey.id)
        .where(
            Survey.results_published_at.is_not(None),
            Survey.state.in_([SurveyState.PUBLISHED, SurveyState.ARCHIVED]),
        )
    )


def _drafts() -> Select[*tuple[Any, ...]]:
    return select(
        literal(Kind.CONSULTATION.value),
        Consultation.id,
        Consultation.public_id,
        Consultation.title,
        Consultation.unit_id,
        Consultation.activity_id,
        Consultation.result_published_at,
        _NONE,
        (Consultation.state == ConsultationState.SETTLED).cast(Integer),
    ).where(
        Consultation.result_published_at.is_not(None),
        Consultation.state.in_([ConsultationState.PUBLISHED, ConsultationState.SETTLED]),
    )


def _rooms() -> Select[*tuple[Any, ...]]:
    return select(
        literal(Kind.LIVE.value),
        LiveSession.id,
        LiveSession.public_id,
        LiveSession.title,
        LiveSession.unit_id,
        LiveSession.activity_id,
        LiveSession.record_published_at,
        _NONE,
        _NONE,
    ).where(
        LiveSession.phase == LivePhase.RECORDED,
        LiveSession.listed,
        LiveSession.record_published_at.is_not(None),
    )


def _reports() -> Select[*tuple[Any, ...]]:
    return (
        select(
            literal(Kind.REPORT.value),
            Activity.id,
            Activity.public_id,
            Activity.title,
            Activity.unit_id,
            Activity.id,
            Activity.reported_at,
            func.coalesce(Activity.people_reached, 0),
            _NONE,
        )
        .join(ThemeDay, ThemeDay.id == Activity.theme_day_id)
        .where(
            Activity.state == ActivityState.PUBLISHED,
            Activity.reported_at.is_not(None),
            ThemeDay.state.in_(_SEEN),
        )
    )


@cache
def _newest_first() -> Select[Any]:
    """Put together once: that took a third of reading a page of it."""
    found = _everything().subquery("found")
    return (
        select(
            found,
            Unit.name.label("unit_name"),
            ThemeDay.theme.label("theme"),
            ThemeDay.public_id.label("theme_id"),
            Activity.report_title.label("report_title"),
        )
        .join(Unit, Unit.id == found.c.unit_id)
        .outerjoin(Activity, Activity.id == found.c.activity_id)
        .outerjoin(ThemeDay, (ThemeDay.id == Activity.theme_day_id) & ThemeDay.state.in_(_SEEN))
        .order_by(found.c.published_at.desc(), found.c.kind, found.c.id.desc())
    )


def _rows(kind: Kind | None, unit: str, theme_day: str) -> Select[Any]:
    rows = _newest_first()
    if kind is not None:
        rows = rows.where(rows.selected_columns.kind == kind.value)
    if unit:
        rows = rows.where(Unit.code == unit)
    if theme_day:
        rows = rows.where(ThemeDay.public_id == theme_day)
    return rows


def _results(wanted: Select[Any]) -> list[Result]:
    rows = db.session.execute(wanted).all()
    comments = figures(_ids(rows, Kind.CONSULTATION))
    questions = live.figures(_ids(rows, Kind.LIVE))
    results = []
    for row in rows:
        kind = Kind(row.kind)
        took_part, said, answered, adopted, partly = row.responses, 0, 0, 0, 0
        if kind is Kind.CONSULTATION:
            about = comments.get(row.id, NO_FIGURES)
            took_part, said, answered = about.said, about.comments, about.replied
            adopted, partly = about.adopted, about.partly
        elif kind is Kind.LIVE:
            asked = questions.get(row.id, live.Figures())
            took_part, said, answered = asked.asked, asked.published, asked.answered
        results.append(
            Result(
                kind=kind,
                title=(row.report_title if kind is Kind.REPORT else None) or row.title,
                url=_ADDRESSES[kind].format(row.public_id),
                published_at=row.published_at,
                unit_name=row.unit_name,
                theme=row.theme if row.theme_id else None,
                theme_url=f"/theme-days/{row.theme_id}" if row.theme_id else "",
                settled=bool(row.settled),
                took_part=took_part,
                said=said,
                answered=answered,
                adopted=adopted,
                partly=partly,
            )
        )
    return results


def _ids(rows: Sequence[Any], kind: Kind) -> list[int]:
    return [row.id for row in rows if row.kind == kind.value]
