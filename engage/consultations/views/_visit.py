"""One visit of a draft: the comments given in it come under one code."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response
from flask.typing import ResponseReturnValue

from engage.core.ids import is_request_id, request_id
from engage.web import cookies

_COOKIE: Final = "comment_visit"
_SECONDS: Final = 1800


def current_visit(public_id: str) -> str:
    """The random number of this browser's visit of a draft, empty where none goes on."""
    number = cookies.read(_COOKIE, path=_path(public_id))
    return number if is_request_id(number) else ""


def in_visit(public_id: str, page: ResponseReturnValue, number: str = "") -> Response:
    """Answer ``page`` and let the visit go on for half an hour, or begin one.

    It begins before anything is sent and stays the same: browsers do not go back to a page that came with
    another cookie.
    """
    response = make_response(page)
    number = number or current_visit(public_id) or request_id()
    cookies.keep(response, _COOKIE, number, seconds=_SECONDS, path=_path(public_id))
    return response


def end_visit(public_id: str, response: Response) -> None:
    """Whoever takes the phone next gets a code of their own."""
    cookies.forget(response, _COOKIE, path=_path(public_id))


def _path(public_id: str) -> str:
    return f"/consultations/{public_id}"
