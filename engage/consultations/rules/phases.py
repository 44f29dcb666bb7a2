"""When a consultation may be read, commented on and worked through: pure, as tables."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from engage.accounts.permissions import Permission
from engage.consultations.models import State
from engage.core.errors import Conflict, Gone, NotFound, Refusal
from engage.core.messages import Message, msg


class Phase(StrEnum):
    """Where a consultation stands at a moment."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Deed(StrEnum):
    """What is done with a consultation or a comment of it."""

    SEE = "see"
    COMMENT = "comment"
    EDIT = "edit"
    PUBLISH = "publish"
    CLOSE = "close"
    EXTEND = "extend"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    READ_QUEUE = "read-queue"
    MODERATE = "moderate"
    ENTER = "enter"
    REPLY = "reply"
    ADOPT = "adopt"
    ASSIGN = "assign"
    EXPORT = "export"
    PUBLISH_RESULT = "publish-result"
    SETTLE = "settle"
    REOPEN = "reopen"


_P = Phase
_SEEN: Final = frozenset({_P.ANNOUNCED, _P.OPEN, _P.CLOSED, _P.SETTLED})
_WORKED: Final = frozenset({_P.OPEN, _P.CLOSED})

ALLOWED: Final[dict[Deed, tuple[Permission | None, frozenset[Phase]]]] = {
    # deed: (the permission it needs, None for everyone; the phases in which it is possible)
    Deed.SEE: (None, _SEEN | {_P.WITHDRAWN}),
    Deed.COMMENT: (None, frozenset({_P.OPEN})),
    Deed.EDIT: (Permission.CONSULTATION_EDIT, frozenset({_P.DRAFT, _P.ANNOUNCED, _P.OPEN, _P.WITHDRAWN})),
    Deed.PUBLISH: (
        Permission.CONSULTATION_PUBLISH,
        frozenset({_P.DRAFT, _P.ANNOUNCED, _P.OPEN, _P.WITHDRAWN}),
    ),
    Deed.CLOSE: (Permission.CONSULTATION_PUBLISH, frozenset({_P.OPEN})),
    # Once the period is over: a new end for it, and the office people can turn to.
    Deed.EXTEND: (Permission.CONSULTATION_PUBLISH, frozenset({_P.CLOSED})),
    Deed.CORRECT: (Permission.CONSULTATION_EDIT, frozenset({_P.CLOSED})),
    Deed.WITHDRAW: (Permission.CONSULTATION_PUBLISH, frozenset({_P.ANNOUNCED, _P.OPEN, _P.CLOSED})),
    Deed.DELETE: (Permission.CONSULTATION_EDIT, frozenset({_P.DRAFT})),
    Deed.READ_QUEUE: (Permission.CONSULTATION_READ, frozenset(Phase)),
    Deed.MODERATE: (Permission.COMMENT_MODERATE, _WORKED | {_P.SETTLED}),
    Deed.ENTER: (Permission.COMMENT_ENTER, _WORKED),
    Deed.REPLY: (Permission.COMMENT_REPLY, _WORKED),
    Deed.ADOPT: (Permission.COMMENT_ADOPT, _WORKED),
    Deed.ASSIGN: (Permission.COMMENT_REPLY, _WORKED),
    Deed.EXPORT: (Permission.COMMENT_REPLY, frozenset(Phase)),
    Deed.PUBLISH_RESULT: (Permission.RESULTS_PUBLISH, frozenset({_P.CLOSED})),
    Deed.SETTLE: (Permission.CONSULTATION_PUBLISH, frozenset({_P.CLOSED})),
    Deed.REOPEN: (Permission.CONSULTATION_PUBLISH, frozenset({_P.SETTLED})),
}

NOT_NOW: Final[dict[Phase, Message]] = {
    _P.DRAFT: msg("This consultation has not been published yet."),
    _P.ANNOUNCED: msg("This consultation is not open yet. Please come back when it opens."),
    _P.OPEN: msg("This is not possible while the consultation is open."),
    _P.CLOSED: msg("This consultation is closed; it takes no more comments."),
    _P.SETTLED: msg("This consultation is settled; nothing is changed in it any more."),
    _P.WITHDRAWN: msg("This consultation has been withdrawn."),
}


def phase(state: State, opens_at: datetime | None, closes_at: datetime | None, moment: datetime) -> Phase:
    """The phase at `moment`. The opening moment is open, the closing moment is closed."""
    if state is not State.PUBLISHED:
        return Phase(state.value)
    if closes_at is not None and moment >= closes_at:
        return Phase.CLOSED
    if opens_at is not None and moment < opens_at:
        return Phase.ANNOUNCED
    return Phase.OPEN


def possible(deed: Deed, now: Phase) -> bool:
    """Whether `deed` is possible in phase `now`, for whoever may do it."""
    return now in ALLOWED[deed][1]


def require_phase(deed: Deed, now: Phase) -> None:
    """Raises what a person is told when `deed` is not possible now.

    `NotFound` where they must not learn that the consultation exists, `Gone` for a comment that comes too
    late, else `Conflict`.
    """
    if possible(deed, now):
        return
    if deed is Deed.SEE or (deed is Deed.COMMENT and now is Phase.DRAFT):
        raise NotFound
    refusal: type[Refusal] = Gone if deed is Deed.COMMENT and now is not Phase.ANNOUNCED else Conflict
    raise refusal(NOT_NOW[now])
