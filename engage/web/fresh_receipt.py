"""The receipt code a browser was just given, or typed: a cookie for the one page that shows it."""

from __future__ import annotations

import hashlib
from typing import Final

from flask import Response, make_response, redirect, render_template, request
from itsdangerous import BadSignature, Signer

from engage.core.keys import key
from engage.participation.receipts import grouped, normalised
from engage.web import cookies

GIVEN_SECONDS: Final = 3600
# On a device that people use in turn, as a tablet in a hall.
SHARED_SECONDS: Final = 120
# Long enough to read what an answer refers to and to go back.
LOOKED_UP_SECONDS: Final = 600


def remember(response: Response, cookie: str, code: str, path: str, seconds: int = GIVEN_SECONDS) -> None:
    """Keep ``code`` in the browser for the page at ``path`` alone, which shows it for ``seconds``.

    Any other page would come with another cookie than before, and then browsers do not go back to it.
    """
    cookies.keep(response, cookie, _signer().sign(normalised(code)).decode(), seconds=seconds, path=path)


def hidden(cookie: str, path: str, after: str) -> Response:
    """The person is done: whoever takes the phone next does not see the code; goes on to ``after``.

    A link may ask for it, since it changes nothing but the cookie of this one page.
    """
    response = make_response(redirect(after, 303))
    cookies.forget(response, cookie, path=path)
    return response


def remembered(cookie: str) -> str:
    """The code kept in the browser, empty where there is no genuine one; it may open nothing any more.

    Only what this site has signed is answered: no cookie tries codes out past ``receipts.receipt_lookup``.
    """
    try:
        return grouped(_signer().unsign(cookies.read(cookie, path=request.path)).decode("ascii"))
    except (BadSignature, UnicodeDecodeError):
        return ""


def erased_page(cookie: str, path: str, *, one: bool = False) -> Response:
    """What stands in the place of a receipt whose code opens nothing any more, or not the `one` asked for."""
    response = make_response(render_template("participation/erased.html", one=one), 410)
    cookies.forget(response, cookie, path=path)
    return response


def _signer() -> Signer:
    return Signer(key("receipt-cookie"), sep=".", digest_method=hashlib.sha256)
