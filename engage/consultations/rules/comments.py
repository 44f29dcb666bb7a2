"""What a comment must be, what staff may decide about it, and what still stands between it and its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engage.consultations.models import Adoption, CommentState, Stance
from engage.core.errors import Invalid
from engage.core.messages import Message, msg, too_long
from engage.core.text import clean_text
from engage.moderation.models import ReasonClass
from engage.moderation.rules import NOTE_LIMIT

TEXT_LIMIT: Final = 2_000
ENTERED_LIMIT: Final = 10_000
"""A letter that staff type in may be longer than what people write on a phone; so may a row of a file."""
REPLY_LIMIT: Final = 10_000
REASON_LIMIT: Final = 1_000
MOST_AT_ONCE: Final = 100
"""Most comments decided in one go."""
MOST_COMMENTS: Final = 200_000
"""Most comments of one consultation."""

NEXT: Final[dict[CommentState, frozenset[CommentState]]] = {
    # Only their author erases comments: that deletes the words too, which no decision of staff does.
    CommentState.PENDING: frozenset({CommentState.PUBLISHED, CommentState.DECLINED}),
    # Back to pending is how a decision is undone.
    CommentState.PUBLISHED: frozenset({CommentState.PENDING, CommentState.DECLINED}),
    CommentState.DECLINED: frozenset({CommentState.PENDING, CommentState.PUBLISHED}),
    CommentState.ERASED: frozenset(),
}
DECISIONS: Final = frozenset({CommentState.PUBLISHED, CommentState.DECLINED, CommentState.PENDING})
NEEDS_REASON: Final = frozenset({Adoption.PARTLY, Adoption.NOT, Adoption.EXPLAINED})


@dataclass(frozen=True, slots=True)
class Pick:
    """A comment as a staff member saw it: decisions made meanwhile have raised its revision."""

    comment: str
    revision: int


def cleaned(text: str) -> str:
    """Text as it is stored: clean (``core.text``) and without blanks around."""
    return clean_text(text).strip()


def require_comment(stance: Stance | None, text: str, *, whole: bool, limit: int = TEXT_LIMIT) -> None:
    """Raises `Invalid` (fields `stance`, `text`). `text` is cleaned already.

    Agreement needs no words. Who agrees in part or disagrees is asked what should be different: an office
    cannot weigh a bare no. On the whole draft a stance may be left out where there are words.
    """
    errors: dict[str, Message] = {}
    if stance is None and not whole:
        errors["stance"] = msg("Please choose whether you agree.")
    if len(text) > limit:
        errors["text"] = msg(
            "Your comment has {count} characters; at most {limit} are possible. Please shorten it by {over}.",
            count=len(text),
            limit=limit,
            over=len(text) - limit,
        )
    elif not text and stance is not Stance.AGREE and "stance" not in errors:
        errors["text"] = (
            msg("Please write your comment.")
            if stance is None
            else msg("Please write what you would like to be different, so that it can be considered.")
        )
    if errors:
        raise Invalid(errors)


def require_decision(state: CommentState | None, reason: ReasonClass | None, note: str) -> None:
    """Raises `Invalid` (fields `state`, `reason`, `note`).

    It is raised for what is no decision of staff, a decline without a reason, and words over the limit.
    """
    errors: dict[str, Message] = {}
    if state not in DECISIONS:
        errors["state"] = msg("Please choose what to do with the comment.")
    if state is CommentState.DECLINED and reason is None:
        errors["reason"] = msg("Please choose why it is not shown; the author is told.")
    if state is CommentState.DECLINED and reason is ReasonClass.OTHER and not note:
        errors["note"] = msg("Please write the reason in a few words; the author reads them.")
    if len(note) > NOTE_LIMIT:
        errors["note"] = too_long(len(note), NOTE_LIMIT)
    if errors:
        raise Invalid(errors)


def require_reply(text: str) -> None:
    """Raises `Invalid` (field `reply`) for an empty or too long reply."""
    if not text:
        raise Invalid({"reply": msg("Please write the reply.")})
    if len(text) > REPLY_LIMIT:
        raise Invalid({"reply": too_long(len(text), REPLY_LIMIT)})


def require_adoption(adoption: Adoption | None, reason: str) -> None:
    """Raises `Invalid` (fields `adoption`, `adoption_reason`): every outcome but a full yes says why."""
    if adoption is None:
        raise Invalid({"adoption": msg("Please choose what came of it.")})
    if adoption in NEEDS_REASON and not reason:
        raise Invalid({"adoption_reason": msg("Please give the reason; it is published with the comment.")})
    if len(reason) > REASON_LIMIT:
        raise Invalid({"adoption_reason": too_long(len(reason), REASON_LIMIT)})
