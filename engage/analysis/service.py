"""The analysis service: a process of the worker that answers the web process over a Unix socket.

Chosen over a queue because a person waits for the answer: a queue's polling alone can cost more than the
computation.
"""

from __future__ import annotations

import logging
import socket
import socketserver
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from flask import Flask
from sqlalchemy import func, select

from engage.analysis.columns import ColumnStore, DamagedColumns
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.frame import SurveyFrame
from engage.analysis.models import PublishedFigures
from engage.analysis.public import Before, public_questions, too_few_since
from engage.core.db import db
from engage.surveys.models import Response

log = logging.getLogger(__name__)

MOST_FRAMES = 8
_REQUEST_BYTES = 100_000
_LOOK_SECONDS = 1.0
_Result = TypeVar("_Result")


class AnalysisService:
    """Frames of the surveys last asked for, each used by one thread at a time."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.root = app.config["ENGAGE"].files / "columns"
        self._frames: OrderedDict[int, tuple[threading.Lock, SurveyFrame]] = OrderedDict()
        self._mutex = threading.Lock()
        self._seen = 0

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to one question; raises ``KeyError`` for what is unknown.

        The worker also asks to take in what is new (``"feed"``), and to read a survey's responses again after
        some were deleted (``"rebuild"``).
        """
        if request["question"] == "feed":
            with self.app.app_context():
                self.feed()
            return {}
        survey_id = int(request["survey_id"])
        if request["question"] == "rebuild":
            with self.app.app_context():
                self.rebuild(survey_id)
            return {}
        lock, frame = self._frame(survey_id)
        ask = _QUESTIONS[request["question"]]
        with self.app.app_context(), lock:
            return _mending(frame, lambda: ask(_refreshed(frame), request))

    def feed(self) -> None:
        """Store what came in since the last call, survey by survey, so that a dashboard opens at once."""
        newest = select(Response.survey_id, func.max(Response.id)).where(Response.id > self._seen)
        rows = db.session.execute(newest.group_by(Response.survey_id)).all()
        db.session.rollback()
        for survey_id, _ in rows:
            lock, frame = self._frame(survey_id)
            with lock:
                _mending(frame, frame.refresh)
        db.session.rollback()
        self._seen = max((last for _, last in rows), default=self._seen)

    def rebuild(self, survey_id: int) -> None:
        """Read a survey's responses again, after some were deleted."""
        lock, frame = self._frame(survey_id)
        with lock:
            frame.rebuild()
        db.session.rollback()
        # What came after the deletion may have been given the ids of what is gone.
        self._seen = 0

    def _frame(self, survey_id: int) -> tuple[threading.Lock, SurveyFrame]:
        with self._mutex:
            if survey_id not in self._frames:
                frame = SurveyFrame(ColumnStore(self.root, survey_id))
                self._frames[survey_id] = (threading.Lock(), frame)
            self._frames.move_to_end(survey_id)
            while len(self._frames) > MOST_FRAMES:
                oldest, (lock, _) = next(iter(self._frames.items()))
                if lock.locked():
                    break
                del self._frames[oldest]
            return self._frames[survey_id]


def _refreshed(frame: SurveyFrame) -> SurveyFrame:
    frame.refresh()
    db.session.rollback()
    return frame


def _mending(frame: SurveyFrame, work: Callable[[], _Result]) -> _Result:
    """Do ``work``; where columns are damaged make them again from the database, once, and do it anew."""
    try:
        return work()
    except DamagedColumns as error:
        log.error("columns were damaged and are made again", extra={"damage": str(error)})
    frame.rebuild()
    db.session.rollback()
    return work()


def _dashboard(frame: SurveyFrame, request: dict[str, Any]) -> dict[str, Any]:
    return Dashboard(frame).build(_filter(request), request["language"])


def _summary(frame: SurveyFrame, request: dict[str, Any]) -> dict[str, Any]:
    found = Dashboard(frame).build(Filter(), request["language"], figures=False)
    return {"through_id": frame.store.state.last_id, **found}


def _texts(frame: SurveyFrame, request: dict[str, Any]) -> dict[str, Any]:
    return Dashboard(frame).texts(request["text_question"], _filter(request), int(request["page"]))


def _total(frame: SurveyFrame, _request: dict[str, Any]) -> dict[str, Any]:
    return {"total": frame.rows}


def _public(frame: SurveyFrame, _request: dict[str, Any]) -> dict[str, Any]:
    figures = select(PublishedFigures).where(PublishedFigures.survey_id == frame.store.survey_id)
    before = [Before(row.responses, row.through_id, row.questions) for row in db.session.scalars(figures)]
    db.session.rollback()
    return {
        "responses": frame.rows,
        "through_id": frame.store.state.last_id,
        "too_few_since": too_few_since(frame, before),
        "questions": public_questions(Dashboard(frame), before),
    }


_QUESTIONS = {
    "dashboard": _dashboard,
    "summary": _summary,
    "texts": _texts,
    "total": _total,
    "public": _public,
}


def _filter(request: dict[str, Any]) -> Filter:
    return Filter(request.get("by_question", ""), request.get("by_code", ""))


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        service: AnalysisService = self.server.service  # type: ignore[attr-defined]
        try:
            request = orjson.loads(self.rfile.readline(_REQUEST_BYTES))
            answer: dict[str, Any] = {"answer": service.answer(request)}
        except (KeyError, StopIteration, orjson.JSONDecodeError):
            answer = {"error": "unknown"}
        except Exception:
            log.exception("analysis failed")
            answer = {"error": "failed"}
        try:
            self.wfile.write(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY))
        except BrokenPipeError:
            log.info("nobody waited for an analysis")


class _Server(socketserver.ThreadingUnixStreamServer):
    """Answers in threads; knows how long it had nothing to do."""

    daemon_threads = True

    def __init__(self, service: AnalysisService, listener: socket.socket) -> None:
        super().__init__(listener.getsockname(), _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.service = service
        self._running = 0
        self._last = time.monotonic()
        self._mutex = threading.Lock()

    def idle_seconds(self) -> float:
        """How long nobody has been served; 0 while somebody is."""
        with self._mutex:
            return 0.0 if self._running else time.monotonic() - self._last

    def process_request(self, request: Any, client_address: Any) -> None:
        self._count(1)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._count(-1)

    def handle_error(self, request: object, client_address: object) -> None:
        """Into the log; the stock one prints a traceback."""
        log.error("analysis failed", exc_info=sys.exc_info())

    def _count(self, change: int) -> None:
        with self._mutex:
            self._running += change
            self._last = time.monotonic()


def serve(service: AnalysisService, listener: socket.socket) -> socketserver.BaseServer:
    """Answer in a thread of its own until the answer's ``shutdown``."""
    server = _Server(service, listener)
    threading.Thread(target=server.serve_forever, name="analysis", daemon=True).start()
    return server


def serve_while_asked(
    service: AnalysisService, listener: socket.socket, *, idle_seconds: float, alone: Callable[[], bool]
) -> None:
    """Answer until nobody asked for so long, or whoever started this is gone (``alone``)."""
    with _Server(service, listener) as server:
        server.timeout = _LOOK_SECONDS
        # What comes after the last look waits at the socket, for the next process.
        while server.idle_seconds() < idle_seconds and not alone():
            server.handle_request()
