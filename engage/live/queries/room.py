"""What a room's screens are made of: snapshots, what a client lacks, totals, one's own questions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from engage.core.db import db
from engage.live.actions._load import asker_key, support_hash
from engage.live.models import (
    LiveLog,
    LiveQuestion,
    LiveSession,
    LiveStream,
    LiveSupport,
    Phase,
)
from engage.live.queries import queue
from engage.live.queries.pages import listed, on_air
from engage.live.rules.deeds import PUBLISHED
from engage.live.rules.streams import (
    ASKER,
    MODERATORS,
    PUBLIC,
    View,
    asker_stream,
    fold,
    kind,
    question_view,
    session_view,
)

# A client that lacks more than this takes a snapshot: it holds a page, so a longer catch-up would be larger.
MOST_ROWS = 100
_TOTALS = select(LiveQuestion.public_id, LiveQuestion.supports, LiveQuestion.support_changes).where(
    LiveQuestion.state.in_(PUBLISHED)
)


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the log as it is sent on."""

    id: int
    session_id: int
    stream: str
    seq: int
    payload: dict[str, Any]


def head(session_id: int, stream: str) -> int:
    """The last ``seq`` of a stream; 0 where nothing was ever told."""
    return (
        db.session.scalar(
            select(LiveStream.seq).where(LiveStream.session_id == session_id, LiveStream.stream == stream)
        )
        or 0
    )


def snapshot(session: LiveSession, stream: str) -> dict[str, Any]:
    """What a client of ``stream`` begins with: ``{"seq", "session", "questions": {id: view}}``.

    Of the public stream the question on air and the newest page, of the moderators' the first rows of each
    column; everything of the others, which are short. Questions and ``seq`` are read in one transaction, so
    they belong together.
    """
    seq = head(session.id, stream)
    return {
        "seq": seq,
        "session": session_view(stream, session),
        "questions": {view["id"]: view for view in _opening(session.id, stream)},
    }


def since(session: LiveSession, stream: str, after: int) -> dict[str, Any]:
    """What a client lacks that has everything up to ``after``.

    ``{"after", "seq", "session"?, "questions"?}``, the last word on each; or a snapshot where the client
    lacks too much, rows in between are gone, or it knows a ``seq`` that never was (a restored database).
    """
    seq = head(session.id, stream)
    if not 0 <= seq - after <= MOST_ROWS:
        return snapshot(session, stream)
    rows = db.session.execute(
        select(LiveLog.seq, LiveLog.payload)
        .where(LiveLog.session_id == session.id, LiveLog.stream == stream, LiveLog.seq > after)
        .order_by(LiveLog.seq)
    ).all()
    if [row.seq for row in rows] != list(range(after + 1, seq + 1)):
        return snapshot(session, stream)
    return {"after": after, "seq": seq, **fold([row.payload for row in rows])}


def _opening(session_id: int, stream: str) -> list[View]:
    if kind(stream) == MODERATORS:
        return [view for rows in queue.opening(session_id).values() for view in rows.views]
    if kind(stream) == ASKER:
        query = select(LiveQuestion).where(
            LiveQuestion.session_id == session_id, LiveQuestion.asker_key == stream.partition(":")[2]
        )
        questions = [*db.session.scalars(query.order_by(LiveQuestion.id))]
    else:
        questions = [*on_air(session_id)]
    if stream == PUBLIC:
        questions += listed(session_id)
    views = (question_view(stream, question) for question in questions)
    return [view for view in views if view is not None]


def totals(session_id: int, ids: Collection[str], *, quiet: bool = False) -> dict[str, list[int]]:
    """Per published question among ``ids`` ``[supports, counter]``: absolute, the higher counter is newer.

    What nobody ever supported is left out, unless ``quiet`` ones are asked for too: ``[0, 0]``.
    """
    query = _TOTALS.where(LiveQuestion.session_id == session_id, LiveQuestion.public_id.in_(list(ids)))
    if not quiet:
        query = query.where(LiveQuestion.support_changes > 0)
    return {row.public_id: [row.supports, row.support_changes] for row in db.session.execute(query)}


def totals_since(session_id: int, counter: int) -> dict[str, list[int]]:
    """As ``totals``, of what was supported in a session after ``counter``, in the order of the counters."""
    query = _TOTALS.where(LiveQuestion.session_id == session_id, LiveQuestion.support_changes > counter)
    rows = db.session.execute(query.order_by(LiveQuestion.support_changes))
    return {row.public_id: [row.supports, row.support_changes] for row in rows}


def last_support(session_id: int) -> int:
    """The highest counter of a session's totals; 0 where nothing was ever supported."""
    query = select(func.max(LiveQuestion.support_changes)).where(LiveQuestion.session_id == session_id)
    return db.session.scalar(query) or 0


def supported_by(session_id: int, device: str, ids: Collection[str]) -> list[str]:
    """Those of the questions ``ids`` that this device supports."""
    return list(
        db.session.scalars(
            select(LiveQuestion.public_id)
            .join(LiveSupport, LiveSupport.question_id == LiveQuestion.id)
            .where(
                LiveQuestion.public_id.in_(list(ids)),
                LiveQuestion.session_id == session_id,
                LiveSupport.device_hash == support_hash(session_id, device),
            )
        )
    )


def stream_of_device(session_id: int, device: str) -> str:
    """The asker's stream of a device in a session."""
    return asker_stream(asker_key(session_id, device))


def rows_after(log_id: int, *, limit: int = 500) -> list[LogRow]:
    """The log of all sessions after a row, in order of commit."""
    rows = db.session.execute(
        select(LiveLog.id, LiveLog.session_id, LiveLog.stream, LiveLog.seq, LiveLog.payload)
        .where(LiveLog.id > log_id)
        .order_by(LiveLog.id)
        .limit(limit)
    )
    return [LogRow(*row) for row in rows]


def last_log_id() -> int:
    """The newest row of the log."""
    return db.session.scalar(select(func.max(LiveLog.id))) or 0


# Thousands join in the same moment: their two statements are built once, and read without building objects.
_SESSIONS, _STREAMS = LiveSession.__table__.c, LiveStream.__table__.c
_ROOM = select(_SESSIONS.id).where(_SESSIONS.public_id == bindparam("room"))
_STANDING = (
    select(_SESSIONS.phase, _STREAMS.stream, _STREAMS.seq)
    .outerjoin_from(
        LiveSession.__table__,
        LiveStream.__table__,
        and_(
            _STREAMS.session_id == _SESSIONS.id,
            or_(_STREAMS.stream == bindparam("one"), _STREAMS.stream == bindparam("other")),
        ),
    )
    .where(_SESSIONS.id == bindparam("session"))
)


def id_of(public_id: str) -> int | None:
    """The id of a session, ``None`` if there is none."""
    return db.session.connection().execute(_ROOM, {"room": public_id}).scalar()


def standing(session_id: int, one: str, other: str) -> tuple[Phase | None, dict[str, int]]:
    """The phase of a session (``None`` if there is none) and the last ``seq`` of two of its streams.

    A stream that was never told anything is left out.
    """
    names = {"session": session_id, "one": one, "other": other}
    rows = db.session.connection().execute(_STANDING, names).all()
    return (rows[0].phase if rows else None), {row.stream: row.seq for row in rows if row.stream}


def public_ids(session_ids: Sequence[int]) -> dict[int, str]:
    """The public ids of sessions."""
    rows = db.session.execute(
        select(LiveSession.id, LiveSession.public_id).where(LiveSession.id.in_(session_ids))
    )
    return {row.id: row.public_id for row in rows}
