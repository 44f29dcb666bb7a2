"""Asking, supporting and withdrawing, with and without a script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engage.core.errors import Conflict, Gone, Invalid, Refusal
from engage.core.ids import request_id
from engage.core.messages import Message
from engage.live import actions
from engage.live.models import LiveSession, QuestionState
from engage.live.rules.life import Act, possible
from engage.live.rules.streams import View
from engage.live.rules.text import LEAST, MOST, NAME_MOST
from engage.live.views._page import asked_order, newest_first, own_questions, public_room, question_words
from engage.participation.receipts import find
from engage.web.actor import citizen_actor
from engage.web.citizen import citizen_token, known_device
from engage.web.errors import wants_json
from engage.web.fresh_receipt import SHARED_SECONDS, remember, remembered
from engage.web.guards import citizen_write
from engage.web.languages import render
from engage.web.limits import limited
from engage.web.numbers import page_number
from engage.web.stuffing import count, limit_queue, limit_support, limit_young

blueprint = Blueprint("live_asking", __name__)

_COOKIE = "asked"
ASK_LIMITS = {"per_device": "6/minute", "per_network": "600/minute"}
SUPPORT_LIMITS = {"per_device": "60/minute", "per_network": "12000/minute"}
WITHDRAW_LIMITS = {"per_device": "20/minute", "per_network": "1200/minute"}


@blueprint.get("/live/<public_id>/ask")
@citizen_write
def ask(public_id: str) -> str:
    """Ask and see one's own questions; its own page, so that it works without a script."""
    receipt = remembered(_COOKIE) if request.args.get("asked") else ""
    # Sent again after its question was erased: the code opens nothing any more.
    return _ask_page(public_id, receipt=receipt if receipt and find(receipt) else "")


@blueprint.post("/live/<public_id>/ask")
@citizen_write
@limited("live-ask", **ASK_LIMITS)
def send(public_id: str) -> ResponseReturnValue:
    """Take a question."""
    session = public_room(public_id)
    limit_young("live-ask", known_device())
    limit_queue(session.id)
    text, name = request.form.get("text", ""), request.form.get("name", "")
    try:
        asked = actions.ask(citizen_actor(), session.id, text, name, request.form.get("_request_id", ""))
    except (Invalid, Conflict, Gone) as error:
        if wants_json():
            return jsonify(errors=_sentences(error), message=render(error.message)), error.status
        return _ask_page(public_id, text, name, error), error.status
    count(f"live:{session.id}:questions", asked.receipt)
    if wants_json():
        return jsonify(question=asked.question, receipt=asked.receipt)
    page = url_for("live_asking.ask", public_id=public_id)
    response = make_response(redirect(url_for("live_asking.ask", public_id=public_id, asked="yes"), 303))
    remember(response, _COOKIE, asked.receipt, page, SHARED_SECONDS)
    return response


@blueprint.post("/live/<public_id>/support")
@citizen_write
@limited("live-support", **SUPPORT_LIMITS)
def support(public_id: str) -> ResponseReturnValue:
    """Give or take back a support."""
    session = public_room(public_id)
    question, device = request.form.get("question", ""), known_device()
    limit_young("live-support", device)
    limit_support(actions.question_id_of(session.id, question), device)
    done = actions.support(
        citizen_actor(),
        session.id,
        question,
        request.form.get("on") == "1",
        request.form.get("_request_id", ""),
    )
    if done.on:
        count(f"live:{session.id}:supports", question, device or "")
    if wants_json():
        return jsonify(supports=[done.supports, done.changes], on=done.on)
    page: dict[str, Any] = {"by": asked_order().value, "page": page_number()} if request.args else {}
    return redirect(url_for("live.room", public_id=public_id, **page, _anchor=f"q-{question}"), 303)


@blueprint.post("/live/<public_id>/withdraw")
@citizen_write
@limited("live-withdraw", **WITHDRAW_LIMITS)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take back one's own question; asked first on a page, where no script has done so."""
    session = public_room(public_id)
    question = request.form.get("question", "")
    asked = wants_json() or request.form.get("step") == "confirm"
    if not asked and _waiting(session, question):
        return redirect(url_for(".withdrawing", public_id=public_id, question=question), 303)
    actions.withdraw(citizen_actor(), session.id, question)
    if wants_json():
        return jsonify(done=True)
    return redirect(url_for("live_asking.ask", public_id=public_id), 303)


@blueprint.get("/live/<public_id>/withdraw")
@citizen_write
def withdrawing(public_id: str) -> ResponseReturnValue:
    """The question whether to take back one's own question that waits for review."""
    session = public_room(public_id)
    view = _waiting(session, request.args.get("question", ""))
    if view is None:
        return redirect(url_for(".ask", public_id=public_id), 303)
    return render_template("live/withdraw.html", room=session, view=view)


def _waiting(session: LiveSession, question: str) -> View | None:
    view: View | None = own_questions(session)["questions"].get(question)
    return view if view and view["state"] == QuestionState.PENDING else None


def _ask_page(
    public_id: str, text: str = "", name: str = "", error: Refusal | None = None, receipt: str = ""
) -> str:
    session = public_room(public_id)
    citizen_token()
    return render_template(
        "live/ask.html",
        room=session,
        own_views=newest_first(own_questions(session)),
        asking=possible(Act.ASK, session.phase),
        text=text,
        name=name,
        errors=(_sentences(error) or {"text": render(error.message)}) if error else {},
        receipt_code=receipt,
        page_words=question_words(),
        fresh_id=request_id(),
        limits={"least": LEAST, "most": MOST, "name": NAME_MOST},
    )


def _sentences(error: Refusal) -> dict[str, str]:
    errors: dict[str, Message] = error.errors if isinstance(error, Invalid) else {}
    return {field: render(sentence) for field, sentence in errors.items()}
