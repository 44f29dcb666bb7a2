"""Supporting a question: the hot command. One short statement after another, no objects, absolute totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engage.core.actor import Actor
from engage.core.clock import today
from engage.core.db import db
from engage.core.errors import NotAllowed, NotFound
from engage.core.messages import msg
from engage.core.writer import gather
from engage.live.actions._load import session_row, support_hash
from engage.live.models import LiveQuestion, LiveSession, LiveSupport
from engage.live.rules.deeds import PUBLISHED
from engage.live.rules.life import ACTS, Act, require_act
from engage.participation.actions import once

# Tables, not classes: building objects would cost more than the database does.
_session: Table = LiveSession.__table__
_question: Table = LiveQuestion.__table__
_support: Table = LiveSupport.__table__

# Alternatives spelled out: a list in IN would be written into the statement anew each time.
_OPEN_SESSION = (
    select(_session.c.id)
    .where(
        _session.c.id == bindparam("of_session"),
        _session.c.supports_on,
        or_(*(_session.c.phase == phase for phase in sorted(ACTS[Act.SUPPORT]))),
    )
    .scalar_subquery()
)
# One writer at a time: what was last is the highest, so whoever sends totals reads only what is higher.
_counted = _question.alias()
_NEXT = (
    select(func.coalesce(func.max(_counted.c.support_changes), 0) + 1)
    .where(_counted.c.session_id == bindparam("of_session"))
    .scalar_subquery()
)
_COUNT = (
    update(_question)
    .where(
        _question.c.id == bindparam("question"),
        _question.c.public_id == bindparam("public"),
        or_(*(_question.c.state == state for state in sorted(PUBLISHED))),
        _question.c.session_id == _OPEN_SESSION,
    )
    .values(supports=_question.c.supports + bindparam("by"), support_changes=_NEXT)
    .returning(_question.c.supports, _question.c.support_changes)
)
_TOTAL = select(_question.c.supports, _question.c.support_changes).where(
    _question.c.id == bindparam("question")
)
_FIND = select(_question.c.id).where(
    _question.c.public_id == bindparam("public"), _question.c.session_id == bindparam("of_session")
)
_TAKE_BACK = (
    delete(_support)
    .where(_support.c.question_id == bindparam("question"), _support.c.device_hash == bindparam("device"))
    .returning(_support.c.question_id)
)
# What came back tells whether a row changed: a driver's count of rows is not the same everywhere.
_GIVE = {
    "sqlite": sqlite.insert(_support).on_conflict_do_nothing().returning(_support.c.question_id),
    "postgresql": postgresql.insert(_support).on_conflict_do_nothing().returning(_support.c.question_id),
}


@dataclass(frozen=True, slots=True)
class Supported:
    """The question's total after the deed, with the counter that orders totals, and one's own support."""

    supports: int
    changes: int
    on: bool


def support(actor: Actor, session_id: int, question: str, on: bool, request_id: str) -> Supported:
    """Give (``on``) or take back the support of this device; counts each device once.

    A retry changes nothing and answers the present total. Raises ``NotFound`` for a question that is not
    public, ``Conflict`` or ``Gone`` where the room takes no supports.
    """
    if actor.device is None:
        raise NotAllowed
    device = support_hash(session_id, actor.device)

    def run() -> Supported:
        question_id = question_id_of(session_id, question)
        done: list[Supported] = []

        def write() -> dict[str, Any]:
            done.append(_apply(session_id, question_id, question, device, on))
            return {"on": on}

        once(request_id, f"live.support:{question_id}:{device}", on, write)
        return done[0] if done else _present(question_id, on)

    return gather(run, plain=True)


_NOT_PUBLIC = msg("This question is not public any more, so it cannot be supported.")
_KNOWN_MOST = 50_000
_known: dict[tuple[int, str], int] = {}


def question_id_of(session_id: int, question: str) -> int:
    """The id of a question, public or not; raises ``NotFound`` where there is none.

    Remembered, since it never becomes another one's (``_COUNT`` checks that).
    """
    key = (session_id, question)
    found = _known.get(key)
    if found is None:
        names = {"public": question, "of_session": session_id}
        found = db.session.connection().execute(_FIND, names).scalar()
        if found is None:
            raise NotFound(_NOT_PUBLIC)
        if len(_known) >= _KNOWN_MOST:
            _known.clear()
        _known[key] = found
    return found


def _apply(session_id: int, question_id: int, question: str, device: str, on: bool) -> Supported:
    connection = db.session.connection()
    if on:
        row = {"question_id": question_id, "device_hash": device, "day": today()}
        changed = connection.execute(_GIVE[connection.dialect.name], row).first()
    else:
        changed = connection.execute(_TAKE_BACK, {"question": question_id, "device": device}).first()
    by = (1 if on else -1) if changed is not None else 0
    names = {"question": question_id, "public": question, "of_session": session_id, "by": by}
    total = connection.execute(_COUNT, names).first()
    if total is None:
        _known.pop((session_id, question), None)
        require_act(Act.SUPPORT, session_row(session_id))
        raise NotFound(_NOT_PUBLIC)
    return Supported(total.supports, total.support_changes, on)


def _present(question_id: int, on: bool) -> Supported:
    """A retry must not show an old total: it is read again."""
    total = db.session.connection().execute(_TOTAL, {"question": question_id}).one()
    return Supported(total.supports, total.support_changes, on)
