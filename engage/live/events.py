"""What is told after commit, and what is written into the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from engage.audit.events import Key, declare, declare_numbered
from engage.core.messages import Message, msg
from engage.live.models import NamePolicy, Phase, QuestionState, Source
from engage.live.rules.deeds import Deed
from engage.moderation.models import ReasonClass


@dataclass(frozen=True, slots=True)
class Logged:
    """Rows were added to the log of a session: whoever holds its sockets sends them on."""

    session_id: int


@dataclass(frozen=True, slots=True)
class GuestLinkRevoked:
    """A guest's link opens nothing any more: open sockets of it are closed."""

    session_id: int
    link_id: int


@dataclass(frozen=True, slots=True)
class AskerForgotten:
    """The stream of a device is gone with the last question it asked: its pages begin anew."""

    session_id: int
    stream: str


SESSION = "live-session"
QUESTION = declare_numbered("live-question", msg("Live question {number}"))

_SESSION_KEYS: dict[str, Message | Key] = {
    "title": msg("Title"),
    "introduction": msg("Introduction"),
    "guests": msg("Guests"),
    "moderators_note": msg("Note for moderators"),
    "video_address": msg("Video address"),
    "collects_from": msg("Collects questions from"),
    "starts_at": msg("Starts"),
    "ends_at": msg("Ends"),
    "moderation": msg("Review before publication"),
    "names": Key(msg("Names of askers"), NamePolicy),
    "supports_on": msg("Supports"),
    "listed": msg("Listed on the site"),
    "activity": msg("Activity of the theme day"),
    "record_summary": msg("Summary of the record"),
}
_QUESTION_KEYS: dict[str, Message | Key] = {
    "state": Key(msg("State"), QuestionState),
    "reason": Key(msg("Reason"), ReasonClass),
    "answer": msg("Answer"),
    "source": Key(msg("Source"), Source),
}

SESSION_CREATED = declare("live-session.created", msg("Live session created"), **_SESSION_KEYS)
SESSION_CHANGED = declare("live-session.changed", msg("Live session changed"), **_SESSION_KEYS)
SESSION_STEPPED = declare(
    "live-session.stepped", msg("Phase of the live session changed"), phase=Key(msg("Phase"), Phase)
)
QUESTION_ENTERED = declare("live-question.entered", msg("Live question typed in"), **_QUESTION_KEYS)
QUESTION_DECIDED = declare(
    "live-question.decided", msg("Live question decided"), deed=Key(msg("Decision"), Deed), **_QUESTION_KEYS
)
QUESTION_ANSWERED = declare(
    "live-question.answered", msg("Live question answered in writing"), **_QUESTION_KEYS
)
QUESTIONS_EXPORTED = declare("live-session.exported", msg("Live questions exported"), count=msg("Count"))
GUEST_LINK_MADE = declare("live-guest-link.made", msg("Guest link made"), label=msg("Guest"))
GUEST_LINK_REVOKED = declare("live-guest-link.revoked", msg("Guest link revoked"), label=msg("Guest"))
