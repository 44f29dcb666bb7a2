"""What a stream answers, as JSON made once for everybody who asks while the stream stays where it is.

A phone's own stream is nobody else's and is not kept.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

import orjson
from flask import current_app

from engage.live.models import LiveQuestion, LiveSession
from engage.live.queries import pages, room
from engage.live.rules.streams import PUBLIC, SHARED, View, question_view

_T = TypeVar("_T")

_KEY: Final = "live_shared"
_MOST: Final = 256
# Supports change without a word in the stream; an order by them is as old as totals are at most.
_SUPPORTS_SECONDS: Final = 0.5
# Days that run out change a view (a nickname goes) without a word in its stream.
_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON of a snapshot or a catch-up, and the public ids of the questions in it."""

    json: bytes
    questions: tuple[str, ...]

    def fragment(self) -> orjson.Fragment:
        """To be put into a larger answer as it is."""
        return orjson.Fragment(self.json)

    def with_fields(self, **fields: Any) -> bytes:
        """The JSON object with more fields in front."""
        return orjson.dumps(fields)[:-1] + b"," + self.json[1:]


def in_step(head: int) -> Answer:
    """The answer to who lacks nothing."""
    return Answer(b'{"after":%d,"seq":%d}' % (head, head), ())


def answer(session: LiveSession, stream: str, after: int | None, head: int) -> Answer:
    """What is lacking to who has ``stream`` up to ``after`` (``None``: nothing); ``head`` is its last."""
    if after == head:
        return in_step(head)

    def make() -> Answer:
        found = room.snapshot(session, stream) if after is None else room.since(session, stream, after)
        return _encoded(found)

    return once_per(("stream", session.id, stream, after), head, make) if stream in SHARED else make()


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the published questions of a room at ``seq`` of its stream, and how many there are in all.

    ``views`` in their order, without the one ``on_air``; ``json`` is the same for scripts: ``{"seq", "by",
    "page", "pages", "newest", "order": [id], "questions": {id: view}}``, where ``newest`` is the time of the
    newest question there was (milliseconds), so that a script knows which ones have come since. ``drawn`` is
    for whoever shows it, by language: it is the same for everybody.
    """

    seq: int
    views: tuple[View, ...]
    on_air: View | None
    count: int
    page: int
    pages: int
    json: bytes
    drawn: dict[str, Any] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """The public ids of the questions in it."""
        return [view["id"] for view in self.views] + ([self.on_air["id"]] if self.on_air else [])

    def with_session(self, session: View, **fields: Any) -> bytes:
        """The JSON with what the public stream knows of the session, and with more fields."""
        return orjson.dumps({"session": session, **fields})[:-1] + b"," + self.json[1:]


def listing(session: LiveSession, order: pages.Order, page: int) -> Listing:
    """The page of a room's questions; the last one where there are not so many."""
    head = room.head(session.id, PUBLIC)
    seconds = _SUPPORTS_SECONDS if order is pages.Order.SUPPORTS else _SECONDS
    return once_per(
        ("page", session.id, order, page), head, lambda: _listing(session.id, order, page, head), seconds
    )


def _listing(session_id: int, order: pages.Order, page: int, head: int) -> Listing:
    counts = pages.state_counts(session_id)
    last = max(1, -(-pages.published(counts, pages.LISTED) // pages.PAGE))
    page = min(page, last)
    views = _public(pages.listed(session_id, order, page))
    on_air = _public(pages.on_air(session_id))
    told = {
        "seq": head,
        "by": order.value,
        "page": page,
        "pages": last,
        "newest": pages.newest(session_id),
        "order": [view["id"] for view in views],
        "questions": {view["id"]: view for view in (*on_air, *views)},
    }
    shown = on_air[0] if on_air else None
    return Listing(head, views, shown, pages.published(counts), page, last, orjson.dumps(told))


def _public(questions: Iterable[LiveQuestion]) -> tuple[View, ...]:
    views = (question_view(PUBLIC, question) for question in questions)
    return tuple(view for view in views if view is not None)


def once_per(key: tuple[Any, ...], head: int, make: Callable[[], _T], seconds: float = _SECONDS) -> _T:
    """What ``make`` made for ``key`` when its stream was at ``head``; at most ``seconds`` old."""
    kept = _kept()
    found = kept.get(key)
    moment = time.monotonic()
    if found is not None and found[0] == head and moment - found[1] < seconds:
        return cast(_T, found[2])
    made = make()
    kept[key] = (head, moment, made)
    kept.move_to_end(key)
    while len(kept) > _MOST:
        kept.popitem(last=False)
    return made


def _encoded(found: dict[str, Any]) -> Answer:
    return Answer(orjson.dumps(found), tuple(found.get("questions", ())))


def _kept() -> OrderedDict[tuple[Any, ...], tuple[int, float, Any]]:
    """What this application keeps, the oldest first: where its stream was, when it was made, what it is."""
    found: OrderedDict[tuple[Any, ...], tuple[int, float, Any]] = current_app.extensions.setdefault(
        _KEY, OrderedDict()
    )
    return found
