"""The first start: the demonstration is loaded however often that start is interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import prepare
from engage import create_app
from tests.fixtures.database import make_config


@pytest.fixture
def new(tmp_path: Path) -> Flask:
    """An installation before its first start."""
    return create_app(make_config(tmp_path / "instance", f"sqlite:///{tmp_path}/instance/engage.db"))


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What became of each loading of the demonstration: put "cut off" or "refused" in for the next ones."""
    planned: list[str] = []
    run = prepare.run

    def instead(app: Flask, *arguments: str) -> Any:
        if arguments == ("demo", "--json"):
            planned.append(f"loaded {len(planned)}")
            if planned[0] == "cut off":
                planned[0] = "was cut off"
                raise KeyboardInterrupt
            return None
        return run(app, *arguments)

    monkeypatch.setattr(prepare, "run", instead)
    return planned


def _start(app: Flask, *, demo: bool = True) -> dict[str, Any]:
    return prepare.prepare(app, demo=demo, links_only=False)


def test_it_is_loaded_once_into_a_new_database(new: Flask, loads: list[str]) -> None:
    assert _start(new)["new"]
    assert not _start(new)["new"]
    assert len(loads) == 1


def test_an_interrupted_loading_is_done_at_the_next_start(new: Flask, loads: list[str]) -> None:
    loads.append("cut off")
    with pytest.raises(KeyboardInterrupt):
        _start(new)
    assert loads[0] == "was cut off"
    assert not _start(new)["new"]
    assert len(loads) == 3
    _start(new)
    assert len(loads) == 3


def test_who_wants_none_gets_none_later_either(new: Flask, loads: list[str]) -> None:
    _start(new, demo=False)
    _start(new)
    assert loads == []


def test_who_changes_their_mind_after_an_interruption_gets_none(new: Flask, loads: list[str]) -> None:
    loads.append("cut off")
    with pytest.raises(KeyboardInterrupt):
        _start(new)
    _start(new, demo=False)
    _start(new)
    assert len(loads) == 2
