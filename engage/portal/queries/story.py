"""The story of a theme day: announced, took part, said, answered, adopted, counted from each domain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engage.consultations.queries import portal as consultations
from engage.core.types import Localized
from engage.live.models import Phase as LivePhase
from engage.live.queries import results as live
from engage.portal.queries.things import (
    Kind,
    Standing,
    consultation_standing,
    room_standing,
    survey_standing,
)
from engage.surveys.queries import portal as surveys


@dataclass(frozen=True, slots=True)
class Part:
    """One survey, consultation or live session with its figures.

    ``took_part`` are responses, published comments and stances, or questions asked; ``said`` are published
    comments with words, or published questions; ``answered`` those with a reply, ``handled`` those with a
    reply or an outcome; ``adopted`` those adopted in full, ``partly`` those adopted in part; ``owed`` are the
    questions that wait for their written answer.
    """

    kind: Kind
    activity_id: int
    title: Localized
    url: str
    result_url: str
    standing: Standing
    opens_at: datetime | None
    closes_at: datetime | None
    took_part: int
    said: int = 0
    answered: int = 0
    handled: int = 0
    adopted: int = 0
    partly: int = 0
    owed: int = 0

    @property
    def over(self) -> bool:
        """Whether people took part and no longer can."""
        return self.took_part > 0 and self.standing not in (Standing.SOON, Standing.OPEN, Standing.LIVE)


@dataclass(frozen=True, slots=True)
class Story:
    """The parts in the order they opened, and what they add up to."""

    parts: tuple[Part, ...]

    @property
    def took_part(self) -> int:
        return sum(part.took_part for part in self.parts)

    @property
    def said(self) -> int:
        return sum(part.said for part in self.parts)

    @property
    def answered(self) -> int:
        return sum(part.answered for part in self.parts)

    @property
    def handled(self) -> int:
        return sum(part.handled for part in self.parts)

    @property
    def adopted(self) -> int:
        return sum(part.adopted for part in self.parts)

    @property
    def partly(self) -> int:
        return sum(part.partly for part in self.parts)

    @property
    def owed(self) -> int:
        return sum(part.owed for part in self.parts)

    @property
    def drafts(self) -> tuple[Part, ...]:
        """The consultations: only what is said about a draft can be adopted."""
        return tuple(part for part in self.parts if part.kind is Kind.CONSULTATION)

    def of(self, activity_id: int) -> list[Part]:
        """The parts of one activity."""
        return [part for part in self.parts if part.activity_id == activity_id]


def story(activity_ids: Sequence[int]) -> Story:
    """The public things of these activities; at most six queries, however many there are."""
    if not activity_ids:
        return Story(())
    parts = [_survey(one) for one in surveys.story(activity_ids)]
    parts += [_consultation(one) for one in consultations.story(activity_ids)]
    parts += [_room(one) for one in live.story(activity_ids)]
    parts.sort(key=lambda part: part.opens_at.timestamp() if part.opens_at else 0.0)
    return Story(tuple(parts))


def _survey(one: surveys.Story) -> Part:
    return Part(
        kind=Kind.SURVEY,
        activity_id=one.activity_id,
        title=one.title,
        url=one.url,
        result_url=one.result_url,
        standing=survey_standing(one),
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        took_part=one.responses,
    )


def _consultation(one: consultations.Story) -> Part:
    return Part(
        kind=Kind.CONSULTATION,
        activity_id=one.activity_id,
        title=one.title,
        url=one.url,
        result_url=one.result_url,
        standing=consultation_standing(one),
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        took_part=one.said,
        said=one.comments,
        answered=one.replied,
        handled=one.handled,
        adopted=one.adopted,
        partly=one.partly,
    )


def _room(one: live.Told) -> Part:
    session = one.session
    return Part(
        kind=Kind.LIVE,
        activity_id=session.activity_id or 0,
        title=session.title,
        url=f"/live/{session.public_id}",
        result_url=f"/live/{session.public_id}/record" if session.phase is LivePhase.RECORDED else "",
        standing=room_standing(session.phase),
        opens_at=session.starts_at,
        closes_at=session.ends_at,
        took_part=one.asked,
        said=one.published,
        answered=one.answered,
        handled=one.answered,
        owed=one.owed,
    )
