"""The words for the enums of this domain, registered by the factory."""

from __future__ import annotations

from enum import Enum
from typing import Final

from engage.consultations.models import Adoption, CommentState, Kind, Source, Stance, State
from engage.consultations.queries.comments import Outcome
from engage.consultations.queries.queue import View
from engage.consultations.rules.clauses import Part
from engage.consultations.rules.phases import Phase
from engage.core.messages import Message, msg

_STATES = {
    "draft": msg("Draft"),
    "published": msg("Published"),
    "announced": msg("Not open yet"),
    "open": msg("Open"),
    "closed": msg("Closed"),
    "settled": msg("Settled"),
    "withdrawn": msg("Withdrawn"),
}
_OUTCOMES = {
    "adopted": msg("Adopted"),
    "partly": msg("Adopted in part"),
    "not": msg("Not adopted"),
    "explained": msg("Explained"),
    "open": msg("Without outcome yet"),
}

LABELS: Final[dict[type[Enum], dict[Enum, Message]]] = {
    Kind: {
        Kind.MAJOR_DECISION: msg("Major administrative decision"),
        Kind.NORMATIVE: msg("Normative document"),
        Kind.BUSINESS: msg("Normative document affecting businesses"),
        Kind.PLANNING: msg("Planning"),
        Kind.OTHER: msg("Other"),
    },
    State: {one: _STATES[one] for one in State},
    Phase: {one: _STATES[one] for one in Phase},
    Stance: {
        Stance.AGREE: msg("Agree"),
        Stance.PARTLY: msg("Agree in part"),
        Stance.DISAGREE: msg("Disagree"),
    },
    CommentState: {
        CommentState.PENDING: msg("Waiting for review"),
        CommentState.PUBLISHED: msg("Shown in public"),
        CommentState.DECLINED: msg("Not shown"),
        CommentState.ERASED: msg("Erased by its author"),
    },
    Adoption: {one: _OUTCOMES[one] for one in Adoption},
    Outcome: {one: _OUTCOMES[one] for one in Outcome},
    Source: {
        Source.WEB: msg("Web"),
        Source.PAPER: msg("Paper"),
        Source.HALL: msg("Service hall"),
        Source.TELEPHONE: msg("Telephone"),
        Source.INTERVIEWER: msg("Interviewer"),
        Source.IMPORTED: msg("Taken over from a file"),
    },
    View: {
        View.PENDING: msg("To review"),
        View.TO_ANSWER: msg("No outcome yet"),
        View.DONE: msg("With an outcome"),
        View.DECLINED: msg("Not shown"),
        View.ALL: msg("All"),
    },
    Part: {Part.CHAPTER: msg("Heading"), Part.CLAUSE: msg("Clause")},
}
