"""Receipt codes on pages: one limit for looking them up, and a cookie for the page that shows a fresh one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from flask import Response, current_app, make_response, render_template, request
from itsdangerous import BadSignature, Signer

from engage.core.keys import key
from engage.participation.receipts import find, grouped, normalised
from engage.web.limits import limited

# 53 random bits at 600 tries an hour from one network: a million years for one hit among a million codes.
receipt_lookup = limited("receipt", per_device="30/hour", per_network="600/hour")

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
    response.set_cookie(
        cookie,
        _signer().sign(normalised(code)).decode(),
        max_age=_SECONDS,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["ENGAGE"].secure_cookies,
    )


def remembered(cookie: str) -> Remembered | None:
    """The code kept in the browser, ``None`` where there is no genuine one.

    Only what this site has signed is looked up: no cookie tries codes out past ``receipt_lookup``.
    """
    try:
        code = _signer().unsign(request.cookies.get(cookie, "")).decode("ascii")
    except (BadSignature, UnicodeDecodeError):
        return None
    return Remembered(grouped(code), find(code) is not None)


def erased_page(cookie: str, path: str) -> Response:
    """What stands in the place of a receipt whose code opens nothing any more."""
    response = make_response(render_template("participation/erased.html"), 410)
    response.delete_cookie(cookie, path=path)
    return response


def _signer() -> Signer:
    return Signer(key("receipt-cookie"), sep=".", digest_method=hashlib.sha256)
