"""Writing what changed into the streams it concerns, in the transaction of the deed."""

from __future__ import annotations

from sqlalchemy import Text, bindparam, cast, func, insert, select, update

from engage.core.clock import minute, today
from engage.core.db import db
from engage.core.writer import publish
from engage.live.events import Logged
from engage.live.models import LiveLog, LiveQuestion, LiveSession, LiveStream
from engage.live.rules.streams import (
    ASKER,
    PUBLIC,
    SHARED,
    View,
    kind,
    question_view,
    session_view,
    streams_of,
)

_LAST = select(func.max(LiveQuestion.support_changes)).where(
    LiveQuestion.session_id == bindparam("of_session")
)


class Change:
    """The difference a deed makes, stream by stream.

    Make it before anything is changed, ``touch`` the questions that will change (or ``add`` new ones),
    change them,
    then ``write``: each stream whose projection differs gets one log row with its own next ``seq``.
    """

    def __init__(self, session: LiveSession) -> None:
        self.session = session
        self._session_before = {stream: session_view(stream, session) for stream in SHARED}
        self._questions: dict[str, tuple[LiveQuestion, dict[str, View | None]]] = {}

    def touch(self, question: LiveQuestion) -> None:
        """Remember how ``question`` looks now."""
        views = {stream: question_view(stream, question) for stream in streams_of(question)}
        self._questions.setdefault(question.public_id, (question, views))

    def add(self, question: LiveQuestion) -> None:
        """``question`` is new: no stream knows it."""
        self._questions[question.public_id] = (question, {})

    def write(self) -> None:
        """Add the log rows and tell, after commit, that there are some."""
        payloads = self._payloads()
        if not payloads:
            return
        self._count_as_supported()
        moment = minute()
        heads = dict(_heads(self.session.id, list(payloads)))
        for stream, payload in payloads.items():
            seq = heads[stream] + 1 if stream in heads else self._first(stream)
            _set_head(self.session.id, stream, seq, known=stream in heads)
            db.session.execute(
                insert(LiveLog).values(
                    session_id=self.session.id, stream=stream, seq=seq, payload=payload, created_at=moment
                )
            )
        publish(Logged(self.session.id))

    def _count_as_supported(self) -> None:
        """What is public again is told with its total: whoever came while it was not never heard of it."""
        for question, views in self._questions.values():
            hidden = views.get(PUBLIC) is None
            if hidden and question.supports and question_view(PUBLIC, question) is not None:
                question.support_changes = 1 + (
                    db.session.scalar(_LAST, {"of_session": self.session.id}) or 0
                )

    def _first(self, stream: str) -> int:
        """Where a stream begins: a device's with a gap after any that was forgotten, so that a page which
        knows the old one cannot take the new one for its continuation."""
        forgotten = self.session.forgotten_seq if kind(stream) == ASKER else 0
        return forgotten + 2 if forgotten else 1

    def _payloads(self) -> dict[str, View]:
        payloads: dict[str, View] = {}
        for stream, before in self._session_before.items():
            after = session_view(stream, self.session)
            if after != before:
                payloads[stream] = {"session": after}
        for question, views in self._questions.values():
            # A stream that knew of it is told even where it is no longer one of its own (an erased asker).
            for stream in dict.fromkeys((*streams_of(question), *views)):
                view = question_view(stream, question)
                if view != views.get(stream):
                    payloads.setdefault(stream, {}).setdefault("questions", {})[question.public_id] = view
        return payloads


def _heads(session_id: int, streams: list[str]) -> list[tuple[str, int]]:
    rows = db.session.execute(
        select(LiveStream.stream, LiveStream.seq).where(
            LiveStream.session_id == session_id, LiveStream.stream.in_(streams)
        )
    )
    return [(row.stream, row.seq) for row in rows]


def _set_head(session_id: int, stream: str, seq: int, *, known: bool) -> None:
    told_on = today() if kind(stream) == ASKER else None
    if known:
        db.session.execute(
            update(LiveStream)
            .where(LiveStream.session_id == session_id, LiveStream.stream == stream)
            .values(seq=seq, told_on=told_on)
            .execution_options(synchronize_session=False)
        )
    else:
        db.session.execute(
            insert(LiveStream).values(session_id=session_id, stream=stream, seq=seq, told_on=told_on)
        )


def forget_words(session_id: int, public_id: str) -> None:
    """Let the log forget the question's words; its rows and their seq stay, so no client sees a gap."""
    mentions = cast(LiveLog.payload, Text).contains(public_id)
    rows = db.session.scalars(select(LiveLog).where(LiveLog.session_id == session_id, mentions))
    for row in rows:
        questions = dict(row.payload.get("questions", {}))
        view = questions.get(public_id)
        if view and view.get("text"):
            questions[public_id] = None
            row.payload = {**row.payload, "questions": questions}
