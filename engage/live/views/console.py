"""The moderator's console. Each decision is a form, so it works without sockets and without a script too."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from engage.accounts.permissions import Permission
from engage.cases.actions import ANSWER_LIMIT
from engage.core.clock import now
from engage.core.errors import Conflict, Invalid, NotFound, Refusal
from engage.core.ids import request_id
from engage.live import actions
from engage.live.actions.deciding import DONE
from engage.live.models import LiveSession, Phase, QuestionState, Source
from engage.live.queries import room as room_queries
from engage.live.rules.deeds import DEEDS, Deed, possible_deeds
from engage.live.rules.life import ENTERABLE
from engage.live.rules.streams import MODERATORS
from engage.live.rules.text import ANSWER_MOST, LEAST, MOST, NAME_MOST
from engage.live.views._page import question_words, script_data, stream_answer, words
from engage.live.views.staff import allowed_steps, may_on, readable
from engage.moderation.models import ReasonClass
from engage.moderation.rules import Hit
from engage.web.actor import current_actor
from engage.web.citizen import citizen_token
from engage.web.errors import wants_json
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.limits import limited

blueprint = Blueprint("live_console", __name__)

_S = QuestionState
COLUMNS: tuple[tuple[str, tuple[QuestionState, ...]], ...] = (
    ("pending", (_S.PENDING,)),
    ("approved", (_S.APPROVED,)),
    ("on-air", (_S.ON_AIR,)),
    ("answered", (_S.ANSWERED,)),
    ("written", (_S.WRITTEN,)),
    ("declined", (_S.DECLINED, _S.TAKEN_DOWN, _S.WITHDRAWN)),
)
WAITING = frozenset({"pending", "approved"})
# What waits is read from the oldest, what is done from the newest.
DONE_COLUMNS = frozenset({"answered", "written", "declined"})
# One key a decision; those that ask for a reason or a text open a small form.
KEYS = {
    Deed.APPROVE: "a",
    Deed.DECLINE: "d",
    Deed.AIR: "o",
    Deed.BACK: "b",
    Deed.ANSWER: "r",
    Deed.DEFER: "w",
    Deed.CORRECT: "e",
    Deed.TAKE_DOWN: "x",
    Deed.UNDO: "u",
}
# Rows of a column that are in the page at first; a link (a button, with a script) brings all of them.
SHOWN = 120
# What is taken down at once is mostly this; another reason is one choice away.
TAKE_DOWN_REASON = ReasonClass.PERSONAL_DATA


@blueprint.get("/staff/live/<public_id>/console")
@staff(Permission.LIVE_READ)
def console(public_id: str) -> str:
    """The queue in columns."""
    return _page(readable(public_id))


@blueprint.get("/staff/live/<public_id>/stream")
@staff(Permission.LIVE_READ)
def stream(public_id: str) -> Response:
    """What the console lacks."""
    return stream_answer(readable(public_id), MODERATORS, name=MODERATORS, with_totals=True)


@blueprint.post("/staff/live/<public_id>/decide")
@staff(Permission.LIVE_MODERATE)
@limited("live-decide", per_device="600/minute")
def decide(public_id: str) -> ResponseReturnValue:
    """One decision about one question."""
    session = readable(public_id)
    form = request.form
    try:
        done = actions.decide(
            current_actor(),
            session.id,
            form.get("question", ""),
            read_deed(form.get("deed", "")),
            read_revision(form.get("revision", "")),
            reason=read_reason(form.get("reason", "")),
            note=form.get("note", ""),
            answer=form.get("answer"),
        )
    except (Conflict, Invalid) as error:
        if wants_json():
            return jsonify(message=first_sentence(error)), error.status
        flash(first_sentence(error), "error")
        return _page(session, kept=form.get("answer", "")), error.status
    if wants_json():
        return jsonify(question=done.question, state=done.state.value, revision=done.revision)
    return redirect(url_for("live_console.console", public_id=public_id, _anchor=f"q-{done.question}"), 303)


@blueprint.post("/staff/live/<public_id>/enter")
@staff(Permission.LIVE_ENTER)
@limited("live-enter", per_device="60/minute")
def enter(public_id: str) -> ResponseReturnValue:
    """Type in a question from the hall, paper or telephone."""
    session = readable(public_id)
    form = request.form
    source = form.get("source", "")
    if source not in {item.value for item in Source if item is not Source.WEB}:
        raise NotFound
    text, name = form.get("text", ""), form.get("name", "")
    try:
        actions.enter(current_actor(), session.id, text, name, Source(source), form.get("_request_id", ""))
    except Invalid as error:
        sentences = {field: render(sentence) for field, sentence in error.errors.items()}
        if wants_json():
            return jsonify(errors=sentences, message=first_sentence(error)), error.status
        return _page(session, entering={"text": text, "name": name, "source": source}, errors=sentences), 422
    if wants_json():
        return jsonify(done=True)
    flash(gettext("The question is in the queue."), "success")
    return redirect(url_for("live_console.console", public_id=public_id), 303)


def read_deed(value: str) -> Deed:
    """The deed of a form; raises ``NotFound`` for what is none."""
    if value not in {deed.value for deed in Deed}:
        raise NotFound
    return Deed(value)


def read_revision(value: Any) -> int:
    """The revision a decision names; what is none never fits."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def read_reason(value: str) -> ReasonClass | None:
    """The reason class of a form, or ``None``."""
    return ReasonClass(value) if value in {reason.value for reason in ReasonClass} else None


def first_sentence(error: Refusal) -> str:
    """The sentence of a refusal; of an ``Invalid`` the one at its first field."""
    if isinstance(error, Invalid) and error.errors:
        return render(next(iter(error.errors.values())))
    return render(error.message)


def _page(
    session: LiveSession,
    *,
    kept: str = "",
    entering: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    snapshot = room_queries.snapshot(session, MODERATORS)
    totals = room_queries.totals(session.id)
    actor = current_actor()
    may_moderate = may_on(actor, Permission.LIVE_MODERATE, session)
    may_enter = may_moderate or may_on(actor, Permission.LIVE_ENTER, session)
    return render_template(
        "live/staff/console.html",
        room=session,
        columns=_columns(snapshot, totals, whole=request.args.get("all", "")),
        totals=totals,
        deeds_of=lambda view: possible_deeds(
            QuestionState(view["state"]), session.phase, answered=bool(view["answer"])
        ),
        may_moderate=may_moderate,
        may_enter=may_enter and session.phase in ENTERABLE,
        steps=[step for step in allowed_steps(actor, session) if step.value in ("collect", "start", "end")],
        reasons=list(ReasonClass),
        sources=[source for source in Source if source is not Source.WEB],
        keys=KEYS,
        undo=Deed.UNDO,
        approve=Deed.APPROVE,
        decline=Deed.DECLINE,
        answer=Deed.ANSWER,
        take_down_reason=TAKE_DOWN_REASON,
        page_words=_words(),
        entering=entering or {},
        errors=errors or {},
        kept=kept,
        request_id=request_id(),
        limits={
            "least": LEAST,
            "most": MOST,
            "name": NAME_MOST,
            "answer": ANSWER_MOST,
            "correct": ANSWER_LIMIT,
        },
        data=script_data(_data(session, snapshot, totals, may_moderate)),
    )


def _columns(snapshot: dict[str, Any], totals: dict[str, list[int]], *, whole: str) -> list[dict[str, Any]]:
    views = sorted(snapshot["questions"].values(), key=lambda view: view["number"])
    columns = []
    for name, states in COLUMNS:
        inside = [view for view in views if view["state"] in states]
        if name == "approved":
            inside.sort(key=lambda view: -totals.get(view["id"], [0])[0])
        elif name in DONE_COLUMNS:
            inside.reverse()
        columns.append(_column(name, inside, shown=len(inside) if whole == name else SHOWN))
    return columns


def _column(name: str, views: list[dict[str, Any]], *, shown: int) -> dict[str, Any]:
    """``oldest`` in milliseconds and ``minutes`` since, in columns whose questions wait; else 0."""
    oldest = min((view["at"] for view in views), default=0) if name in WAITING else 0
    minutes = int((now().timestamp() - oldest / 1000) / 60) if oldest else 0
    return {
        "name": name,
        "questions": views[:shown],
        "total": len(views),
        "oldest": oldest,
        "minutes": minutes,
    }


def _data(
    session: LiveSession, snapshot: dict[str, Any], totals: dict[str, list[int]], may_moderate: bool
) -> dict[str, Any]:
    return {
        "session": session.public_id,
        "csrf": generate_csrf(),
        "citizen": citizen_token(),
        "me": current_actor().label,
        "moderators": snapshot,
        "totals": {"supports": totals},
        "moderates": may_moderate,
        "columns": {name: [state.value for state in states] for name, states in COLUMNS},
        "deeds": {
            phase.value: {
                state.value: [deed.value for deed in possible_deeds(state, phase, answered=True)]
                for state in QuestionState
            }
            for phase in Phase
        },
        "asks": {deed.value: "reason" for deed, rule in DEEDS.items() if rule.reason}
        | {Deed.ANSWER.value: "answer", Deed.CORRECT.value: "answer"},
        "answered": [deed.value for deed, rule in DEEDS.items() if rule.answered],
        "done": sorted(DONE_COLUMNS),
        "shown": SHOWN,
        "takeDownReason": TAKE_DOWN_REASON.value,
        "correctMost": ANSWER_LIMIT,
        "waiting": sorted(WAITING),
        "undoable": [deed.value for deed in DEEDS],
        "keys": {key: deed.value for deed, key in KEYS.items()},
        "words": _words(),
    }


def _words() -> dict[str, Any]:
    return {
        **question_words(),
        "hits": words(Hit),
        "undoable": [deed.value for deed in DEEDS],
        "deeds": words(Deed),
        "phases": words(Phase),
        "done": {str(deed): render(sentence) for deed, sentence in DONE.items()},
        "by": gettext("{who} {deed}"),
        "anonymous": gettext("Anonymous"),
        "withdrawn": gettext("(withdrawn)"),
        "due": gettext("due on {day}"),
        "answer": gettext("Answer"),
    }
