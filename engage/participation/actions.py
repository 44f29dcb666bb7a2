"""Retry safety, inside the transaction of the deed it protects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import Table, bindparam, insert, select

from engage.core.actor import Actor
from engage.core.clock import today
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.ids import is_request_id, keyed_hash
from engage.core.keys import key
from engage.core.messages import msg
from engage.participation.models import WriteRequest

# These run for every citizen's write: plain statements built once cost a fifth of the ORM's.
_requests = cast(Table, WriteRequest.__table__)
_EARLIER = select(_requests.c.body_hash, _requests.c.answer).where(
    _requests.c.request_hash == bindparam("request_hash")
)
_NOTE_REQUEST = insert(_requests)


@dataclass(frozen=True, slots=True)
class Outcome:
    """``answer`` is the small JSON object of the first time; ``repeated`` says this was a retry."""

    answer: dict[str, Any]
    repeated: bool


def once(
    request_id: str,
    deed: str,
    body: Any,
    write: Callable[[], dict[str, Any]],
    *,
    several: bool = False,
) -> Outcome:
    """Run ``write`` for a request id only once; call inside ``atomic``, before other checks.

    ``deed`` names action and object (``"survey.answer:17"``); ``body`` is any JSON value. The same id and
    body answers what the first one answered. Another body under the same id is a new write where ``several``
    are allowed, else ``Conflict``. ``write`` answers a small JSON object without personal data and codes.
    Raises ``Invalid`` for a malformed request id.
    """
    require_request_id(request_id)
    request_hash = keyed_hash(key("request"), deed, request_id)
    body_hash = keyed_hash(key("body"), _digest(body))
    connection = db.session.connection()
    rows = connection.execute(_EARLIER, {"request_hash": request_hash}).all()
    for row in rows:
        if row.body_hash == body_hash:
            return Outcome(row.answer, repeated=True)
    if rows and not several:
        raise Conflict(
            msg("This form was already sent with another content. What you typed is kept; please check it.")
        )
    answer = write()
    values = {"request_hash": request_hash, "body_hash": body_hash, "answer": answer, "day": today()}
    connection.execute(_NOTE_REQUEST, values)
    return Outcome(answer, repeated=False)


def require_request_id(request_id: str) -> None:
    """Raise ``Invalid`` for a malformed request id."""
    if not is_request_id(request_id):
        raise Invalid(
            {"_request_id": msg("This form is out of date. Please reload the page and send it again.")}
        )


def made_once(actor: Actor, request_id: str, deed: str, body: Any, make: Callable[[], str]) -> str:
    """The public id of what ``make`` makes for a member of staff, made once for the id of their form.

    Call inside ``atomic``. ``deed`` names what is made (``"activity.create"``); ``body`` is what was filled
    in: JSON, dataclasses, dates. Another body under the same id makes another thing. Without an id
    (commands, demonstration) it is made each time. Raises what ``make`` raises, and ``Invalid`` for a
    malformed id.
    """
    if not request_id:
        return make()
    filled_in = orjson.dumps(
        body, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    ).decode()
    deed = f"staff.{deed}:{actor.id}"
    outcome = once(request_id, deed, filled_in, lambda: {"made": make()}, several=True)
    return cast(str, outcome.answer["made"])


def request_deed_key(request_id: str, body: Any) -> str:
    """What a receipt code is derived from: another body under the same request id has another code."""
    return f"{request_id}:{_digest(body)}"


def _digest(body: Any) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
