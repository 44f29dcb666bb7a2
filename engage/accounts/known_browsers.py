"""Browsers that signed in to an account before: strangers who try its password do not lock them out.

The cookie says which accounts signed in here, as codes only this installation can make; it signs nobody in.
Its day is part of it, so that a copy does not work for longer than the cookie itself.
"""

from __future__ import annotations

import hmac

from werkzeug.wrappers import Response

from engage.core.clock import today
from engage.core.ids import keyed_hash, short_id
from engage.core.keys import key
from engage.web import cookies

COOKIE = "known"
PATH = "/staff/sign-in"
_DAYS = 180
# Colleagues who share a computer.
_MOST = 8
_CODE = 32


def account_key(email: str) -> str:
    """The name under which attempts on an account are counted, the same for unknown ones."""
    return keyed_hash(key("sign-in"), "account", email.strip().lower())


def known(account: str) -> str:
    """The key under which attempts of this browser on ``account`` are counted; empty where it is unknown."""
    mark_of_browser, codes = _read()
    if any(hmac.compare_digest(code, _code(account, mark_of_browser)) for code in codes):
        return keyed_hash(key("sign-in"), "browser", mark_of_browser, account)
    return ""


def mark(response: Response, account: str) -> None:
    """Remember in the browser that ``account`` has just signed in there."""
    mark_of_browser, codes = _read()
    mark_of_browser = mark_of_browser or f"{today().toordinal()}-{short_id(20)}"
    code = _code(account, mark_of_browser)
    kept = [code, *(other for other in codes if other != code)][:_MOST]
    value = ".".join((mark_of_browser, *kept))
    cookies.keep(response, COOKIE, value, seconds=_DAYS * 24 * 3600, path=PATH)


def _read() -> tuple[str, list[str]]:
    """What marks this browser, with the codes of its accounts; empty where it is too old or not ours."""
    mark_of_browser, *codes = cookies.read(COOKIE, path=PATH).split(".")
    day = mark_of_browser.partition("-")[0]
    if not (day.isascii() and day.isdecimal() and len(day) < _CODE):
        return "", []
    if not 0 <= today().toordinal() - int(day) <= _DAYS:
        return "", []
    return mark_of_browser[:64], [code for code in codes[:_MOST] if code.isascii()]


def _code(account: str, mark_of_browser: str) -> str:
    return keyed_hash(key("sign-in"), "known", account, mark_of_browser)[:_CODE]
