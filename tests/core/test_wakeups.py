"""Noticing what other connections commit, on both databases."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from engage.core.begin import CHANNEL
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import OutboxJob
from engage.core.wakeups import ChangeWatch
from engage.core.writer import atomic, gather

pytestmark = pytest.mark.database


@pytest.fixture
def watch(app: Flask) -> Iterator[ChangeWatch]:
    watch = ChangeWatch(app)
    yield watch
    watch.close()


def _write(app: Flask, name: str = "one", *, fails: bool = False, gathered: bool = False) -> None:
    def run() -> None:
        db.session.add(OutboxJob(name=name, payload={}, run_at=now()))
        if fails:
            raise ValueError

    with app.app_context(), contextlib.suppress(ValueError):
        if gathered:
            gather(run)
        else:
            with atomic():
                run()


def _noticed(watch: ChangeWatch) -> bool:
    """Whether a look says yes; a server's notice is on its way for a moment."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if watch.changed():
            return True
        threading.Event().wait(0.005)
    return False


@pytest.mark.parametrize("gathered", [False, True])
def test_the_first_look_says_yes_and_then_each_commit_once(
    app: Flask, watch: ChangeWatch, gathered: bool
) -> None:
    assert watch.changed()
    assert not watch.changed()
    for _ in range(2):
        _write(app, gathered=gathered)
        assert _noticed(watch)
        assert not watch.changed()


def test_who_waits_hears_of_a_commit_and_else_of_none(app: Flask, watch: ChangeWatch) -> None:
    assert watch.wait(0)
    assert not watch.wait(0.3)
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(watch.wait(60)))
    waiting.start()
    for number in range(3):
        _write(app, f"row {number}")
    waiting.join(20)
    assert answers == [True], "long before the minute is over"
    while watch.wait(0.3):  # those that came after it
        pass
    assert not watch.changed()


def test_what_was_undone_or_only_read_is_not_noticed(app: Flask, watch: ChangeWatch) -> None:
    assert watch.changed()
    _write(app, fails=True)
    with app.app_context():
        db.session.scalar(text("SELECT 1"))
    assert not watch.changed()
    _write(app)
    assert _noticed(watch)


def test_many_commits_between_two_looks_are_one_yes(app: Flask, watch: ChangeWatch) -> None:
    assert watch.changed()
    for number in range(5):
        _write(app, f"row {number}")
    assert _noticed(watch)
    assert not watch.changed()


def test_after_closing_a_look_begins_anew(app: Flask, watch: ChangeWatch) -> None:
    assert watch.changed()
    watch.close()
    watch.close()
    assert watch.changed()
    assert not watch.changed()
    _write(app)
    assert _noticed(watch)


def test_a_connection_the_server_ended_says_yes_and_is_made_again(app: Flask, watch: ChangeWatch) -> None:
    assert watch.changed()
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            return  # no server that could end it
        ended = db.session.scalars(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query = :query AND datname = current_database()"
            ),
            {"query": f"LISTEN {CHANNEL}"},
        ).all()
        db.session.rollback()
    assert ended == [True]
    assert _noticed(watch)  # the loss
    assert watch.changed()  # the new connection
    assert not watch.changed()
    _write(app)
    assert _noticed(watch)
