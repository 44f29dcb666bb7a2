"""What a moderator may do with a question: one table of states and phases."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engage.core.errors import Conflict
from engage.core.messages import Message, msg
from engage.live.models import Phase, QuestionState

_S = QuestionState


class Deed(StrEnum):
    """One decision about one question."""

    APPROVE = "approve"
    MASK = "mask"
    DECLINE = "decline"
    AIR = "air"
    BACK = "back"
    ANSWER = "answer"
    DEFER = "defer"
    CORRECT = "correct"
    TAKE_DOWN = "take-down"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states, into which, in which phases.

    ``reason`` says that a reason class is needed, ``answered`` that an answer in words is there already,
    ``personal`` that screening noticed personal data.
    """

    states: frozenset[QuestionState]
    target: QuestionState
    phases: frozenset[Phase]
    reason: bool = False
    answered: bool = False
    personal: bool = False


_OPEN = frozenset({Phase.COLLECTING, Phase.LIVE, Phase.ENDED})
_ANNOUNCED = _OPEN | {Phase.ANNOUNCED}
PUBLISHED: Final = frozenset({_S.APPROVED, _S.ON_AIR, _S.ANSWERED, _S.WRITTEN})

DEEDS: Final[dict[Deed, Rule]] = {
    Deed.APPROVE: Rule(frozenset({_S.PENDING, _S.DECLINED, _S.TAKEN_DOWN}), _S.APPROVED, _ANNOUNCED),
    Deed.DECLINE: Rule(frozenset({_S.PENDING}), _S.DECLINED, _ANNOUNCED, reason=True),
    # The numbers in it are covered for good, the rest is published.
    Deed.MASK: Rule(frozenset({_S.PENDING}), _S.APPROVED, _ANNOUNCED, personal=True),
    Deed.AIR: Rule(frozenset({_S.APPROVED, _S.ANSWERED}), _S.ON_AIR, frozenset({Phase.LIVE})),
    Deed.BACK: Rule(frozenset({_S.ON_AIR}), _S.APPROVED, frozenset({Phase.LIVE})),
    Deed.ANSWER: Rule(
        frozenset({_S.APPROVED, _S.ON_AIR, _S.ANSWERED}), _S.ANSWERED, frozenset({Phase.LIVE, Phase.ENDED})
    ),
    # Also from what waits for review: who defers it has read it, and with its promise it is published.
    Deed.DEFER: Rule(
        frozenset({_S.PENDING, _S.APPROVED, _S.ON_AIR, _S.ANSWERED}),
        _S.WRITTEN,
        frozenset({Phase.LIVE, Phase.ENDED}),
    ),
    # A mistake in a published answer is mended where people read it, also in a published record.
    Deed.CORRECT: Rule(
        frozenset({_S.WRITTEN}),
        _S.WRITTEN,
        frozenset({Phase.LIVE, Phase.ENDED, Phase.RECORDED}),
        answered=True,
    ),
    # At once and at any time: also from a record that is already published.
    Deed.TAKE_DOWN: Rule(PUBLISHED, _S.TAKEN_DOWN, _ANNOUNCED | {Phase.RECORDED}, reason=True),
}

NOT_IN_THIS_PHASE: Final = msg("This is not possible in the present phase of the session.")

STATE_WORDS: Final[dict[QuestionState, Message]] = {
    _S.PENDING: msg("waiting for review"),
    _S.APPROVED: msg("approved"),
    _S.ON_AIR: msg("on air"),
    _S.ANSWERED: msg("answered"),
    _S.WRITTEN: msg("deferred to a written answer"),
    _S.DECLINED: msg("declined"),
    _S.TAKEN_DOWN: msg("taken down"),
    _S.WITHDRAWN: msg("withdrawn by its asker"),
}


def require_deed(
    deed: Deed,
    state: QuestionState,
    phase: Phase,
    *,
    answered: bool = False,
    personal: bool = False,
    confirmed: bool = False,
) -> QuestionState:
    """The state after ``deed``; raises ``Conflict`` with what stands against it.

    What would show personal data has to be ``confirmed``: whoever does it was asked and has looked again.
    """
    rule = DEEDS[deed]
    if state not in rule.states:
        raise Conflict(
            msg("This question is {state} now, so this is not possible any more.", state=STATE_WORDS[state])
        )
    if phase not in rule.phases:
        raise Conflict(NOT_IN_THIS_PHASE)
    if rule.answered and not answered:
        raise Conflict(msg("The written answer is not there yet, so there is nothing to correct."))
    if rule.personal and not personal:
        raise Conflict(msg("No personal data was noticed in this question, so there is nothing to cover."))
    if personal and not confirmed and shows_personal(deed, state):
        raise Conflict(
            msg(
                "Personal data was noticed in this question. "
                "Please cover it, or confirm that it is shown as it is."
            )
        )
    return rule.target


def require_state(state: QuestionState, phase: Phase) -> None:
    """Raise ``Conflict`` where no question may stand at ``state`` in ``phase``, as undo could bring it back.

    Only a live session has a question on air, and a published record none that is not decided.
    """
    undecided = state in (_S.PENDING, _S.APPROVED)
    if (state is _S.ON_AIR and phase is not Phase.LIVE) or (undecided and phase is Phase.RECORDED):
        raise Conflict(NOT_IN_THIS_PHASE)


def possible_deeds(
    state: QuestionState, phase: Phase, *, answered: bool = False, personal: bool = False
) -> list[Deed]:
    """The deeds that a question in ``state`` offers in ``phase``, the likeliest first.

    ``answered`` where it has an answer, ``personal`` where personal data was noticed in it: then covering it
    comes first, and what would show it last.
    """
    found = [
        deed
        for deed, rule in DEEDS.items()
        if state in rule.states
        and phase in rule.phases
        and (answered or not rule.answered)
        and (personal or not rule.personal)
    ]
    if personal:
        found.sort(key=lambda deed: (not DEEDS[deed].personal, shows_personal(deed, state)))
    return found


def shows_personal(deed: Deed, state: QuestionState) -> bool:
    """Whether ``deed`` publishes a question as it is: with personal data in it that is asked first."""
    rule = DEEDS[deed]
    return state not in PUBLISHED and rule.target in PUBLISHED and not rule.personal
