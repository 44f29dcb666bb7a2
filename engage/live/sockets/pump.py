"""Sending on what is new: the log row by row, the totals at most twice a second.

One greenlet in each process that holds sockets. Its own process's commits wake it at once; those of other
processes it notices by looking at the database every ``LOOK_SECONDS``.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, cast

from flask import Flask, current_app

from engage.core.bus import subscribe
from engage.core.wakeups import ChangeWatch
from engage.live.events import Logged
from engage.live.queries import room as queries
from engage.live.rules.streams import MODERATORS, PUBLIC, kind
from engage.web.realtime import broadcast, viewers

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
TOTALS_SECONDS = 0.5
RECHECK_SECONDS = 15.0
_KEY = "live_pump"
_starting = threading.Lock()
_BATCH = 500

DELTA = "live.delta"
TOTALS = "live.totals"


def room_name(session_id: int, stream: str) -> str:
    """The room of those who hear a stream."""
    return f"live:{session_id}:{stream}"


def wire_name(stream: str) -> str:
    """What a client calls a stream: its own is ``mine``."""
    return "mine" if kind(stream) == "asker" else stream


class Pump:
    """The sender of one application. ``watched`` holds the sessions that have or had viewers here."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._woken = threading.Event()
        self._watch = ChangeWatch(app)
        self._last_id = queries.last_log_id()
        self._public_ids: dict[int, str] = {}
        self._sent: dict[int, dict[str, list[int]]] = {}
        self._sent_viewers: dict[int, int] = {}
        self._totals_at = 0.0
        self._totals_due = False
        self._rechecked_at = time.monotonic()
        self.rechecks: list[Callable[[], None]] = []
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="live-pump", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    def watch(self, session_id: int, public_id: str) -> None:
        """Send this session's totals from now on."""
        self._public_ids[session_id] = public_id
        if session_id not in self._sent:
            self._sent[session_id] = queries.totals(session_id)

    def totals(self, session_id: int) -> dict[str, list[int]]:
        """The totals as last sent; at most a moment old."""
        return self._sent.get(session_id, {})

    def stop(self) -> None:
        """Send nothing more: the application is going."""
        self._stopped = True
        self._woken.set()
        self._thread.join()
        self._watch.close()

    def _run(self) -> None:
        while True:
            woken = self._woken.wait(LOOK_SECONDS)
            if self._stopped:
                return
            self._woken.clear()
            try:
                with self._app.app_context():
                    self._look(woken)
            except Exception:
                # The database may be locked for a moment: the next look tries again from the same row.
                log.exception("sending on failed")
                time.sleep(LOOK_SECONDS)

    def _look(self, woken: bool) -> None:
        changed = self._watch.changed()
        if woken or changed:
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
            for row in rows:
                self._last_id = row.id
                payload = {
                    "room": self._public_ids.get(row.session_id, ""),
                    "stream": wire_name(row.stream),
                    "seq": row.seq,
                    **row.payload,
                }
                broadcast(room_name(row.session_id, row.stream), DELTA, payload)
            if len(rows) < _BATCH:
                return

    def _send_totals(self, changed: bool) -> None:
        for session_id, sent in list(self._sent.items()):
            present = viewers(room_name(session_id, PUBLIC))
            watching = present + viewers(room_name(session_id, MODERATORS))
            if not watching:
                # What changes from now on is not followed: the next one to watch reads anew.
                del self._sent[session_id]
                self._sent_viewers.pop(session_id, None)
                continue
            frame: dict[str, Any] = {}
            if changed:
                fresh = queries.totals(session_id)
                new = {key: value for key, value in fresh.items() if sent.get(key) != value}
                self._sent[session_id] = fresh
                if new:
                    frame["supports"] = new
            if self._sent_viewers.get(session_id) != present:
                self._sent_viewers[session_id] = present
                frame["viewers"] = [present, time.time_ns() // 1_000_000]
            if frame:
                frame["room"] = self._public_ids[session_id]
                for stream in (PUBLIC, MODERATORS):
                    broadcast(room_name(session_id, stream), TOTALS, frame)

    def viewer_total(self, session_id: int) -> list[int]:
        """How many phones are in the room now, with the counter that orders such numbers."""
        return [viewers(room_name(session_id, PUBLIC)), time.time_ns() // 1_000_000]


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
