"""The life of a session: which step may follow which, who takes it, what citizens may do in each phase."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from engage.accounts.permissions import Permission
from engage.core.errors import Conflict, Gone, NotFound, Refusal
from engage.core.messages import Message, msg
from engage.live.models import LiveSession, Phase

_P = Phase


class Step(StrEnum):
    """A change of phase."""

    ANNOUNCE = "announce"
    RECALL = "recall"
    COLLECT = "collect"
    START = "start"
    END = "end"
    REOPEN = "reopen"
    PUBLISH_RECORD = "publish-record"
    WITHDRAW_RECORD = "withdraw-record"


STEPS: Final[dict[Step, tuple[frozenset[Phase], Phase, frozenset[Permission]]]] = {
    # step: (from which phases, into which, whoever has one of these permissions on the session)
    Step.ANNOUNCE: (frozenset({_P.DRAFT}), _P.ANNOUNCED, frozenset({Permission.LIVE_PUBLISH})),
    Step.RECALL: (frozenset({_P.ANNOUNCED}), _P.DRAFT, frozenset({Permission.LIVE_PUBLISH})),
    Step.COLLECT: (
        frozenset({_P.ANNOUNCED}),
        _P.COLLECTING,
        frozenset({Permission.LIVE_EDIT, Permission.LIVE_MODERATE}),
    ),
    Step.START: (
        frozenset({_P.ANNOUNCED, _P.COLLECTING}),
        _P.LIVE,
        frozenset({Permission.LIVE_EDIT, Permission.LIVE_MODERATE}),
    ),
    Step.END: (frozenset({_P.LIVE}), _P.ENDED, frozenset({Permission.LIVE_EDIT, Permission.LIVE_MODERATE})),
    Step.REOPEN: (
        frozenset({_P.ENDED}),
        _P.LIVE,
        frozenset({Permission.LIVE_EDIT, Permission.LIVE_MODERATE}),
    ),
    Step.PUBLISH_RECORD: (frozenset({_P.ENDED}), _P.RECORDED, frozenset({Permission.LIVE_PUBLISH})),
    Step.WITHDRAW_RECORD: (frozenset({_P.RECORDED}), _P.ENDED, frozenset({Permission.LIVE_PUBLISH})),
}


class Act(StrEnum):
    """What a citizen does in a room."""

    SEE = "see"
    JOIN = "join"
    ASK = "ask"
    SUPPORT = "support"
    WITHDRAW = "withdraw"
    READ_RECORD = "read-record"


ACTS: Final[dict[Act, frozenset[Phase]]] = {
    Act.SEE: frozenset({_P.ANNOUNCED, _P.COLLECTING, _P.LIVE, _P.ENDED, _P.RECORDED}),
    Act.JOIN: frozenset({_P.ANNOUNCED, _P.COLLECTING, _P.LIVE}),
    Act.ASK: frozenset({_P.COLLECTING, _P.LIVE}),
    Act.SUPPORT: frozenset({_P.COLLECTING, _P.LIVE}),
    Act.WITHDRAW: frozenset({_P.COLLECTING, _P.LIVE, _P.ENDED}),
    Act.READ_RECORD: frozenset({_P.RECORDED}),
}

# Phases in which staff may change title, times, guests and address, and add what was said in the hall.
EDITABLE: Final = frozenset({_P.DRAFT, _P.ANNOUNCED, _P.COLLECTING, _P.LIVE, _P.ENDED})
ENTERABLE: Final = frozenset({_P.ANNOUNCED, _P.COLLECTING, _P.LIVE, _P.ENDED})

# A session may run late, but not for ever: its people are reminded, later it ends by the clock.
REMINDED_AFTER: Final = timedelta(minutes=30)
GRACE: Final = timedelta(hours=6)
LONGEST: Final = timedelta(hours=12)

NOT_NOW: Final[dict[Phase, Message]] = {
    _P.DRAFT: msg("This session has not been announced yet."),
    _P.ANNOUNCED: msg("Questions are not being collected yet. Please come back when the session opens."),
    _P.COLLECTING: msg("This is possible once the session is live."),
    _P.LIVE: msg("This is not possible while the session is live."),
    _P.ENDED: msg("The session has ended; it takes no more questions."),
    _P.RECORDED: msg("The record of this session has been published; it takes no more questions."),
}


def possible(act: Act, phase: Phase) -> bool:
    """Whether citizens may do ``act`` in ``phase``."""
    return phase in ACTS[act]


def require_act(act: Act, session: LiveSession) -> None:
    """Raise what a citizen is told: ``NotFound`` where not public, ``Gone`` when late, else ``Conflict``."""
    if possible(act, session.phase):
        if act is Act.SUPPORT and not session.supports_on:
            raise Conflict(msg("Supporting questions is switched off in this session."))
        return
    if session.phase is Phase.DRAFT or act in (Act.SEE, Act.JOIN, Act.READ_RECORD):
        raise NotFound
    refusal: type[Refusal] = Gone if session.phase in (Phase.ENDED, Phase.RECORDED) else Conflict
    raise refusal(NOT_NOW[session.phase])


def next_phase(step: Step, phase: Phase) -> Phase:
    """The phase after ``step``; raises ``Conflict`` where it cannot follow ``phase``."""
    allowed, target, _who = STEPS[step]
    if phase not in allowed:
        raise Conflict(
            msg(
                "The session is no longer in the phase this step belongs to. Please look at its current "
                "state."
            )
        )
    return target


def clock_end(ends_at: datetime | None, live_since: datetime) -> datetime:
    """When a live session that nobody ended is over by the clock; ``ends_at`` is its planned end."""
    return live_since + LONGEST if ends_at is None else max(ends_at, live_since) + GRACE


def steps_from(phase: Phase) -> list[Step]:
    """The steps possible in ``phase``, in the order of the table."""
    return [step for step, (allowed, _target, _who) in STEPS.items() if phase in allowed]
