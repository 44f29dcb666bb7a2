"""What each stream may know of a session and of a question: the only place where a text becomes public.

A snapshot is the projection of everything, or of a first page of it; a delta is the difference of two
projections. So deltas applied to an old snapshot give the new one, and what a projection leaves out is in no
log row of that stream.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from engage.live.models import LiveQuestion, LiveSession, QuestionState
from engage.live.rules.deeds import PUBLISHED
from engage.live.rules.life import Act, possible

PUBLIC: Final = "public"
STAGE: Final = "stage"
GUEST: Final = "guest"
MODERATORS: Final = "moderators"
ASKER: Final = "asker"
SHARED: Final = (PUBLIC, STAGE, GUEST, MODERATORS)

View = dict[str, Any]


def asker_stream(asker_key: str) -> str:
    """The stream of one asker, by the keyed hash of the device."""
    return f"{ASKER}:{asker_key}"


def kind(stream: str) -> str:
    """``asker`` for every asker's stream, else the stream's own name."""
    return stream.partition(":")[0]


def streams_of(question: LiveQuestion) -> tuple[str, ...]:
    """Every stream that may tell of ``question``."""
    return (*SHARED, asker_stream(question.asker_key)) if question.asker_key else SHARED


def session_view(stream: str, session: LiveSession) -> View:
    """What ``stream`` knows of the session."""
    match kind(stream):
        case "public":
            return {
                "phase": session.phase.value,
                "asking": possible(Act.ASK, session.phase),
                "supporting": session.supports_on and possible(Act.SUPPORT, session.phase),
                "video": session.video_address,
            }
        case "stage":
            joinable = possible(Act.JOIN, session.phase)
            return {"phase": session.phase.value, "code": (session.join_code if joinable else None) or ""}
        case "guest":
            return {"phase": session.phase.value}
        case "moderators":
            return {"phase": session.phase.value, "revision": session.revision}
        case _:
            return {}


def question_view(stream: str, question: LiveQuestion) -> View | None:
    """What ``stream`` knows of ``question``; ``None`` where it must not know of it."""
    match kind(stream):
        case "public":
            return _public(question)
        case "stage" | "guest":
            return _on_air(question)
        case "moderators":
            return _for_moderators(question)
        case "asker":
            return _for_asker(question) if stream == asker_stream(question.asker_key or "") else None
        case _:
            return None


def _public(question: LiveQuestion) -> View | None:
    if question.state not in PUBLISHED:
        return None
    return {
        "id": question.public_id,
        "text": question.text,
        "name": question.nickname,
        "source": question.source.value,
        "state": question.state.value,
        "answer": question.answer,
        "due": _due(question),
        "at": milliseconds(question.published_at),
    }


def _on_air(question: LiveQuestion) -> View | None:
    if question.state is not QuestionState.ON_AIR:
        return None
    return {"id": question.public_id, "text": question.text, "name": question.nickname}


def _for_moderators(question: LiveQuestion) -> View:
    return {
        "id": question.public_id,
        "number": question.number,
        "text": question.text if question.state is not QuestionState.WITHDRAWN else "",
        "name": question.nickname if question.state is not QuestionState.WITHDRAWN else "",
        "source": question.source.value,
        "state": question.state.value,
        "held": question.held,
        "hits": question.hits,
        "reason": question.reason.value if question.reason else "",
        "note": question.reason_note,
        "answer": question.answer,
        "due": _due(question),
        "revision": question.revision,
        "by": question.decided_by,
        "deed": question.decided_deed,
        "at": milliseconds(question.asked_at),
        "since": milliseconds(question.on_air_at) if question.state is QuestionState.ON_AIR else 0,
    }


def _for_asker(question: LiveQuestion) -> View:
    shown = question.state in PUBLISHED
    return {
        "id": question.public_id,
        "text": question.text if question.state is not QuestionState.WITHDRAWN else "",
        "state": question.state.value,
        "held": question.held and question.state is QuestionState.PENDING,
        "reason": question.reason.value if question.reason else "",
        "note": question.reason_note,
        "answer": question.answer if shown else "",
        "due": _due(question) if shown else "",
        "at": milliseconds(question.asked_at),
    }


def _due(question: LiveQuestion) -> str:
    waits = question.state is QuestionState.WRITTEN and not question.answer and question.due_on
    return question.due_on.isoformat() if waits and question.due_on else ""


def milliseconds(moment: datetime | None) -> int:
    """Milliseconds UTC, 0 for no moment."""
    return int(moment.timestamp() * 1000) if moment else 0


def fold(payloads: list[View]) -> View:
    """Several log payloads as one: the last word on each question and on the session wins.

    So what was published and taken down in between is in no catch-up.
    """
    merged: View = {}
    for payload in payloads:
        if "session" in payload:
            merged["session"] = payload["session"]
        if "questions" in payload:
            merged.setdefault("questions", {}).update(payload["questions"])
    return merged
