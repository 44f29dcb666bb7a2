"""Citizens without an account: a signed cookie marks a device, and an HMAC of it guards their forms.

Their forms may be sent hours after they were fetched, so the token has no time limit; the Origin header says
that the form is ours.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

from flask import Flask, Response, g, request
from itsdangerous import BadSignature, Signer
from markupsafe import Markup

from engage.core.clock import today
from engage.core.errors import NotAllowed
from engage.core.ids import PUBLIC_ID_LENGTH, keyed_hash, public_id, request_id
from engage.core.keys import key
from engage.core.messages import msg
from engage.web import cookies
from engage.web.addresses import is_ours
from engage.web.limits import hit
from engage.web.requests import typed_field

COOKIE = "device"
_YEAR = 365 * 24 * 3600
# A hall of 300 opens at once, a carrier's address sends people all day long.
_MINT_PER_NETWORK = ("600/10 minutes", "1500/hour", "6000/day")
_ID_LENGTH = 2 * PUBLIC_ID_LENGTH
_EPOCH = date(1970, 1, 1)
_NO_COOKIE = msg(
    "Your browser did not send back its cookie, so the form could not be accepted. "
    "Please allow cookies for this site, reload the page and send it again."
)


def init_citizens(app: Flask) -> None:
    """Send the cookie of a newly marked device, and offer the form fields to templates."""
    app.after_request(_send_cookie)
    app.jinja_env.globals["citizen_fields"] = citizen_fields
    app.jinja_env.globals["citizen_token"] = citizen_token


def known_device() -> str | None:
    """The device id of the request's cookie, or ``None`` where there is no genuine one."""
    if "device" not in g:
        g.device = _read(cookies.read(COOKIE))
    return g.device


def device_id() -> str:
    """This request's device id; a new one is minted (at a limited rate per network) where there is none."""
    device = known_device()
    if device is None:
        for limit in _MINT_PER_NETWORK:
            hit("mint", per_network=limit)
        device = g.device = g.new_device = new_device(today())
    return device


def new_device(day: date) -> str:
    """An id for a device seen first on ``day``; the cookie's signature covers that as well."""
    return f"{public_id()}{public_id()}{(day - _EPOCH).days}"


def is_young(device: str) -> bool:
    """Whether the cookie of ``device`` is of today. One of before this was noted is not."""
    return device[_ID_LENGTH:] == str((today() - _EPOCH).days)


def read_device(cookie: str) -> str | None:
    """The device id in a cookie's value, for doors that have no request (sockets)."""
    return _read(cookie)


def signed_device(device: str) -> str:
    """The cookie value that marks ``device``."""
    return _signer().sign(device).decode()


def citizen_token(device: str | None = None) -> str:
    """The token that every form of this device carries."""
    return keyed_hash(key("citizen-token"), device if device is not None else device_id())[:32]


def citizen_fields() -> Markup:
    """The hidden fields of a citizen's form: the token and a request id drawn for this rendering."""
    return Markup(
        '<input type="hidden" name="_token" value="{}"><input type="hidden" name="_request_id" value="{}">'
    ).format(citizen_token(), request.form.get("_request_id") or request_id())


def token_is_genuine(device: str | None, token: str) -> bool:
    """Whether ``token`` is the one of ``device``."""
    return device is not None and hmac.compare_digest(citizen_token(device).encode(), token.encode())


def check_sender() -> None:
    """Raise ``NotAllowed`` unless the form comes from our pages and a device we know; reads no body."""
    if not origin_is_ours(request.headers.get("Origin"), request.headers.get("Referer")):
        raise NotAllowed(msg("This form was sent from another site. Please open it here and send it again."))
    if known_device() is None:
        raise NotAllowed(_NO_COOKIE)


def check_token() -> None:
    """Raise ``NotAllowed`` unless the form's token belongs to the device."""
    token = request.headers.get("X-Citizen-Token") or typed_field("_token")
    if not token_is_genuine(known_device(), token):
        raise NotAllowed(_NO_COOKIE)


def origin_is_ours(origin: str | None, referer: str | None = None, host: str | None = None) -> bool:
    """Whether Origin (or, where a browser sends none, Referer) names this site; absent ones are allowed."""
    source = origin or referer
    return not source or is_ours(source, host)


def _signer() -> Signer:
    return Signer(key("device-cookie"), sep=".", digest_method=hashlib.sha256)


def _read(value: str) -> str | None:
    try:
        return _signer().unsign(value).decode("ascii") if value else None
    except (BadSignature, UnicodeDecodeError):
        return None


def _send_cookie(response: Response) -> Response:
    device = g.pop("new_device", None)
    if device is not None:
        cookies.keep(response, COOKIE, signed_device(device), seconds=_YEAR)
        response.headers.add("Vary", "Cookie")
    return response
