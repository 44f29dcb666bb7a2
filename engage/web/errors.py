"""Every no as a designed page in the person's language, or as JSON for clients that read it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import ClientDisconnected, HTTPException, InternalServerError, TooManyRequests

from engage.core.errors import Busy, Refusal, TooMany
from engage.core.messages import Message, msg
from engage.core.writer import out_of_reach
from engage.web.actor import staff_actor
from engage.web.display import language_tag
from engage.web.kept import KEEPING, kept_form, page_before
from engage.web.languages import render
from engage.web.refusals import note_refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error page says. ``retry_after`` in seconds; ``again`` and ``sign_in`` are addresses.

    ``staff``: it stands in the work area, with the way back there.
    """

    status: int
    title: str
    message: str
    picture: str
    retry_after: int = 0
    again: str = ""
    reference: str = ""
    sign_in: str = ""
    staff: bool = False


# Status → title, sentence, picture.
_WORDS: dict[int, tuple[Message, Message, str]] = {
    400: (
        msg("This request could not be understood"),
        msg("The address or the form is incomplete. Please go back, reload the page and try again."),
        "not-found",
    ),
    401: (
        msg("Please sign in"),
        msg("This page is for staff who have signed in. Your sign-in may have ended; please sign in again."),
        "closed",
    ),
    403: (
        msg("This is not open to you"),
        msg("You are not allowed to do this. If you think you should be, please ask the organiser."),
        "closed",
    ),
    404: (
        msg("This page was not found"),
        msg("The address may be mistyped, or the page is not public. Please start from the home page."),
        "not-found",
    ),
    405: (
        msg("This address works differently"),
        msg("This address cannot be opened in this way. Please start from the home page."),
        "not-found",
    ),
    409: (
        msg("This has changed in the meantime"),
        msg("What you sent does not fit what is here now. Please look at the current state and try again."),
        "wait",
    ),
    410: (
        msg("This is no longer available"),
        msg("What stood here has been taken away or has expired."),
        "closed",
    ),
    413: (
        msg("This is too large"),
        msg("What you sent is larger than allowed. Please shorten the text or choose smaller files."),
        "wait",
    ),
    415: (
        msg("This kind of file cannot be read"),
        msg("Please go back and choose a file of one of the kinds named there."),
        "not-found",
    ),
    422: (
        msg("Please check what you entered"),
        msg("Something you entered does not fit. Please go back and correct it."),
        "not-found",
    ),
    429: (
        msg("Too many requests at once"),
        msg("Please wait a moment and try again. What you typed is kept."),
        "wait",
    ),
    500: (
        msg("Something went wrong here"),
        msg("The mistake is ours and has been recorded. Please try again in a few minutes."),
        "wait",
    ),
    503: (
        msg("Please try again in a moment"),
        msg("The system cannot do this right now. Nothing is broken on your side."),
        "wait",
    ),
}
_RETRY_SECONDS = {503: 5}


def init_errors(app: Flask) -> None:
    """Answer every refusal and HTTP error of ``app``; Flask makes a 500 of what is unexpected."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(ParseException, _unreadable)
    for unreachable in (OperationalError, PoolTimeout):
        app.register_error_handler(unreachable, _database)


def wants_json() -> bool:
    """Whether the client reads JSON rather than pages."""
    if request.path.startswith("/api/") or request.is_json:
        return True
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]


def _refused(refusal: Refusal) -> ResponseReturnValue:
    retry_after = refusal.retry_after if isinstance(refusal, TooMany) else 0
    words = None if refusal.message == Refusal.default else refusal.message
    return _answer(refusal.status, words, retry_after)


def _database(error: Exception) -> ResponseReturnValue:
    if isinstance(error, OperationalError) and not out_of_reach(error):
        raise error  # SQLite says so for a wrong statement too: that is a mistake of ours
    log.error("database out of reach", exc_info=error)
    return _answer(Busy.status, Busy.default)


def _csrf(error: CSRFError) -> ResponseReturnValue:
    # For whoever looks for a fault: a stranger can have as many as he sends requests.
    log.debug("form token refused: %s", error.description)
    words = msg("The page was open for too long, or your sign-in has changed. Please send the form again.")
    return _answer(409, words)


def _unreadable(_error: ParseException) -> ResponseReturnValue:
    # A body in pieces that are none, which no browser sends: nothing more can be read of it, nor logged.
    return "", HTTPStatus.BAD_REQUEST


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if isinstance(error, ClientDisconnected):
        return "", 400  # nobody is there to read a page
    retry_after = _seconds(error.retry_after) if isinstance(error, TooManyRequests) else 0
    if isinstance(error, InternalServerError):
        return _mistake()
    answer = _answer(error.code or 500, None, retry_after)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = dict(error.get_headers()).get("Allow")
        if allowed:
            answer.headers["Allow"] = allowed
    return answer


def _answer(status: int, words: Message | None, retry_after: int = 0) -> Any:
    note_refusal(status)
    fault = _fault(status, words, retry_after)
    if wants_json():
        response = jsonify(error=_code(status), message=fault.message, retry_after=fault.retry_after or None)
    else:
        kept = kept_form(status) if status in KEEPING and request.method == "POST" else None
        response = current_app.make_response(render_template("errors/page.html", fault=fault, kept=kept))
    response.status_code = status
    if fault.retry_after:
        response.headers["Retry-After"] = str(fault.retry_after)
    response.cache_control.no_store = True
    return response


def _fault(status: int, words: Message | None, retry_after: int) -> Fault:
    title, sentence, picture = _WORDS.get(status) or _WORDS[500 if status >= 500 else 400]
    safe = request.method in ("GET", "HEAD")
    return Fault(
        status=status,
        title=render(title),
        message=render(words or sentence),
        picture=picture,
        retry_after=retry_after or _RETRY_SECONDS.get(status, 0),
        again=request.full_path.rstrip("?") if safe and status in (429, 500, 503) else "",
        reference=g.get("request_log_id", "") if status >= 500 else "",
        sign_in=url_for("accounts.sign_in", next=page_before() or None)
        if status == HTTPStatus.UNAUTHORIZED
        else "",
        # What is wrong on our side may be the very table that says who is signed in.
        staff=status < HTTPStatus.INTERNAL_SERVER_ERROR
        and request.path.startswith("/staff/")
        and staff_actor() is not None,
    )


def _code(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.lower().replace(" ", "-")
    except ValueError:
        return "error"


def _seconds(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _mistake() -> ResponseReturnValue:
    """The page of a 500; where that page is itself what fails, a bare one that needs nothing."""
    try:
        return _answer(500, None)
    except Exception:
        log.exception("the error page failed")
        return _plain()


def _plain() -> ResponseReturnValue:
    title, sentence, _ = _WORDS[500]
    page = current_app.jinja_env.get_template("errors/plain.html").render(
        tag=language_tag(), title=render(title), words=render(sentence), home=gettext("Go to the home page")
    )
    return page, 500
