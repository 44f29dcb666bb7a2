"""The moderator's console. Each decision is a form, so it works without sockets and without a script too."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import orjson
from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.errors import Conflict, Invalid, NotFound, Refusal
from engage.core.ids import request_id
from engage.live import actions
from engage.live.models import LiveSession, Phase, QuestionState, Source
from engage.live.queries import room as room_queries
from engage.live.queries.pages import PAGE, state_counts
from engage.live.queries.queue import COLUMNS, column_counts
from engage.live.rules.deeds import Deed, possible_deeds, shows_personal
from engage.live.rules.life import ENTERABLE
from engage.live.rules.streams import MODERATORS
from engage.live.rules.text import LEAST, MOST, NAME_MOST
from engage.live.views._page import json_answer, script_data, stream_answer
from engage.live.views._queue import (
    KEYS,
    NEXT,
    SEARCH,
    TAKE_DOWN_REASON,
    WAITING,
    Asked,
    columns,
    console_data,
    console_words,
    queue_page,
    since,
    waited,
    when,
)
from engage.live.views.staff import allowed_steps, may_on, readable
from engage.moderation.models import ReasonClass
from engage.web.actor import current_actor
from engage.web.errors import wants_json
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.limits import limited
from engage.web.stuffing import crowd

blueprint = Blueprint("live_console", __name__)


@blueprint.get("/staff/live/<public_id>/console")
@staff(Permission.LIVE_READ)
def console(public_id: str) -> str:
    """The queue in columns."""
    return console_page(readable(public_id))


@blueprint.get("/staff/live/<public_id>/stream")
@staff(Permission.LIVE_READ)
def stream(public_id: str) -> Response:
    """What the console lacks."""
    return stream_answer(readable(public_id), MODERATORS, name=MODERATORS, with_totals=True)


@blueprint.get("/staff/live/<public_id>/queue")
@staff(Permission.LIVE_READ)
def queue(public_id: str) -> Response:
    """A page of a column (``?column=&after=&by=new|supports&q=``) for the console; else what waits."""
    session, asked = readable(public_id), Asked.of_request()
    if not asked.column:
        asked = replace(asked, column=next(iter(COLUMNS)))
    if asked.column not in COLUMNS:
        raise NotFound
    return json_answer(orjson.dumps(queue_page(session, asked)))


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
            confirmed=form.get("confirmed") == "1",
        )
    except (Conflict, Invalid) as error:
        if wants_json():
            return jsonify(message=first_sentence(error)), error.status
        flash(first_sentence(error), "error")
        return console_page(session, kept=form.get("answer", "")), error.status
    if wants_json():
        return jsonify(
            question=done.question, state=done.state.value, revision=done.revision, decision=done.decision
        )
    return redirect(url_for("live_console.console", public_id=public_id, _anchor=f"q-{done.question}"), 303)


@blueprint.post("/staff/live/<public_id>/undo")
@staff(Permission.LIVE_MODERATE)
@limited("live-decide", per_device="600/minute")
def undo(public_id: str) -> ResponseReturnValue:
    """Take back one's own last action; answers the one that is the last then."""
    session = readable(public_id)
    try:
        last = actions.undo_own(current_actor(), session.id, read_revision(request.form.get("decision", "")))
    except Conflict as error:
        if wants_json():
            # What is asked for cannot be taken back any more; the one before it may.
            last = actions.last_own(current_actor(), session.id)
            return jsonify(message=first_sentence(error), last=asdict(last) if last else None), error.status
        flash(first_sentence(error), "error")
        return console_page(session), error.status
    if wants_json():
        return jsonify(last=asdict(last) if last else None)
    return redirect(url_for("live_console.console", public_id=public_id), 303)


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
        return console_page(
            session, entering={"text": text, "name": name, "source": source}, errors=sentences
        ), 422
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


def console_page(
    session: LiveSession,
    *,
    kept: str = "",
    entering: dict[str, str] | None = None,
    leftover: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> str:
    """The console; what was typed (``kept``, ``entering``, ``leftover``) with what is wrong with it."""
    actor, asked = current_actor(), Asked.of_request()
    seq = room_queries.head(session.id, MODERATORS)
    counts = state_counts(session.id)
    shown = columns(session, asked, counts)
    totals = room_queries.totals(session.id, [view["id"] for column in shown for view in column.questions])
    may_moderate = may_on(actor, Permission.LIVE_MODERATE, session)
    may_enter = may_moderate or may_on(actor, Permission.LIVE_ENTER, session)
    last = actions.last_own(actor, session.id) if may_moderate else None
    return render_template(
        "live/staff/console.html",
        room=session,
        crowds=[crowd(f"live:{session.id}:{what}") for what in ("questions", "supports")],
        columns=shown,
        totals=totals,
        deeds_of=lambda view: possible_deeds(
            QuestionState(view["state"]),
            session.phase,
            answered=bool(view["answer"]),
            personal=bool(view["hits"]),
        ),
        shows_personal=lambda view, deed: (
            bool(view["hits"]) and shows_personal(deed, QuestionState(view["state"]))
        ),
        when=when,
        waited=waited,
        since=since,
        last=last,
        may_moderate=may_moderate,
        may_enter=may_enter and session.phase in ENTERABLE,
        asked=asked,
        to_decide=asked.to_decide(shown) if may_moderate else (),
        decide_address=asked.address_of(session.public_id),
        left={name: total for name, total in column_counts(counts).items() if name in WAITING}
        if may_moderate and session.phase is Phase.ENDED
        else {},
        upto=session.question_count,
        steps=[step for step in allowed_steps(actor, session) if step.value in ("collect", "start", "end")],
        reasons=list(ReasonClass),
        sources=[source for source in Source if source is not Source.WEB],
        keys=KEYS,
        next_key=NEXT,
        search_key=SEARCH,
        undo=Deed.UNDO,
        approve=Deed.APPROVE,
        decline=Deed.DECLINE,
        answer=Deed.ANSWER,
        take_down_reason=TAKE_DOWN_REASON,
        page_words=console_words(),
        entering=entering or {},
        leftover=leftover or {},
        errors=errors or {},
        kept=kept,
        request_id=request_id(),
        limits={
            "least": LEAST,
            "most": MOST,
            "name": NAME_MOST,
            "page": PAGE,
        },
        data=script_data(console_data(session, seq, shown, counts, totals, may_moderate, last)),
    )
