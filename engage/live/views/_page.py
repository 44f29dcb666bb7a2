"""What the pages of a room share: finding it, its data for scripts, streams as JSON, video sources."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import orjson
from flask import Response, g, request
from flask_babel import gettext
from markupsafe import Markup

from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.live.models import LiveSession, Phase, QuestionState, Source
from engage.live.queries import room as room_queries
from engage.live.queries.pages import Order, published, state_counts
from engage.live.queries.sessions import by_public_id
from engage.live.queries.shared import answer, once_per
from engage.live.rules.life import Act, require_act
from engage.live.rules.streams import MODERATORS
from engage.live.rules.text import LEAST, MOST
from engage.live.rules.video import VideoKind, video
from engage.moderation.models import ReasonClass
from engage.moderation.rules import KIND_WORDS
from engage.web.citizen import known_device
from engage.web.display import label
from engage.web.headers import allow_media
from engage.web.languages import current_language, render

SHOWN_MOST = 200
_room_words: dict[str, dict[str, Any]] = {}
ORDERS = {
    Order.SUPPORTS: msg("Most supported"),
    Order.NEW: msg("Newest"),
    Order.ANSWERED: msg("Answered"),
}


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
    """The words of the room's scripts; collected once for each language."""
    language = current_language()
    if language not in _room_words:
        _room_words[language] = _collected()
    return _room_words[language]


def _collected() -> dict[str, Any]:
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
        "held": gettext(
            "It seems to hold personal data, such as a telephone number. "
            "A moderator looks at it before anything is published."
        ),
        "withdraw": gettext("Withdraw this question? It is not published then, and this cannot be undone."),
        "withdrawYes": gettext("Withdraw"),
        "withdrawNo": gettext("Do not withdraw"),
        "anonymous": gettext("Anonymous"),
        "support": gettext("Support"),
        "supported": gettext("Supported"),
        "answer": gettext("Answer"),
        "due": gettext("A written answer follows by {day}"),
        "fresh": gettext("{count} new questions"),
        "arrived": gettext("{count} new questions"),
        "page": gettext("Page %(number)s of %(pages)s", number="{number}", pages="{pages}"),
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
        "nothing": gettext("Please write your question."),
        "tooShort": gettext("A question has at least {least} characters. Please say a little more.").format(
            least=LEAST
        ),
        "tooLong": gettext("A question has at most {most} characters. Please shorten it.").format(most=MOST),
    }


def stream_answer(session: LiveSession, stream: str, *, name: str, with_totals: bool) -> Response:
    """The answer to ``GET …/stream?after=seq``: what is lacking, or a snapshot; 304 where nothing is new.

    ``questions=id.id`` asks for the totals of these beside those of the answer itself.
    """
    head = room_queries.head(session.id, stream)
    lacking = answer(session, stream, _after(), head)
    fields: dict[str, Any] = {"stream": name}
    if with_totals:
        shown = {*request.args.get("questions", "").split(".")[:SHOWN_MOST], *lacking.questions}
        counts = once_per(("states", session.id, stream), head, lambda: state_counts(session.id))
        told = (
            {"states": [counts, head]} if stream == MODERATORS else {"published": [published(counts), head]}
        )
        fields["totals"] = {"supports": room_queries.totals(session.id, shown), **told}
    return json_answer(lacking.with_fields(**fields))


def asked_order() -> Order:
    """The order of a room's questions asked for by ``?by=``; the most supported first where it is none."""
    value = request.args.get("by", "")
    return Order(value) if value in {order.value for order in Order} else Order.SUPPORTS


def own_questions(session: LiveSession) -> dict[str, Any]:
    """The snapshot of this device's own stream; an empty one for a device that is new here."""
    device = known_device()
    if device is None or "new_device" in g:
        return {"seq": 0, "session": {}, "questions": {}}
    return room_queries.snapshot(session, room_queries.stream_of_device(session.id, device))


def newest_first(mine: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions of a device's own stream, the newest first."""
    return sorted(mine["questions"].values(), key=lambda view: view["at"])[::-1]


def json_answer(body: bytes) -> Response:
    """JSON for this client only; 304 where it has it already."""
    response = Response(body, mimetype="application/json")
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
