"""What is told after commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A response was stored."""

    survey_id: int
    response_id: int


@dataclass(frozen=True, slots=True)
class SurveyChanged:
    """Times, texts, state or version of a survey changed: pages made ahead are out of date."""

    survey_id: int
    public_id: str
