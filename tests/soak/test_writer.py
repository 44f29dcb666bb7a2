"""Writers of every kind, failing at random, killed at random, with the lock held outside at random."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.fixtures.database import SECRET
from tests.soak.budget import short, soaking

pytestmark = pytest.mark.sqlite_only
LONGEST_LOCK_SECONDS = 0.3
PATIENCE_SECONDS = 120


def hold_now_and_then(path: str, draw: random.Random, over: threading.Event) -> None:
    """Another writer on the same file, as the worker is, that takes its time."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    while not over.wait(draw.random() * 0.2):
        connection.execute("BEGIN IMMEDIATE")
        over.wait(draw.random() * LONGEST_LOCK_SECONDS)
        connection.execute("ROLLBACK")
    connection.close()


def storm(database_url: str, folder: Path, draw: random.Random, writes: int, *, kill: bool) -> None:
    """One process of writers, killed somewhere in the middle or not; then what it told is looked for."""
    path, over = str(make_url(database_url).database), threading.Event()
    seed = draw.randrange(2**31)
    die_after = draw.randrange(writes) if kill else None
    holder = threading.Thread(target=hold_now_and_then, args=(path, random.Random(seed), over))
    environment = {"ENGAGE_INSTANCE": str(folder), "ENGAGE_SECRET_KEY": SECRET}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.soak.writer_storm", str(seed), str(writes)],
        env={**os.environ, **environment, "ENGAGE_DATABASE_URL": database_url, "ENGAGE_LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        guard = threading.Timer(PATIENCE_SECONDS, process.kill)
        guard.start()
        holder.start()
        told = []
        assert process.stdout is not None
        for line in process.stdout:
            told.append(line.split())
            if len(told) - 1 == die_after:
                process.kill()
        guard.cancel()
        over.set()
        holder.join()
    compare(path, seed, told, ended=not kill)


def compare(path: str, seed: int, told: list[list[str]], *, ended: bool) -> None:
    """Acknowledged: both rows, once. Refused or busy: none. Not told of: both or none."""
    with sqlite3.connect(path) as connection:
        found = connection.execute(
            "SELECT name FROM outbox_job WHERE name LIKE ?", (f"soak.{seed}.%",)
        ).fetchall()
    connection.close()
    names = [name for (name,) in found]
    assert len(names) == len(set(names)), "a write is there twice"
    pairs = {name.rpartition(".")[0] for name in names}
    assert len(names) == 2 * len(pairs), "half of a write is there"
    by_word: dict[str, set[str]] = {"ack": set(), "refused": set(), "busy": set(), "broken": set()}
    for word, *rest in told:
        if rest:
            by_word[word].add(rest[0])
    assert not by_word["broken"], [line for line in told if line[0] == "broken"]
    assert by_word["ack"] <= pairs, "an acknowledged write is lost"
    assert not pairs & (by_word["refused"] | by_word["busy"]), "a failed write is there"
    if ended:
        assert told[-1] == ["end"], "the writers did not come to an end"
        assert pairs == by_word["ack"]


def storms(database_url: str, folder: Path, draws: Iterable[random.Random], writes: int) -> None:
    for number, draw in enumerate(draws):
        storm(database_url, folder, draw, writes, kill=number % 2 == 1)


def test_some_writers(database_url: str, tmp_path: Path) -> None:
    storms(database_url, tmp_path / "instance", short("writer", 2), 150)


@pytest.mark.soak
def test_many_writers(database_url: str, tmp_path: Path) -> None:
    storms(database_url, tmp_path / "instance", soaking("writer", 400), 500)
