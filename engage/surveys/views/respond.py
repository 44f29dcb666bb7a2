"""What citizens see of a survey: the form, its receipt, and why it cannot be answered now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, g, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from engage.core.clock import now
from engage.core.errors import Conflict, Gone, Invalid, NotFound, Refusal
from engage.core.messages import Message
from engage.participation.marks import took_part
from engage.participation.receipts import find
from engage.questions.compiled import from_form, next_page, previous_page, validate
from engage.surveys.actions.submit import Submission, part_of, submit
from engage.surveys.models import Layout
from engage.surveys.queries.published import CompiledVersion, Published, published, version
from engage.surveys.rules import Phase
from engage.surveys.views import pages, state
from engage.web import cookies
from engage.web.citizen import device_id, known_device
from engage.web.errors import wants_json
from engage.web.fresh_receipt import GIVEN_SECONDS, SHARED_SECONDS, erased_page, hidden, remember, remembered
from engage.web.guards import body_of, citizen_write, public
from engage.web.languages import COOKIE, current_language, render
from engage.web.limits import limited
from engage.web.stuffing import count, limit_young

blueprint = Blueprint("surveys", __name__)
RECEIPT_COOKIE: Final = "receipt"
_YEAR: Final = 365 * 24 * 3600


@blueprint.get("/surveys/<public_id>")
@public
def show(public_id: str) -> ResponseReturnValue:
    """The form while the survey is open, else why not."""
    survey = published(public_id)
    phase = survey.phase(now())
    if phase is not Phase.OPEN:
        return pages.not_now(survey, phase)
    device = known_device()
    if survey.one_per_device and device is not None and took_part(part_of(survey), device):
        return pages.answered(survey)
    return pages.first_form(survey, version(survey))


@blueprint.get("/surveys/<public_id>/p/<int:page>")
@public
def show_page(public_id: str, page: int) -> ResponseReturnValue:
    """A page in the middle has no answers without its form: begin at the beginning."""
    return redirect(url_for("surveys.show", public_id=published(public_id).public_id), 303)


def _form_bytes(public_id: str, page: int = 0) -> int:
    """What every field of the survey allows can be sent; the view says where there is no survey."""
    try:
        return version(published(public_id)).compiled.form_bytes
    except NotFound:
        return 0


@blueprint.post("/surveys/<public_id>")
@blueprint.post("/surveys/<public_id>/p/<int:page>")
@body_of(_form_bytes)
@citizen_write
@limited("survey-answer", per_device="60/minute", per_network="6000/minute")
def answer(public_id: str, page: int = 0) -> ResponseReturnValue:
    """One page of the form, or the whole of it."""
    limit_young("survey-answer", known_device())
    survey = published(public_id)
    asked = version(survey, state.version_number(request.form) or survey.version)
    whole = state.is_whole(request.form)
    raw = from_form(asked.compiled, request.form.getlist)
    if not whole:
        raw = state.merged(asked.compiled, page, raw, request.form)
    wish = request.form.get("_action", "next")
    if wish.startswith("language-"):
        g.language = "en" if wish == "language-en" else "zh_CN"
        return _remembering(pages.form_step(survey, asked, None if whole else page, raw, {}))
    if not whole:
        step = _step(survey, asked, page, raw, back=wish == "back")
        if step is not None:
            return step
    return _send(survey, asked, raw)


def _step(
    survey: Published, asked: CompiledVersion, page: int, raw: dict[str, object], *, back: bool
) -> ResponseReturnValue | None:
    """The page that follows `page` of a form sent page by page; None when it was the last and all is well."""
    checked = validate(asked.compiled, raw, pages=page + 1)
    if back:
        before = previous_page(asked.compiled, checked.answers, page)
        return pages.form_step(survey, asked, before or 0, raw, {})
    if checked.errors:
        return pages.form_step(survey, asked, _first_page(asked, checked.errors), raw, checked.errors), 422
    following = next_page(asked.compiled, checked.answers, page)
    return None if following is None else pages.form_step(survey, asked, following, raw, {})


def _send(survey: Published, asked: CompiledVersion, raw: dict[str, object]) -> ResponseReturnValue:
    submission = Submission(
        raw=raw,
        version=asked.number,
        language=current_language(),
        request_id=request.form.get("_request_id", ""),
        device=device_id(),
    )
    try:
        code = submit(survey, submission)
    except Invalid as invalid:
        if wants_json():
            errors = {id: render(sentence) for id, sentence in invalid.errors.items()}
            return jsonify(errors=errors, message=render(invalid.message)), invalid.status
        if "_request_id" in invalid.errors:
            raise
        page = None if survey.layout is Layout.ALL_AT_ONCE else _first_page(asked, invalid.errors)
        return pages.form_step(survey, asked, page, raw, invalid.errors), invalid.status
    except (Conflict, Gone) as refusal:
        if wants_json():
            raise
        return _refused(survey, asked, raw, refusal)
    count(part_of(survey), code)
    return _received(survey, code)


def _remembering(page: str) -> Response:
    """The page, with the language chosen for it kept on the device."""
    response = make_response(page)
    cookies.keep(response, COOKIE, current_language(), seconds=_YEAR)
    return response


def _refused(
    survey: Published, asked: CompiledVersion, raw: dict[str, object], refusal: Refusal
) -> ResponseReturnValue:
    """The refusal with everything that was answered below it."""
    answers = validate(asked.compiled, raw).answers
    lines = [
        (step.question.text, step.question.kind.text(answers[step.id], current_language()))
        for step in asked.compiled.steps
        if step.id in answers
    ]
    return pages.refused(survey, refusal, lines), refusal.status


def _first_page(asked: CompiledVersion, errors: Mapping[str, Message]) -> int:
    return min((asked.compiled.by_id[id].page for id in errors if id in asked.compiled.by_id), default=0)


def _received(survey: Published, code: str) -> ResponseReturnValue:
    done = url_for("surveys.done", public_id=survey.public_id)
    response = make_response(jsonify(done=done) if wants_json() else redirect(done, 303))
    # Where a device may answer several times, several people may answer on it.
    remember(response, RECEIPT_COOKIE, code, done, GIVEN_SECONDS if survey.one_per_device else SHARED_SECONDS)
    return response


@blueprint.get("/surveys/<public_id>/done")
@public
def done(public_id: str) -> ResponseReturnValue:
    """The receipt code of what this browser has just sent, for an hour."""
    survey = published(public_id)
    code, form = remembered(RECEIPT_COOKIE), url_for("surveys.show", public_id=survey.public_id)
    if request.args.get("hide"):
        return hidden(RECEIPT_COOKIE, request.path, form)
    if not code:
        return redirect(form, 303)
    return pages.receipt(survey, code) if find(code) else erased_page(RECEIPT_COOKIE, request.path)
