"""One visit of a draft: the comments given in it come under one code."""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, Signer

from engage.core.clock import now
from engage.core.ids import is_request_id, request_id
from engage.core.keys import key
from engage.web import cookies

_COOKIE: Final = "comment_visit"
_SECONDS: Final = 1800
_LONGEST_MINUTES: Final = 120


def current_visit(public_id: str) -> str:
    """The random number of this browser's visit of a draft, empty where none goes on.

    Only what this site drew, and not long ago: else whoever leaves a number of their own in a browser that
    people use in turn, with a code they know, would read and erase what the others write.
    """
    return _number(cookies.read(_COOKIE, path=_path(public_id)))


def in_visit(public_id: str, page: ResponseReturnValue, number: str = "") -> Response:
    """Answer ``page`` and let the visit go on for half an hour, or begin one.

    It begins before anything is sent and stays the same: browsers do not go back to a page that came with
    another cookie.
    """
    response = make_response(page)
    kept = cookies.read(_COOKIE, path=_path(public_id))
    goes_on = _number(kept)
    if not goes_on or (number and number != goes_on):
        kept = _signer().sign(f"{number or request_id()}.{_minute()}").decode()
    cookies.keep(response, _COOKIE, kept, seconds=_SECONDS, path=_path(public_id))
    return response


def end_visit(public_id: str, response: Response) -> None:
    """Whoever takes the phone next gets a code of their own."""
    cookies.forget(response, _COOKIE, path=_path(public_id))


def _number(kept: str) -> str:
    """The number that a cookie of ours names, empty for any other and where its visit began too long ago."""
    try:
        number, _dot, began = _signer().unsign(kept).decode("ascii").partition(".")
        minutes = _minute() - int(began)
    except (BadSignature, ValueError):
        return ""
    return number if is_request_id(number) and 0 <= minutes <= _LONGEST_MINUTES else ""


def _minute() -> int:
    return int(now().timestamp()) // 60


def _signer() -> Signer:
    return Signer(key("comment-visit"), sep=".", digest_method=hashlib.sha256)


def _path(public_id: str) -> str:
    return f"/consultations/{public_id}"
