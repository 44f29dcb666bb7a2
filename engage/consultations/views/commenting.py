"""A citizen comments: the form, its refusals with the text kept, and the receipt."""

from __future__ import annotations

from typing import Final

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engage.consultations.actions.submit import Submission, comment
from engage.consultations.models import Stance
from engage.consultations.queries.published import Published, published
from engage.consultations.receipts import commented_clauses
from engage.consultations.rules.clauses import Clause
from engage.consultations.rules.phases import Phase
from engage.consultations.views._args import choice, clause_key, number
from engage.consultations.views._blueprints import public_pages
from engage.consultations.views._visit import current_visit, end_visit, in_visit
from engage.consultations.views.reading import WHOLE, discussion, withdrawn
from engage.core.errors import Conflict, Gone, Invalid, Refusal
from engage.participation.receipts import find_all
from engage.web.citizen import device_id
from engage.web.errors import wants_json
from engage.web.fresh_receipt import erased_page, hidden, remember, remembered
from engage.web.guards import citizen_write, public
from engage.web.languages import current_language, render
from engage.web.limits import limited
from engage.web.stuffing import count, limit_comments

RECEIPT_COOKIE: Final = "comment_receipt"


@public_pages.post("/consultations/<public_id>/clauses/<clause>")
@public_pages.post("/consultations/<public_id>/comment")
@citizen_write
@limited("comment", per_device="10/minute", per_network="1200/minute")
def send(public_id: str, clause: str = WHOLE) -> ResponseReturnValue:
    """Take a comment on a clause or on the whole draft."""
    consultation = published(public_id)
    submission = Submission(
        clause=clause_key(clause),
        stance=choice(Stance, request.form.get("stance")),
        text=request.form.get("text", ""),
        version=number(request.form.get("_version"), consultation.version),
        language=current_language(),
        request_id=request.form.get("_request_id", ""),
        device=device_id(),
        visit=current_visit(public_id) or request.form.get("_request_id", ""),
    )
    try:
        limit_comments(consultation.id)
        code = comment(consultation, submission)
    except (Invalid, Conflict, Gone) as refusal:
        if "_request_id" in getattr(refusal, "errors", {}):
            raise
        return _refused(consultation, submission, refusal)
    # One code for a whole visit: what was said tells whether it is the same comment again.
    said = (submission.request_id, submission.clause, submission.stance or "", submission.text)
    count(f"consultation:{consultation.id}", *said)
    return _received(consultation, code, submission.visit)


@public_pages.get("/consultations/<public_id>/done")
@public
def done(public_id: str) -> ResponseReturnValue:
    """The receipt code of what this browser has just sent, for an hour."""
    consultation = published(public_id)
    page: ResponseReturnValue
    code = remembered(RECEIPT_COOKIE)
    if request.args.get("hide"):
        response = hidden(RECEIPT_COOKIE, request.path, url_for("consultations.show", public_id=public_id))
        end_visit(public_id, response)
        return response
    opens = find_all(code)
    if consultation.phase is Phase.WITHDRAWN:
        # The code stays good for looking up and erasing; it must not be lost with the page.
        page = withdrawn(consultation, code=code if opens else "")
    elif not code:
        return redirect(url_for("consultations.show", public_id=public_id), 303)
    elif not opens:
        erased = erased_page(RECEIPT_COOKIE, request.path)
        end_visit(public_id, erased)
        page = erased
    else:
        page = _done_page(consultation, code, commented_clauses(opens))
    response = make_response(page)
    response.cache_control.no_store = True
    return response


def _done_page(consultation: Published, code: str, keys: list[str]) -> str:
    names = {one.key: one.name for one in consultation.clauses if one.commentable}
    return render_template(
        "consultations/done.html",
        consultation=consultation,
        code=code,
        commented=[(key, names.get(key, "")) for key in keys if not key or key in names],
        following=_following(consultation, keys),
    )


def _following(consultation: Published, keys: list[str]) -> Clause | None:
    """The clause to read on with: the first one after the latest comment's that has none under this code.

    None after the last, and after a comment on the whole.
    """
    open_ones = [one for one in consultation.clauses if one.commentable]
    at = next((place for place, one in enumerate(open_ones) if keys and one.key == keys[-1]), len(open_ones))
    return next((one for one in open_ones[at + 1 :] if one.key not in keys), None)


def _refused(consultation: Published, submission: Submission, refusal: Refusal) -> ResponseReturnValue:
    """Why the comment was not taken, with everything typed still in the form."""
    errors: dict[str, str] = {}
    if isinstance(refusal, Invalid):
        errors = {name: render(sentence) for name, sentence in refusal.errors.items()}
    words = "" if errors else render(refusal.message)
    if wants_json():
        return jsonify(errors=errors, message=words or render(refusal.message)), refusal.status
    if consultation.phase is Phase.WITHDRAWN:
        return withdrawn(consultation, text=submission.text)
    page = discussion(
        consultation,
        _clause(consultation, submission.clause),
        errors=errors,
        stance=submission.stance or "",
        text=submission.text,
        refusal=words,
    )
    return page, refusal.status


def _clause(consultation: Published, key: str) -> Clause | None:
    """The clause for the refusal's page; one of an older draft is shown as the whole."""
    return next((one for one in consultation.clauses if one.key == key and one.commentable), None)


def _received(consultation: Published, code: str, visit: str) -> Response:
    target = url_for("consultations.done", public_id=consultation.public_id)
    response = make_response(jsonify(done=target) if wants_json() else redirect(target, 303))
    remember(response, RECEIPT_COOKIE, code, target)
    return in_visit(consultation.public_id, response, visit)
