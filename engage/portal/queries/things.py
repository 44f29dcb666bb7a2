"""Surveys, consultations and live sessions as one kind of thing: what citizens take part in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from engage.consultations.queries import portal as consultations
from engage.consultations.queries.lists import Summary, open_list
from engage.consultations.rules.phases import Phase as ConsultationPhase
from engage.core.types import Localized
from engage.live.models import LiveSession
from engage.live.models import Phase as LivePhase
from engage.live.queries import results as live
from engage.surveys.queries import portal as surveys
from engage.surveys.rules import Phase as SurveyPhase

_NO_END: Final = 9e18


class Kind(StrEnum):
    """What a thing or a result is; a report on an activity is only ever a result."""

    SURVEY = "survey"
    CONSULTATION = "consultation"
    LIVE = "live"
    REPORT = "report"


class Standing(StrEnum):
    """Where a thing or an activity stands, in the words of the state tags."""

    SOON = "soon"
    OPEN = "open"
    LIVE = "live"
    CLOSED = "closed"
    RESULTS = "results"
    SETTLED = "settled"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to take part in; ``unit_name`` is who asks."""

    kind: Kind
    title: Localized
    url: str
    standing: Standing
    unit_name: Localized
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Offered:
    """``now``: live rooms first, then what closes first; ``coming``: what begins first."""

    now: list[Thing]
    coming: list[Thing]


def offered() -> Offered:
    """What is open and what is announced; five queries."""
    drafts = [_draft(one) for one in open_list()]
    now = [_room(room) for room in live.open_now()]
    now += [_survey(one, Standing.OPEN) for one in surveys.open_now()]
    now += [draft for draft in drafts if draft.standing is Standing.OPEN]
    coming = [_room(room) for room in live.announced()]
    coming += [_survey(one, Standing.SOON) for one in surveys.announced()]
    coming += [draft for draft in drafts if draft.standing is Standing.SOON]
    return Offered(sorted(now, key=_urgency), sorted(coming, key=_beginning))


def survey_standing(one: surveys.Story) -> Standing:
    """The state tag of a survey in a story."""
    if one.phase is SurveyPhase.OPEN:
        return Standing.OPEN
    if one.phase is SurveyPhase.ANNOUNCED:
        return Standing.SOON
    return Standing.RESULTS if one.result_published_at else Standing.CLOSED


def consultation_standing(one: consultations.Story) -> Standing:
    """The state tag of a consultation in a story."""
    known = {
        ConsultationPhase.OPEN: Standing.OPEN,
        ConsultationPhase.ANNOUNCED: Standing.SOON,
        ConsultationPhase.SETTLED: Standing.SETTLED,
    }
    return known.get(one.phase, Standing.RESULTS if one.result_published_at else Standing.CLOSED)


def room_standing(phase: LivePhase) -> Standing:
    """The state tag of a live session."""
    known = {
        LivePhase.LIVE: Standing.LIVE,
        LivePhase.COLLECTING: Standing.OPEN,
        LivePhase.RECORDED: Standing.RESULTS,
        LivePhase.ENDED: Standing.CLOSED,
    }
    return known.get(phase, Standing.SOON)


def _survey(one: surveys.Summary, standing: Standing) -> Thing:
    return Thing(Kind.SURVEY, one.title, one.url, standing, one.unit_name, one.opens_at, one.closes_at)


def _draft(one: Summary) -> Thing:
    return Thing(
        Kind.CONSULTATION,
        one.title,
        f"/consultations/{one.public_id}",
        Standing.OPEN if one.phase is ConsultationPhase.OPEN else Standing.SOON,
        one.unit_name,
        one.opens_at,
        one.closes_at,
    )


def _room(room: LiveSession) -> Thing:
    return Thing(
        Kind.LIVE,
        room.title,
        f"/live/{room.public_id}",
        room_standing(room.phase),
        room.unit.name,
        room.starts_at,
        room.ends_at,
    )


def _urgency(thing: Thing) -> tuple[bool, float]:
    return thing.standing is not Standing.LIVE, thing.closes_at.timestamp() if thing.closes_at else _NO_END


def _beginning(thing: Thing) -> float:
    return thing.opens_at.timestamp() if thing.opens_at else _NO_END
