"""The start: the database is made ready while the web process loads, and nothing touches it before."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from engage.core.running import Running, hold_alone, hold_running, stopped
from processes import Program
from starting import Preparing, Start, hold_back


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with a database."""
    for name in [name for name in os.environ if name.startswith("ENGAGE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ENGAGE_INSTANCE", str(tmp_path))
    (tmp_path / "engage.db").touch()
    return tmp_path


def test_nothing_runs_until_the_database_is_ready(instance: Path) -> None:
    held = hold_back()
    assert held is not None
    with pytest.raises(Running), stopped(instance):
        pass
    held.close()
    os.close(hold_running(instance))
    os.close(hold_alone(instance, "web", "", patience=0))


def test_a_new_database_and_one_that_others_use_are_made_ready_first(instance: Path) -> None:
    other = hold_running(instance)
    assert hold_back() is None
    os.close(other)
    (instance / "engage.db").unlink()
    assert hold_back() is None


def test_a_second_web_process_is_refused_before_anything_is_done(
    instance: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = hold_alone(instance, "web", "", where="127.0.0.1:5702")
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    monkeypatch.setattr("time.monotonic", iter(range(100)).__next__)
    with pytest.raises(SystemExit):
        hold_back()
    os.close(first)
    assert "runs already (127.0.0.1:5702, process " in capsys.readouterr().err


class _Prepared:
    """prepare.py that is done when told."""

    done = False

    def is_done(self) -> bool:
        return self.done

    def answer(self) -> dict[str, Any]:
        return {"links": []}


def test_web_is_asked_only_after_it_and_the_worker_comes_last() -> None:
    preparing, held, told = _Prepared(), ExitStack(), list[str]()
    held.callback(told.append, "released")
    ready = iter([False, True])
    worker = Program("worker", [], due=None)
    start = Start(
        cast(Preparing, preparing), held, worker, lambda: next(ready), lambda _prepared: told.append("told")
    )
    assert start() is not None
    assert told == []
    preparing.done = True
    assert start() is not None
    assert (told, worker.due) == (["released"], None)
    assert start() is None
    assert (told, worker.due) == (["released", "told"], 0.0)
    assert start() is None


def test_a_web_process_that_does_not_answer_is_complained_of_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = Program("worker", [], due=None)
    start = Start(cast(Preparing, _Prepared()), None, worker, lambda: False, lambda _prepared: None)
    monkeypatch.setattr("starting.READY_SECONDS", -1)
    for _ in range(3):
        assert start() is not None
    assert worker.due == 0.0
    assert capsys.readouterr().err.count("does not answer yet") == 1
