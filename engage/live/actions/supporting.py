"""Supporting a question: the hot command. One short statement after another, no objects, absolute totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, delete, select, update
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

_OPEN_SESSION = (
    select(_session.c.id)
    .where(
        _session.c.id == bindparam("of_session"),
        _session.c.supports_on,
        _session.c.phase.in_(sorted(ACTS[Act.SUPPORT])),
    )
    .scalar_subquery()
)
_COUNT = (
    update(_question)
    .where(
        _question.c.id == bindparam("question"),
        _question.c.state.in_(sorted(PUBLISHED)),
        _question.c.session_id == _OPEN_SESSION,
    )
    .values(supports=_question.c.supports + bindparam("by"), support_changes=_question.c.support_changes + 1)
    .returning(_question.c.supports, _question.c.support_changes)
)
_TOTAL = select(_question.c.supports, _question.c.support_changes).where(
    _question.c.id == bindparam("question")
)
_FIND = select(_question.c.id).where(
    _question.c.public_id == bindparam("public"), _question.c.session_id == bindparam("of_session")
)
_TAKE_BACK = delete(_support).where(
    _support.c.question_id == bindparam("question"), _support.c.device_hash == bindparam("device")
)
_GIVE = {
    "sqlite": sqlite.insert(_support).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_support).on_conflict_do_nothing(),
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
    public,
    ``Conflict`` or ``Gone`` where the room takes no supports.
    """
    if actor.device is None:
        raise NotAllowed
    device = support_hash(session_id, actor.device)

    def run() -> Supported:
        question_id = db.session.execute(_FIND, {"public": question, "of_session": session_id}).scalar()
        if question_id is None:
            raise NotFound(_NOT_PUBLIC)
        # The answer is read again below: a retry must not show an old total.
        once(
            request_id,
            f"live.support:{question_id}:{device}",
            on,
            lambda: _apply(session_id, question_id, device, on),
        )
        total = db.session.execute(_TOTAL, {"question": question_id}).one()
        return Supported(total.supports, total.support_changes, on)

    return gather(run)


_NOT_PUBLIC = msg("This question is not public any more, so it cannot be supported.")


def _apply(session_id: int, question_id: int, device: str, on: bool) -> dict[str, bool]:
    if on:
        give = _GIVE[db.session.get_bind().dialect.name]
        row = {"question_id": question_id, "device_hash": device, "day": today()}
        changed = _rows(db.session.execute(give, row))
    else:
        changed = _rows(db.session.execute(_TAKE_BACK, {"question": question_id, "device": device}))
    by = (1 if on else -1) if changed else 0
    total = db.session.execute(_COUNT, {"question": question_id, "of_session": session_id, "by": by}).first()
    if total is None:
        require_act(Act.SUPPORT, session_row(session_id))
        raise NotFound(_NOT_PUBLIC)
    return {"on": on}


def _rows(result: Any) -> int:
    return cast(CursorResult[Any], result).rowcount
