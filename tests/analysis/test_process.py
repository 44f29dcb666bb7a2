"""The process that computes comes when it is asked for and goes when it is not; no question is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import delete

from engage.analysis import jobs
from engage.analysis.client import ask
from engage.analysis.process import listen
from engage.analysis.service import AnalysisService, serve_while_asked
from engage.analysis.socket_path import socket_path
from engage.core.errors import Busy
from engage.core.writer import atomic
from engage.surveys.models import Response
from tests.factories.responses import add_responses
from tests.fixtures.server import Server, wait_until

pytestmark = [pytest.mark.database, pytest.mark.either_database]


@pytest.fixture
def listener(app: Flask) -> Iterator[socket.socket]:
    with listen(app.config["ENGAGE"].instance) as one:
        yield one


def _never() -> bool:
    return False


def _asked(app: Flask, survey: dict[str, int]) -> socket.socket:
    """Somebody who asked and waits."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(socket_path(app.config["ENGAGE"].instance)))
    connection.sendall(orjson.dumps({"question": "total", "survey_id": survey["survey"]}) + b"\n")
    return connection


def test_it_ends_when_nobody_asks_and_the_next_one_answers_who_came_meanwhile(
    app: Flask, survey: dict[str, int], listener: socket.socket
) -> None:
    service = AnalysisService(app)
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 3)
    for _ in range(2):
        with _asked(app, survey) as asking:
            serve_while_asked(service, listener.dup(), idle_seconds=0.5, alone=_never)
            assert orjson.loads(asking.recv(1000)) == {"answer": {"total": 3}}


def test_it_does_not_end_while_it_computes(
    app: Flask, survey: dict[str, int], listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, release = AnalysisService(app), threading.Event()

    def slow(_request: dict[str, Any]) -> dict[str, Any]:
        release.wait(20)
        return {"total": 7}

    monkeypatch.setattr(service, "answer", slow)
    serving = threading.Thread(
        target=lambda: serve_while_asked(service, listener.dup(), idle_seconds=0.1, alone=_never)
    )
    with _asked(app, survey) as asking:
        serving.start()
        serving.join(1.5)  # longer than it may be idle
        assert serving.is_alive()
        release.set()
        serving.join(20)
        assert not serving.is_alive()
        assert orjson.loads(asking.recv(1000)) == {"answer": {"total": 7}}


def test_it_ends_with_who_started_it(app: Flask, listener: socket.socket) -> None:
    serve_while_asked(AnalysisService(app), listener.dup(), idle_seconds=3600, alone=lambda: True)


def test_many_new_responses_are_taken_in_before_anybody_looks(
    app: Flask, survey: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(jobs, "FEED_ROWS", 10)
    monkeypatch.setattr(jobs, "ask", lambda question, **_values: told.append(question))
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 9)
        jobs.feed()
        assert told == [], "a process costs more than these few"
        add_responses(survey, [{"aaaa": "s1"}])
        jobs.feed()
        jobs.feed()
        assert told == ["feed"]
        with atomic() as session:
            session.execute(delete(Response))
        jobs.feed()
        assert told == ["feed", "feed"], "their ids may be given again"


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
    return found


def _is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def worker(app: Flask, make_server: Callable[..., Server]) -> tuple[int, int]:
    """The numbers of a worker and of the copy of it that listens."""
    server = make_server()
    server.start_worker()
    number = server.processes["worker"].pid
    wait_until(lambda: (app.config["ENGAGE"].instance / "worker.beat").exists())
    (copy,) = _children(number)
    return number, copy


@pytest.mark.faults
def test_a_worker_stays_light_and_its_process_is_replaced_when_killed(
    app: Flask, worker: tuple[int, int], survey: dict[str, int]
) -> None:
    assert _children(worker[1]) == [], "nobody asked"
    with app.app_context():
        add_responses(survey, [{"aaaa": "s1"}] * 3)
        assert ask("total", survey_id=survey["survey"]) == {"total": 3}
        (first,) = _children(worker[1])
        maps = [Path(f"/proc/{pid}/maps").read_text() for pid in (*worker, first)]
        assert ["pyarrow" in one for one in maps] == [False, False, True]
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: not _is_there(first))
        with contextlib.suppress(Busy):  # who asks in that very moment may be refused, and is told so
            ask("total", survey_id=survey["survey"])
        assert ask("total", survey_id=survey["survey"]) == {"total": 3}
    (second,) = _children(worker[1])
    os.kill(worker[0], signal.SIGKILL)
    wait_until(lambda: not _is_there(worker[1]) and not _is_there(second))


@pytest.mark.faults
@pytest.mark.parametrize("killed", [False, True])
def test_worker_and_process_end_together(
    app: Flask, worker: tuple[int, int], survey: dict[str, int], killed: bool
) -> None:
    """The group is told to stop, or the copy that listens is killed: the worker is then started anew."""
    with app.app_context():
        assert ask("total", survey_id=survey["survey"]) == {"total": 0}
    (child,) = _children(worker[1])
    if killed:
        os.kill(worker[1], signal.SIGKILL)
    else:
        os.killpg(worker[0], signal.SIGTERM)
    wait_until(lambda: not any(_is_there(pid) for pid in (worker[0], worker[1])))
    wait_until(lambda: not _is_there(child))
