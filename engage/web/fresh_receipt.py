"""The receipt code a browser was just given: a cookie for the one page that shows it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from flask import Response, make_response, render_template, request
from itsdangerous import BadSignature, Signer

from engage.core.keys import key
from engage.participation.receipts import find, grouped, normalised
from engage.web import cookies

_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Remembered:
    """A code this browser was given within the hour; ``alive`` is false once its owner had it erased."""

    code: str
    alive: bool


def remember(response: Response, cookie: str, code: str, path: str) -> None:
    """Keep ``code`` in the browser for the page at ``path`` alone, which shows it.

    Any other page would come with another cookie than before, and then browsers do not go back to it.
    """
    cookies.keep(response, cookie, _signer().sign(normalised(code)).decode(), seconds=_SECONDS, path=path)


def remembered(cookie: str) -> Remembered | None:
    """The code kept in the browser, ``None`` where there is no genuine one.

    Only what this site has signed is looked up: no cookie tries codes out past ``receipts.receipt_lookup``.
    """
    try:
        code = _signer().unsign(cookies.read(cookie, path=request.path)).decode("ascii")
    except (BadSignature, UnicodeDecodeError):
        return None
    return Remembered(grouped(code), find(code) is not None)


def erased_page(cookie: str, path: str) -> Response:
    """What stands in the place of a receipt whose code opens nothing any more."""
    response = make_response(render_template("participation/erased.html"), 410)
    cookies.forget(response, cookie, path=path)
    return response


def _signer() -> Signer:
    return Signer(key("receipt-cookie"), sep=".", digest_method=hashlib.sha256)
