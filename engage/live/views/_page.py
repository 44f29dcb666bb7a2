"""What the pages of a room share: finding it, its data for scripts, streams as JSON, video sources."""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import Enum
from typing import Any

import orjson
from flask import Response, request
from flask_babel import gettext
from markupsafe import Markup

from engage.core.clock import now
from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.live.models import LiveSession, Phase, QuestionState, Source
from engage.live.queries import room as room_queries
from engage.live.queries.sessions import by_public_id
from engage.live.rules.life import Act, require_act
from engage.live.rules.text import LEAST, MOST
from engage.live.rules.video import VideoKind, video
from engage.moderation.models import ReasonClass
from engage.moderation.rules import KIND_WORDS
from engage.web.display import label
from engage.web.headers import allow_media
from engage.web.languages import render

_TOTALS_SECONDS = 0.5
_totals: dict[int, tuple[float, dict[str, list[int]]]] = {}


def public_room(public_id: str, act: Act = Act.SEE) -> LiveSession:
    """The session where citizens may ``act``; raises ``NotFound`` (or ``Gone``) else."""
    session = by_public_id(public_id)
    require_act(act, session)
    return session


def script_data(data: Mapping[str, Any]) -> Markup:
    """``data`` as JSON that cannot end its ``<script>`` element."""
    text = orjson.dumps(data).decode()
    for character, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028")):
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 (escaped here)


def words(*enums: type[Enum]) -> dict[str, str]:
    """The labels of the members of ``enums`` by their values, for scripts."""
    return {member.value: str(label(member)) for enum in enums for member in enum}


def question_words() -> dict[str, Any]:
    """The words a script needs to show questions."""
    return {
        "states": words(QuestionState),
        "sources": words(Source),
        "reasons": words(ReasonClass),
        "kind": {reason.value: render(sentence) for reason, sentence in KIND_WORDS.items()},
    }


def room_words() -> dict[str, Any]:
    """The words of the room's scripts."""
    return question_words() | {
        "own": {
            "pending": gettext("Waiting for review"),
            "approved": gettext("Published, waiting for its turn"),
            "on-air": gettext("Being answered now"),
            "answered": gettext("Answered"),
            "written": gettext("To be answered in writing"),
            "written-answered": gettext("Answered in writing now"),
            "declined": gettext("Not published"),
            "taken-down": gettext("Taken down"),
            "withdrawn": gettext("Withdrawn by you"),
        },
        "shown": {
            "on-air": gettext("Being answered now"),
            "answered": gettext("Answered"),
            "written": gettext("Written answer"),
        },
        "anonymous": gettext("Anonymous"),
        "support": gettext("Support"),
        "supported": gettext("Supported"),
        "answer": gettext("Answer"),
        "due": gettext("A written answer follows by {day}"),
        "fresh": gettext("{count} new questions"),
        "arrived": gettext("{count} new questions"),
        "newer": gettext("Newer questions"),
        "older": gettext("Older questions"),
        "phases": words(Phase),
        "refused": gettext("Not sent: {reason}"),
        "again": gettext("Put it back into the form"),
        "drop": gettext("Discard"),
        "swapped": gettext("set aside"),
        "lost": gettext("The network is interrupted; reconnecting. What you typed is kept."),
        "polling": gettext("Connected in a slower way; the page updates every few seconds."),
        "received": gettext("Your question has been received. Your receipt code: "),
        "waiting": gettext("There is no network now. Your question is kept and will be sent by itself."),
        "limited": gettext(
            "You are asking faster than the room takes questions. Your question is kept and will be sent by "
            "itself in {seconds} seconds."
        ),
        "unanswered": gettext(
            "The server could not take your question just now. It is kept and will be sent by itself in "
            "{seconds} seconds."
        ),
        "unsent": gettext("That did not work. Please try again in a moment."),
        "tooShort": gettext("A question has at least {least} characters. Please say a little more.").format(
            least=LEAST
        ),
        "tooLong": gettext("A question has at most {most} characters. Please shorten it.").format(most=MOST),
    }


def totals(session_id: int) -> dict[str, list[int]]:
    """The totals of a session, read at most twice a second however many ask."""
    moment = time.monotonic()
    kept = _totals.get(session_id)
    if kept is not None and moment - kept[0] < _TOTALS_SECONDS:
        return kept[1]
    fresh = room_queries.totals(session_id)
    if len(_totals) > 100:
        _totals.clear()
    _totals[session_id] = (moment, fresh)
    return fresh


def stream_answer(session: LiveSession, stream: str, *, name: str, with_totals: bool) -> Response:
    """The answer to ``GET …/stream?after=seq``: what is lacking, or a snapshot; 304 where nothing is new."""
    body = (
        {"stream": name, **room_queries.since(session, stream, after)}
        if (after := _after()) is not None
        else {
            "stream": name,
            **room_queries.snapshot(session, stream),
        }
    )
    if with_totals:
        body["totals"] = {"supports": totals(session.id)}
    text = orjson.dumps(body)
    response = Response(text, mimetype="application/json")
    response.add_etag()
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _after() -> int | None:
    value = request.args.get("after", "")
    if not value:
        return None
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise Invalid({"after": msg("This address is incomplete. Please reload the page.")})
    return int(value)


def allow_video(session: LiveSession) -> Any:
    """The session's video, with this response allowed to load from its source and from no other."""
    shown = video(session.video_address)
    if shown.kind is VideoKind.HLS:
        allow_media(media=(shown.origin,), connect=(shown.origin,))
    elif shown.kind is VideoKind.EMBED:
        allow_media(frames=(shown.origin,))
    return shown


def seconds_until(session: LiveSession) -> int:
    """Seconds to the announced start; 0 once it has come."""
    if session.starts_at is None:
        return 0
    return max(0, int((session.starts_at - now()).total_seconds()))
