"""The writer: durable before answered, alone in its transaction, never stopping the hub."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from engage.core import bus
from engage.core.begin import ADVISORY_LOCK
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Busy
from engage.core.jobs import OutboxJob
from engage.core.writer import accompany, atomic, gather, publish
from tests.fixtures.database import SECRET

pytestmark = pytest.mark.database


def _row(name: str) -> OutboxJob:
    return OutboxJob(name=name, payload={}, run_at=now())


def _names() -> set[str]:
    return set(db.session.scalars(select(OutboxJob.name)))


@dataclass(frozen=True)
class Happened:
    name: str


@pytest.fixture
def heard() -> list[str]:
    names: list[str] = []

    @bus.subscribe(Happened)
    def listen(event: Happened) -> None:
        names.append(event.name)

    @bus.subscribe(Happened)
    def fail(event: Happened) -> None:
        raise RuntimeError("a listener that fails")

    return names


def test_atomic_commits_and_then_tells(app: Flask, heard: list[str]) -> None:
    with app.app_context():
        with atomic():
            db.session.add(_row("one"))
            publish(Happened("one"))
            assert heard == []
        assert heard == ["one"]
        assert _names() == {"one"}


def test_an_error_undoes_everything_and_tells_nobody(app: Flask, heard: list[str]) -> None:
    with app.app_context():
        with pytest.raises(ValueError, match="no"), atomic():
            db.session.add(_row("one"))
            publish(Happened("one"))
            raise ValueError("no")
        assert heard == []
        assert _names() == set()


def test_inner_atomic_joins_the_outer_one(app: Flask, heard: list[str]) -> None:
    with app.app_context():
        with pytest.raises(ValueError, match="outer"), atomic():
            with atomic():
                db.session.add(_row("inner"))
                publish(Happened("inner"))
            assert gather(lambda: 5) == 5
            raise ValueError("outer")
        assert heard == []
        assert _names() == set()


def test_rows_cannot_be_changed_outside(app: Flask) -> None:
    with app.app_context():
        db.session.add(_row("loose"))
        with pytest.raises(RuntimeError, match="outside atomic"):
            db.session.flush()
        with pytest.raises(RuntimeError, match="outside atomic"), atomic():
            pass
        db.session.expunge_all()
        with pytest.raises(RuntimeError, match="not inside"):
            publish(Happened("loose"))


def test_gathered_commands_undo_only_themselves(app: Flask, heard: list[str]) -> None:
    ready = threading.Barrier(20)
    outcomes: dict[int, object] = {}

    def command(number: int) -> Callable[[], int]:
        def run() -> int:
            db.session.add(_row(f"row {number}"))
            db.session.flush()
            publish(Happened(f"row {number}"))
            if number % 5 == 0:
                raise ValueError(number)
            return number

        return run

    def write(number: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                outcomes[number] = gather(command(number))
            except ValueError as error:
                outcomes[number] = error

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    good = {f"row {number}" for number in range(20) if number % 5}
    with app.app_context():
        assert _names() == good
    assert set(heard) == good
    assert all(isinstance(outcomes[number], ValueError) for number in (0, 5, 10, 15))
    assert all(outcomes[number] == number for number in range(20) if number % 5)


def _batch(app: Flask, commands: dict[str, Callable[[], object]], plain: set[str]) -> dict[str, object]:
    """Run commands in one shared transaction; answers by name what each returned or raised."""
    outcomes: dict[str, object] = {}
    waiting = app.extensions["engage_writer"]

    def writer(name: str) -> None:
        with app.app_context():
            try:
                outcomes[name] = gather(commands[name], plain=name in plain)
            except Exception as error:
                outcomes[name] = error

    threads = [threading.Thread(target=writer, args=(name,)) for name in commands]
    with waiting.lock:  # nobody leads a batch until all have gathered in one
        for count, thread in enumerate(threads, 1):
            thread.start()
            while len(waiting.pending) < count:
                thread.join(0.001)
    for thread in threads:
        thread.join()
    return outcomes


def _store(*names: str | None) -> str | None:
    for name in names:
        db.session.add(OutboxJob(name=name, payload={}, run_at=now()))
        db.session.flush()
    return names[0]


def _execute(*names: str | None) -> str | None:
    for name in names:
        row: dict[str, object] = {"name": name, "payload": {}, "run_at": now()}
        db.session.connection().execute(insert(OutboxJob), row)
    return names[0]


def test_who_is_about_to_write_shares_the_commit_that_begins(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, commits, pending = app.extensions["engage_writer"], list[str](), list[int]()
    others: list[threading.Thread] = []

    def write(name: str) -> None:
        with app.app_context():
            gather(lambda: _execute(name), plain=True)

    def look() -> None:
        """Somebody else comes."""
        pending.append(len(writer.pending))
        others.append(threading.Thread(target=write, args=(f"other {len(others)}",)))
        others[-1].start()
        while len(writer.pending) == pending[-1]:
            others[-1].join(0.001)

    monkeypatch.setattr("engage.core.writer._BATCH_SECONDS", 60)
    monkeypatch.setattr("engage.core.turns.let_others_run", look)
    with app.app_context():
        event.listen(db.engine, "commit", lambda _connection: commits.append(""))
        write("first")
    for thread in others:
        thread.join()
    assert (pending, len(commits)) == ([1, 2, 3, 4], 1)


class Beside:
    """Something kept in a file, which says what the writer tells it."""

    def __init__(self, file: str, name: str, told: list[str]) -> None:
        self.file, self.name, self.told = file, name, told

    def sync(self) -> None:
        self.told.append(self.file)

    def settle(self) -> None:
        self.told.append(self.name)


def test_what_follows_a_commit_is_synced_once_for_each_file_and_settled_each(app: Flask) -> None:
    told: list[str] = []

    def command(file: str, name: str, *, fails: bool = False) -> Callable[[], None]:
        def run() -> None:
            accompany(Beside(file, name, told))
            if fails:
                raise ValueError

        return run

    commands = {
        "a": command("one", "a"),
        "b": command("one", "b"),
        "c": command("two", "c"),
        "d": command("three", "d", fails=True),
    }
    _batch(app, commands, plain={"a", "c", "d"})
    assert told == ["one", "two", "a", "b", "c"]


def test_a_row_the_database_refuses_undoes_only_its_command(app: Flask) -> None:
    """A failed flush ends the innermost transaction: it must be the command's own, not the batch's."""
    commands: dict[str, Callable[[], object]] = {
        "first": lambda: _store("first"),
        "plain": lambda: _execute("plain"),
        "bad": lambda: _store("bad", None),
        "second": lambda: _store("second"),
        "bad plain": lambda: _execute("bad plain", None),
        "objects": lambda: db.session.add(_row("objects")),
        "deleted": lambda: db.session.delete(db.session.scalars(select(OutboxJob)).first()),
        "flushed": lambda: _store("flushed"),
        "third": lambda: _execute("third"),
        "last": lambda: _store("last"),
    }
    outcomes = _batch(app, commands, {"plain", "bad plain", "objects", "deleted", "flushed", "third"})
    assert isinstance(outcomes.pop("bad"), IntegrityError)
    assert isinstance(outcomes.pop("bad plain"), IntegrityError)
    for name in ("objects", "deleted", "flushed"):
        assert "plain command" in str(outcomes.pop(name)), name
    good = {"first", "plain", "second", "third", "last"}
    assert outcomes == {name: name for name in good}
    with app.app_context():
        assert _names() == good


@pytest.mark.parametrize(("seconds", "commits"), [(60, 1), (0, 12)])
def test_what_would_take_long_together_shares_a_later_commit(
    app: Flask, monkeypatch: pytest.MonkeyPatch, seconds: float, commits: int
) -> None:
    """Nothing else runs while commands do: one batch ends in time, and the others follow without a gap."""
    monkeypatch.setattr("engage.core.writer._BATCH_SECONDS", seconds)
    made: list[object] = []
    with app.app_context():
        event.listen(db.engine, "commit", made.append)
    names = [f"row {number}" for number in range(12)]
    outcomes = _batch(app, {name: partial(_store, name) for name in names}, set())
    assert outcomes == {name: name for name in names}
    assert len(made) == commits
    with app.app_context():
        assert _names() == set(names)
    assert app.extensions["engage_writer"].pending == []


def test_a_batch_ends_in_time_as_shipped(app: Flask) -> None:
    """Twelve commands of 6 ms each are 72 ms in which nothing else would run: at least three batches."""
    made: list[object] = []

    def slow(name: str) -> str | None:
        until = time.monotonic() + 0.006
        while time.monotonic() < until:
            pass
        return _store(name)

    with app.app_context():
        event.listen(db.engine, "commit", made.append)
    names = [f"row {number}" for number in range(12)]
    assert _batch(app, {name: partial(slow, name) for name in names}, set()) == {n: n for n in names}
    assert len(made) >= 3


@pytest.fixture
def sqlite_path(app: Flask) -> str:
    with app.app_context():
        return str(db.engine.url.database)


@pytest.mark.sqlite_only
def test_a_lock_held_too_long_is_said_and_loses_nothing(
    app: Flask, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", 0.05)
    holder = sqlite3.connect(sqlite_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with app.app_context():
        with pytest.raises(Busy), atomic():
            db.session.add(_row("late"))
        with pytest.raises(Busy):
            gather(lambda: db.session.add(_row("late")))
        holder.execute("ROLLBACK")
        with atomic():
            db.session.add(_row("now"))
        assert _names() == {"now"}
    holder.close()


@pytest.mark.sqlite_only
def test_opening_a_connection_waits_without_stopping_the_process(
    app: Flask, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own wait would stop every socket; ours sleeps, which lets others run."""
    with app.app_context():
        db.engine.dispose()
        holder = sqlite3.connect(sqlite_path, isolation_level=None)
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("engage.core.db.time.sleep", lambda _seconds: holder.close())
        assert _names() == set()
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 0
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        holder.execute("SELECT 1")


@contextmanager
def _held_from_outside(database_url: str) -> Iterator[None]:
    """Another connection holds what every write of this database has to wait for."""
    if database_url.startswith("sqlite"):
        holder = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
        holder.close()
        return
    with db.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
        yield
        other.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")


def test_waiting_for_ones_turn_has_an_end(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", 0.05)
    with app.app_context():
        with _held_from_outside(database_url), pytest.raises(Busy), atomic():
            db.session.add(_row("late"))
        with atomic():
            db.session.add(_row("now"))
        assert _names() == {"now"}


def test_a_writer_of_this_process_that_takes_long_is_waited_for_no_longer(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in front: one that writes alone, one that leads and one that follows give up in time."""
    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", 0.05)
    outcomes: dict[str, object] = {}

    def alone() -> None:
        with app.app_context():
            try:
                with atomic():
                    outcomes["alone"] = "written"
            except Busy:
                outcomes["alone"] = "busy"

    runs = [
        alone,
        *(partial(_gathering, app, outcomes, name, partial(_store, name)) for name in ("leads", "follows")),
    ]
    threads = [threading.Thread(target=run) for run in runs]
    with app.extensions["engage_writer"].lock:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert outcomes == dict.fromkeys(("alone", "leads", "follows"), "busy")


@pytest.mark.sqlite_only
def test_the_lock_is_asked_for_again_at_once(
    app: Flask, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for another process's lock has it when it is free, not a second later."""
    paused: list[float] = []
    holder = sqlite3.connect(sqlite_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    def pause(seconds: float) -> None:
        paused.append(seconds)
        if len(paused) == 5:
            holder.execute("ROLLBACK")

    monkeypatch.setattr("engage.core.begin.time.sleep", pause)
    with app.app_context(), atomic():
        db.session.add(_row("now"))
    holder.close()
    assert len(paused) == 5
    assert max(paused) <= 0.02


def test_ten_that_wait_in_a_row_all_give_up_at_their_own_time(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait has one end for the writer's lock and the database's together, not one after another's."""
    wait = 0.4
    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", wait)
    ready = threading.Barrier(10)
    waited: list[float] = []
    answers: list[object] = []

    def write(number: int) -> None:
        with app.app_context():
            ready.wait()
            began = time.monotonic()
            try:
                if number % 2:
                    gather(lambda: db.session.add(_row("late")))
                else:
                    with atomic():
                        db.session.add(_row("late"))
                answers.append("written")
            except Busy as error:
                answers.append(error.status)
            waited.append(time.monotonic() - began)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(10)]
    with app.app_context(), _held_from_outside(database_url):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [503] * 10
    assert max(waited) < 3 * wait, waited
    assert app.extensions["engage_writer"].pending == []
    with app.app_context():
        with atomic():
            db.session.add(_row("now"))
        assert gather(lambda: 5) == 5
        assert _names() == {"now"}


def _gathering(app: Flask, outcomes: dict[str, object], name: str, run: Callable[[], object]) -> None:
    with app.app_context():
        try:
            outcomes[name] = gather(run)
        except Busy:
            outcomes[name] = "busy"


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.002)


def test_who_cannot_wait_longer_leaves_the_lead_to_the_next(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: dict[str, object] = {}
    waiting = app.extensions["engage_writer"]

    def start(name: str, seconds: float) -> threading.Thread:
        monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", seconds)
        arguments = (app, outcomes, name, lambda: _store(name))
        thread = threading.Thread(target=_gathering, args=arguments)
        gathered = len(waiting.pending)
        thread.start()
        _wait_until(lambda: len(waiting.pending) > gathered)
        return thread

    with waiting.lock:
        first = start("first", 0.2)
        others = [start("second", 30), start("third", 30)]
        first.join()
    for thread in others:
        thread.join()
    assert outcomes == {"first": "busy", "second": "second", "third": "third"}
    with app.app_context():
        assert _names() == {"second", "third"}


def test_a_command_that_has_begun_is_waited_for(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have been stored by now: to say that nothing was would be a lie."""
    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", 0.5)
    monkeypatch.setattr("engage.core.writer._BATCH_SECONDS", 60)
    outcomes: dict[str, object] = {}
    waiting = app.extensions["engage_writer"]
    begun, late = threading.Event(), threading.Event()

    def slow() -> object:
        begun.set()
        late.wait(10)
        return _store("slow")

    commands = {"slow": slow, "behind": lambda: _store("behind")}
    threads = [
        threading.Thread(target=_gathering, args=(app, outcomes, name, run)) for name, run in commands.items()
    ]
    with waiting.lock:
        for count, thread in enumerate(threads, 1):
            thread.start()
            _wait_until(lambda count=count: len(waiting.pending) == count)  # type: ignore[misc]
    begun.wait(10)
    threads[1].join(0.8)  # longer than it may wait for its turn
    late.set()
    for thread in threads:
        thread.join()
    assert outcomes == {"slow": "slow", "behind": "behind"}


@pytest.mark.parametrize(
    "statement",
    [
        insert(OutboxJob).values(name="loose", payload={}, run_at=now()),
        update(OutboxJob).values(name="loose"),
        delete(OutboxJob),
        text("delete from outbox_job"),
    ],
    ids=str,
)
def test_statements_change_nothing_outside(app: Flask, statement: Any) -> None:
    with app.app_context():
        with atomic():
            db.session.add(_row("stays"))
        with pytest.raises(RuntimeError, match="outside atomic"):
            db.session.execute(statement)
        db.session.rollback()
        with pytest.raises(RuntimeError, match="outside atomic"), db.engine.begin() as connection:
            connection.execute(statement)
        assert _names() == {"stays"}


@pytest.mark.sqlite_only
def test_a_full_disk_is_said_and_the_next_write_works(app: Flask, sqlite_path: str) -> None:
    with app.app_context():
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            pages = raw.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
            raw.execute(f"PRAGMA max_page_count={pages}")  # type: ignore[attr-defined]
        with pytest.raises(Busy), atomic():
            db.session.add(OutboxJob(name="big", payload={"text": "x" * 200_000}, run_at=now()))
        with pytest.raises(Busy):
            gather(
                lambda: db.session.add(OutboxJob(name="big", payload={"text": "x" * 200_000}, run_at=now()))
            )
        with db.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA max_page_count=1000000")  # type: ignore[union-attr,attr-defined]
        with atomic():
            db.session.add(_row("small"))
        assert db.session.scalar(select(func.count()).select_from(OutboxJob)) == 1


@pytest.mark.alone
@pytest.mark.sqlite_only
def test_two_hundred_writers_while_another_process_holds_the_lock(database_url: str, tmp_path: Path) -> None:
    assert _storm(database_url, tmp_path) < 50


def _storm(database_url: str, tmp_path: Path) -> float:
    """One round; answers the longest stall of the hub in milliseconds."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.core.writer_storm"],
        env={
            **os.environ,
            "ENGAGE_INSTANCE": str(tmp_path / "instance"),
            "ENGAGE_SECRET_KEY": SECRET,
            "ENGAGE_DATABASE_URL": database_url,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    outcome = json.loads(finished.stdout)
    assert outcome["failed"] == []
    assert outcome["refused"] == 20
    assert outcome["acknowledged"] == outcome["stored"] == 180
    return float(outcome["max_stall_ms"])
