"""Sending on what is new: the log row by row, the totals at most twice a second.

One greenlet in each process that holds sockets. Its own process's commits wake it at once; of those of other
processes a second one learns as soon as the database tells (``engage.core.wakeups``).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from flask import Flask, current_app

from engage.core.bus import subscribe
from engage.core.wakeups import ChangeWatch
from engage.live.events import Logged
from engage.live.models import Phase
from engage.live.queries import room as queries
from engage.live.queries.pages import published, state_counts
from engage.live.rules.life import Act, possible
from engage.live.rules.streams import MODERATORS, PUBLIC, STAGE, kind
from engage.web.realtime import broadcast, disconnect, emit_to, members, viewers
from engage.web.sockethub import Peer

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
# Whatever is written wakes; what many write in the same moment is looked at once.
GATHER_SECONDS = 0.02
TOTALS_SECONDS = 0.5
# Of more questions that changed in the same half second the rest is told in the next one.
TOTALS_MOST = 200
RECHECK_SECONDS = 15.0
_KEY = "live_pump"
_starting = threading.Lock()
_BATCH = 500

CLOSED = "live.closed"
DELTA = "live.delta"
TOTALS = "live.totals"


def room_name(session_id: int, stream: str) -> str:
    """The room of those who hear a stream."""
    return f"live:{session_id}:{stream}"


def wire_name(stream: str) -> str:
    """What a client calls a stream: its own is ``mine``."""
    return "mine" if kind(stream) == "asker" else stream


@dataclass(slots=True)
class _Sent:
    """What the viewers of a session were told: how many ``viewers`` there are, and the totals up to the
    ``counter``; and how many questions are ``published``, and (staff) in each of the ``states``.

    ``supports`` are those that somebody asked for or that changed since, ``waiting`` those still to be told.
    """

    counter: int
    published: list[int]
    states: list[Any]
    viewers: int = -1
    supports: dict[str, list[int]] = field(default_factory=dict)
    waiting: dict[str, list[int]] = field(default_factory=dict)
    _told: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for stream in (PUBLIC, MODERATORS):
            self.news(stream)

    def news(self, stream: str) -> dict[str, Any]:
        """How many questions are published (staff: in each state), where those who hear ``stream`` have not
        heard it; they count as told.
        """
        numbers = {"published": self.published} | ({"states": self.states} if stream == MODERATORS else {})
        fresh = {name: each for name, each in numbers.items() if each[0] != self._told.get((stream, name))}
        self._told |= {(stream, name): each[0] for name, each in fresh.items()}
        return fresh

    def note(self, changed: dict[str, list[int]]) -> None:
        """Line up what changed; what waits already keeps its place."""
        for key, total in changed.items():
            self.supports[key] = self.waiting[key] = total
            self.counter = total[1]

    def next(self, most: int) -> dict[str, list[int]]:
        """Those that have waited longest; they count as told."""
        return {key: self.waiting.pop(key) for key in list(self.waiting)[:most]}


def _counted(session_id: int, heads: dict[str, int]) -> tuple[list[int], list[Any]]:
    """How many questions are published, and how many are in each state, each with the counter beside it."""
    counts = state_counts(session_id)
    return [published(counts), heads.get(PUBLIC, 0)], [counts, heads.get(MODERATORS, 0)]


class Pump:
    """The sender of one application. ``watched`` holds the sessions that have or had viewers here."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._woken = threading.Event()
        self._watch = ChangeWatch(app)
        self._last_id = queries.last_log_id()
        self._public_ids: dict[int, str] = {}
        self._ids: dict[str, int] = {}
        self._sent: dict[int, _Sent] = {}
        self._totals_at = 0.0
        self._totals_due = False
        self._rechecked_at = time.monotonic()
        self.rechecks: list[Callable[[], None]] = []
        self._stopped = False
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for run, name in ((self._run, "live-pump"), (self._listen, "live-listen"))
        ]
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    def id_of(self, public_id: str) -> int | None:
        """The id of a session, without asking for one that is or was watched; ``None`` if there is none."""
        return self._ids.get(public_id) or queries.id_of(public_id)

    def watch(self, session_id: int, public_id: str) -> None:
        """Send this session's totals from now on."""
        self._public_ids[session_id] = public_id
        self._ids[public_id] = session_id
        if session_id not in self._sent:
            _, heads = queries.standing(session_id, PUBLIC, MODERATORS)
            self._sent[session_id] = _Sent(queries.last_support(session_id), *_counted(session_id, heads))

    def totals(self, session_id: int, shown: Collection[str]) -> dict[str, Any]:
        """The totals of the questions ``shown`` and of the room, as last sent; at most a moment old.

        A question's is read when it is first asked for: a crowd shows the same ones.
        """
        sent = self._sent.get(session_id)
        if sent is None:
            return {"supports": {}}
        if unknown := [key for key in shown if key not in sent.supports]:
            sent.supports |= queries.totals(session_id, unknown, quiet=True)
        known = {key: sent.supports[key] for key in shown if key in sent.supports}
        return {
            "supports": {key: total for key, total in known.items() if total[1]},
            "viewers": self.viewer_total(session_id),
            "published": sent.published,
        }

    def stop(self) -> None:
        """Send nothing more: the application is going."""
        self._stopped = True
        self._woken.set()
        for thread in self._threads:
            thread.join()
        self._watch.close()

    def _run(self) -> None:
        while True:
            self._woken.wait(LOOK_SECONDS)
            if self._stopped:
                return
            # What ``wait`` answers is not enough: who wakes just as it gives up would be cleared unseen.
            if woken := self._woken.is_set():
                self._woken.clear()
            try:
                with self._app.app_context():
                    self._look(woken)
            except Exception:
                # The database may be locked for a moment: the next look tries again from the same row.
                log.exception("sending on failed")
                time.sleep(LOOK_SECONDS)

    def _listen(self) -> None:
        while not self._stopped:
            if self._watch.wait(LOOK_SECONDS):
                self._woken.set()
                time.sleep(GATHER_SECONDS)

    def _look(self, woken: bool) -> None:
        if woken:
            self._send_log()
            self._totals_due = True
        moment = time.monotonic()
        if moment - self._totals_at >= TOTALS_SECONDS:
            self._totals_at = moment
            self._send_totals(self._totals_due)
            self._totals_due = False
        if moment - self._rechecked_at >= RECHECK_SECONDS:
            self._rechecked_at = moment
            for recheck in self.rechecks:
                recheck()

    def _send_log(self) -> None:
        while rows := queries.rows_after(self._last_id, limit=_BATCH):
            unknown = {row.session_id for row in rows} - self._public_ids.keys()
            self._public_ids |= queries.public_ids(sorted(unknown)) if unknown else {}
            newest = {row.session_id: row.id for row in rows if row.stream == PUBLIC}
            for row in rows:
                self._last_id = row.id
                payload = {
                    "room": self._public_ids.get(row.session_id, ""),
                    "stream": wire_name(row.stream),
                    "seq": row.seq,
                    **row.payload,
                }
                if newest.get(row.session_id) == row.id:
                    payload |= self._published(row.session_id)
                room = room_name(row.session_id, row.stream)
                broadcast(room, DELTA, payload)
                if row.stream in (PUBLIC, STAGE) and not _is_public(row.payload.get("session")):
                    close(members(room))
            if len(rows) < _BATCH:
                return

    def _send_totals(self, changed: bool) -> None:
        for session_id, sent in list(self._sent.items()):
            present = viewers(room_name(session_id, PUBLIC))
            watching = present + viewers(room_name(session_id, MODERATORS))
            if not watching:
                # What changes from now on is not followed: the next one to watch reads anew.
                del self._sent[session_id]
                continue
            if changed:
                self._count_again(session_id, sent)
                sent.note(queries.totals_since(session_id, sent.counter))
            frame: dict[str, Any] = {"room": self._public_ids[session_id]}
            if sent.waiting:
                frame["supports"] = sent.next(TOTALS_MOST)
            if sent.viewers != present:
                sent.viewers = present
                frame["viewers"] = self.viewer_total(session_id)
            for stream in (PUBLIC, MODERATORS):
                told = frame | sent.news(stream)
                if len(told) > 1:
                    broadcast(room_name(session_id, stream), TOTALS, told)

    def _published(self, session_id: int) -> dict[str, Any]:
        """How many questions are published now, where it was another number: said with the delta that made it
        so, since a frame of its own would cost as much again for each viewer.
        """
        sent = self._sent.get(session_id)
        if sent is None:
            return {}
        self._count_again(session_id, sent)
        return sent.news(PUBLIC)

    def _count_again(self, session_id: int, sent: _Sent) -> None:
        """Count the questions, where moderators heard what may change their number."""
        _, heads = queries.standing(session_id, PUBLIC, MODERATORS)
        if heads.get(MODERATORS, 0) != sent.states[1]:
            sent.published, sent.states = _counted(session_id, heads)

    def viewer_total(self, session_id: int) -> list[int]:
        """How many phones are in the room now, with the counter that orders such numbers."""
        return [viewers(room_name(session_id, PUBLIC)), time.time_ns() // 1_000_000]


def _is_public(session: Mapping[str, Any] | None) -> bool:
    """Whether citizens may still see a session after this word on it, if there is one."""
    return session is None or possible(Act.SEE, Phase(session["phase"]))


def close(peers: Iterable[Peer]) -> None:
    """End the connections of those who may not hear any more what they have joined, for good."""
    for peer in peers:
        emit_to(peer, CLOSED, {})
        disconnect(peer)


def pump() -> Pump:
    """The pump of this application; started by its first client."""
    extensions = current_app.extensions
    if _KEY not in extensions:
        with _starting:  # making one lets others run, and a hundred may join at the same instant
            if _KEY not in extensions:
                extensions[_KEY] = Pump(cast(Any, current_app)._get_current_object())
    return cast(Pump, extensions[_KEY])


@subscribe(Logged)
def _woken(_event: Logged) -> None:
    running = current_app.extensions.get(_KEY)
    if running is not None:
        running.wake()
