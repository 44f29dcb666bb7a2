"""The rows of live sessions."""

from engage.live.models.questions import (
    ASKER_KEY_LENGTH,
    LiveDecision,
    LiveQuestion,
    LiveSupport,
    QuestionState,
    Source,
)
from engage.live.models.sessions import GuestLink, LiveSession, NamePolicy, Phase
from engage.live.models.streams import LiveLog, LiveStream

__all__ = [
    "ASKER_KEY_LENGTH",
    "GuestLink",
    "LiveDecision",
    "LiveLog",
    "LiveQuestion",
    "LiveSession",
    "LiveStream",
    "LiveSupport",
    "NamePolicy",
    "Phase",
    "QuestionState",
    "Source",
]
